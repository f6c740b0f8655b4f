/* SPDX-License-Identifier: BSD-3-Clause */
#include "parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

enum {
    DAY_MIN = 24 * 60,
    DAYS_MAX = 9999,      /* no site's limit is near; keeps sums small */
    MEM_MAX = 1073741824, /* MiB, one PiB */
    SHOWN = 200,          /* of a wrong value, in a message */
    WORD = 64,            /* longest word parse_nearest compares */
};

static const char time_forms[] =
    "write a time limit as sbatch takes it: minutes, minutes:seconds, "
    "hours:minutes:seconds, days-hours, days-hours:minutes or "
    "days-hours:minutes:seconds, for example 10 or 1:30:00";

static const char *shown(const char *text, char buffer[SHOWN])
{
    file_visible(text, buffer, SHOWN);
    return buffer;
}

int parse_number(const char *text, const char *what, long min, long max,
                 long *value, struct error *err)
{
    char buffer[SHOWN];
    char *end = NULL;
    long number;

    errno = 0;
    number = strtol(text, &end, 10);
    /* strtol lets blanks and a plus sign pass. */
    if (end == text || *end != '\0' ||
        !(isdigit((unsigned char)text[0]) || text[0] == '-'))
        return error_set(err,
                         "%s: '%s' is not a whole number; give one from "
                         "%ld to %ld",
                         what, shown(text, buffer), min, max);
    if (errno == ERANGE || number < min || number > max)
        return error_set(err,
                         "%s: %s is out of range; give a whole number from "
                         "%ld to %ld",
                         what, shown(text, buffer), min, max);
    *value = number;
    return 0;
}

/* Reads up to `max` numbers with ':' between them, up to the end of text.
 * Returns how many, or 0 when the text is anything else. */
static int read_fields(const char *text, long *field, int max)
{
    int count = 0;

    for (;;) {
        char *end = NULL;

        if (count == max || !isdigit((unsigned char)*text))
            return 0;
        errno = 0;
        field[count] = strtol(text, &end, 10);
        if (errno == ERANGE || field[count] > DAYS_MAX * DAY_MIN * 60L)
            return 0;
        count++;
        if (*end == '\0')
            return count;
        if (*end != ':')
            return 0;
        text = end + 1;
    }
}

/* The time in seconds, or -1 when text has none of sbatch's forms. */
static long read_time_s(const char *text)
{
    long field[3] = {0, 0, 0};
    char days_text[8] = "";
    const char *dash = strchr(text, '-');
    long days = 0;
    int count;

    if (dash != NULL) {
        if (dash == text || (size_t)(dash - text) >= sizeof(days_text))
            return -1;
        memcpy(days_text, text, (size_t)(dash - text));
        if (read_fields(days_text, &days, 1) != 1)
            return -1;
        count = read_fields(dash + 1, field, 3);
        if (count == 0)
            return -1;
        return ((days * 24 + field[0]) * 60 + field[1]) * 60 + field[2];
    }
    count = read_fields(text, field, 3);
    if (count == 3)
        return (field[0] * 60 + field[1]) * 60 + field[2];
    return count == 0 ? -1 : field[0] * 60 + field[1];
}

int parse_time_min(const char *text, const char *what, long *value_min,
                   struct error *err)
{
    char buffer[SHOWN];
    long time_s = read_time_s(text);

    if (time_s == 0)
        return error_set(err,
                         "%s: %s is no time limit (sbatch would take it as "
                         "no limit at all); %s",
                         what, shown(text, buffer), time_forms);
    if (time_s < 0 || time_s > (long)DAYS_MAX * DAY_MIN * 60)
        return error_set(err, "%s: '%s' is no time limit; %s", what,
                         shown(text, buffer), time_forms);
    *value_min = (time_s + 59) / 60;
    return 0;
}

int parse_mem_mib(const char *text, const char *what, long *value_mib,
                  struct error *err)
{
    static const char units[] = "KMGT";
    char buffer[SHOWN];
    char *end = NULL;
    const char *unit = units + 1; /* sbatch reads a bare number as MiB */
    long number;
    long mib;

    errno = 0;
    number = strtol(text, &end, 10);
    if (isdigit((unsigned char)text[0]) && *end != '\0') {
        unit = strchr(units, toupper((unsigned char)*end));
        end++;
    }
    if (!isdigit((unsigned char)text[0]) || unit == NULL || *end != '\0')
        return error_set(err,
                         "%s: '%s' is no amount of memory; give a whole "
                         "number with K, M, G or T behind it, for example "
                         "2000M or 4G",
                         what, shown(text, buffer));
    if (number == 0)
        return error_set(err,
                         "%s: %s is no amount of memory (sbatch would take "
                         "it as all of a node); give at least 1M",
                         what, shown(text, buffer));
    /* The bound is MEM_MAX in K: nothing below overflows. */
    if (errno == ERANGE || number > MEM_MAX * 1024L)
        mib = MEM_MAX + 1L;
    else if (*unit == 'K')
        mib = (number + 1023) / 1024;
    else if (*unit == 'M')
        mib = number;
    else if (*unit == 'G')
        mib = number * 1024;
    else
        mib = number * 1024 * 1024;
    if (mib > MEM_MAX)
        return error_set(err,
                         "%s: %s is more memory than there is; give at most "
                         "1024T",
                         what, shown(text, buffer));
    *value_mib = mib;
    return 0;
}

void parse_time_text(long time_min, char *text, size_t size)
{
    long days = time_min / DAY_MIN;
    long hours = time_min % DAY_MIN / 60;
    long minutes = time_min % 60;

    if (days > 0)
        snprintf(text, size, "%ld-%02ld:%02ld:00", days, hours, minutes);
    else
        snprintf(text, size, "%02ld:%02ld:00", hours, minutes);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn one
 * word into the other; case does not count. Both are shorter than WORD. */
static size_t edits(const char *a, const char *b)
{
    size_t row[WORD][WORD];
    size_t rows = strlen(a);
    size_t columns = strlen(b);

    for (size_t i = 0; i <= rows; i++) {
        for (size_t j = 0; j <= columns; j++) {
            if (i == 0 || j == 0) {
                row[i][j] = i + j;
                continue;
            }
            int x = tolower((unsigned char)a[i - 1]);
            int y = tolower((unsigned char)b[j - 1]);

            row[i][j] = least(least(row[i - 1][j], row[i][j - 1]) + 1,
                              row[i - 1][j - 1] + (x != y));
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
                y == tolower((unsigned char)a[i - 2]))
                row[i][j] = least(row[i][j], row[i - 2][j - 2] + 1);
        }
    }
    return row[rows][columns];
}

const char *parse_nearest(const char *word, const char *const *list)
{
    size_t length = strlen(word);
    const char *best = NULL;
    size_t best_edits;

    if (length == 0 || length >= WORD)
        return NULL;
    /* One slip in a short word, two or three in a longer one. */
    best_edits = 1 + least(length / 5, 2) + 1;
    for (; *list != NULL; list++) {
        size_t found;

        if (strlen(*list) >= WORD)
            continue;
        found = edits(word, *list);
        if (found < best_edits && found < length) {
            best = *list;
            best_edits = found;
        }
    }
    return best;
}
