/* SPDX-License-Identifier: BSD-3-Clause */
/* A job's use over time, as it was seen while the job ran. What was not seen
 * is NAN or has no point: never zero. */
#ifndef INTEG2D_TRACE_H
#define INTEG2D_TRACE_H

#include <stddef.h>

#include "error.h"
#include "processes.h"

enum { TRACE_POINTS = 480 };

/* The time from t_s - length_s to t_s, both since the job's start. */
struct trace_point {
    double t_s;
    double length_s;
    double busy;    /* cores, on average */
    double mem_mib; /* at its end */
    double *core;   /* share of each of the trace's cores that was busy */
    size_t cores;   /* of those: cores that came later are not known here */
};

struct trace {
    int *core; /* as the system numbers them; none = not seen one by one */
    size_t cores;
    struct trace_point *point;
    size_t count;
    double steps_s, steps_at_s; /* CPU time by step statistics, and when since
                                   the start they were taken; at 0: never */
    double seen_s, seen_at_s;   /* the same of the processes seen */
    long busy_threads;          /* most of the time; 0 = not known */
    double ready;               /* threads that ran or could have, on average;
                                   NAN = not known */
    long omp_threads;           /* OMP_NUM_THREADS, 0 = not set or not known */
    double threads_sum;         /* of busy threads, over looks_count looks */
    double ready_sum;
    long looks_count;
};

/* Adds a point. Beyond TRACE_POINTS two neighbours become one, all along.
 * Returns 0, or -1 when out of memory. */
int trace_add(struct trace *trace, double t_s, double length_s, double busy,
              double mem_mib);

/* The same from two looks at the job's processes, length_s apart; mem_mib and
 * the share of each core that the job may use or has used are taken from the
 * later one. */
int trace_add_look(struct trace *trace, double t_s, double length_s,
                   const struct look *look);

/* The mean over all points, weighed by their length: cores busy, and the share
 * of core number `index`; NAN = not known. */
double trace_busy(const struct trace *trace);
double trace_core(const struct trace *trace, size_t index);

/* The most memory, in MiB; NAN = not known. */
double trace_mem_mib(const struct trace *trace);

/* Seconds that the points cover. */
double trace_length_s(const struct trace *trace);

/* Keeps it in <folder>/usage_<job_id>.json, and reads it from there: 0, also
 * when there is no such file, or -1. */
int trace_save(const struct trace *trace, const char *folder, long job_id,
               struct error *err);
int trace_load(struct trace *trace, const char *folder, long job_id,
               struct error *err);

void trace_release(struct trace *trace);

#endif
