/* SPDX-License-Identifier: BSD-3-Clause */
#include "figures.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

static bool differ(double a, double b)
{
    return !(fabs(a - b) <= 1e-9 * fabs(b));
}

static int check_times(const struct figures *figures, struct error *err)
{
    for (size_t i = 0; i < figures->repeats; i++) {
        double time_s = figures->time_s[i];
        if (!(time_s > 0) || !isfinite(time_s))
            return error_set(err,
                             "repeat %zu took %g s: a time must be more than "
                             "0. Its figures are left out",
                             i + 1, time_s);
    }
    if (figures->warmup_s <= 0)
        return error_set(err,
                         "the warm-up took %g s: a time must be more than 0. "
                         "Its figures are left out",
                         figures->warmup_s);
    return 0;
}

int figures_check(const struct figures *figures, struct error *err)
{
    struct spread spread;
    if (check_times(figures, err) != 0)
        return -1;
    size_t size = figures->repeats * sizeof *figures->time_s;
    double *sorted = malloc(size ? size : 1);
    if (!sorted)
        return error_set(err, "out of memory");
    memcpy(sorted, figures->time_s, size);
    stats_spread(sorted, figures->repeats, &spread);
    free(sorted);
    if (differ(figures->best_s, spread.min) ||
        differ(figures->median_s, spread.median))
        return error_set(err,
                         "best and median of the record are %g and %g s, and "
                         "its repeats give %g and %g s: it was changed after "
                         "the run. Its figures are left out",
                         figures->best_s, figures->median_s, spread.min,
                         spread.median);
    if (figures->integral_hex[0] &&
        strtod(figures->integral_hex, NULL) != figures->integral)
        return error_set(err,
                         "the record's integral is %.17g, and %.40s in "
                         "hexadecimal: it was changed after the run. Its "
                         "figures are left out",
                         figures->integral, figures->integral_hex);
    return 0;
}
