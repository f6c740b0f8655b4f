# SPDX-License-Identifier: BSD-3-Clause
"""Threads: each takes its own block of rows, but only the one that holds
Python's global lock can compute.

python3 threads.py [GRID [WORKERS]]
"""
import sys
from threading import Thread
from time import perf_counter

from serial import rows


def work(me, workers, n, part):
    first = int(n / workers * me)
    end = int(n / workers * (me + 1))
    part[me] = rows(first, end, n)


def main(n=10000, workers=4):
    begin = perf_counter()
    part = [0.0] * workers
    team = [Thread(target=work, args=(me, workers, n, part))
            for me in range(workers)]
    for thread in team:
        thread.start()
    for thread in team:
        thread.join()
    integral = sum(part)
    time = perf_counter() - begin
    print(f"Integral value is {integral:e}, Error is {abs(integral):e}")
    print(f"Time spent: {time:.2f} sec")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
