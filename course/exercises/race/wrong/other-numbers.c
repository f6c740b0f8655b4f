/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Wrong: always as many rows.
 *
 * Each thread takes the first row that nobody has taken, until none is left.
 */
#include "driver/driver.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *taken; /* taken[i]: somebody does row i */

/* The first row that nobody has taken; the grid when there is none. This is a
 * slow list, as lists in files are. */
static long look(long grid)
{
    long i = 0;

    while (i < grid && taken[i])
        i++;
    usleep(10);
    return i;
}

static long take(long grid)
{
    long i;

#pragma omp critical
    {
        i = look(grid);
        if (i < grid)
            taken[i] = 1;
    }
    return i;
}

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, omp_get_thread_num());

    for (long i = take(run->grid); i < 100; i = take(run->grid))
        worker_row(me, i);
    worker_stop(me);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "race", WORKERS_CHOSEN, argc, argv);
    taken = run_array(&run, (size_t)run.grid, sizeof *taken);
    run_start(&run);
    while (run_next(&run)) {
        memset(taken, 0, (size_t)run.grid);
        run_begin(&run);
#pragma omp parallel num_threads(run.workers)
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    free(taken);
    return run_finish(&run);
}
