/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Broken on purpose: the threads share one running sum, so that updates get
 * lost.
 */
#include "../../kernels/driver/driver.h"

#include <omp.h>

static void compute(struct run *run)
{
#pragma omp parallel num_threads(run->workers)
    {
        struct worker *me = worker_start(run, omp_get_thread_num());

#pragma omp for
        for (long i = 0; i < run->grid; i++)
            worker_row(&run->worker[0], i);
        worker_stop(me);
    }
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "race", WORKERS_CHOSEN, argc, argv);
    run_start(&run);
    while (run_next(&run)) {
        run_begin(&run);
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
