/* SPDX-License-Identifier: BSD-3-Clause */
#include "tres.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 3, DIGITS = 16 };

/* Slurm has 2 to the power of 64 for what it has not counted yet, in
 * milliseconds or bytes: 213503982334-14:25:51. No job has as much. */
static double counted(double value)
{
    return value < 1e12 ? value : NAN;
}

/* Digits, and a fraction behind a point: no power, nothing but decimal. */
static double plain_number(const char *text, const char **end)
{
    size_t whole = strspn(text, "0123456789"), fraction = 0;
    *end = text;
    if (whole == 0 || whole > DIGITS)
        return NAN;
    if (text[whole] == '.')
        fraction = 1 + strspn(text + whole + 1, "0123456789");
    *end = text + whole + fraction;
    char digits[2 * DIGITS];
    snprintf(digits, sizeof digits, "%.*s", (int)(whole + fraction), text);
    return strtod(digits, NULL);
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
            return counted(days * 86400 + sum);
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
        return counted(value / 1048576);
    const char *unit = strchr(units, *end);
    if (!unit || end[1] != '\0')
        return NAN;
    return counted(value * pow(1024, (double)(unit - units) - 1));
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
