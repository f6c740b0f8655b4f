# SPDX-License-Identifier: BSD-3-Clause
"""BLAS: the threads are hidden in the library behind numpy's dot.

OMP_NUM_THREADS=4 python3 blas.py [SIZE]
"""
import sys
from time import perf_counter

import numpy


def main(n=3000):
    random = numpy.random.default_rng(1)
    a, b, v = random.random((n, n)), random.random((n, n)), random.random(n)
    begin = perf_counter()
    c = numpy.dot(a, b)
    time = perf_counter() - begin
    # The same product by another way: (AB)v = A(Bv).
    expected = a.dot(b.dot(v))
    worst = numpy.max(numpy.abs(c.dot(v) - expected) / expected)
    print(f"Error is {worst:e}")
    print(f"Time spent: {time:.4f} sec")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
