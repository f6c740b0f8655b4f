/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints 64 bits that depend on every bit of many fast rows: the same number
 * from every compiler, for every machine. ROW names the clone, if it is to be
 * one in particular. `bits small`: of small grids alone, for slow ones. */
#include "../../kernels/driver/row.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef ROW
double ROW(double x, double h, long n);
#else
#define ROW row_simd
#endif

/* FNV-1a, a word at a time. */
static uint64_t enter(uint64_t hash, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return (hash ^ bits) * 0x100000001b3U;
}

/* At most 100 rows of the grid, the ends, and the folds. */
static uint64_t grid(uint64_t hash, long n)
{
    const double h = M_PI / (double)n;

    for (long i = 0; i < n; i += 1 + n / 100)
        hash = enter(hash, ROW(h * ((double)i + 0.5), h, n));
    for (int fold = 0; fold <= 8; fold++)
        hash = enter(hash, ROW(fold * M_PI / 8.0, h, n));
    return hash;
}

int main(int argc, char **argv)
{
    const long large[] = {997,  1000,  1023,  1024,  1025, 4096,
                          9973, 10000, 10001, 10007, 65537};
    const int small = argc > 1 && strcmp(argv[1], "small") == 0;
    uint64_t hash = 0xcbf29ce484222325U;

    for (long n = 1; n <= (small ? 100 : 300); n++)
        hash = grid(hash, n);
    for (size_t g = 0; !small && g < sizeof large / sizeof *large; g++)
        hash = grid(hash, large[g]);
    printf("%016" PRIx64 "\n", hash);
    return 0;
}
