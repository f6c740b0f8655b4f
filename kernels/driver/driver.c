/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A run from its command line to its last line.
 */
#include "driver.h"

#include "clock.h"
#include "grant.h"
#include "memory.h"
#include "placement.h"
#include "record.h"
#include "row.h"
#include "timeline.h"
#include "total.h"

#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The one place where a kernel speaks of what went wrong. */
static void say(const struct run *run)
{
    if (run->message[0] == '\0')
        return;
    fflush(stdout);
    fprintf(stderr, "integ2d-%s: %s\n", run->scheme, run->message);
}

void run_init_about(struct run *run, const char *scheme, enum workers rule,
                    const struct about *about, int argc, char **argv)
{
    struct options options;

    /* A file that may not grow shall be an error like a full disk. */
    signal(SIGXFSZ, SIG_IGN);
    *run = (struct run){.ranks = 1, .warmup_s = NAN, .build_s = NAN};
    run->scheme = scheme;
    run->rule = rule;
    run->row = row_plain;
    run->process = getpid();
    if (options_read(&options, scheme, rule, about, argc, argv) != 0) {
        run_stop(run, "%s", options.message);
        return;
    }
    run->workers = options.workers;
    run->threads = options.threads;
    run->typed = options.workers != 0 || options.threads != 0;
    run->grid = options.grid;
    run->repeat = options.repeat;
    run->math = options.math;
    run->sum = options.sum;
    run->mode = options.mode;
    run->placement = options.placement;
}

void run_init(struct run *run, const char *scheme, enum workers rule, int argc,
              char **argv)
{
    const struct about about = {
        .doc = "Integrate sin(x+y) over [0,pi]x[0,pi] with N x N midpoints.",
        .grid = 10000,
    };

    run_init_about(run, scheme, rule, &about, argc, argv);
}

void run_path(char *path, const char *name)
{
    ssize_t end = readlink("/proc/self/exe", path, PATH_MAX - 1);

    while (end > 0 && path[end - 1] != '/')
        end--;
    if (end < 0)
        end = 0;
    snprintf(path + end, PATH_MAX - (size_t)end, "%s", name);
}

void run_stop(struct run *run, const char *format, ...)
{
    va_list values;

    if (run->status != 0)
        return;
    run->status = 2;
    va_start(values, format);
    vsnprintf(run->message, sizeof run->message, format, values);
    va_end(values);
}

void run_note(struct run *run, const char *key, const char *format, ...)
{
    struct note *note = &run->note[run->notes];
    va_list values;

    for (int i = 0; i < run->notes; i++)
        if (strcmp(run->note[i].key, key) == 0)
            return;
    if (run->notes == RUN_NOTES)
        return;
    run->notes++;
    snprintf(note->key, sizeof note->key, "%s", key);
    va_start(values, format);
    vsnprintf(note->text, sizeof note->text, format, values);
    va_end(values);
}

/* The kernels of MPI without MPI: each copy would compute everything. Only the
 * first copy says it. */
static void refuse_copies(struct run *run)
{
    const char *launcher;
    int first;
    const long copies = run->ranks == 1 ? grant_copies(&first, &launcher) : 0;

    if (copies == 0)
        return;
    run_stop(run,
             "%ld copies of a 1-rank program: %s started them, and each finds "
             "itself alone. Start it with the mpirun of the MPI that it was "
             "built with, or with srun --mpi=pmix",
             copies, launcher);
    if (!first)
        run->message[0] = '\0';
}

/* The number of workers of a program that is several processes. */
static void settle_ranks(struct run *run)
{
    refuse_copies(run);
    if (run->workers != 0 && run->workers != run->ranks)
        run_stop(run,
                 "-n %d asked for, but this program runs as %d rank%s: start "
                 "it with mpirun -n %d or srun -n %d",
                 run->workers, run->ranks, run->ranks == 1 ? "" : "s",
                 run->workers, run->workers);
    if (run->rule == WORKERS_RANKS || run->threads == 0)
        run->threads = 1;
    if (run->ranks > OPTIONS_MAX_WORKERS / run->threads)
        run_stop(run, "%d ranks of %d threads: at most %d workers", run->ranks,
                 run->threads, OPTIONS_MAX_WORKERS);
    run->workers = run->ranks * run->threads;
}

static void settle_workers(struct run *run)
{
    char message[sizeof run->message];

    if (run->rule == WORKERS_RANKS || run->rule == WORKERS_HYBRID) {
        settle_ranks(run);
    } else {
        if (run->rule == WORKERS_ONE)
            run->workers = 1;
        if (run->workers == 0)
            run->workers = grant_workers();
        run->threads = run->workers;
    }
    if ((run->rule == WORKERS_CHOSEN || run->rule == WORKERS_HYBRID) &&
        run->status == 0 && run->rank == 0 &&
        grant_odds(run->threads, run->typed, message, sizeof message))
        fprintf(stderr, "integ2d-%s: warning: %s\n", run->scheme, message);
}

/* Room for the rows and the workers. */
static void allocate(struct run *run)
{
    const size_t n = (size_t)run->grid, w = (size_t)run->workers;
    const size_t row_size = sizeof *run->rows + sizeof *run->marks;

    if (!memory_fits(run, (double)(n * row_size) / 0x1p20))
        return;
    run->rows = memory_shared(run, n, sizeof *run->rows);
    run->marks = memory_shared(run, n, sizeof *run->marks);
    run->worker = memory_shared(run, w, sizeof *run->worker);
    run->time_s = run_array(run, (size_t)run->repeat, sizeof *run->time_s);
    timeline_start(run);
    for (int number = 0; run->worker != NULL && number < run->workers;
         number++) {
        run->worker[number].run = run;
        run->worker[number].number = number;
        run->worker[number].cpu = run->worker[number].core =
            run->worker[number].numa = -1;
    }
}

/* What is wrong with the command line or the record's folder is the same for
 * all ranks, and rank 0 says it. Memory is each rank's own. */
void run_start(struct run *run)
{
    const int stopped = run->status != 0;

    run->h = M_PI / (double)run->grid;
    settle_workers(run);
    if (run->math == MATH_SIMD && run->row != row_plain)
        run_stop(run,
                 "--math=simd: the scheme %s has its own row: leave --math out",
                 run->scheme);
    if (run->rank == 0 && !stopped &&
        record_probe(run->message, sizeof run->message) != 0)
        run->status = 2;
    if (run->status != 0) {
        if (run->rank == 0)
            say(run);
        return;
    }
    run->cpus_allowed = grant_allowed();
    allocate(run);
    if (run->status != 0)
        say(run);
    else
        placement_choose(run);
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
    timeline_begin(run);
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

static double rusage_s(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           1e-6 * (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

/* Of this process, and of its children that have ended. */
static double process_cpu_s(const struct rusage *own)
{
    struct rusage children = {0};

    getrusage(RUSAGE_CHILDREN, &children);
    return rusage_s(own) + rusage_s(&children);
}

void run_end(struct run *run)
{
    struct worker *first = &run->worker[run->threads * run->rank];
    const long timed = run->pass - 1 - warmups(run);
    struct rusage usage = {0};
    double time_s;

    if (run->rank == 0 && run->result == NULL)
        run->integral = integral_of_rows(run);
    time_s = clock_wall_s() - run->begin_s;
    if (timed < 0) {
        run->warmup_s = time_s;
    } else {
        run->time_s[timed] = time_s;
        first->cpu_s += clock_cpu_s() - run->begin_cpu_s;
    }
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        first->mem_mib = fmax(first->mem_mib, (double)usage.ru_maxrss / 1024.0);
    first->total_s = process_cpu_s(&usage);
    if (timed + 1 == run->repeat && (run->placement || record_is_wanted()))
        placement_locate(run);
}

void run_fail(struct run *run, const char *format, ...)
{
    va_list values;

    if (run->failed)
        return;
    run->failed = 1;
    va_start(values, format);
    vsnprintf(run->message, sizeof run->message, format, values);
    va_end(values);
}

/* What run_fail() said comes before what the check finds of it. */
static void keep(struct run *run, struct check *check)
{
    if (run->failed) {
        check->failed = 1;
        snprintf(check->text, sizeof check->text, "%.200s", run->message);
    }
    check_keep(&run->check, check);
    timeline_keep(run);
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
    keep(run, &check);
}

void run_judge(struct run *run, const char *result, double error,
               double tolerance)
{
    struct check check = {.worst_error = error, .tolerance = tolerance};

    run->result = result;
    check.failed = !(error <= tolerance);
    snprintf(check.text, sizeof check.text, "%s is off by %.3g, tolerance %.3g",
             result != NULL ? result : "the integral", error, tolerance);
    keep(run, &check);
}

/* The lesson's two lines, and what else there is to say; 0, or -1 with a
 * message. */
static int print(struct run *run)
{
    double best_s = run->time_s[0];

    for (long r = 1; r < run->repeat; r++)
        best_s = fmin(best_s, run->time_s[r]);
    if (run->result != NULL)
        printf("%s, Error is %e\n", run->result, run->check.worst_error);
    else
        printf("Integral value is %e, Error is %e\n", run->integral,
               fabs(run->integral));
    printf("Time spent: %.2f sec\n", best_s);
    if (!isnan(run->build_s))
        printf("Compile time: %.2f sec\n", run->build_s);
    for (int i = 0; i < run->notes; i++)
        printf("%s: %s\n", run->note[i].key, run->note[i].text);
    if (run->placement)
        placement_print(run);
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
    memory_release(run->rows, (size_t)run->grid * sizeof *run->rows);
    memory_release(run->marks, (size_t)run->grid * sizeof *run->marks);
    memory_release(run->worker, (size_t)run->workers * sizeof *run->worker);
    free(run->time_s);
    timeline_release(run);
    free(run->pin);
    return run->status;
}
