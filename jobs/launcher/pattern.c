/* SPDX-License-Identifier: BSD-3-Clause */
#include "pattern.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum {
    PARTS_MAX = 1000, /* of a pattern, written out */
    NEST_MAX = 2,     /* repetitions in repetitions */
    DEPTH = 100,      /* of groups in groups */
};

/* What a part of a pattern costs. */
struct cost {
    long parts; /* written out */
    int nest;   /* of repetitions */
};

/* A pattern on its way through take(): each open group, and the last thing
 * in it. */
struct measuring {
    struct cost group[DEPTH];
    struct cost last[DEPTH];
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

static void add(struct measuring *measuring, struct cost cost)
{
    struct cost *group = &measuring->group[measuring->depth];

    measuring->last[measuring->depth] = cost;
    group->parts += cost.parts;
    if (group->nest < cost.nest)
        group->nest = cost.nest;
}

/* The library copies what is to be repeated. Numbers stay small enough not to
 * overflow: whatever is above the limit counts as just above it. */
static void repeat(struct measuring *measuring, long count)
{
    struct cost last = measuring->last[measuring->depth];

    measuring->group[measuring->depth].parts -= last.parts;
    last.parts *= count > PARTS_MAX ? PARTS_MAX + 1 : count;
    last.nest++;
    add(measuring, last);
}

static void take(struct measuring *measuring, const char *c)
{
    const struct cost one = {.parts = 1};
    int depth = measuring->depth;

    if (*c == '(' && depth + 1 < DEPTH) {
        measuring->depth++;
        measuring->group[depth + 1] = measuring->last[depth + 1] = one;
    } else if (*c == ')' && depth > 0) {
        measuring->depth--;
        add(measuring, measuring->group[depth]);
    } else if (*c == '{') {
        repeat(measuring, count_at(c));
    } else if (*c == '+') {
        repeat(measuring, 2);
    } else if (*c == '*' || *c == '?') {
        repeat(measuring, 1);
    } else {
        add(measuring, one);
    }
}

/* Nothing that the library would not do at once. */
static int check_cost(const char *pattern, struct error *err)
{
    struct measuring measuring = {.depth = 0};

    for (const char *c = pattern; *c != '\0'; c = thing_end(c) + 1) {
        const struct cost *group;

        if (c[0] == '\\' && c[1] >= '1' && c[1] <= '9')
            return error_set(err, "\\%c is not possible here", c[1]);
        take(&measuring, c);
        group = &measuring.group[measuring.depth];
        if (group->parts > PARTS_MAX || group->nest > NEST_MAX)
            return error_set(err,
                             "its repetitions, written out, have more than "
                             "%d parts, or are more than %d deep",
                             (int)PARTS_MAX, (int)NEST_MAX);
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
