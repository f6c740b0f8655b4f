# SPDX-License-Identifier: BSD-3-Clause
"""Fortran and OpenMP: threads share the rows inside the compiled module.

f2py3 -c -m rows_openmp --f90flags=-fopenmp -lgomp rows.f90
OMP_NUM_THREADS=4 python3 fortran-openmp.py [GRID]
"""
import sys
from time import perf_counter

from rows_openmp import rows


def main(n=10000):
    begin = perf_counter()
    integral = rows(0, n, n)
    time = perf_counter() - begin
    print(f"Integral value is {integral:e}, Error is {abs(integral):e}")
    print(f"Time spent: {time:.2f} sec")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
