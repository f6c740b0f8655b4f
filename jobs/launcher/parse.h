/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers, times and sizes as people type them for sbatch. `what` is the
 * option or key as typed ("-n", "hpc2n.ini:12: longest_min"): it opens the
 * message. All return 0, or -1 with *err filled and *value unchanged. */
#ifndef INTEG2D_PARSE_H
#define INTEG2D_PARSE_H

#include <stddef.h>

#include "error.h"

/* A whole number from min to max, nothing before or after it. */
int parse_number(const char *text, const char *what, long min, long max,
                 long *value, struct error *err);

/* A time limit as sbatch takes it: M, M:S, H:M:S, D-H, D-H:M, D-H:M:S;
 * rounded up to minutes, at least 1. */
int parse_time_min(const char *text, const char *what, long *value_min,
                   struct error *err);

/* Memory as sbatch takes it: a whole number with K, M (also without), G or
 * T behind it; rounded up to MiB, at least 1. */
int parse_mem_mib(const char *text, const char *what, long *value_mib,
                  struct error *err);

/* Writes time_min as [D-]HH:MM:00 to text. */
void parse_time_text(long time_min, char *text, size_t size);

/* The word of the NULL-terminated list nearest to `word` by edits, or NULL
 * when none is near enough to be a slip of the fingers. */
const char *parse_nearest(const char *word, const char *const *list);

#endif
