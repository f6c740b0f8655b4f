/* SPDX-License-Identifier: BSD-3-Clause */
/* Cancelling a run's job. */
#ifndef INTEG2D_STOP_H
#define INTEG2D_STOP_H

#include <stddef.h>

#include "refresh.h"
#include "run.h"

enum stopped {
    STOP_DONE,     /* cancelled, or over already */
    STOP_FAILED,   /* refused */
    STOP_NO_ANSWER /* not known: the job may go on */
};

/* Cancels the job of `run`, which is asked for first: it is found by its
 * token, and nobody else's job is touched. Writes in a line what happened. */
enum stopped stop_run(struct refresh *refresh, struct run *run, char *text,
                      size_t size);

#endif
