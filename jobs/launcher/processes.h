/* SPDX-License-Identifier: BSD-3-Clause */
/* The processes of a job that run on this machine, as /proc shows them: how
 * much processor time they take on each core, and how much memory they hold.
 * They are known by the job number in the environment that they were started
 * with. */
#ifndef INTEG2D_PROCESSES_H
#define INTEG2D_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>

enum { PROCESSES_CORES = 1024 }; /* CPUs, as the system numbers them */

/* One look at them. */
struct look {
    double at_s;  /* on a clock that only goes forward */
    double cpu_s; /* used so far, those included that have ended */
    double mem_mib;
    long processes;
    long threads;
    long busy_threads;  /* that took more than a tenth of the time since the
                           last look */
    long ready_threads; /* that run, or would if a core were free */
    double core_s[PROCESSES_CORES]; /* used there since the last look */
    bool allowed[PROCESSES_CORES];  /* where they may run */
    long omp_threads; /* OMP_NUM_THREADS of the busiest, 0 = not set */
};

struct processes {
    char mark[48];     /* "SLURM_JOB_ID=12" */
    char config[4096]; /* the Slurm that it belongs to, "" = none */
    double begun_at_s; /* the first look */
    double gone_s;     /* used by those that have ended */
    struct thread *thread;
    size_t count, room;
    double last_s; /* the last look; 0 = none yet */
};

/* job_id: a job of Slurm's, or of this machine's own. */
void processes_start(struct processes *processes, long job_id, bool slurm);

/* Looks again. Returns how many processes there are; 0 = none here, with
 * cpu_s NAN where there never were any; -1 = out of memory. */
long processes_look(struct processes *processes, struct look *look);

void processes_release(struct processes *processes);

#endif
