/* SPDX-License-Identifier: BSD-3-Clause */
/* How long the rest of several jobs takes, from those that are over. */
#ifndef INTEG2D_ESTIMATE_H
#define INTEG2D_ESTIMATE_H

#include <stddef.h>

struct estimate_job {
    double work;    /* in proportion to what it computes; any unit */
    double began_s; /* on any clock; NAN = not yet */
    double ended_s; /* NAN = not yet */
};

/* Seconds from `now_s` until all are over; NAN while none is. The time of a job
 * is taken as a start plus its work times a speed, fitted to those that are
 * over; as many are taken to run at once as did until now. */
double estimate_left_s(const struct estimate_job *jobs, size_t count,
                       double now_s);

#endif
