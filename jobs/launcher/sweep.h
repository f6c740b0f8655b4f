/* SPDX-License-Identifier: BSD-3-Clause */
/* A sweep's folder: <site>-sweep-<time>-<token>/ with
 *
 *     sweep.json      what was asked for: options and runs; never changed
 *     journal         what was done about it, a line for each step
 *     array_1-<token>/  runs that ask for the same resources:
 *         array.sbatch    their script
 *         commands.txt    the command of task 1, 2, ...
 *         task_1/         a run folder; its run.json comes last
 *
 * Lines of the journal, of which only what ends in a newline counts:
 *
 *     array 1 <token> 1-8,12    array 1 has these runs of sweep.json, as its
 *                               tasks 1, 2, ...
 *     asked 1                   a request for it may have been sent
 *     job 1 4711                it has this job number
 *
 * A run that is in several arrays belongs to the last one. What must be on
 * disk before Slurm hears of an array is its line and the one that it is asked
 * for: two files for any number of runs. */
#ifndef INTEG2D_SWEEP_H
#define INTEG2D_SWEEP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "error.h"
#include "options.h"
#include "plan.h"
#include "run.h"

struct sweep_array {
    char token[JOB_TOKEN + 1];
    size_t *run; /* of its tasks: indices into the sweep's runs */
    size_t count;
    bool asked;
    long job_id; /* 0 = not known */
};

struct sweep {
    char folder[PATH_MAX]; /* absolute */
    char site[32];
    char backend[16];
    char token[JOB_TOKEN + 1];
    char account[JOB_TEXT];
    char name[JOB_TEXT];
    char submitted[32];
    json_t *json;           /* sweep.json, which has the options' texts */
    struct options options; /* as they were typed, with defaults filled in */
    struct run *run;        /* in the order of the plan */
    size_t *group;          /* of each run */
    size_t *task;           /* of each run, in its array; 0 = in none */
    size_t *in;             /* of each run, the index of its array */
    size_t count;
    struct sweep_array *array;
    size_t arrays;
    size_t journal; /* bytes of its whole lines */
};

/* Whether the folder is a sweep's. */
bool sweep_is(const char *path);

/* Makes the folder of a new sweep below `parent` and decides on its arrays, of
 * at most `most` tasks each. Returns 0, or -1 with no folder left;
 * sweep_release when done. */
int sweep_create(const char *parent, const struct plan *plan,
                 const struct options *options, const char *backend, long most,
                 struct sweep *sweep, struct error *err);

/* Waits until all that must be known after a crash is on disk. */
int sweep_sync(const struct sweep *sweep, struct error *err);

/* Reads the sweep at `path`, with the state of its runs as far as it was
 * kept. */
int sweep_load(const char *path, struct sweep *sweep, struct error *err);

/* Whether the plan is that of the sweep. */
bool sweep_agrees(const struct sweep *sweep, const struct plan *plan);

/* Puts `count` runs, of one group, into a new array. */
int sweep_add_array(struct sweep *sweep, const size_t *runs, size_t count,
                    struct error *err);

/* Makes what an array needs that is not there yet: its folder with `script`
 * (NULL = it is none of Slurm's), and its tasks' folders, still without a
 * run.json: that would double the time of the submission. */
int sweep_make_array(const struct sweep *sweep, size_t array,
                     const struct plan *plan, const char *script,
                     struct error *err);

/* Writes the run.json of each run that may have been asked for and has none
 * yet, so that its folder is a run folder like any other. */
int sweep_complete(const struct sweep *sweep, struct error *err);

/* Whether a request for the run may have been sent. */
bool sweep_has_asked(const struct sweep *sweep, size_t run);

/* Notes in the journal, on disk before it returns, that an array is going to
 * be asked for. */
int sweep_note_asked(struct sweep *sweep, size_t array, struct error *err);

/* Notes its job's number. It is not waited for: Slurm can be asked again. */
int sweep_note_job(struct sweep *sweep, size_t array, long job_id,
                   struct error *err);

/* Tells the program that starts the jobs of this sweep one by one, without
 * Slurm, to start no more; or takes that back. Returns 0 or -1. */
int sweep_stop(const struct sweep *sweep, bool stop);

bool sweep_is_stopped(const struct sweep *sweep);

/* Puts in the place of each sweep among the folders those of its runs that
 * have been asked for (see sweep_complete), and counts in *missing the runs
 * that are not. A sweep that cannot be read is left out. Returns 0, or -1 with
 * what was wrong with the last such one. */
int sweep_expand(char ***folders, size_t *count, size_t *missing,
                 struct error *err);

/* What to do about runs that are missing from a sweep, in a line; nothing for
 * none. */
void sweep_say_missing(size_t missing, FILE *file);

/* The folder of an array. */
void sweep_array_folder(const struct sweep *sweep, size_t array,
                        char folder[PATH_MAX]);

/* Removes the folder of a sweep in which nothing has happened. */
void sweep_remove(const struct sweep *sweep);

void sweep_release(struct sweep *sweep);

#endif
