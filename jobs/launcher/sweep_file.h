/* SPDX-License-Identifier: BSD-3-Clause */
/* The texts of a sweep's two files. */
#ifndef INTEG2D_SWEEP_FILE_H
#define INTEG2D_SWEEP_FILE_H

#include "plan.h"
#include "sweep.h"

#define SWEEP_JSON "sweep.json"
#define SWEEP_JOURNAL "journal"

/* The text of sweep.json; the caller frees it. NULL = out of memory. */
char *sweep_file_text(const struct sweep *sweep, const struct plan *plan);

/* Reads <folder>/sweep.json and the journal into a sweep of which only the
 * folder is filled in. Returns 0, or -1 with nothing to release. */
int sweep_file_read(struct sweep *sweep, struct error *err);

/* Adds an array that has these runs. Returns 0 or -1. */
int sweep_file_array(struct sweep *sweep, const char *token, const size_t *runs,
                     size_t count, struct error *err);

#endif
