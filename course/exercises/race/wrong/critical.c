/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Right, and slow: one thread at a time.
 *
 * Each thread takes the next row from one counter, until none is left.
 */
#include "driver/driver.h"

#include <omp.h>

static long next; /* the first row that nobody has taken */

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, omp_get_thread_num());
    long i = 0;

    while (i < run->grid) {
#pragma omp critical
        {
            i = next++;
            if (i < run->grid)
                worker_row(me, i);
        }
    }
    worker_stop(me);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "race", WORKERS_CHOSEN, argc, argv);
    run_start(&run);
    while (run_next(&run)) {
        run_begin(&run);
        next = 0;
#pragma omp parallel num_threads(run.workers)
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
