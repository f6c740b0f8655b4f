/* SPDX-License-Identifier: BSD-3-Clause */
/* How much of an AVX-512 core the fast row uses: rows of a grid, and between
 * them the core's own rate, some 20 microseconds each in turn, so that a core
 * that something else uses shows. Rounds count as quiet when the rate before
 * and after was within 1 % of the best. Build and run:
 *
 *     gcc -std=gnu11 -D_GNU_SOURCE -O3 -ffp-contract=off \
 *         kernels/driver/row_simd.c tests/fastrow/speed.c -lm -o speed
 *     ./speed [GRID]
 */
#include "../../kernels/driver/row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A chain's product and sum wait 8 cycles for each other, and two units want
 * 16 of them on the way. */
enum { ROUNDS = 10000, CHAINS = 16, STEPS = 3000, WIDTH = 8 };

typedef double vector __attribute__((vector_size(WIDTH * sizeof(double))));

static volatile double seed = 1.0;

static double now_ns(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        exit(1);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* One operation for one number, in ns: the units have nothing to wait for. */
__attribute__((target("avx512f"), noinline)) static double slot_ns(void)
{
    const double begin = now_ns();
    vector x[CHAINS];
    double sum = 0.0;

    for (int c = 0; c < CHAINS; c++)
        x[c] = (vector){0} + seed;
    for (int s = 0; s < STEPS; s++) {
#pragma GCC unroll 16
        for (int c = 0; c < CHAINS; c++)
            x[c] = x[c] * 0.999999 + 1e-6;
    }
    for (int c = 0; c < CHAINS; c++)
        sum += x[c][0];
    seed = sum > 0.0 ? 1.0 : sum; /* the chains are needed */
    return (now_ns() - begin) / (2.0 * STEPS * CHAINS * WIDTH);
}

static double point_ns(long n, long *row)
{
    const long rows = 100000 / n + 1;
    const double begin = now_ns(), h = M_PI / (double)n;

    for (long i = 0; i < rows; i++) {
        *row = (*row + 7919) % n;
        seed += 0.0 * row_simd(h * ((double)*row + 0.5), h, n);
    }
    return (now_ns() - begin) / (double)rows / (double)n;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void print(const char *name, double *times, int count, double ideal)
{
    if (count == 0)
        return;
    qsort(times, (size_t)count, sizeof *times, compare);
    printf("%-6s %5d rounds: ns a point: best %.4f (%.0f %%), "
           "median %.4f (%.0f %%)\n",
           name, count, times[0], 100.0 * ideal / times[0], times[count / 2],
           100.0 * ideal / times[count / 2]);
}

int main(int argc, char **argv)
{
    static double slot[ROUNDS], best[ROUNDS], point[ROUNDS], quiet[ROUNDS];
    const long n = argc > 1 ? atol(argv[1]) : 10000;
    const double slots = n % 2 == 0 ? 7.75 : 9.0; /* an odd grid has no pairs */
    long row = 0;
    int count = 0;

    if (n < 1 || !__builtin_cpu_supports("avx512f")) {
        fprintf(stderr, "speed: a grid from 1 up, on a CPU with AVX-512\n");
        return 2;
    }
    for (int r = 0; r < ROUNDS; r++) {
        const double before = slot_ns();

        point[r] = point_ns(n, &row);
        slot[r] = fmax(before, slot_ns());
        best[r] = slot[r];
    }
    qsort(best, ROUNDS, sizeof *best, compare);
    for (int r = 0; r < ROUNDS; r++)
        if (slot[r] <= 1.01 * best[ROUNDS / 100])
            quiet[count++] = point[r];
    printf("grid %ld, %g operations a point; one takes %.4f ns of this core, "
           "%.4f at the median\n",
           n, slots, best[ROUNDS / 100], best[ROUNDS / 2]);
    print("all", point, ROUNDS, slots * best[ROUNDS / 100]);
    print("quiet", quiet, count, slots * best[ROUNDS / 100]);
    return 0;
}
