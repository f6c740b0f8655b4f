/* SPDX-License-Identifier: BSD-3-Clause */
/* Several numbers or words as one value: "1,2,4", "1-8", "1-9:2" (every
 * second), "1-16:x2" (doubled each time), "openmp,mpi". */
#ifndef INTEG2D_RANGE_H
#define INTEG2D_RANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

enum { RANGE_MAX = 10000 }; /* numbers in one value */

struct range {
    long *number;
    size_t count;
};

/* Whether a value means more than itself: there is a list or a range in it. */
bool range_is_several(const char *text);

/* Reads numbers from min to max in the order in which they are typed. `what`
 * is the option, for messages. A number that is there twice is an error, as
 * are more than RANGE_MAX. Returns 0, or -1; range_release when done. */
int range_read(const char *text, const char *what, long min, long max,
               struct range *range, struct error *err);

/* Writes `count` numbers, of which each is larger than the one before, in the
 * short form that sbatch's --array takes: "1-4,7,9-12". Returns 0, or -1 when
 * it does not fit. */
int range_text(const long *numbers, size_t count, char *text, size_t size);

/* Whether `number` is in a list of tasks as Slurm prints it: "1-4,7%2",
 * "5-63:2". What cannot be read holds nothing. */
bool range_holds(const char *tasks, long number);

void range_release(struct range *range);

/* The words of a list with commas between, each the caller's to free, as the
 * list. No word may be empty or there twice. Returns 0 or -1. */
int range_words(const char *text, const char *what, char ***words,
                size_t *count, struct error *err);

void range_words_release(char **words, size_t count);

#endif
