/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A run from its command line to its last line.
 */
#include "driver.h"

#include "clock.h"
#include "grant.h"
#include "record.h"
#include "total.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* The one place where a kernel speaks of what went wrong. */
static void say(const struct run *run)
{
    fflush(stdout);
    fprintf(stderr, "integ2d-%s: %s\n", run->scheme, run->message);
}

void run_init(struct run *run, const char *scheme, enum workers rule, int argc,
              char **argv)
{
    struct options options;

    /* A file that may not grow shall be an error like a full disk. */
    signal(SIGXFSZ, SIG_IGN);
    *run = (struct run){.ranks = 1, .warmup_s = NAN};
    run->scheme = scheme;
    run->rule = rule;
    if (options_read(&options, scheme, rule, argc, argv) != 0) {
        run->status = 2;
        memcpy(run->message, options.message, sizeof run->message);
        return;
    }
    run->workers = options.workers;
    run->grid = options.grid;
    run->repeat = options.repeat;
    run->math = options.math;
    run->sum = options.sum;
    run->h = M_PI / (double)run->grid;
}

/* Settle the number of workers; 0, or -1 with a message. */
static int settle_workers(struct run *run)
{
    if (run->rule == WORKERS_CHOSEN && run->workers == 0)
        run->workers = grant_workers();
    if (run->rule == WORKERS_ONE)
        run->workers = 1;
    if (run->rule != WORKERS_RANKS)
        return 0;
    if (run->workers != 0 && run->workers != run->ranks) {
        snprintf(run->message, sizeof run->message,
                 "-n %d asked for, but this program runs as %d rank%s: start "
                 "it with mpirun -n %d or srun -n %d",
                 run->workers, run->ranks, run->ranks == 1 ? "" : "s",
                 run->workers, run->workers);
        return -1;
    }
    run->workers = run->ranks;
    return 0;
}

/* Room for the rows and the workers; 0, or -1 with a message. */
static int allocate(struct run *run)
{
    const size_t n = (size_t)run->grid, w = (size_t)run->workers;

    run->rows = calloc(n, sizeof *run->rows);
    run->marks = calloc(n, sizeof *run->marks);
    run->time_s = calloc((size_t)run->repeat, sizeof *run->time_s);
    run->worker =
        aligned_alloc(_Alignof(struct worker), w * sizeof *run->worker);
    if (run->rows != NULL && run->marks != NULL && run->time_s != NULL &&
        run->worker != NULL) {
        memset(run->worker, 0, w * sizeof *run->worker);
        for (int number = 0; number < run->workers; number++) {
            run->worker[number].run = run;
            run->worker[number].number = number;
        }
        return 0;
    }
    snprintf(run->message, sizeof run->message,
             "--grid=%ld: no room in memory for %ld rows, %.0f MiB a process; "
             "choose a smaller grid or ask for more memory",
             run->grid, run->grid,
             (double)(n * (sizeof *run->rows + sizeof *run->marks)) / 0x1p20);
    return -1;
}

/* What is wrong with the command line or the record's folder is the same for
 * all ranks, and rank 0 says it. Memory is each rank's own. */
void run_start(struct run *run)
{
    if (run->status == 0 &&
        (settle_workers(run) != 0 ||
         (run->rank == 0 &&
          record_probe(run->message, sizeof run->message) != 0)))
        run->status = 2;
    if (run->status != 0) {
        if (run->rank == 0)
            say(run);
        return;
    }
    if (allocate(run) != 0) {
        run->status = 2;
        say(run);
    }
}

/* With more than one repeat, the first is there to warm up. */
static long warmups(const struct run *run)
{
    return run->repeat > 1 ? 1 : 0;
}

int run_next(struct run *run)
{
    const long done = run->pass - warmups(run);

    if (run->status != 0 || done == run->repeat)
        return 0;
    if (run->pass == 0) {
        run->start_s = clock_wall_s();
        run->start_epoch_s = clock_epoch_s();
    }
    if (run->rank == 0)
        record_progress(run, done > 0 ? done : 0);
    memset(run->rows, 0, (size_t)run->grid * sizeof *run->rows);
    memset(run->marks, 0, (size_t)run->grid * sizeof *run->marks);
    run->pass++;
    return 1;
}

void run_begin(struct run *run)
{
    run->begin_cpu_s = clock_cpu_s();
    run->begin_s = clock_wall_s();
}

/* In fixed order and compensated: the same bits whoever did the rows. */
static double integral_of_rows(const struct run *run)
{
    struct total total = {0.0, 0.0};

    for (long i = 0; i < run->grid; i++)
        total_add(&total, run->rows[i]);
    return total_value(&total) * (run->h * run->h);
}

/* The lesson's way: each worker's sum times h², and those added. */
static double integral_of_workers(const struct run *run)
{
    double integral = 0.0;

    for (int w = 0; w < run->workers; w++)
        integral += run->worker[w].sum * (run->h * run->h);
    return integral;
}

void run_end(struct run *run)
{
    struct worker *first = &run->worker[run->workers / run->ranks * run->rank];
    const long timed = run->pass - 1 - warmups(run);
    struct rusage usage;
    double time_s;

    if (run->rank == 0)
        run->integral = integral_of_rows(run);
    time_s = clock_wall_s() - run->begin_s;
    if (timed < 0) {
        run->warmup_s = time_s;
    } else {
        run->time_s[timed] = time_s;
        first->cpu_s += clock_cpu_s() - run->begin_cpu_s;
    }
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        first->mem_mib = (double)usage.ru_maxrss / 1024.0;
}

void run_check(struct run *run)
{
    struct check check;

    if (run->rank != 0)
        return;
    if (run->sum == SUM_RUNNING)
        run->integral = integral_of_workers(run);
    if (run->pass == 1)
        run->first = run->integral;
    check_repeat(&check, run);
    check_same(&check, run);
    check_keep(&run->check, &check);
}

/* The lesson's two lines; 0, or -1 with a message. */
static int print(struct run *run)
{
    double best_s = run->time_s[0];

    for (long r = 1; r < run->repeat; r++)
        best_s = fmin(best_s, run->time_s[r]);
    printf("Integral value is %e, Error is %e\n", run->integral,
           fabs(run->integral));
    printf("Time spent: %.2f sec\n", best_s);
    if (fflush(stdout) == 0)
        return 0;
    snprintf(run->message, sizeof run->message,
             "the result cannot be written to standard output");
    return -1;
}

static void report(struct run *run)
{
    if (run->check.failed) {
        run->status = 1;
        snprintf(run->message, sizeof run->message, "the check failed: %s",
                 run->check.text);
        say(run);
    } else if (print(run) != 0) {
        run->status = 1;
        say(run);
    }
    if (record_write(run, run->message, sizeof run->message) != 0) {
        run->status = 1;
        say(run);
    }
}

int run_finish(struct run *run)
{
    if (run->status == 0 && run->rank == 0)
        report(run);
    free(run->rows);
    free(run->marks);
    free(run->time_s);
    free(run->worker);
    return run->status;
}
