/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What every kernel shares: the command line, the rows, the clock, the check,
 * the record. How the rows are spread over workers is each kernel's own part,
 * and no scheme is known here.
 *
 * A kernel is this, and its scheme:
 *
 *     run_init(&run, "serial", WORKERS_ONE, argc, argv);
 *     run_start(&run);
 *     while (run_next(&run)) {
 *         run_begin(&run);
 *         compute(&run);
 *         run_end(&run);
 *         run_check(&run);
 *     }
 *     return run_finish(&run);
 */
#ifndef DRIVER_H
#define DRIVER_H

#include "check.h"
#include "options.h"

#include <stddef.h>
#include <stdint.h>

/* When a worker was at its rows, from the beginning of the repeat; or when a
 * repeat was, from the beginning of the run. */
struct spell {
    double start_s;
    double busy_s; /* -1: it took no part */
};

/* One worker: the thread or process that takes rows. On its own cache lines,
 * so that no worker waits for a line in which another one writes. */
struct worker {
    _Alignas(128) struct run *run;
    double sum;      /* of its rows, before the factor h² */
    double begin_s;  /* when it began the present repeat */
    double busy_s;   /* in its own rows, over the timed repeats */
    double expected; /* the exact sum over the rows it owns, before h² */
    double size;     /* the same of their absolute values */
    long owned;      /* how many they are, by the marks */
    double cpu_s;    /* its process, over the timed repeats */
    double mem_mib;  /* its process, at the peak */
    double total_s;  /* CPU time of its process and the children of that */
    long rows;       /* in the present repeat */
    long starts;     /* repeats it took part in */
    int number;      /* 0 ... workers - 1 */
    int cpu;         /* where it was when it began, as the system counts */
    int core;        /* the core that this CPU belongs to, -1: not known */
    int numa;        /* and its NUMA node, -1: not known */
    char host[64];
    struct spell spell;
};

/* A fact for the record that only some schemes have. */
struct note {
    char key[24];
    char text[200];
};

enum { RUN_NOTES = 8 };

/* sum + the terms of one row, in order: see row.h. */
typedef double row_function(double sum, double x, double h, long n);

/* One run of a kernel: what was asked, and what came out so far. */
struct run {
    /* For the kernels. A kernel of more than one process sets rank and ranks
     * before run_start(); all others leave them at 0 of 1. Between run_init()
     * and run_start(), threads is 0 where nothing was typed. */
    long grid;             /* n: points along each axis, and rows */
    int workers;           /* over all processes */
    int rank;              /* which of the processes this is, 0 reports */
    int ranks;             /* how many processes */
    int threads;           /* workers of this process */
    int mode;              /* index into the scheme's modes */
    row_function *row;     /* what computes a row with --math=plain */
    enum sum sum;          /* by rows, or running */
    int status;            /* exit status so far: 0, 1 or 2 */
    double *rows;          /* rows[i]: the sum of row i, before h² */
    uint64_t *marks;       /* marks[i]: see worker_row() */
    struct worker *worker; /* worker[w] */
    double integral;       /* of the present repeat */
    double build_s;        /* spent on building code, NAN: none was built */

    /* For the driver. */
    const char *scheme;
    enum workers rule;
    enum math math;
    double h;             /* width of a cell, pi / n */
    long repeat;          /* timed repeats asked for */
    long pass;            /* repeats begun, the warm-up among them */
    double start_epoch_s; /* time of day of the first repeat */
    double start_s;       /* the same, on the clock all times are taken from */
    double begin_s;
    double begin_cpu_s;
    double warmup_s; /* NAN without a warm-up */
    double *time_s;  /* time_s[0 ... repeat - 1] */
    double first;    /* integral of the first repeat */
    struct check check;
    int failed;         /* run_fail() was called in the present repeat */
    const char *result; /* what was computed in place of the integral */
    int placement;      /* a map was asked for */
    int typed;          /* the number of workers was typed */
    int *pin;           /* pin[t]: CPU of this process's worker t, or NULL */
    int cpus_allowed;   /* CPUs this process was let use when it started */
    long process;       /* id of the process that called run_init() */
    struct note note[RUN_NOTES];
    int notes;
    char message[320];   /* the first thing that went wrong */
    struct spell *spell; /* see timeline.h */
};

/* Read the command line. --help and --version answer and end the program;
 * a bad option is kept until run_start(), which knows who reports. */
void run_init(struct run *run, const char *scheme, enum workers rule, int argc,
              char **argv);

/* The same for a scheme that is not like most. */
void run_init_about(struct run *run, const char *scheme, enum workers rule,
                    const struct about *about, int argc, char **argv);

/* The path of an installed file, from its path as seen from this program:
 * "../lib/integ2d/fortran.so". path: of PATH_MAX. */
void run_path(char *path, const char *name);

/* Before the first repeat: this cannot be run, and why. Ends with status 2. */
void run_stop(struct run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Make room for the rows. Afterwards run->status is 0, or 2 after one line on
 * stderr. Processes must agree on the status before they go on. */
void run_start(struct run *run);

/* Make ready for the next repeat; 0 when there is none. With more than one
 * repeat the first is a warm-up and is timed apart. */
int run_next(struct run *run);

/* Around the timed part. run_end() adds up the rows, in fixed order. */
void run_begin(struct run *run);
void run_end(struct run *run);

/* Within a repeat: it went wrong, and how. The check fails with this. */
void run_fail(struct run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Check what this repeat gave (rank 0; outside the timed part). */
void run_check(struct run *run);

/* In place of run_check(), for what is no sum over rows: how far off it is,
 * and may be. result: what was computed, if not the integral; else NULL. */
void run_judge(struct run *run, const char *result, double error,
               double tolerance);

/* A fact for the record; it is printed below the result, too. The first text
 * for a key stays. */
void run_note(struct run *run, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A zeroed array of this process alone, for a scheme that needs more than rows
 * and marks. NULL, and run_stop() was called, when there is no room for it. The
 * caller frees it. */
void *run_array(struct run *run, size_t count, size_t size);

/* Print the result, write the record, release everything (rank 0 reports).
 * Returns run->status: 0 done and right, 1 not right, 2 never started. */
int run_finish(struct run *run);

/* A worker's part of one repeat: start, rows in any order, stop. worker_put()
 * is worker_row() for a row whose sum was computed elsewhere. */
struct worker *worker_start(struct run *run, int number);
void worker_row(struct worker *me, long i);
void worker_put(struct worker *me, long i, double sum);
void worker_stop(struct worker *me);

/* Which worker did row i: 0 ... workers - 1, if it was done exactly once. */
static inline int mark_owner(uint64_t mark)
{
    return (int)(mark >> 32) - 1;
}

/* How often row i was done. */
static inline long mark_count(uint64_t mark)
{
    return (long)(mark & UINT32_MAX);
}

#endif
