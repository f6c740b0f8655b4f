/* SPDX-License-Identifier: BSD-3-Clause */
/* Cancelling a run's job. */
#ifndef INTEG2D_STOP_H
#define INTEG2D_STOP_H

#include <stddef.h>

#include "refresh.h"
#include "run.h"
#include "sweep.h"

enum stopped {
    STOP_DONE,     /* cancelled, or over already */
    STOP_FAILED,   /* refused */
    STOP_NO_ANSWER /* not known: the job may go on */
};

/* Cancels the job of `run`, which is asked for first: it is found by its
 * token, and nobody else's job is touched. Writes in a line what happened. */
enum stopped stop_run(struct refresh *refresh, struct run *run, char *text,
                      size_t size);

/* Cancels all jobs of a sweep that are not over, its arrays with a request
 * each; none is started after that. */
enum stopped stop_sweep(struct refresh *refresh, struct sweep *sweep,
                        char *text, size_t size);

/* Cancels what `name` stands for, a run or a sweep. Returns 0 with *stopped
 * and the text filled in, or -1 when there is no such run. */
int stop_named(struct refresh *refresh, const char *name, enum stopped *stopped,
               char *text, size_t size, struct error *err);

#endif
