/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What threads can do wrong, and beside it the cure. All modes compute the same
 * terms; how they are added up, or how the rows are given out, makes a run
 * wrong or slow. Start at compute(), then read one mode after the other.
 */
#include "driver/clock.h"
#include "driver/driver.h"
#include "driver/grant.h"

#include <errno.h>
#include <math.h>
#include <omp.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

/* One sum for all workers, of the squares of all terms: n²/2, where the sum of
 * the terms themselves would be 0 however many get lost. volatile: every
 * addition reads it from memory and writes it back, as in a program so large
 * that the compiler cannot keep it in a register. */
static _Alignas(128) volatile double shared;
static volatile long additions; /* counted by the race */

/* A sum for each worker. 16 numbers fill two cache lines: some processors fetch
 * lines in pairs. */
enum { APART = 16 };
static _Alignas(128) volatile double own[OPTIONS_MAX_WORKERS * APART];

static double term(const struct worker *me, long i, long j)
{
    const double h = me->run->h;

    return sin(h * ((double)i + 0.5) + h * ((double)j + 0.5));
}

/* A race may go well a hundred times, and this one shall show at once: the
 * first two workers wait here for each other, both with the same old sum. */
static atomic_int readers;
static void meet(void)
{
    const double begin_s = clock_wall_s();

    readers++;
    while (readers < 2 && clock_wall_s() - begin_s < 10.0)
        sched_yield();
}

/* "shared += ..." is three steps: read, add, write back. What other workers
 * wrote between the first and the last is lost. */
static void race(struct worker *me, long i)
{
    double row = 0.0;

    for (long j = 0; j < me->run->grid; j++) {
        const double before = shared;
        const long counted = additions;
        const double t = term(me, i, j);

        if (i == me->number && j == 0 && me->run->workers > 1)
            meet();
        shared = before + t * t;
        additions = counted + 1;
        row += t;
    }
    worker_put(me, i, row);
}

/* Each worker has a sum of its own, but they are neighbours in one cache line,
 * and at any time only one core can have that line to write in it. */
static void false_sharing(struct worker *me, long i)
{
    volatile double *row = &own[me->number];

    *row = 0.0;
    for (long j = 0; j < me->run->grid; j++)
        *row += term(me, i, j);
    worker_put(me, i, *row);
}

static void padded(struct worker *me, long i)
{
    volatile double *row = &own[me->number * APART];

    *row = 0.0;
    for (long j = 0; j < me->run->grid; j++)
        *row += term(me, i, j);
    worker_put(me, i, *row);
}

static void atomic_term(struct worker *me, long i)
{
    double row = 0.0;

    for (long j = 0; j < me->run->grid; j++) {
        const double t = term(me, i, j);

#pragma omp atomic
        shared += t * t;
        row += t;
    }
    worker_put(me, i, row);
}

static void atomic_row(struct worker *me, long i)
{
    double row = 0.0, squares = 0.0;

    for (long j = 0; j < me->run->grid; j++) {
        const double t = term(me, i, j);

        squares += t * t;
        row += t;
    }
#pragma omp atomic
    shared += squares;
    worker_put(me, i, row);
}

static void lock_term(struct worker *me, long i)
{
    double row = 0.0;

    for (long j = 0; j < me->run->grid; j++) {
        const double t = term(me, i, j);

#pragma omp critical
        shared += t * t;
        row += t;
    }
    worker_put(me, i, row);
}

static void lock_row(struct worker *me, long i)
{
    double row = 0.0, squares = 0.0;

    for (long j = 0; j < me->run->grid; j++) {
        const double t = term(me, i, j);

        squares += t * t;
        row += t;
    }
#pragma omp critical
    shared += squares;
    worker_put(me, i, row);
}

enum mode {
    RACE,
    FALSE_SHARING,
    PADDED,
    ATOMIC_TERM,
    ATOMIC_ROW,
    LOCK_TERM,
    LOCK_ROW,
    IMBALANCE,
    OVERSUBSCRIBED
};

static const char *const modes[] = {
    [RACE] = "race",
    [FALSE_SHARING] = "false-sharing",
    [PADDED] = "padded",
    [ATOMIC_TERM] = "atomic-term",
    [ATOMIC_ROW] = "atomic-row",
    [LOCK_TERM] = "lock-term",
    [LOCK_ROW] = "lock-row",
    [IMBALANCE] = "imbalance",
    [OVERSUBSCRIBED] = "oversubscribed",
    NULL,
};

/* How a row is done, whether the shared sum has a part in it, and what the
 * record says. */
static const struct {
    void (*row)(struct worker *me, long i);
    int shares;
    const char *key, *text;
} way[] = {
    [RACE] = {race, 1, "wrong",
              "all workers add to one sum at the same time, with nothing to "
              "keep them apart: additions get lost"},
    [FALSE_SHARING] = {false_sharing, 0, "slow",
                       "the workers' sums are neighbours in one cache line, "
                       "which moves from core to core for every addition"},
    [PADDED] = {padded, 0, "cure",
                "of false-sharing: each worker's sum has cache lines of its "
                "own"},
    [ATOMIC_TERM] = {atomic_term, 1, "slow",
                     "right, but at every term each worker waits for the one "
                     "sum that all share"},
    [ATOMIC_ROW] = {atomic_row, 1, "cure",
                    "of race and atomic-term: each row has a sum of its own, "
                    "and one atomic addition brings it in"},
    [LOCK_TERM] = {lock_term, 1, "slow",
                   "right, but at every term each worker waits for the lock"},
    [LOCK_ROW] = {lock_row, 1, "cure",
                  "of race and lock-term: each row has a sum of its own, and "
                  "takes the lock once"},
    [IMBALANCE] = {worker_row, 0, "slow",
                   "rows are given out three quarters at a time: worker 0 has "
                   "most of them, and the others wait for it"},
    [OVERSUBSCRIBED] = {worker_row, 0, "slow",
                        "more workers than cores: after each row they wait "
                        "for those that have no core just then"},
};

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, omp_get_thread_num());
    const long most = run->grid - run->grid / 4;

#pragma omp for schedule(static, run->mode == IMBALANCE ? most : 1) nowait
    for (long i = 0; i < run->grid; i++)
        way[run->mode].row(me, i);
    worker_stop(me);
}

/* A row each, then wait for the others (at the end of "omp for"), as in a
 * computation that goes on step by step. */
static void compute_in_steps(struct run *run)
{
    struct worker *me = worker_start(run, omp_get_thread_num());

    for (long first = 0; first < run->grid; first += run->workers) {
        const long next = first + run->workers;

#pragma omp for schedule(static, 1)
        for (long i = first; i < (next < run->grid ? next : run->grid); i++)
            way[run->mode].row(me, i);
    }
    worker_stop(me);
}

/* Stay on one core for every four workers. */
static void oversubscribe(struct run *run)
{
    cpu_set_t cpus;
    int kept = 0;

    if (run->workers == 0)
        run->workers = grant_workers();
    if (sched_getaffinity(0, sizeof cpus, &cpus) == 0)
        for (size_t c = 0; c < CPU_SETSIZE; c++)
            if (CPU_ISSET(c, &cpus) && ++kept > (run->workers + 3) / 4)
                CPU_CLR(c, &cpus);
    if (kept == 0 || sched_setaffinity(0, sizeof cpus, &cpus) != 0)
        run_stop(run, "--mode=oversubscribed: cannot stay on fewer cores: %s",
                 strerror(errno));
    else
        run_note(run, "cores", "%d worker%s on %d core%s", run->workers,
                 run->workers == 1 ? "" : "s", CPU_COUNT(&cpus),
                 CPU_COUNT(&cpus) == 1 ? "" : "s");
}

/* Did everything arrive in the shared sum? In any order: n² additions, each
 * rounds by at most u n²/2, and a square is off by 47 u (driver/check.c). */
static void check_shared(struct run *run)
{
    const double all = (double)run->grid * (double)run->grid;
    const double expected = run->grid > 1 ? all / 2.0 : 0.0;
    const double tolerance = 0x1p-53 * all * (all / 2.0 + 48.0);
    const long lost = run->grid * run->grid - additions;

    if (run->mode == RACE && lost != 0)
        run_fail(run,
                 "a race: %ld of %.0f additions %s lost, and the sum that "
                 "all workers share is %.9g instead of %.9g",
                 lost, all, lost == 1 ? "was" : "were", shared, expected);
    if (!(fabs(shared - expected) <= tolerance))
        run_fail(run, "the shared sum is %.17g, expected %.17g", shared,
                 expected);
}

/* The best repeat against one worker that does the same terms alone. */
static void compare(struct run *run)
{
    double best_s = INFINITY, alone_s = INFINITY;

    for (long r = 0; r < run->repeat; r++)
        best_s = fmin(best_s, run->time_s[r]);
    for (long pass = 0; pass < run->repeat + 2; pass++) {
        const double begin_s = clock_wall_s();

        for (long i = 0; i < run->grid; i++)
            run->row(0.0, run->h * ((double)i + 0.5), run->h, run->grid);
        alone_s = fmin(alone_s, clock_wall_s() - begin_s);
    }
    run_note(run, "against one worker", "%.1f times as %s",
             best_s > alone_s ? best_s / alone_s : alone_s / best_s,
             best_s > alone_s ? "slow" : "fast");
}

static const struct about about = {
    .doc =
        "Integrate sin(x+y) over [0,pi]x[0,pi] with threads that hinder each "
        "other.",
    .grid = 500,
    .modes = modes,
};

int main(int argc, char **argv)
{
    struct run run;

    run_init_about(&run, "pitfalls", WORKERS_CHOSEN, &about, argc, argv);
    if (run.math != MATH_PLAIN || run.sum != SUM_ROWS)
        run_stop(&run, "--math and --sum: the pitfalls have their own way to "
                       "add up: leave both out");
    run_note(&run, "mode", "%s", modes[run.mode]);
    run_note(&run, way[run.mode].key, "%s", way[run.mode].text);
    if (run.mode == OVERSUBSCRIBED)
        oversubscribe(&run);
    run_start(&run);
    while (run_next(&run)) {
        shared = 0.0;
        additions = 0;
        readers = 0;
        run_begin(&run);
#pragma omp parallel num_threads(run.workers)
        if (run.mode == OVERSUBSCRIBED)
            compute_in_steps(&run);
        else
            compute(&run);
        run_end(&run);
        if (way[run.mode].shares)
            check_shared(&run);
        run_check(&run);
    }
    if (run.status == 0)
        compare(&run);
    return run_finish(&run);
}
