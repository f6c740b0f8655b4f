/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a job's program can be run at all. */
#ifndef INTEG2D_PROGRAM_H
#define INTEG2D_PROGRAM_H

#include "error.h"
#include "job.h"

/* The job's program may have been left out when integ2d was built, or what it
 * needs to run may not be there. Returns 0, or -1 with what brings it. bin_dir:
 * folder of the programs. */
int program_check(const struct job *job, const char *bin_dir,
                  struct error *err);

#endif
