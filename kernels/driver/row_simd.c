/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The fast row, in plain C: the compiler turns the loops over lanes into
 * vector instructions, as wide as the machine has them. Every lane's
 * arithmetic is spelled out (fma rounds once, everywhere), so the bits are the
 * same for any width, any compiler, and none at all.
 */
#include "row.h"

#include <math.h>

enum { LANES = 16 };

/* Compiled once for each, and chosen when the program starts: too early for
 * the thread sanitizer. */
#if defined __x86_64__ && !defined __SANITIZE_THREAD__
#define EVERY_WIDTH __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define EVERY_WIDTH
#endif

/* sin(r) = r (1 + t p(t)) with t = r²: see sin_coefficients.py. */
static const double sine[] = {
    -0x1.5555555555555p-3,  0x1.1111111111107p-7,   -0x1.a01a01a018aa6p-13,
    0x1.71de3a54562a8p-19,  -0x1.ae6455a1a9e7ep-26, 0x1.6124014cbe2fcp-33,
    -0x1.ae513415aadccp-41, 0x1.89a3f16388edcp-49,
};

/* sum + sin(r), for r in [-pi/2, pi/2]. */
static inline __attribute__((always_inline)) double add_sine(double sum,
                                                             double r)
{
    const double t = r * r;
    double p = __builtin_fma(sine[7], t, sine[6]);

    p = __builtin_fma(p, t, sine[5]);
    p = __builtin_fma(p, t, sine[4]);
    p = __builtin_fma(p, t, sine[3]);
    p = __builtin_fma(p, t, sine[2]);
    p = __builtin_fma(p, t, sine[1]);
    p = __builtin_fma(p, t, sine[0]);
    return __builtin_fma(r, __builtin_fma(p, t, 1.0), sum);
}

/* Sum of sin(start + step k) for k = 0 ... count - 1, all arguments within
 * [-pi/2, pi/2]. Lane l takes k = l, l + LANES, l + 2 LANES ...; what is left
 * at the end goes to the first lanes, and a fixed tree adds up the lanes. */
static inline __attribute__((always_inline)) double
strip(double start, double step, long count)
{
    const long blocks = count / LANES, left = count % LANES;
    double lane[LANES], k[LANES];

    for (int l = 0; l < LANES; l++) {
        lane[l] = 0.0;
        k[l] = l;
    }
    for (long b = 0; b < blocks; b++)
        for (int l = 0; l < LANES; l++) {
            lane[l] = add_sine(lane[l], __builtin_fma(step, k[l], start));
            k[l] += LANES;
        }
    for (int l = 0; l < LANES; l++) {
        const double more = add_sine(lane[l], __builtin_fma(step, k[l], start));

        lane[l] = l < left ? more : lane[l];
    }
    for (int width = LANES / 2; width > 0; width /= 2)
        for (int l = 0; l < width; l++)
            lane[l] += lane[l + width];
    return lane[0];
}

/* With a = x, or a = x - pi and the sign turned, a is in [-pi/2, pi/2]. Then
 * a + y passes pi/2 once, at j = fold. From there on
 * sin(a + y_j) = sin(pi - y_j - a) = sin(y_(n-1-j) - a): once more a sum from
 * y_0 upwards, and no argument is left to fold. */
EVERY_WIDTH
static double row(double x, double h, long n)
{
    const double a = x <= M_PI_2 ? x : x - M_PI;
    const double below = (M_PI_2 - a) / h + 0.5;
    const long fold = below < (double)n ? (long)below : n;
    const double sum =
        strip(h / 2.0 + a, h, fold) + strip(h / 2.0 - a, h, n - fold);

    return x <= M_PI_2 ? sum : -sum;
}

/* (Clang 14 finds the clones of a function only within its own file.) */
double row_simd(double x, double h, long n)
{
    return row(x, h, n);
}
