/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Wrong: a sine of single precision.
 *
 * Serial, with the inner loop and its constants in this file.
 */
#include "driver/driver.h"

#include <math.h>

static const double half = 0.5f;
static const double pi = 3.14159265358979323846;

/* sum + the terms of one row, one after the other. */
static double row(double sum, double x, double h, long n)
{
    for (long j = 0; j < n; j++)
        sum += (double)sinf((float)(x + h * ((double)j + half)));
    return sum;
}

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, 0);
    const double h = pi / (double)run->grid;

    for (long i = 0; i < run->grid; i++)
        worker_put(me, i, row(0.0, h * ((double)i + half), h, run->grid));
    worker_stop(me);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "constant", WORKERS_ONE, argc, argv);
    run_start(&run);
    while (run_next(&run)) {
        run_begin(&run);
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
