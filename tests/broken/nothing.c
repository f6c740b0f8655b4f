/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Broken on purpose: does nothing. The integral is 0, as it should be.
 */
#include "../../kernels/driver/driver.h"

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, 0);

    worker_stop(me);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "nothing", WORKERS_ONE, argc, argv);
    run_start(&run);
    while (run_next(&run)) {
        run_begin(&run);
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
