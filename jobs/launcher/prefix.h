/* SPDX-License-Identifier: BSD-3-Clause */
/* Where integ2d is installed: found from the running program itself, so an
 * installation can be moved as a whole. */
#ifndef INTEG2D_PREFIX_H
#define INTEG2D_PREFIX_H

#include "error.h"

struct prefix {
    char bin[4096];  /* the programs */
    char lib[4096];  /* backend-slurm.so */
    char site[4096]; /* site files */
    char jobs[4096]; /* templates */
};

/* What a shell may have closed or turned off and every main counts on: open
 * descriptors 0 to 2 (one that was closed cannot be read or written, so
 * output to it is an error), and children that can be waited for. */
void prefix_standard(void);

/* Returns 0 or -1. */
int prefix_find(struct prefix *prefix, struct error *err);

#endif
