/* SPDX-License-Identifier: BSD-3-Clause */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* errno is left alone: a caller may still want to tell ENOENT from others. */
int error_set(struct error *err, const char *format, ...)
{
    int saved = errno;
    va_list args;

    va_start(args, format);
    if (vsnprintf(err->text, sizeof(err->text), format, args) < 0)
        err->text[0] = '\0';
    va_end(args);
    errno = saved;
    return -1;
}

int error_prefix(struct error *err, const char *format, ...)
{
    int saved = errno;
    struct error old = *err;
    va_list args;
    size_t used;

    va_start(args, format);
    if (vsnprintf(err->text, sizeof(err->text), format, args) < 0)
        err->text[0] = '\0';
    va_end(args);
    used = strlen(err->text);
    snprintf(err->text + used, sizeof(err->text) - used, ": %.*s",
             (int)sizeof(old.text) - 1, old.text);
    errno = saved;
    return -1;
}
