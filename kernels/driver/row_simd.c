/* SPDX-License-Identifier: BSD-3-Clause */
#include "row.h"

#include <math.h>

enum { LANES = 16, TERMS = 8 };

static const double sine[TERMS] = {
    -0x1.5555555555555p-3,  0x1.111111111110fp-7,  -0x1.a01a01a019e7fp-13,
    0x1.71de3a524f06ep-19,  -0x1.ae6454b5ce0f6p-26, 0x1.61239d31ba7c4p-33,
    -0x1.ae4f2a6ba0a3cp-41, 0x1.880ff69a83fbep-49,
};

/* Sum of sin(start + step * k) for k = 0 ... count - 1, all arguments within
 * [-pi/2, pi/2]. */
static double strip(double start, double step, long count)
{
    double lane[LANES] = {0.0}, first[LANES];

    for (int l = 0; l < LANES; l++)
        first[l] = __builtin_fma(step, l, start);
    for (long k = 0; k < count; k += LANES) {
        for (int l = 0; l < LANES; l++) {
            const double r = __builtin_fma(step, (double)k, first[l]);
            const double t = r * r;
            double p = sine[TERMS - 1];

            for (int c = TERMS - 2; c >= 0; c--)
                p = __builtin_fma(p, t, sine[c]);
            if (k + l < count)
                lane[l] =
                    __builtin_fma(r, __builtin_fma(p, t, 1.0), lane[l]);
        }
    }
    for (int width = LANES / 2; width > 0; width /= 2)
        for (int l = 0; l < width; l++)
            lane[l] += lane[l + width];
    return lane[0];
}

double row_simd(double x, double h, long n)
{
    const double a = x <= M_PI_2 ? x : x - M_PI;
    const double below = (M_PI_2 - a) / h + 0.5;
    const long fold = below < (double)n ? (long)below : n;
    const double sum =
        strip(a + h / 2.0, h, fold) + strip(h / 2.0 - a, h, n - fold);

    return x <= M_PI_2 ? sum : -sum;
}
