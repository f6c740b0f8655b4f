/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Closed form: the sum over a row of midpoints is cos x / sin(h/2), exactly.
 * What is left of the inner loop is one cosine.
 */
#include "driver/driver.h"

#include <math.h>

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, 0);

    for (long i = 0; i < run->grid; i++) {
        const double x = run->h * ((double)i + 0.5);

        worker_put(me, i, cos(x) / sin(run->h / 2.0));
    }
    worker_stop(me);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "closed-form", WORKERS_ONE, argc, argv);
    run_start(&run);
    while (run_next(&run)) {
        run_begin(&run);
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
