/* SPDX-License-Identifier: BSD-3-Clause */
/* The steps of a job (its script, and each srun) and what they have used:
 * from Slurm's step statistics while they run, from accounting afterwards. */
#ifndef INTEG2D_STEPS_H
#define INTEG2D_STEPS_H

#include <stddef.h>

#include "allotment.h"
#include "error.h"

/* What is not known is NAN, -1 or "". */
struct step {
    char name[32];  /* batch, extern, 0, 1 ... */
    char title[64]; /* the program's name */
    long tasks;
    long cpus;
    double elapsed_s;
    double cpu_s;     /* of all its tasks */
    double cpu_min_s; /* of the task with the least */
    long cpu_min_task;
    double mem_mib;      /* of all its tasks, each at its peak */
    double mem_task_mib; /* of the task with the most */
    long mem_task;
    char nodes[128];
};

struct steps {
    struct step *step;
    size_t count;
};

#define STEPS_SSTAT                                                            \
    "JobID,NTasks,AveCPU,MinCPU,MinCPUTask,MaxRSS,MaxRSSTask,TRESUsageInTot,"  \
    "Nodelist"
#define STEPS_SACCT                                                            \
    "JobIDRaw,User,State,Start,End,ElapsedRaw,TimelimitRaw,NNodes,NTasks,"     \
    "AllocCPUS,TotalCPU,MinCPU,MinCPUTask,MaxRSS,MaxRSSTask,TRESUsageInTot,"   \
    "AllocTRES,NodeList,JobName,Comment,WorkDir"

/* Reads what sstat printed for those fields into the steps: those that it does
 * not name any more stay as they were. Returns 0, or -1 when out of memory. */
int steps_read_live(char *text, struct steps *steps);

/* Reads what sacct printed: the job's own line into *allotment (unchanged
 * when there is none), the others into the steps. Returns how many lines were
 * the job's own, or -1 when out of memory. */
int steps_read_final(char *text, struct allotment *allotment,
                     struct steps *steps);

/* Asks sstat. Returns 0 (also when no step runs), or -1. */
int steps_ask_live(long job_id, struct steps *steps, struct error *err);

/* Asks accounting for the job called `id`. Returns 0; 1 when it does not know
 * the job; -1 when there is no accounting or no answer. */
int steps_ask_final(const char *id, struct allotment *allotment,
                    struct steps *steps, struct error *err);

/* How often Slurm takes step statistics, in seconds: 0 = only when asked; NAN =
 * not known. Reads what `scontrol show config` printed. Returns 0, or 1 when
 * this Slurm takes none at all (JobAcctGatherType=jobacct_gather/none). */
int steps_read_config(const char *text, double *every_s);
int steps_ask_config(double *every_s, struct error *err);

/* All steps together; NAN = not known of any. Memory: of the largest step. */
double steps_cpu_s(const struct steps *steps);
double steps_mem_mib(const struct steps *steps);

/* The step of that name, which is made where there is none; NULL = out of
 * memory. */
struct step *steps_find(struct steps *steps, const char *name);

void steps_release(struct steps *steps);

#endif
