/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs as people name them: by folder or by job number, 12_3 for task 3 of
 * array 12. */
#ifndef INTEG2D_NAMED_H
#define INTEG2D_NAMED_H

#include "error.h"
#include "run.h"

/* Where runs are looked for by number, below the folder one is in. */
extern const char *const named_parent;

/* Loads the run folder called `name`, or the run below named_parent whose job
 * has that number ("12", or "12_3" for a task of an array). Returns 0 or -1. */
int named_load(const char *name, struct run *run, struct error *err);

#endif
