/* SPDX-License-Identifier: BSD-3-Clause */
#include "pattern.h"

#include <regex.h>
#include <stdlib.h>

enum { PRODUCT_MAX = 1000 };

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

/* A {count} copies what is before it, and counts may hold each other. */
static int check_cost(const char *pattern, struct error *err)
{
    long product = 1;

    for (const char *c = pattern; *c != '\0'; c++) {
        if (c[0] == '\\' && c[1] >= '1' && c[1] <= '9')
            return error_set(err, "\\%c is not possible here", c[1]);
        if (c[0] == '\\' && c[1] != '\0') {
            c++;
        } else if (*c == '{') {
            long count = count_at(c);

            if (count > PRODUCT_MAX / product)
                return error_set(err,
                                 "its {count}s multiplied give more than %d",
                                 (int)PRODUCT_MAX);
            product *= count;
        }
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
