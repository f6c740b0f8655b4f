/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Separable: sin(x+y) = sin x cos y + cos x sin y, so that a row needs the sums
 * of cos y and sin y, which are the same for all rows: found once, they make a
 * row two multiplications.
 */
#include "driver/driver.h"

#include <math.h>

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, 0);
    double sines = 0.0, cosines = 0.0;

    for (long j = 0; j < run->grid; j++) {
        const double y = run->h * ((double)j + 0.5);

        sines += sin(y);
        cosines += cos(y);
    }
    for (long i = 0; i < run->grid; i++) {
        const double x = run->h * ((double)i + 0.5);

        worker_put(me, i, sin(x) * cosines + cos(x) * sines);
    }
    worker_stop(me);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "separable", WORKERS_ONE, argc, argv);
    run_start(&run);
    while (run_next(&run)) {
        run_begin(&run);
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
