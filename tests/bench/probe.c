/* SPDX-License-Identifier: BSD-3-Clause */
/* How fast this core is just now: prints the time of one multiply-add in a
 * chain where each waits for the one before, in nanoseconds. Run between
 * measurements it shows a machine that changed its speed meanwhile. */
#include <stdio.h>
#include <time.h>

enum { STEPS = 20000000 };

int main(void)
{
    struct timespec begin, end;
    volatile double ends = 1.0; /* keeps the loop between the clocks */
    clock_gettime(CLOCK_MONOTONIC, &begin);
    double x = ends;
    for (long i = 0; i < STEPS; i++)
        x = x * 0.999999 + 1e-6;
    ends = x;
    clock_gettime(CLOCK_MONOTONIC, &end);
    double ns = (double)(end.tv_sec - begin.tv_sec) * 1e9 +
                (double)(end.tv_nsec - begin.tv_nsec);
    printf("%.3f\n", ns / STEPS);
    return 0;
}
