/* SPDX-License-Identifier: BSD-3-Clause */
/* Who submits a run's job holds its run.json: as long as that lasts, a job
 * may still come. The end of the program, however it comes, lets go. */
#ifndef INTEG2D_LOCK_H
#define INTEG2D_LOCK_H

#include <stdbool.h>

/* Takes the lock of the run folder, or of a sweep's, which has a sweep.json
 * instead. A program started from here (sbatch)
 * holds it, too, for as long as it runs. Returns what lock_give wants; -1
 * where the file system has no locks, which is no error. */
int lock_take(const char *folder);

void lock_give(int lock);

/* Whether another program holds it. */
bool lock_is_taken(const char *folder);

#endif
