/* SPDX-License-Identifier: BSD-3-Clause */
#include "token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

long token_split(const char *token, char array[TOKEN_TEXT])
{
    const char *colon = strchr(token, ':');
    int length = colon ? (int)(colon - token) : (int)strlen(token);
    snprintf(array, TOKEN_TEXT, "%.*s", length, token);
    return colon ? strtol(colon + 1, NULL, 10) : 0;
}

static bool ends_in(const char *text, const char *token)
{
    if (!text)
        return false;
    size_t length = strlen(text), tail = strlen(token);
    return length > tail && text[length - tail - 1] == '-' &&
           strcmp(text + length - tail, token) == 0;
}

bool token_fits(const char *token, const char *comment, const char *name,
                const char *work_dir)
{
    char expected[64];
    snprintf(expected, sizeof expected, "integ2d:%s", token);
    return (comment && strcmp(comment, expected) == 0) ||
           ends_in(name, token) || ends_in(work_dir, token);
}

bool token_in_line(const char *token, const char *line)
{
    size_t length = strlen(token);
    for (const char *at = line; (at = strstr(at, token)) != NULL;
         at += length) {
        char next = at[length];
        if (at > line && (at[-1] == '-' || at[-1] == ':') &&
            (next == '|' || next == '\0' || next == '\n'))
            return true;
    }
    return false;
}
