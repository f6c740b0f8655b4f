/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One row of the grid: the points (x, h(j + 1/2)) for j = 0 ... n - 1.
 */
#ifndef ROW_H
#define ROW_H

/* sum + sin(x + y) over the row, term by term, with the C library's sin. */
double row_plain(double sum, double x, double h, long n);

/* The sum of sin(x + y) over the row, fast. x in [0, pi], h = pi / n.
 * The derivation, and the error of a term, are in kernels/README.md. */
double row_simd(double x, double h, long n);

#endif
