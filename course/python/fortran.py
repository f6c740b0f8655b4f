# SPDX-License-Identifier: BSD-3-Clause
"""Fortran: the loop is compiled beforehand, into a module for Python.

f2py3 -c -m rows_fortran rows.f90
python3 fortran.py [GRID]
"""
import sys
from time import perf_counter

from rows_fortran import rows


def main(n=10000):
    begin = perf_counter()
    integral = rows(0, n, n)
    time = perf_counter() - begin
    print(f"Integral value is {integral:e}, Error is {abs(integral):e}")
    print(f"Time spent: {time:.2f} sec")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
