/* SPDX-License-Identifier: BSD-3-Clause */
/* When each worker of a run was busy and when it waited, from the kernel's
 * record: a lane for each. */
#ifndef INTEG2D_LANES_H
#define INTEG2D_LANES_H

#include <jansson.h>
#include <stddef.h>

/* A stretch of time, since the first repeat began. */
struct stretch {
    double start_s, length_s;
};

struct lane {
    char host[64];
    long core;               /* -1 = not known */
    double busy;             /* share of the timed repeats; NAN = not known */
    struct stretch *stretch; /* busy ones */
    size_t count;
};

struct lanes {
    struct lane *lane; /* a worker each */
    size_t count;
    struct stretch *repeat; /* the first ones; none = the record is old */
    size_t repeats;
    double span_s; /* from the first repeat's start to the last one's end */
};

/* Reads a whole record (record.h). What is not there stays without data.
 * Returns 0, or -1 when out of memory. */
int lanes_read(const json_t *record, struct lanes *lanes);

/* The least and the most busy of the workers; NAN = not known. */
double lanes_least(const struct lanes *lanes);
double lanes_most(const struct lanes *lanes);

/* How many different cores the workers were seen on; 0 = not known. */
size_t lanes_cores(const struct lanes *lanes);

/* The share of the time from from_s to to_s that the lane was busy. */
double lane_busy(const struct lane *lane, double from_s, double to_s);

void lanes_release(struct lanes *lanes);

#endif
