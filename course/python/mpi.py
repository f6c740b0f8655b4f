# SPDX-License-Identifier: BSD-3-Clause
"""MPI: each rank takes its own block of rows; rank 0 adds up the parts.

mpirun -n 4 python3 mpi.py [GRID]
"""
import sys
from time import perf_counter

from mpi4py import MPI

from serial import rows


def main(n=10000):
    world = MPI.COMM_WORLD
    me, workers = world.Get_rank(), world.Get_size()
    first = int(n / workers * me)
    end = int(n / workers * (me + 1))
    world.Barrier()
    begin = perf_counter()
    integral = world.reduce(rows(first, end, n), op=MPI.SUM, root=0)
    time = perf_counter() - begin
    if me == 0:
        print(f"Integral value is {integral:e}, Error is {abs(integral):e}")
        print(f"Time spent: {time:.2f} sec")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
