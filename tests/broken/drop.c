/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Broken on purpose: leaves out the middle row, which adds nothing.
 */
#include "../../kernels/driver/driver.h"

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, 0);

    for (long i = 0; i < run->grid; i++)
        if (i != run->grid / 2)
            worker_row(me, i);
    worker_stop(me);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "drop", WORKERS_ONE, argc, argv);
    run_start(&run);
    while (run_next(&run)) {
        run_begin(&run);
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
