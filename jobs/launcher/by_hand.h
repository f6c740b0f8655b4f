/* SPDX-License-Identifier: BSD-3-Clause */
/* Jobs of a run folder that somebody has sent with "sbatch job.sbatch". */
#ifndef INTEG2D_BY_HAND_H
#define INTEG2D_BY_HAND_H

#include <stddef.h>

#include "run.h"

/* Among the run folders, that of the job with this number which is not the
 * launcher's own: its output is there, or Slurm still knows its comment,
 * which it has from job.sbatch. Fills *run (run_adopt) and returns 1, or 0
 * when there is none. */
int by_hand_find(long job_id, char **folders, size_t count, struct run *run);

#endif
