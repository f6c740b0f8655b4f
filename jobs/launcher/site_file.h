/* SPDX-License-Identifier: BSD-3-Clause */
/* One site file, site/<name>.ini (every key is described in
 * site/example.ini). Unknown keys, bad values and missing keys are errors
 * with file and line. */
#ifndef INTEG2D_SITE_FILE_H
#define INTEG2D_SITE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "site.h"

/* A key that site files may have: proof that site/example.ini has them all
 * needs the list. */
struct site_key {
    const char *section;
    const char *key;
};

/* Reads <folder>/<name>.ini into *site, a retired one too. `name` becomes
 * part of a path: it must be one that site_list gave. Returns 0 or -1. */
int site_file_load(const char *folder, const char *name, struct site *site,
                   struct error *err);

/* Whether `text` can be a site's name: lower case letters, digits and
 * dashes, at most 31. */
bool site_file_name(const char *text);

/* The key of row `index` of the table that drives site_file_load, or NULL in
 * both members behind the last. */
struct site_key site_file_key(size_t index);

#endif
