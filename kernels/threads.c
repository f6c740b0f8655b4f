/* SPDX-License-Identifier: BSD-3-Clause
 *
 * POSIX threads: what OpenMP's two lines stand for, by hand. Each thread takes
 * the next row from one counter that all of them share, until none is left.
 */
#include "driver/driver.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static atomic_long next;
static long chunk; /* rows taken at a time; for a running sum a block each */

static void *take_rows(void *worker)
{
    struct worker *me = worker;
    const long grid = me->run->grid;

    worker_start(me->run, me->number);
    for (long first = me->number * chunk; first < grid;
         first = atomic_fetch_add(&next, chunk))
        for (long i = first; i < first + chunk && i < grid; i++)
            worker_row(me, i);
    worker_stop(me);
    return NULL;
}

static void compute(struct run *run)
{
    pthread_t thread[OPTIONS_MAX_WORKERS];
    int started, error = 0;

    next = run->workers * chunk;
    for (started = 0; started < run->workers; started++) {
        error = pthread_create(&thread[started], NULL, take_rows,
                               &run->worker[started]);
        if (error != 0)
            break;
    }
    for (int t = 0; t < started; t++)
        pthread_join(thread[t], NULL);
    if (error != 0)
        run_fail(run, "thread %d of %d cannot be started: %s", started,
                 run->workers, strerror(error));
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "threads", WORKERS_CHOSEN, argc, argv);
    run_start(&run);
    if (run.status == 0)
        chunk = run.sum == SUM_ROWS ? 1 : (run.grid - 1) / run.workers + 1;
    while (run_next(&run)) {
        run_begin(&run);
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
