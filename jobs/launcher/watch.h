/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting for jobs. A job itself announces its end: its record appears in the
 * run folder. Slurm is asked for all of them with one request in an interval,
 * which grows with the age of the wait, from 0.2 s to 5 s and, after some
 * minutes, to a minute; it shrinks when something has changed, and is never
 * shorter than the site allows. Of many jobs the run folders tell which have
 * begun and ended; Slurm is asked seldom, and at the end. */
#ifndef INTEG2D_WATCH_H
#define INTEG2D_WATCH_H

#include <signal.h>
#include <stddef.h>

#include "progress.h"
#include "refresh.h"
#include "run.h"

struct watch {
    struct refresh *refresh;
    struct progress *progress;
    long shortest_s; /* between two requests, by the site; 0 = any */

    /* Called again and again, to start jobs of runs that have none yet when
     * there is room (their job number is 0); NULL = all are started. */
    void (*feed)(void *feeder);
    void *feeder;
};

/* From here on SIGINT, SIGTERM and SIGHUP end the wait of watch_runs instead
 * of the program (a second one ends the program, with 130). Call it before
 * the run folder is made. */
void watch_signals(void);

/* Whether such a signal has come. */
bool watch_is_ended(void);

/* Waits until the jobs of all runs are over and keeps their states in
 * runs[i]->status. Returns 0 when they are, or when nobody has known the rest
 * for a minute (STATE_UNKNOWN); 1 when a signal came (the jobs go on); -1
 * when out of memory. A back end that gives no answer is asked again until it
 * does. */
int watch_runs(struct watch *watch, struct run *const *runs, size_t count);

/* The time until the next request, without jitter. All times are in ms: the
 * last interval, the age of the wait, what the last request took; `open` jobs
 * are asked for; `changed`: the last answer brought news; `near`: one job's
 * end is near. */
long watch_interval_ms(long last_ms, long age_ms, long took_ms, size_t open,
                       bool changed, bool near);

#endif
