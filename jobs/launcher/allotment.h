/* SPDX-License-Identifier: BSD-3-Clause */
/* What a job asked for and was given: any job, not only one of ours. */
#ifndef INTEG2D_ALLOTMENT_H
#define INTEG2D_ALLOTMENT_H

#include <time.h>

#include "error.h"
#include "state.h"

struct allotment {
    long job_id; /* as Slurm counts: a task of an array has its own */
    char name[256];
    char user[64];
    char site[32]; /* whose rules hold; "" = not known */
    enum job_state state;
    char reason[160];    /* Slurm's word for why it waits or ended, "" = none */
    time_t start, end;   /* 0 = not yet */
    long limit_min;      /* 0 = not known */
    long nodes, cpus;    /* 0 = not known; of a waiting job: asked for */
    long tasks;          /* 0 = not known */
    double mem_mib;      /* of all nodes; NAN = not known, or no limit */
    char node_list[256]; /* "" = none yet */
    char words[1536];    /* comment, working folder and name: whose run it is */
};

/* Columns for squeue -O, and what reads a line of them: 0, or -1 for a line
 * that is none. */
#define ALLOTMENT_SQUEUE                                                       \
    "JobID:|,UserName:|,State:|,Reason:|,StartTime:|,EndTime:|,TimeLimit:|,"   \
    "NumNodes:|,NumCPUs:|,NumTasks:|,tres-alloc:|,NodeList:|,Name:|,"          \
    "Comment:|,WorkDir:|"
int allotment_read(char *line, struct allotment *allotment);

/* Asks squeue for the job called `id` ("12", or "12_3" in an array). Returns
 * 0; 1 when the controller does not know it (any more); -1 when there is no
 * answer. */
int allotment_ask(const char *id, struct allotment *allotment,
                  struct error *err);

/* 0 for a job of the user called `name`; else -1: how it uses what it got is
 * its owner's to see. */
int allotment_check_owner(const struct allotment *allotment, const char *name,
                          struct error *err);

/* Seconds that the job has run, until now where it still runs; 0 = it has not
 * started. Slurm tells whole seconds of its start and end. */
double allotment_ran_s(const struct allotment *allotment);

#endif
