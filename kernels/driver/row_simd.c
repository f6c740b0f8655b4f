/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The fast row, in plain C: the compiler turns the loops over lanes into
 * vector instructions, as wide as the machine has them. Every lane's
 * arithmetic is spelled out (fma rounds once, everywhere), so the bits are the
 * same for any width, any compiler, and none at all. Derived in ../README.md.
 */
#include "row.h"

#include <math.h>

enum { LANES = 16, BLOCK = 2 * LANES, TERMS = 6 };

/* What a strip adds up at each r: one of the two, or both. */
enum wave { SINE = 1, COSINE = 2, BOTH = SINE | COSINE };

#define INLINE static inline __attribute__((always_inline))

/* Compiled once for each, and chosen when the program starts: too early for
 * the thread sanitizer. */
#if defined __x86_64__ && !defined __SANITIZE_THREAD__
#define EVERY_WIDTH __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define EVERY_WIDTH
#endif

/* Both tables are what sin_coefficients.py prints. With t = r²,
 *     sin(r) = r (1 + t p(t))    and    cos(r) = 1 + t q(t)
 * for r in [-pi/4, pi/4]: */
static const double sine[TERMS] = {
    -0x1.5555555555548p-3, 0x1.111111110f730p-7,   -0x1.a01a019be9217p-13,
    0x1.71de35552b4acp-19, -0x1.ae5e4b83d4b91p-26, 0x1.5d8b558cf1686p-33,
};
static const double cosine[TERMS] = {
    -0x1.fffffffffffa3p-2, 0x1.555555554f980p-5,   -0x1.6c16c1648c752p-10,
    0x1.a019f88525b0ap-16, -0x1.27df6c46f0ad9p-22, 0x1.1b96085f8f432p-29,
};

/* c[0] + c[1] t + c[2] t² + ... */
INLINE double polynomial(const double *c, double t)
{
    double value = c[TERMS - 1];

    for (int i = TERMS - 2; i >= 0; i--)
        value = __builtin_fma(value, t, c[i]);
    return value;
}

/* sum, and sin(r), and cos(r) - 1: as wave says. */
INLINE double add(double sum, double r, enum wave wave)
{
    const double t = r * r;

    if (wave & SINE)
        sum = __builtin_fma(r, __builtin_fma(polynomial(sine, t), t, 1.0), sum);
    if (wave & COSINE)
        sum = __builtin_fma(polynomial(cosine, t), t, sum);
    return sum;
}

/* The sum of the waves at r = first + step k for k = 0 ... count - 1, all of
 * them within [-pi/4, pi/4]. Lane l takes k = l, l + LANES, l + 2 LANES ...;
 * what is left at the end goes to the first lanes, and a fixed tree adds up
 * the lanes. */
INLINE double strip(double first, double step, long count, enum wave wave)
{
    const double next = step * LANES;
    const long blocks = count / BLOCK, left = count % BLOCK;
    double lane[LANES], k[LANES];

    for (int l = 0; l < LANES; l++) {
        lane[l] = 0.0;
        k[l] = l;
    }
    for (long b = 0; b < blocks; b++)
        for (int l = 0; l < LANES; l++) {
            const double r = __builtin_fma(step, k[l], first);

            lane[l] = add(lane[l], r, wave);
            lane[l] = add(lane[l], r + next, wave);
            k[l] += BLOCK;
        }
    for (long done = 0; done < left; done += LANES)
        for (int l = 0; l < LANES; l++) {
            const double r = __builtin_fma(step, k[l], first);
            const double more = add(lane[l], r, wave);

            lane[l] = done + l < left ? more : lane[l];
            k[l] += LANES;
        }
    for (int width = LANES / 2; width > 0; width /= 2)
        for (int l = 0; l < width; l++)
            lane[l] += lane[l + width];
    return wave & COSINE ? lane[0] + (double)count : lane[0];
}

/* Strip m of the row holds the points with r = x + y - m pi/2 in
 * [-pi/4, pi/4]. On it sin(x + y) is sin(r), cos(r), -sin(r), -cos(r) for
 * m = 0, 1, 2, 3. On an even grid y_(j+n/2) = y_j + pi/2, so that the point
 * j + n/2 has cos(r), -sin(r), -cos(r), sin(r): half of the row is walked
 * through, and each r serves two points. With -r for odd m, both signs are the
 * same. */
EVERY_WIDTH
static double row(double x, double h, long n)
{
    const double low = 0x1.1a62633145c07p-54; /* pi/2 - M_PI_2 */
    const int paired = n % 2 == 0;
    const long points = paired ? n / 2 : n;
    const long from = (long)((x + h / 2.0) * M_2_PI + 0.5);
    const double a =
        __builtin_fma((double)-from, M_PI_2, x) - (double)from * low;
    const double density = 1.0 / h; /* points in a unit of r */
    double sum = 0.0;

    for (long m = from, done = 0; done < points; m++) {
        /* h (done + 1/2) + a - (m - from) pi/2, and pi/2 is h n/2. */
        const double j = (double)done + 0.5 - 0.5 * (double)(n * (m - from));
        const double first = __builtin_fma(h, j, a);
        const long room = (long)((M_PI_4 - first) * density) + 1;
        const long count = room < points - done ? room : points - done;
        const double turn = m % 2 == 0 ? 1.0 : -1.0;
        double part;

        if (paired)
            part = strip(turn * first, turn * h, count, BOTH);
        else if (m % 2 == 0)
            part = strip(first, h, count, SINE);
        else
            part = strip(first, h, count, COSINE);
        sum += m & 2 ? -part : part;
        done += count;
    }
    return sum;
}

/* (Clang 14 finds the clones of a function only within its own file.) */
double row_simd(double x, double h, long n)
{
    return row(x, h, n);
}
