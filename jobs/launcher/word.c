/* SPDX-License-Identifier: BSD-3-Clause */
#include "word.h"

#include <stdio.h>
#include <string.h>

/* Not isalnum: what a letter is must not depend on the locale. */
#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { LIST = 80 }; /* characters in a list of marks */

static const char starting_marks[] = "._/";

/* strchr finds the end of a string, too. */
static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

bool word_fits(const char *text, const char *marks)
{
    if (marks == NULL)
        return text[0] != '0' && text[0] != '\0' &&
               text[strspn(text, DIGITS)] == '\0';
    if (!is_one_of(text[0], LETTERS DIGITS) &&
        !(is_one_of(text[0], starting_marks) && is_one_of(text[0], marks)))
        return false;
    while (is_one_of(*text, LETTERS DIGITS) || is_one_of(*text, marks))
        text++;
    return *text == '\0';
}

/* Lists the marks, or only those for the start, each behind a blank. */
static void list_marks(const char *marks, bool start, char list[LIST])
{
    size_t used = 0;

    list[0] = '\0';
    for (; *marks != '\0' && used < LIST; marks++) {
        if (*marks == ' ' && !start)
            used += (size_t)snprintf(list + used, LIST - used, " blanks");
        else if (!start || is_one_of(*marks, starting_marks))
            used += (size_t)snprintf(list + used, LIST - used, " %c", *marks);
    }
}

void word_rule(const char *marks, char *rule, size_t size)
{
    char all[LIST];
    char first[LIST];

    if (marks == NULL) {
        snprintf(rule, size, "digits, the first of them not 0");
        return;
    }
    list_marks(marks, false, all);
    list_marks(marks, true, first);
    snprintf(rule, size, "letters%s digits%s%s, starting with a letter%s%s%s",
             all[0] == '\0' ? " and" : ",", all[0] == '\0' ? "" : " and", all,
             first[0] == '\0' ? " or" : ",",
             first[0] == '\0' ? " a digit" : " a digit or one of", first);
}

int word_replace(const char *text, const char *from, const char *to, char *out,
                 size_t size)
{
    size_t used = 0;

    while (*text != '\0') {
        bool found = strncmp(text, from, strlen(from)) == 0;
        size_t length = found ? strlen(to) : 1;

        if (used + length >= size)
            break;
        memcpy(out + used, found ? to : text, length);
        used += length;
        text += found ? strlen(from) : 1;
    }
    out[*text == '\0' ? used : 0] = '\0';
    return *text == '\0' ? 0 : -1;
}
