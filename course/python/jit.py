# SPDX-License-Identifier: BSD-3-Clause
"""JIT: Numba compiles the loop when it is called first.

python3 jit.py [GRID]
"""
import sys
from math import pi, sin
from time import perf_counter

from numba import njit


@njit
def rows(first, end, n):
    h = pi / n
    total = 0.0
    for i in range(first, end):
        x = h * (i + 0.5)
        for j in range(n):
            y = h * (j + 0.5)
            total += sin(x + y)
    return total * h * h


def main(n=10000):
    begin = perf_counter()
    integral = rows(0, n, n)
    time = perf_counter() - begin
    print(f"Integral value is {integral:e}, Error is {abs(integral):e}")
    print(f"Time spent: {time:.2f} sec")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
