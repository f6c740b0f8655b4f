/* SPDX-License-Identifier: BSD-3-Clause */
/* A job's use as one HTML file that needs nothing else: the processor over
 * time, core by core where they were seen, and memory. */
#ifndef INTEG2D_USAGE_PAGE_H
#define INTEG2D_USAGE_PAGE_H

#include <stdio.h>

#include "error.h"
#include "usage.h"

/* Whether a file can be made at `path`. Returns 0 or -1. */
int usage_page_check(const char *path, struct error *err);

/* Puts the page at `path`, whole or not at all. Returns 0 or -1. */
int usage_page_write(const struct usage *usage, const char *path,
                     struct error *err);

void usage_page_print(const struct usage *usage, FILE *file);

#endif
