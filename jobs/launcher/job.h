/* SPDX-License-Identifier: BSD-3-Clause */
/* What to run and with which resources: one plain struct that fills both
 * the script's #SBATCH lines and the request to Slurm, so that the two
 * cannot disagree. */
#ifndef INTEG2D_JOB_H
#define INTEG2D_JOB_H

#include "config.h"
#include "error.h"
#include "options.h"
#include "scheme.h"
#include "site.h"

enum { JOB_TEXT = 200, JOB_TOKEN = 12, JOB_MODE = 32 };

struct job {
    struct site site;
    struct scheme scheme;
    char token[JOB_TOKEN + 1]; /* unique to this job; hexadecimal */
    char comment[32];          /* "integ2d:<token>" */
    long array;   /* tasks of an array of jobs, numbered from 1; 0 = one job */
    long at_once; /* of which may run at the same time; 0 = any number */
    char name[JOB_TEXT];
    char account[JOB_TEXT]; /* "" = none; so in all texts below */
    char partition[JOB_TEXT];
    char constraint[JOB_TEXT];
    char reservation[JOB_TEXT];
    long workers;
    long threads; /* of each task; 0 = the scheme has no threads */
    long tasks;
    long cpus_per_task;
    long nodes; /* 0 = left to Slurm */
    long time_min;
    long mem_mib; /* for each node; 0 = left to Slurm */
    long grid;
    long repeat;
    char math[8];        /* plain or simd */
    char mode[JOB_MODE]; /* one of the scheme's modes, "" = it has none */
    bool placement;      /* the program shows where its workers ran */
    char modules[2 * SITE_TEXT]; /* what `ml` loads before integ2d */
    char command[512];           /* the script's last line */
};

/* What the script of an array is called, the list of its tasks' commands, and
 * a task's folder, before its number. */
#define JOB_ARRAY_SCRIPT "array.sbatch"
#define JOB_ARRAY_COMMANDS "commands.txt"
#define JOB_TASK_FOLDER "task_"

/* A new token, which no other job has. */
int job_token(char token[JOB_TOKEN + 1], struct error *err);

/* The script's name, and where Slurm is to put what it prints ("output", out"
 * or "error", "err"): the same for one job and for all tasks of an array. */
const char *job_script_name(const struct job *job);
void job_output(const struct job *job, const char *stem, const char *ending,
                char *text, size_t size);

/* The tasks as sbatch's --array has them, "1-100%20"; "" = no array. */
void job_array_text(const struct job *job, char *text, size_t size);

/* Makes the job one of `tasks` tasks whose commands are in a file. */
int job_make_array(struct job *job, const char *token, long tasks,
                   struct error *err);

/* Gives the job this token. */
void job_set_token(struct job *job, const char *token);

/* Changes the grid of a job that is made. */
int job_set_grid(struct job *job, long grid, struct error *err);

/* Works out the job from what was typed, the user's defaults and the site's
 * facts. All bad input ends here: -1 with an error that names it. The
 * account may still be empty where the site demands one: job_set_account. */
int job_make(const struct options *options, const struct config *config,
             const struct site *site, struct job *job, struct error *err);

/* Gives the job an account, which must have the site's shape. */
int job_set_account(struct job *job, const char *account, const char *source,
                    struct error *err);

/* The batch script from the template in `folder`; the caller frees *script.
 * bin_dir: folder of the programs. */
int job_script(const struct job *job, const char *folder, const char *bin_dir,
               char **script, struct error *err);

#endif
