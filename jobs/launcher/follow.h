/* SPDX-License-Identifier: BSD-3-Clause */
/* Gathering what a job uses: while it runs, look by look, and when it is
 * over. */
#ifndef INTEG2D_FOLLOW_H
#define INTEG2D_FOLLOW_H

#include <stdbool.h>

#include "backend.h"
#include "error.h"
#include "prefix.h"
#include "processes.h"
#include "refresh.h"
#include "usage.h"

struct follow {
    const struct prefix *prefix;
    struct refresh refresh; /* backend and lib_dir are set by the caller */
    struct site site;       /* name "" = not known */
    char id[RUN_JOB_NAME];  /* as Slurm's commands take it, "" = a local job */
    bool alone; /* nobody can be asked: what the run folder has is all */
    struct processes processes;
    bool looking;        /* processes is in use */
    int lock;            /* on the run folder, and 1; 0 = not held */
    double last_steps_s; /* when step statistics were last taken up, and what */
    double last_cpu_s;   /* they had then; 0 = not yet */
};

/* Finds the job called `name`: a run folder, the number of a job that has one,
 * or any job number of Slurm's. Fills *usage (zeroed before). Returns 0, or
 * -1. */
int follow_open(struct follow *follow, const char *name, struct usage *usage,
                struct error *err);

/* Asks for the job's state. Returns 0; 1 when there is no answer now; -1. */
int follow_state(struct follow *follow, struct usage *usage, struct error *err);

/* Looks at what it uses, and adds that to the trace. Returns 0 or -1. */
int follow_look(struct follow *follow, struct usage *usage, struct error *err);

/* When it is over: the rest. */
void follow_end(struct follow *follow, struct usage *usage);

/* Takes what is known apart: usage->tally and usage->hints. */
void follow_judge(struct usage *usage);

void follow_release(struct follow *follow, struct usage *usage);

#endif
