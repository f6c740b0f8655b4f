/* SPDX-License-Identifier: BSD-3-Clause */
/* The laws of scaling, fitted to measured times. W is the number of workers,
 * T(W) the time with them. */
#ifndef INTEG2D_SCALING_H
#define INTEG2D_SCALING_H

#include <stdbool.h>
#include <stddef.h>

/* One measured time. */
struct timing {
    double workers;
    double work; /* against the first timing's; 1 in strong scaling */
    double time_s;
    double error; /* relative standard error, NAN = not known */
};

struct fit {
    double share; /* serial share: of the time with one worker (Amdahl), of
                     the time with W workers (Gustafson) */
    double error; /* half the width of its 95 % interval, NAN = not known */
    double worst; /* largest residual: measured over fitted time, less 1 */
    double one_s; /* fitted time with one worker (Amdahl) */
    size_t points;
};

/* Fits T(W) = T(1) (s + (1 - s)/W) by linear least squares of the relative
 * residuals, with T(1) and s free: no point is trusted more than another, and
 * none with one worker is needed. The error of s follows from those of the
 * times to first order, stretched by sqrt(chi^2/degrees of freedom) where the
 * residuals are larger than the errors explain (Particle Data Group, Review
 * of Particle Physics, "Procedures": scale factor); where an error is not
 * known, from the residuals alone, with Student's t. Returns whether there
 * are two different numbers of workers; *fit is NAN if not.
 * Source of the law: G. M. Amdahl, AFIPS Spring Joint Computer Conference 30
 * (1967) 483. */
bool scaling_amdahl(const struct timing *timings, size_t count,
                    struct fit *fit);

/* The time that `fit` expects with that many workers. */
double scaling_amdahl_time(const struct fit *fit, double workers);

/* Fits S(W) = W + (1 - W) a to the scaled speedups S = work T(1)/T(W) by least
 * squares of the relative residuals; errors as above. timings[0] has one
 * worker (or the fewest: speedups are against it, and W counts in its
 * workers). Source: J. L. Gustafson, Communications of the ACM 31 (1988)
 * 532. */
bool scaling_gustafson(const struct timing *timings, size_t count,
                       struct fit *fit);

/* The serial share that one speedup means by itself, (1/S - 1/W)/(1 - 1/W);
 * NAN with one worker. Source: A. H. Karp, H. P. Flatt, Communications of the
 * ACM 33 (1990) 539. */
double scaling_karp_flatt(double speedup, double workers);

#endif
