/* SPDX-License-Identifier: BSD-3-Clause */
/* A job's use for people, in a terminal or a file. */
#ifndef INTEG2D_USAGE_VIEW_H
#define INTEG2D_USAGE_VIEW_H

#include <stdio.h>

#include "sheet.h"
#include "usage.h"

/* Now: some lines, none wider than the style's width, for a screen of `height`
 * lines. Returns how many they are. */
int usage_view_now(const struct usage *usage, const struct style *style,
                   int height, FILE *file);

/* Now, in one line. */
void usage_view_line(const struct usage *usage, FILE *file);

/* The whole of it, when the job is over. */
void usage_view_end(const struct usage *usage, const struct style *style,
                    FILE *file);

/* The steps as a table, the first `most` of them; sheet_release when done. */
void usage_view_steps(const struct usage *usage, struct sheet *sheet,
                      size_t most);

/* Who counted how much CPU time, as a table; sheet_release when done. */
void usage_view_sources(const struct usage *usage, struct sheet *sheet);

/* What Slurm's step statistics are worth: how old, or why there are none. */
void usage_view_age(const struct usage *usage, char *text, size_t size);

/* "4 cores on 1 node, 500 MiB, 5 minutes" */
void usage_view_asked(const struct usage *usage, char *text, size_t size);

/* "COMPLETED on n1, ran 22.0 s" */
void usage_view_state(const struct usage *usage, char *text, size_t size);

#endif
