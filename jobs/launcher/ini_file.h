/* SPDX-License-Identifier: BSD-3-Clause */
/* INI files: site files and a user's config.ini, item by item. */
#ifndef INTEG2D_INI_FILE_H
#define INTEG2D_INI_FILE_H

#include <stdbool.h>

#include "error.h"

/* What ini_file_read meets, in the file's order: a section's start (key
 * NULL), a key, and after the last line the end of the file (section NULL). */
struct ini_item {
    const char *where;   /* "<path>:<line>" */
    const char *section; /* "" before the first one */
    const char *key;
    const char *value; /* "" if empty, without blanks around it */
};

/* Returns 0 to go on, or -1 with *err filled to stop. */
typedef int ini_item_fn(void *user, const struct ini_item *item,
                        struct error *err);

/* Reads an INI file with inih, calling `fn` for each item. Stricter than
 * inih: no continued or overlong lines, no section twice, nothing behind a
 * section's bracket. `whole`: the last line must end in a newline, so that a
 * half-written file is noticed. Returns 0 or -1; errno as in file_read, and
 * 0 when the file could be read. */
int ini_file_read(const char *path, bool whole, ini_item_fn *fn, void *user,
                  struct error *err);

#endif
