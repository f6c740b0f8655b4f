/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Right, and slower than it could be: a sum for each thread, side by side.
 *
 * The integral is 0 because its two halves cancel. How much is it that
 * cancels? The absolute values of the rows add up to the integral's size, 4.
 */
#include "driver/driver.h"

#include <math.h>
#include <omp.h>

/* Does all rows, and returns the sum of their absolute values. */
static double compute(struct run *run)
{
    double part[64] = {0.0}, size = 0.0;

#pragma omp parallel num_threads(run->workers)
    {
        struct worker *me = worker_start(run, omp_get_thread_num());

#pragma omp for
        for (long i = 0; i < run->grid; i++) {
            worker_row(me, i);
            part[me->number] += fabs(run->rows[i]);
        }
        worker_stop(me);
    }
    for (int w = 0; w < run->workers; w++)
        size += part[w];
    return size;
}

/* The exact size is twice the integral over the first half. */
static void check_size(struct run *run, double size)
{
    const long half = (run->grid + 1) / 2;
    const double cell = run->h * run->h;
    const double exact = 2.0 * check_exact(run->grid, 0, run->grid / 2);

    if (!(fabs(size - exact) <=
          2.0 * check_part_tolerance(run->grid, half, exact, SUM_ROWS)))
        run_fail(run, "the size is %.6f, expected %.6f", size * cell,
                 exact * cell);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "reduction", WORKERS_CHOSEN, argc, argv);
    run_start(&run);
    while (run_next(&run)) {
        double size;

        run_begin(&run);
        size = compute(&run);
        run_end(&run);
        check_size(&run, size);
        run_check(&run);
    }
    return run_finish(&run);
}
