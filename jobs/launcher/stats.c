/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats.h"

#include <math.h>
#include <stdlib.h>

enum { EXACT = 70, TREND = 6, TREND_MOST = 400, ERROR = 4 };

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double middle(const double *sorted, size_t count)
{
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

/* The median distance from `centre`, without a second array: the k values
 * nearest to it are neighbours, so the window that holds more than half of
 * them is moved to where its farther end is nearest. */
static double distance(const double *sorted, size_t count, double centre)
{
    double best[2] = {INFINITY, INFINITY};
    for (int i = 0; i < 2; i++) {
        size_t width = (count - 1) / 2 + (i && count % 2 == 0);
        for (size_t from = 0; from + width < count; from++) {
            double far =
                fmax(centre - sorted[from], sorted[from + width] - centre);
            best[i] = fmin(best[i], far);
        }
    }
    return (best[0] + best[1]) / 2;
}

/* Largest k with P(fewer than k of n below the median) <= 2.5 %, at least 1,
 * and the coverage that it gives. */
static size_t rank_of(size_t n, double *coverage)
{
    double below = 0.0;                  /* P(fewer than k) */
    double term = ldexp(1.0, -(int)(n)); /* P(exactly k - 1) */
    size_t k = 1;
    below += term;
    while (k < (n + 1) / 2) {
        term *= (double)(n - k + 1) / (double)k;
        if (below + term > 0.025)
            break;
        below += term;
        k++;
    }
    *coverage = 1.0 - 2.0 * below;
    return k;
}

static void set_interval(const double *sorted, size_t n, struct spread *spread)
{
    size_t k;
    if (n <= EXACT) {
        k = rank_of(n, &spread->coverage);
    } else {
        k = (size_t)(0.5 * (double)n - 0.98 * sqrt((double)n));
        spread->coverage = 0.95;
    }
    if (n == 1)
        spread->coverage = 0.0;
    spread->low = sorted[k - 1];
    spread->high = sorted[n - k];
}

void stats_spread(double *values, size_t count, struct spread *spread)
{
    *spread = (struct spread){count, NAN, NAN, NAN, NAN, NAN, NAN, 0.0};
    if (count == 0)
        return;
    qsort(values, count, sizeof *values, ascending);
    spread->median = middle(values, count);
    spread->mad = distance(values, count, spread->median);
    spread->min = values[0];
    spread->max = values[count - 1];
    set_interval(values, count, spread);
}

double stats_quantile(double coverage)
{
    double low = 0.0, high = 10.0;
    for (int i = 0; i < 60; i++) {
        double z = (low + high) / 2;
        if (erf(z / sqrt(2.0)) < coverage)
            low = z;
        else
            high = z;
    }
    return (low + high) / 2;
}

/* Table; beyond it the first term of the expansion around the bell curve. */
double stats_student(size_t degrees)
{
    static const double table[] = {INFINITY, 12.706, 4.303, 3.182, 2.776,
                                   2.571,    2.447,  2.365, 2.306, 2.262,
                                   2.228,    2.201,  2.179, 2.160, 2.145};
    if (degrees < sizeof table / sizeof table[0])
        return table[degrees];
    return 1.95996 + 2.372 / (double)degrees + 2.8 / pow((double)degrees, 2);
}

double stats_error(const struct spread *spread)
{
    if (spread->count < ERROR || !(spread->low > 0))
        return NAN;
    return log(spread->high / spread->low) / 2 /
           stats_quantile(spread->coverage);
}

/* log(to/from), stretched from its coverage to 95 %. */
static double reach(const struct spread *spread, double from, double to)
{
    return log(to / from) * stats_quantile(0.95) /
           stats_quantile(spread->coverage);
}

struct ratio stats_ratio(const struct spread *a, const struct spread *b)
{
    struct ratio ratio = {NAN, NAN, NAN};
    if (!(a->median > 0) || !(b->median > 0))
        return ratio;
    ratio.value = a->median / b->median;
    if (isnan(stats_error(a)) || isnan(stats_error(b)))
        return ratio;
    ratio.low = ratio.value * exp(-hypot(reach(a, a->low, a->median),
                                         reach(b, b->median, b->high)));
    ratio.high = ratio.value * exp(hypot(reach(a, a->median, a->high),
                                         reach(b, b->low, b->median)));
    return ratio;
}

double stats_trend(const double *values, size_t count)
{
    size_t step = count > 0 ? (count - 1) / TREND_MOST + 1 : 1;
    double score = 0.0, n = (double)((count + step - 1) / step);
    if (count < TREND)
        return 0.0;
    for (size_t i = 0; i < count; i += step) {
        for (size_t j = i + step; j < count; j += step)
            score += (values[j] > values[i]) - (values[j] < values[i]);
    }
    double deviation = sqrt(n * (n - 1) * (2 * n + 5) / 18);
    return (score - (score > 0) + (score < 0)) / deviation;
}
