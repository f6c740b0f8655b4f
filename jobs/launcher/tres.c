/* SPDX-License-Identifier: BSD-3-Clause */
#include "tres.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 3 };

/* Digits, and a fraction behind a point. */
static double plain_number(const char *text, const char **end)
{
    char *stop;
    *end = text;
    if (!isdigit((unsigned char)text[0]) || strpbrk(text, "xXpPnN") == text + 1)
        return NAN;
    double value = strtod(text, &stop);
    *end = stop;
    return isfinite(value) ? value : NAN;
}

double tres_seconds(const char *text)
{
    const char *end = text;
    double days = 0, sum = 0;
    const char *dash = strchr(text, '-');
    if (dash) {
        days = plain_number(text, &end);
        if (end != dash)
            return NAN;
        text = dash + 1;
    }
    for (int i = 0; i < PARTS; i++) {
        double part = plain_number(text, &end);
        if (isnan(part))
            return NAN;
        sum = sum * 60 + part;
        if (*end == '\0')
            return days * 86400 + sum;
        if (*end != ':')
            return NAN;
        text = end + 1;
    }
    return NAN;
}

double tres_mib(const char *text)
{
    static const char units[] = "KMGTP";
    const char *end;
    double value = plain_number(text, &end);
    if (isnan(value))
        return NAN;
    if (*end == '\0')
        return value / 1048576;
    const char *unit = strchr(units, *end);
    if (!unit || end[1] != '\0')
        return NAN;
    return value * pow(1024, (double)(unit - units) - 1);
}

/* What stands behind "member="; "" = the list has none. */
static void find(const char *list, const char *member, char *value, size_t size)
{
    size_t length = strlen(member);
    value[0] = '\0';
    for (const char *at = list; *at;) {
        size_t whole = strcspn(at, ",");
        if (strncmp(at, member, length) == 0 && at[length] == '=') {
            snprintf(value, size, "%.*s", (int)(whole - length - 1),
                     at + length + 1);
            return;
        }
        at += whole + (at[whole] == ',');
    }
}

double tres_list_seconds(const char *list, const char *member)
{
    char value[64];
    find(list, member, value, sizeof value);
    return tres_seconds(value);
}

double tres_list_mib(const char *list, const char *member)
{
    char value[64];
    find(list, member, value, sizeof value);
    return tres_mib(value);
}
