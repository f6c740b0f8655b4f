/* SPDX-License-Identifier: BSD-3-Clause */
#include "json_out.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_blanks(int columns, FILE *file)
{
    static const char blanks[] = "        ";
    while (columns > 0) {
        int some =
            columns < (int)sizeof blanks - 1 ? columns : (int)sizeof blanks - 1;
        fwrite_unlocked(blanks, 1, (size_t)some, file);
        columns -= some;
    }
}

void json_out_key(const char **before, int columns, const char *key, FILE *file)
{
    char line[8 + JSON_OUT_COLUMNS + JSON_OUT_KEY], *end = line;
    end = stpcpy(end, *before);
    *end++ = '\n';
    end = (char *)memset(end, ' ', (size_t)columns) + columns;
    *end++ = '"';
    end = stpcpy(stpcpy(end, key), "\": ");
    fwrite_unlocked(line, 1, (size_t)(end - line), file);
    *before = ",";
}

static void escape(char c, FILE *file)
{
    static const char means[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    const char *at = strchr(means, c);
    if (at)
        fprintf(file, "\\%c", names[at - means]);
    else
        fprintf(file, "\\u%04X", (unsigned)c);
}

void json_out_text(const char *text, FILE *file)
{
    if (!text) {
        fputs_unlocked("null", file);
        return;
    }
    putc_unlocked('"', file);
    for (;;) {
        size_t plain = 0;
        while ((unsigned char)text[plain] >= ' ' && text[plain] != '"' &&
               text[plain] != '\\')
            plain++;
        fwrite_unlocked(text, 1, plain, file);
        text += plain;
        if (*text == '\0')
            break;
        escape(*text++, file);
    }
    putc_unlocked('"', file);
}

/* 17 digits bring back the same number; jansson's powers have neither a plus
 * nor zeros in front. */
static void shorten_power(char *text)
{
    char *power = strchr(text, 'e');
    if (!power)
        return;
    char *to = power + 1 + (power[1] == '-'), *from = power + 2;
    from += strspn(from, "0");
    memmove(to, from, strlen(from) + 1);
}

void json_out_real(double number, FILE *file)
{
    char text[40];
    if (!isfinite(number)) {
        fputs_unlocked("null", file);
        return;
    }
    if (number == rint(number) && fabs(number) < 1e15) {
        fprintf(file, "%s%ld.0", signbit(number) ? "-" : "",
                labs((long)number));
        return;
    }
    snprintf(text, sizeof text, "%.17g", number);
    if (!strpbrk(text, ".e"))
        strcat(text, ".0");
    shorten_power(text);
    fputs_unlocked(text, file);
}

void json_out_lines(const char *text, size_t size, int columns, FILE *file)
{
    while (size > 0 && text[size - 1] == '\n')
        size--;
    while (size > 0) {
        const char *newline = memchr(text, '\n', size);
        size_t length = newline ? (size_t)(newline - text) + 1 : size;
        fwrite_unlocked(text, 1, length, file);
        text += length;
        size -= length;
        if (size > 0)
            put_blanks(columns, file);
    }
}
