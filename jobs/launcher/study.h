/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs brought together: repeats of the same thing become a point, points
 * that differ in their workers a series, and series are held against each
 * other and against the laws of scaling. */
#ifndef INTEG2D_STUDY_H
#define INTEG2D_STUDY_H

#include <stdbool.h>
#include <stddef.h>

#include "sample.h"
#include "scaling.h"
#include "stats.h"

/* All runs of one scheme with one number of workers on one grid, that are of
 * one kind. */
struct point {
    const struct sample *sample; /* the first of its runs, by their dates */
    size_t runs;
    struct spread time;         /* of all repeats of all runs */
    struct spread warmup;       /* apart from them */
    double cpu_efficiency;      /* median of the runs; NAN = not known */
    double peak_mem_mib;        /* the largest */
    const struct point *serial; /* what it may be held against: scheme serial,
                                   and one worker of its own scheme, with all
                                   else equal; NULL = was not run */
    const struct point *one;
    struct ratio over_serial; /* speedups against them */
    struct ratio over_one;
    double karp_flatt;       /* against `one`; NAN = no such point */
    double karp_flatt_error; /* half width of its 95 % interval */
    double residual;         /* against Amdahl's fit of its series */
    double scaled; /* speedup against the smallest point that its grid has
                      grown from, as its workers have; NAN = it has not */
};

/* Points of one scheme with one grid (strong scaling), in the order of their
 * workers. */
struct series {
    struct point *point;
    size_t count;
    struct fit amdahl; /* NAN without two numbers of workers */
};

/* Points of one scheme whose grid grows so that each worker keeps its share
 * of the work (weak scaling). */
struct weak {
    struct point **point;
    size_t count;
    struct fit gustafson;
    double *speedup; /* scaled, against the first point */
};

struct study {
    struct point *point;
    size_t points;
    struct series *series;
    size_t many; /* series */
    struct weak *weak;
    size_t weaks;
};

/* Makes the study of those of the `count` samples that are right; sorts
 * `samples`, which must outlive it. Returns 0, or -1 when out of memory. */
int study_make(struct sample *samples, size_t count, struct study *study);

void study_release(struct study *study);

/* Whether two points differ in nothing but workers and kind. */
bool study_alike(const struct point *a, const struct point *b);

/* Whether two samples differ in nothing but workers and grid. */
bool study_comparable(const struct sample *a, const struct sample *b);

/* Whether their grids are as far apart as their workers are. */
bool study_is_weak(const struct sample *a, const struct sample *b);

#endif
