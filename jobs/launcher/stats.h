/* SPDX-License-Identifier: BSD-3-Clause */
/* What repeated measurements say, and how far they can be trusted. Nothing
 * here supposes that the noise is bell-shaped: times of programs have a hard
 * lower end and a long tail. */
#ifndef INTEG2D_STATS_H
#define INTEG2D_STATS_H

#include <stddef.h>

enum { STATS_FEW = 6 }; /* fewer repeats give no 95 % interval */

struct spread {
    size_t count;
    double median;
    double mad; /* median of the distances from the median */
    double min, max;
    double low, high; /* interval that holds the true median ... */
    double coverage;  /* ... with this probability: at least 0.95, less with
                         fewer than STATS_FEW values, 0 with one */
};

/* A quotient and the ends of its 95 % interval, NAN where not known. */
struct ratio {
    double value;
    double low, high;
};

/* Sorts `values` and fills *spread; all of it NAN when count is 0.
 *
 * The interval lies between order statistics: of n independent values the
 * number below the true median is binomial (n, 1/2) whatever they are
 * distributed like, so x(k) and x(n+1-k) hold it between them with the
 * probability 1 - 2 P(fewer than k below). k is the largest that leaves 95 %.
 * Source: J.-Y. Le Boudec, Performance Evaluation of Computer and
 * Communication Systems, EPFL Press 2010, theorem 2.1; above 70 values his
 * approximation of k. With 5 values even the smallest and the largest hold it
 * with 94 % only; a bootstrap cannot do better, for its interval lies between
 * these two as well. So --repeat is 6 unless it is given. */
void stats_spread(double *values, size_t count, struct spread *spread);

/* The relative standard error of the median: half the interval on the scale
 * of the logarithm, over the bell curve's quantile of its coverage. NAN when
 * fewer than 4 values, or one that is not positive, leave it unknown. */
double stats_error(const struct spread *spread);

/* a over b, medians of independent measurements. To first order relative
 * errors add up in quadrature; the two ends have each their own, since an
 * interval need not be symmetric. Source: G. Y. Zou, A. Donner, Statistics in
 * Medicine 27 (2008) 1693, on the scale of the logarithm. */
struct ratio stats_ratio(const struct spread *a, const struct spread *b);

/* Mann and Kendall's test for a trend in values in the order of their
 * measurement: beyond +-2.6 less than 1 % of series without any trend get.
 * 0 for fewer than 6 values; of more than 400 some in equal distances are
 * taken, since the time grows with the square of their number. Source: H. B.
 * Mann, Econometrica 13 (1945) 245. */
double stats_trend(const double *values, size_t count);

/* Half width of the bell curve's middle part with that probability. */
double stats_quantile(double coverage);

/* The same for Student's t, 95 %, with `degrees` of freedom. */
double stats_student(size_t degrees);

#endif
