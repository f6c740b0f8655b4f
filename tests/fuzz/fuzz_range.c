/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists and ranges as typed, and Slurm's lists of tasks. Input: numbers,
 * words, a list of tasks. */
#include "range.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { LARGEST = 2000, TEXT = 20000 };

/* What is accepted is between the bounds, each number once; in order it can
 * be written, and is read as it was. */
static void read_numbers(const char *text)
{
    static char written[TEXT];
    struct error err = {""};
    struct range range, again;

    if (range_read(text, "-n", 1, LARGEST, &range, &err) != 0) {
        REQUIRE(range.count == 0);
        fuzz_require_visible(err.text);
        return;
    }
    REQUIRE(range.count >= 1 && range.count <= RANGE_MAX);
    REQUIRE(range.count == 1 || range_is_several(text));
    for (size_t i = 0; i < range.count; i++) {
        REQUIRE(range.number[i] >= 1 && range.number[i] <= LARGEST);
        if (i > 0 && range.number[i] <= range.number[i - 1]) {
            range_release(&range); /* not in order */
            return;
        }
    }
    REQUIRE(range_text(range.number, range.count, written, sizeof written) ==
            0);
    REQUIRE(range_read(written, "-n", 1, LARGEST, &again, &err) == 0);
    REQUIRE(again.count == range.count);
    for (size_t i = 0; i < range.count; i++) {
        REQUIRE(again.number[i] == range.number[i]);
        REQUIRE(i > 50 || range_holds(written, range.number[i]));
    }
    range_release(&again);
    range_release(&range);
}

static void read_words(const char *text)
{
    struct error err = {""};
    char **words;
    size_t count;

    if (range_words(text, "--scheme", &words, &count, &err) != 0) {
        fuzz_require_visible(err.text);
        return;
    }
    REQUIRE(count >= 1);
    for (size_t i = 0; i < count; i++)
        REQUIRE(words[i][0] != '\0' && strchr(words[i], ',') == NULL);
    range_words_release(words, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_parts parts;

    fuzz_split(data, size, &parts);
    read_numbers(parts.text[0]);
    read_words(parts.text[1]);
    REQUIRE(!range_holds(parts.text[2], -1));
    range_holds(parts.text[2], 7);
    fuzz_release(&parts);
    return 0;
}
