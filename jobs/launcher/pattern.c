/* SPDX-License-Identifier: BSD-3-Clause */
#include "pattern.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum {
    PARTS_MAX = 5000, /* of a pattern, written out */
    DEPTH = 100,      /* of groups in groups */
};

/* A pattern on its way through measure(): sizes of what is written out, of
 * each open group and of the last thing in it. */
struct measuring {
    long sum[DEPTH];
    long last[DEPTH];
    int depth;
};

/* The larger number of the {count} or {least,most} at `brace`, at least 1. */
static long count_at(const char *brace)
{
    char *end;
    long least = strtol(brace + 1, &end, 10);
    long most = *end == ',' ? strtol(end + 1, NULL, 10) : 0;

    if (most < least)
        most = least;
    return most < 1 ? 1 : most;
}

/* The end of the [...] at `text`: its last character, or the last there is. */
static const char *bracket_end(const char *text)
{
    const char *at = text + 1;

    at += *at == '^';
    at += *at == ']';
    while (*at != '\0' && *at != ']') {
        /* [[:alpha:]], [[.a.]] and [[=a=]] have brackets of their own. */
        if (at[0] == '[' && at[1] != '\0' && strchr(":.=", at[1]) != NULL) {
            const char end[] = {at[1], ']', '\0'};
            const char *found = strstr(at + 2, end);

            at = found != NULL ? found + 1 : at;
        }
        at++;
    }
    return *at == '\0' ? at - 1 : at;
}

/* The last character of what starts at `text`: most often that one. */
static const char *thing_end(const char *text)
{
    size_t count = strspn(text + 1, "0123456789,");

    if (text[0] == '\\' && text[1] != '\0')
        return text + 1;
    if (text[0] == '[')
        return bracket_end(text);
    if (text[0] == '{' && text[1 + count] == '}')
        return text + 1 + count;
    return text;
}

/* The library copies what is to be repeated. Sizes stay small enough not to
 * overflow: whatever is above the limit counts as just above it. */
static void repeat(struct measuring *measuring, long count)
{
    long *last = &measuring->last[measuring->depth];
    long *sum = &measuring->sum[measuring->depth];
    long added = count > PARTS_MAX ? PARTS_MAX : *last * (count - 1);

    *last += added;
    *sum += added;
}

static void add(struct measuring *measuring, long size)
{
    measuring->last[measuring->depth] = size;
    measuring->sum[measuring->depth] += size;
}

static void take(struct measuring *measuring, const char *c)
{
    int depth = measuring->depth;

    if (*c == '(' && depth + 1 < DEPTH) {
        measuring->depth++;
        measuring->sum[depth + 1] = measuring->last[depth + 1] = 0;
    } else if (*c == ')' && depth > 0) {
        measuring->depth--;
        add(measuring, measuring->sum[depth] + 1);
    } else if (*c == '{') {
        repeat(measuring, count_at(c));
    } else if (*c == '+') {
        repeat(measuring, 2);
    } else {
        add(measuring, 1);
    }
}

/* Nothing that the library would not do at once. */
static int check_cost(const char *pattern, struct error *err)
{
    struct measuring measuring = {.depth = 0};

    for (const char *c = pattern; *c != '\0'; c++) {
        if (c[0] == '\\' && c[1] >= '1' && c[1] <= '9')
            return error_set(err, "\\%c is not possible here", c[1]);
        take(&measuring, c);
        c = thing_end(c);
        if (measuring.sum[measuring.depth] > PARTS_MAX)
            return error_set(err,
                             "its repetitions in repetitions have more than "
                             "%d parts",
                             (int)PARTS_MAX);
    }
    return 0;
}

int pattern_check(const char *pattern, struct error *err)
{
    char reason[128];
    regex_t regex;
    int rc;

    if (check_cost(pattern, err) != 0)
        return -1;
    rc = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
    if (rc != 0) {
        regerror(rc, &regex, reason, sizeof(reason));
        return error_set(err, "%s", reason);
    }
    regfree(&regex);
    return 0;
}
