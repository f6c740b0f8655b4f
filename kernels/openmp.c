/* SPDX-License-Identifier: BSD-3-Clause
 *
 * OpenMP: threads share the rows, which are handed out a few at a time.
 */
#include "driver/driver.h"

#include <omp.h>
#include <stdlib.h>

static void compute(struct run *run)
{
#pragma omp parallel num_threads(run->workers)
    {
        struct worker *me = worker_start(run, omp_get_thread_num());

#pragma omp for schedule(runtime) nowait
        for (long i = 0; i < run->grid; i++)
            worker_row(me, i);
        worker_stop(me);
    }
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "openmp", WORKERS_CHOSEN, argc, argv);
    run_start(&run);
    if (getenv("OMP_SCHEDULE") == NULL) {
        if (run.sum == SUM_RUNNING)
            omp_set_schedule(omp_sched_static, 0); /* a block each */
        else
            omp_set_schedule(omp_sched_dynamic, 4);
    }
    while (run_next(&run)) {
        run_begin(&run);
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
