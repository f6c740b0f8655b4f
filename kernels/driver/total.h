/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A compensated sum: next to the sum, what rounding took from it.
 * Neumaier, ZAMM 54 (1974) 39-51. Its error stays near one rounding of the
 * result however many terms there are. -ffast-math would optimise it away.
 */
#ifndef TOTAL_H
#define TOTAL_H

#include <math.h>

struct total {
    double sum;
    double lost;
};

static inline void total_add(struct total *total, double term)
{
    const double sum = total->sum + term;

    if (fabs(total->sum) >= fabs(term))
        total->lost += (total->sum - sum) + term;
    else
        total->lost += (term - sum) + total->sum;
    total->sum = sum;
}

static inline double total_value(const struct total *total)
{
    return total->sum + total->lost;
}

#endif
