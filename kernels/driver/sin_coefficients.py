#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Coefficients of the fast row's sine and cosine, as they stand in row_simd.c.

With t = r² and |r| <= pi/4 (a little more, so that rounding cannot lead
outside), p and q of degree 5 in t:

    sin(r) = r (1 + t p(t))    smallest relative error
    cos(r) = 1 + t q(t)        smallest absolute error

"Smallest" is the best polynomial there is: its error reaches its maximum with
alternating signs in one place more than it has coefficients. Remez's exchange
finds them: solve for equal errors in a guess of these places, move each place
to where the error is largest nearby, repeat.

A coefficient that is rounded to double precision spoils that a little. So the
lowest, which matters most, is rounded first, and the others are found anew
with it fixed; then the next.

Needs Debian's python3-mpmath. Run it without arguments.
"""
from mpmath import cos, lu_solve, matrix, mp, mpf, pi, sin, sqrt

mp.dps = 40
TERMS = 6
END = (pi / 4 * mpf("1.0001")) ** 2
GRID = [END * (1 - cos(pi * k / 1000)) / 2 for k in range(1, 1001)]


def sine_error(p, t):
    """Relative error of r (1 + t p), where p is the value of p(t)."""
    r = sqrt(t)
    return r * (1 + t * p) / sin(r) - 1


def cosine_error(q, t):
    """Absolute error of 1 + t q."""
    return 1 + t * q - cos(sqrt(t))


def value(coefficients, t):
    """The polynomial, lowest power first, at t."""
    return sum(c * t ** j for j, c in enumerate(coefficients))


def peaks(errors, count):
    """Where on the grid the errors are largest, with alternating signs."""
    found = [0]
    for k, error in enumerate(errors):
        if error * errors[found[-1]] < 0:
            found.append(k)
        elif abs(error) > abs(errors[found[-1]]):
            found[-1] = k
    while len(found) > count:  # leave out the smaller one of the two ends
        found.pop(0 if abs(errors[found[0]]) < abs(errors[found[-1]]) else -1)
    return [GRID[k] for k in found]


def best(error, fixed=()):
    """The best coefficients that begin with the fixed ones."""
    free = TERMS - len(fixed)
    places = [END * (1 - cos(pi * (k + 1) / (free + 1))) / 2
              for k in range(free + 1)]
    for _ in range(20):
        # An error is of first degree in the polynomial's value, so a free
        # coefficient c adds slope * c t^j to it.
        rows, goals = matrix(free + 1), matrix(free + 1, 1)
        for i, t in enumerate(places):
            slope = error(mpf(1), t) - error(mpf(0), t)
            for j in range(free):
                rows[i, j] = slope * t ** (j + len(fixed))
            rows[i, free] = (-1) ** i
            goals[i] = -error(value(fixed, t), t)
        solution = lu_solve(rows, goals)
        found = list(fixed) + [solution[j] for j in range(free)]
        moved = peaks([error(value(found, t), t) for t in GRID], free + 1)
        if moved == places:
            return found
        places = moved
    raise ArithmeticError("the places do not settle")


def worst(error, coefficients):
    """The largest error on the grid."""
    return max(abs(error(value(coefficients, t), t)) for t in GRID)


def rounded(error):
    """The best coefficients in double precision, rounded one by one."""
    fixed = []
    while len(fixed) < TERMS:
        fixed.append(mpf(float(best(error, fixed)[len(fixed)])))
    return fixed


def main():
    """Print both tables, and how good they are."""
    for name, error in (("sine", sine_error), ("cosine", cosine_error)):
        table = rounded(error)
        print(f"static const double {name}[TERMS] = {{")
        for c in table:
            print(f"    {float(c).hex()},")
        print("};")
        print(f"/* largest error {float(worst(error, best(error))):.1e}, "
              f"coefficients rounded {float(worst(error, table)):.1e} */")


if __name__ == "__main__":
    main()
