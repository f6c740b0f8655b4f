# SPDX-License-Identifier: BSD-3-Clause
"""Processes: each takes its own block of rows and leaves its part in an array
that all of them share. Every process has a global lock of its own.

python3 multiprocess.py [GRID [WORKERS]]
"""
import sys
from multiprocessing import Array, Process
from time import perf_counter

from serial import rows


def work(me, workers, n, part):
    first = int(n / workers * me)
    end = int(n / workers * (me + 1))
    part[me] = rows(first, end, n)


def main(n=10000, workers=4):
    begin = perf_counter()
    part = Array("d", workers)
    team = [Process(target=work, args=(me, workers, n, part))
            for me in range(workers)]
    for process in team:
        process.start()
    for process in team:
        process.join()
        if process.exitcode != 0:
            sys.exit(f"multiprocess.py: a worker ended with {process.exitcode}")
    integral = sum(part)
    time = perf_counter() - begin
    print(f"Integral value is {integral:e}, Error is {abs(integral):e}")
    print(f"Time spent: {time:.2f} sec")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
