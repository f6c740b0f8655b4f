#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Coefficients of the fast row's sine, as they stand in row_simd.c.

sin(r) = r (1 + t p(t)) with t = r², p of degree 7, |r| <= pi/2 (a little more,
so that rounding cannot lead outside). p interpolates (sin(r)/r - 1)/t at the
Chebyshev points in t, which is within a small factor of the best polynomial.

Needs Debian's python3-mpmath. Run it without arguments.
"""
from mpmath import cos, fabs, lu_solve, matrix, mp, mpf, pi, sin, sqrt

mp.dps = 60
TERMS = 8
END = (pi / 2 * mpf("1.0001")) ** 2


def goal(t):
    """(sin(r)/r - 1)/t with r = sqrt(t)."""
    r = sqrt(t)
    return (sin(r) / r - 1) / t


def nodes(count):
    """The Chebyshev points of [0, END]."""
    return [END / 2 * (1 + cos(pi * (2 * k + 1) / (2 * count)))
            for k in range(count)]


def fit():
    """The coefficients of p, lowest power first."""
    points = nodes(TERMS)
    powers = matrix(TERMS, TERMS)
    for row, t in enumerate(points):
        for column in range(TERMS):
            powers[row, column] = t ** column
    return lu_solve(powers, matrix([goal(t) for t in points]))


def worst(coefficients):
    """Largest relative error of the polynomial as a sine, on a fine grid."""
    error = 0
    for k in range(1, 4001):
        t = END * k / 4000
        p = sum(c * t ** j for j, c in enumerate(coefficients))
        error = max(error, fabs(sqrt(t) * (1 + t * p) / sin(sqrt(t)) - 1))
    return error


def main():
    """Print the table, and how good it is."""
    exact = fit()
    rounded = [mpf(float(c)) for c in exact]
    for c in rounded:
        print(f"    {float(c).hex()},")
    print(f"/* largest relative error {float(worst(exact)):.1e}, "
          f"coefficients rounded {float(worst(rounded)):.1e} */")


if __name__ == "__main__":
    main()
