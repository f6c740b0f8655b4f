/* SPDX-License-Identifier: BSD-3-Clause
 *
 * OpenMP: threads share the rows, which are handed out as threads ask for them.
 */
#include "driver/driver.h"

#include <omp.h>
#include <stdlib.h>

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, omp_get_thread_num());

#pragma omp for schedule(runtime) nowait
    for (long i = 0; i < run->grid; i++)
        worker_row(me, i);
    worker_stop(me);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "openmp", WORKERS_CHOSEN, argc, argv);
    run_start(&run);
    if (getenv("OMP_SCHEDULE") == NULL) /* a running sum: a block each */
        omp_set_schedule(
            run.sum == SUM_ROWS ? omp_sched_dynamic : omp_sched_static, 0);
    while (run_next(&run)) {
        run_begin(&run);
#pragma omp parallel num_threads(run.workers)
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
