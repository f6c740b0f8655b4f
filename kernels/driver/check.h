/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The check that a kernel which does nothing cannot pass: the integral is 0,
 * but every row and every worker's part has an exact value of its own.
 */
#ifndef CHECK_H
#define CHECK_H

#include "options.h"

struct run;

struct check {
    int failed;
    long rows_done;     /* rows done exactly once */
    double worst_error; /* of the comparison nearest to its tolerance, */
    double tolerance;   /* both as parts of the integral (with h²) */
    char text[256];     /* one line for the reader */
};

/* The exact sum of sin(x_i + y_j) over rows a <= i < b of an n x n grid:
 * cos(h(a+b)/2) sin(h(b-a)/2) / sin²(h/2), h = pi/n. Twice
 * sum_{k=a}^{b-1} sin(t + hk) = sin(t + h(a+b-1)/2) sin(h(b-a)/2) / sin(h/2).
 */
double check_exact(long n, long a, long b);

/* How far rounding alone can take the computed sum of one row. */
double check_row_tolerance(long n);

/* The same for one worker's part: so many rows, size = the sum of |exact row|
 * over them. */
double check_part_tolerance(long n, long rows, double size, enum sum sum);

/* Compare the present repeat with what is exact; sets every worker's expected
 * part too. */
void check_repeat(struct check *check, struct run *run);

/* Row by row, every repeat must give the first one's bits. */
void check_same(struct check *check, const struct run *run);

/* Of all repeats, keep the first failure, else the closest call. */
void check_keep(struct check *kept, const struct check *next);

#endif
