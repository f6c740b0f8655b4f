/* SPDX-License-Identifier: BSD-3-Clause */
#include "checksum.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Eight bytes at a time: step[i][b] is what the byte b has become i bytes
 * later. */
enum { STEPS = 8 };
static uint32_t step[STEPS][256];

static void make_steps(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t sum = byte << 24;
        for (int bit = 0; bit < 8; bit++)
            sum = sum << 1 ^ (sum >> 31 ? UINT32_C(0x04C11DB7) : 0);
        step[0][byte] = sum;
    }
    for (int i = 1; i < STEPS; i++) {
        for (int byte = 0; byte < 256; byte++) {
            uint32_t before = step[i - 1][byte];
            step[i][byte] = before << 8 ^ step[0][before >> 24];
        }
    }
}

static uint32_t add(uint32_t sum, const unsigned char *at, size_t size)
{
    for (; size >= STEPS; at += STEPS, size -= STEPS) {
        sum = step[7][sum >> 24 ^ at[0]] ^ step[6][(sum >> 16 & 255) ^ at[1]] ^
              step[5][(sum >> 8 & 255) ^ at[2]] ^ step[4][(sum & 255) ^ at[3]] ^
              step[3][at[4]] ^ step[2][at[5]] ^ step[1][at[6]] ^ step[0][at[7]];
    }
    for (; size > 0; at++, size--)
        sum = sum << 8 ^ step[0][sum >> 24 ^ *at];
    return sum;
}

uint32_t checksum_of(const char *text, size_t size)
{
    if (step[0][1] == 0)
        make_steps();
    uint32_t sum = add(0, (const unsigned char *)text, size);
    for (size_t rest = size; rest > 0; rest >>= 8) {
        const unsigned char byte = (unsigned char)(rest & 255);
        sum = add(sum, &byte, 1);
    }
    return ~sum;
}

bool checksum_holds(const char *text, size_t size)
{
    enum { ENDING = 80 }; /* the last two lines are shorter */
    static const char key[] = "\n  \"checksum\": \"";
    char expected[ENDING];
    size_t tail = size < ENDING ? size : ENDING;
    const char *line = memmem(text + size - tail, tail, key, sizeof key - 1);
    if (!line)
        return false;
    line++;
    size_t before = (size_t)(line - text);
    size_t length = (size_t)snprintf(expected, sizeof expected,
                                     "  \"checksum\": \"%" PRIu32 " %zu\"\n}\n",
                                     checksum_of(text, before), before);
    return size - before == length && memcmp(line, expected, length) == 0;
}
