/* SPDX-License-Identifier: BSD-3-Clause */
/* A run folder: <site>-<scheme>-n<workers>-<time>-<token>/ with job.sbatch,
 * run.json, state.json, output_<jobid>.out, error_<jobid>.err and the
 * records. It can be read without this toolkit, moved, and collected again
 * any time. */
#ifndef INTEG2D_RUN_H
#define INTEG2D_RUN_H

#include <limits.h>
#include <stdbool.h>

#include "backend.h"
#include "error.h"
#include "job.h"
#include "token.h"

/* What run.json holds (what was asked: written once, never changed) and
 * state.json (what is known of the job: replaced at each change). */
struct run {
    char folder[PATH_MAX]; /* absolute */
    char site[32];
    char scheme[32];
    char backend[16];
    char token[TOKEN_TEXT];
    char account[JOB_TEXT];
    char name[JOB_TEXT];
    long workers;
    long nodes; /* asked for; 0 = left to Slurm */
    long cpus_per_task;
    long time_min;
    long grid;
    long repeat;
    char math[8];
    char mode[JOB_MODE];      /* "" = the scheme has none */
    char submitted[32];       /* UTC, ISO 8601 */
    struct job_status status; /* job_id 0 = not submitted, or not known */
    bool by_hand; /* the job is one of "sbatch job.sbatch": see run_adopt */
    enum answer answer; /* to the last question for it; not kept */
};

/* Makes the run folder below `parent` (which is made too) and puts
 * job.sbatch and run.json there. Returns 0, or -1 with no run folder left. */
int run_create(const char *parent, const struct job *job, const char *backend,
               const char *script, struct run *run, struct error *err);

/* What run.json says of a job, without folder and time. */
void run_describe(const struct job *job, const char *backend, struct run *run);

/* The text of run.json; the caller frees it. NULL = out of memory. */
char *run_text(const struct run *run);

/* Makes a new folder <parent>/<label>-<time>-<token>, and the parent, too;
 * fills in its absolute path and the time. Returns 0 or -1. */
int run_make_folder(const char *parent, const char *label, const char *token,
                    char folder[PATH_MAX], char submitted[32],
                    struct error *err);

/* Reads what is known of the job of a run whose folder is filled in; without
 * a state.json that is nothing. */
int run_load_state(struct run *run, struct error *err);

/* The number of the job that has left files in the folder, 0 = none: the
 * first one, should there be several. */
long run_find_job(const struct run *run);

/* Whether the run is a task of a sweep's array: then it fills in the sweep's
 * folder, which is two above its own. */
bool run_sweep_folder(const struct run *run, char folder[PATH_MAX]);

/* Waits until run.json and its token are on disk: what must be so before
 * Slurm hears of the job, since by the token the job can be found again
 * whatever happens to the submission. Returns 0 or -1. */
int run_sync(const struct run *run, struct error *err);

/* Replaces state.json, whole or not at all. It is not waited for: should a
 * crash of the machine take it back, Slurm is asked again. */
int run_save(const struct run *run, struct error *err);

/* Reads the run folder at `path`. */
int run_load(const char *path, struct run *run, struct error *err);

/* Turns to another job of the run folder, one that somebody sent by hand with
 * sbatch: what was asked for is then what job.sbatch says now. Nothing is
 * known of its state yet. */
void run_adopt(struct run *run, long job_id);

/* Removes a run folder in which nothing has happened. */
void run_remove(const struct run *run);

/* The folders of all runs and sweeps below `parent`, oldest first; the caller
 * frees each and the list. Returns 0 or -1. */
int run_list(const char *parent, char ***folders, size_t *count,
             struct error *err);

/* <folder>/<stem><job id><ending>, such as output_12.out. */
void run_file(const struct run *run, const char *stem, const char *ending,
              char path[PATH_MAX]);

enum { RUN_JOB_NAME = 48 };

/* The run's number among the tasks of an array as long as its job has none of
 * its own but the array's, which may be until it begins; else 0. */
long run_task(const struct run *run);

/* What Slurm calls the run's job: its number, or 12_3 for such a task. */
void run_job_name(const struct run *run, char name[RUN_JOB_NAME]);

/* What a kernel says of itself between its repeats, in the file
 * "progress_<id>". */
struct run_progress {
    long done; /* repeats over; the one that warms up is not counted */
    long repeats;
    double elapsed_s; /* since its start */
};

/* Reads it for the job's present attempt: a kernel that was ended leaves its
 * file behind, and what was there before the job began to run is an earlier
 * attempt's. Returns 0, or -1 when there is none. */
int run_read_progress(const struct run *run, struct run_progress *progress);

#endif
