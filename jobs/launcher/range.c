/* SPDX-License-Identifier: BSD-3-Clause */
#include "range.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "parse.h"

enum { SHOWN = 200, PART = 128 };

/* One part between commas, as typed. */
struct part {
    long first, last;
    long step;
    bool times; /* the step multiplies */
};

static const char digits[] = "0123456789";

bool range_is_several(const char *text)
{
    size_t number = strspn(text, digits);
    return strchr(text, ',') != NULL ||
           (number > 0 && (text[number] == '-' || text[number] == ':'));
}

static int refuse(const char *what, const char *part, const char *why,
                  struct error *err)
{
    char shown[SHOWN];
    file_visible(part, shown, sizeof shown);
    return error_set(err,
                     "%s: '%s' %s; expected numbers such as 1,2,4 or 1-8 or "
                     "1-16:x2",
                     what, shown, why);
}

/* The step behind a colon: "2" or "x2". */
static int read_step(const char *text, const char *what, const char *whole,
                     struct part *part, struct error *err)
{
    struct error why;
    part->times = text[0] == 'x';
    long least = part->times ? 2 : 1;
    if (parse_number(text + part->times, what, least, 1000000000, &part->step,
                     &why) == 0)
        return 0;
    return refuse(what, whole,
                  part->times ? "has a factor that is no whole number from 2 on"
                              : "has a step that is no whole number from 1 on",
                  err);
}

/* "4", "1-8", "1-9:2" or "1-16:x2"; the text is changed. */
static int read_part(char *text, const char *what, long min, long max,
                     struct part *part, struct error *err)
{
    char whole[PART];
    snprintf(whole, sizeof whole, "%s", text);
    char *colon = strchr(text, ':');
    char *dash = text[0] ? strchr(text + 1, '-') : NULL;
    if (text[0] == '\0')
        return refuse(what, whole, "is an empty place in the list", err);
    *part = (struct part){.step = 1};
    if (colon && (!dash || dash > colon))
        return refuse(what, whole, "has a step and no range", err);
    if (colon)
        *colon = '\0';
    if (colon && read_step(colon + 1, what, whole, part, err) != 0)
        return -1;
    if (dash)
        *dash = '\0';
    if (parse_number(text, what, min, max, &part->first, err) != 0)
        return -1;
    part->last = part->first;
    if (dash && parse_number(dash + 1, what, min, max, &part->last, err) != 0)
        return -1;
    if (part->last < part->first)
        return refuse(what, whole, "runs backwards", err);
    return 0;
}

static int add(struct range *range, long number, const char *what,
               struct error *err)
{
    for (size_t i = 0; i < range->count; i++) {
        if (range->number[i] == number)
            return error_set(err,
                             "%s: %ld is there twice: name each number once",
                             what, number);
    }
    if (range->count == RANGE_MAX)
        return error_set(err, "%s: more than %d numbers", what, (int)RANGE_MAX);
    if (range->count % 64 == 0) {
        long *more = reallocarray(range->number, range->count + 64,
                                  sizeof *range->number);
        if (!more)
            return error_set(err, "%s: out of memory", what);
        range->number = more;
    }
    range->number[range->count++] = number;
    return 0;
}

/* No number is larger than max, so that no step goes too far: a long has
 * room for max and the largest step, and for their product only if max is no
 * larger than its root; else the loop ends before. */
static int add_part(struct range *range, const struct part *part,
                    const char *what, struct error *err)
{
    for (long number = part->first;;) {
        if (add(range, number, what, err) != 0)
            return -1;
        long room =
            part->times ? part->last / part->step : part->last - part->step;
        if (number > room)
            return 0;
        number = part->times ? number * part->step : number + part->step;
    }
}

int range_read(const char *text, const char *what, long min, long max,
               struct range *range, struct error *err)
{
    struct part part;
    *range = (struct range){0};
    char *copy = strdup(text), *rest = copy;
    int rc = copy ? 0 : error_set(err, "%s: out of memory", what);
    for (char *word; rc == 0 && (word = strsep(&rest, ",")) != NULL;) {
        rc = read_part(word, what, min, max, &part, err);
        if (rc == 0)
            rc = add_part(range, &part, what, err);
    }
    free(copy);
    if (rc != 0)
        range_release(range);
    return rc;
}

int range_text(const long *numbers, size_t count, char *text, size_t size)
{
    size_t used = 0, next;
    text[0] = '\0';
    for (size_t i = 0; i < count; i = next) {
        next = i + 1;
        while (next < count && numbers[next] == numbers[next - 1] + 1)
            next++;
        const char *comma = i ? "," : "";
        int length =
            next - i == 1
                ? snprintf(text + used, size - used, "%s%ld", comma, numbers[i])
                : snprintf(text + used, size - used, "%s%ld-%ld", comma,
                           numbers[i], numbers[next - 1]);
        used += (size_t)length;
        if (used >= size)
            return -1;
    }
    return 0;
}

/* A whole number at *text, which moves behind it; -1 when there is none. */
static long take_number(const char **text)
{
    char *end;
    if (**text < '0' || **text > '9')
        return -1;
    errno = 0;
    long number = strtol(*text, &end, 10);
    *text = end;
    return errno == 0 ? number : -1;
}

bool range_holds(const char *tasks, long number)
{
    for (const char *at = tasks; *at && *at != '%';) {
        long first = take_number(&at), step = 1;
        long last = first;
        if (*at == '-') {
            at++;
            last = take_number(&at);
        }
        if (*at == ':') {
            at++;
            step = take_number(&at);
        }
        if (first < 0 || last < 0 || step < 1)
            return false;
        if (number >= first && number <= last && (number - first) % step == 0)
            return true;
        if (*at != ',')
            return false;
        at++;
    }
    return false;
}

void range_release(struct range *range)
{
    free(range->number);
    *range = (struct range){0};
}

static int add_word(char **words, size_t *count, const char *word,
                    const char *what, struct error *err)
{
    char shown[SHOWN];
    file_visible(word, shown, sizeof shown);
    if (word[0] == '\0')
        return error_set(err, "%s: there is an empty place in the list", what);
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(words[i], word) == 0)
            return error_set(err, "%s: '%s' is there twice: name each once",
                             what, shown);
    }
    words[*count] = strdup(word);
    if (!words[*count])
        return error_set(err, "%s: out of memory", what);
    (*count)++;
    return 0;
}

int range_words(const char *text, const char *what, char ***words,
                size_t *count, struct error *err)
{
    size_t commas = 0;
    for (const char *at = text; *at; at++)
        commas += *at == ',';
    *count = 0;
    char *copy = strdup(text), *rest = copy;
    *words = calloc(commas + 1, sizeof **words);
    int rc = copy && *words ? 0 : error_set(err, "%s: out of memory", what);
    for (char *word; rc == 0 && (word = strsep(&rest, ",")) != NULL;)
        rc = add_word(*words, count, word, what, err);
    free(copy);
    if (rc == 0)
        return 0;
    range_words_release(*words, *count);
    *words = NULL;
    return -1;
}

void range_words_release(char **words, size_t count)
{
    for (size_t i = 0; words && i < count; i++)
        free(words[i]);
    free(words);
}
