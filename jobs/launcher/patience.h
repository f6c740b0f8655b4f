/* SPDX-License-Identifier: BSD-3-Clause */
/* A request to Slurm may take long, and for most of a minute neither Slurm's
 * library nor its commands say a word about munge. This does. */
#ifndef INTEG2D_PATIENCE_H
#define INTEG2D_PATIENCE_H

#include <pthread.h>
#include <stdbool.h>

#include "progress.h"

struct patience {
    struct progress *progress; /* where it is said; NULL = on stderr */
    bool said;                 /* until the caller sets it to false again */
    /* Its own, while a request lasts: */
    bool started;
    pthread_t thread;
    int over, out;
};

/* Before and after a request. When it takes more than 2 s and munge does not
 * answer, that is said, unless it has been. */
void patience_begin(struct patience *patience);
void patience_end(struct patience *patience);

#endif
