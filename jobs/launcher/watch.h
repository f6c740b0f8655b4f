/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting for a job. The job itself announces its end: its record appears
 * in the run folder, and only then is Slurm asked at short intervals;
 * before, the interval between requests grows from 0.2 to 5 s. */
#ifndef INTEG2D_WATCH_H
#define INTEG2D_WATCH_H

#include <signal.h>
#include <stdbool.h>

#include "backend.h"
#include "progress.h"
#include "run.h"

struct watch {
    const struct backend *backend;
    struct progress *progress;
    long requests; /* to the back end so far */
};

/* From here on SIGINT, SIGTERM and SIGHUP end the wait of watch_job instead
 * of the program (a second one ends the program, with 130). Call it before
 * the run folder is made. */
void watch_signals(void);

/* Waits until the job of `run` is over and keeps its state in run->status.
 * Returns 0 when it is over, or when nobody has known it for a minute
 * (STATE_UNKNOWN); 1 when a signal came (the job goes on). A back end that
 * gives no answer is asked again until it does. */
int watch_job(struct watch *watch, struct run *run);

#endif
