/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Threads under one global lock, as in languages whose interpreter has one:
 * only the thread that holds it computes. All threads run, and nothing is
 * faster.
 */
#include "driver/driver.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static atomic_long next;
static long chunk; /* rows taken at a time; for a running sum a block each */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *take_rows(void *worker)
{
    struct worker *me = worker;
    const long grid = me->run->grid;

    worker_start(me->run, me->number);
    for (long first = me->number * chunk; first < grid;
         first = atomic_fetch_add(&next, chunk))
        for (long i = first; i < first + chunk && i < grid; i++) {
            pthread_mutex_lock(&lock);
            worker_row(me, i);
            pthread_mutex_unlock(&lock);
        }
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

    run_init(&run, "gil", WORKERS_CHOSEN, argc, argv);
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
