/* SPDX-License-Identifier: BSD-3-Clause */
/* From names to the run folders they stand for. */
#ifndef INTEG2D_GATHER_H
#define INTEG2D_GATHER_H

#include <stddef.h>

#include "error.h"

struct gathering {
    char **folder; /* each is the caller's to free */
    size_t count;
    size_t missing; /* runs of sweeps that were not submitted */
};

/* Adds what `name` stands for: a run folder, the runs of a sweep, the run of
 * a job number, or all run folders and sweeps in a folder, which must have
 * some. Returns 0; -1 where something of it could not be added. */
int gather_add(struct gathering *gathering, const char *name,
               struct error *err);

/* Adds what is meant when nothing is named: the runs in ./integ2d-runs, or
 * in the folder one is in. */
int gather_default(struct gathering *gathering, struct error *err);

/* Leaves one of those that are the same folder. */
void gather_unify(struct gathering *gathering);

void gather_release(struct gathering *gathering);

#endif
