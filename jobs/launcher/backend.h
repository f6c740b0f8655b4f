/* SPDX-License-Identifier: BSD-3-Clause */
/* What runs jobs: Slurm through its library, Slurm through its commands, or
 * this machine itself. */
#ifndef INTEG2D_BACKEND_H
#define INTEG2D_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "allotment.h"
#include "error.h"
#include "job.h"
#include "state.h"
#include "steps.h"

/* What is known of a job. Times are seconds since 1970, 0 = not yet. */
struct job_status {
    long job_id;
    long array_id; /* of the array whose task it is, 0 = none. A task that
                      still waits may have the array's number as its own */
    enum job_state state;
    char reason[160]; /* Slurm's word for why it waits or ended; "" = none */
    char by[40];      /* who cancelled it; "" = not known */
    int exit_code;    /* of the script */
    int signal;       /* that ended the script, 0 = none */
    int attempt;      /* how many times it was started again */
    long nodes;       /* number of nodes it got, 0 = not known */
    time_t start;
    time_t end;
};

/* Who was asked for a job, and what came of it. */
enum answer {
    ANSWER_FOUND,
    ANSWER_ABSENT, /* everyone has answered, and nobody knows it */
    ANSWER_DOUBT   /* the controller does not know it; accounting is not
                      there, or did not answer */
};

/* A job that is asked for. It is known by its token: numbers are used again,
 * tokens are not. */
struct inquiry {
    const char *folder; /* its run folder */
    const char *token;
    time_t submitted; /* when it was asked for */
    long job_id;      /* 0 = to be found by its token; of a task also its
                         array's */
    /* The answer: */
    struct job_status status; /* where it was found */
    enum answer answer;
};

/* What became of a request to run a job. */
enum submitted {
    SUBMIT_OK,
    SUBMIT_REFUSED, /* certainly no job: the text says why */
    SUBMIT_UNSURE   /* sent, but no answer came: there may be a job */
};

struct backend {
    const char *name; /* as --backend has it */

    /* Whether this part can be used here at all; NULL = always. */
    int (*fits)(struct error *err);

    /* Must come first. Returns 0, or -1 when there is nothing to talk to.
     * libslurm may also end the process here, with a message and exit status
     * 2: at_end (NULL = nothing) is called before that. */
    int (*open)(void (*at_end)(void), struct error *err);

    /* Runs `script` in `folder` (an absolute path), where it lies as
     * job_script_name says; an array with one request. Fills *job_id (of an
     * array its own number) on SUBMIT_OK, *err otherwise. */
    enum submitted (*submit)(const struct job *job, const char *script,
                             const char *folder, long *job_id,
                             struct error *err);

    /* Asks for all `count` jobs with one request, and with one more for those
     * that the controller has forgotten; adds the requests to *requests.
     * Returns 0, or -1 when no answer could be had now: then *jobs is as it
     * was. */
    int (*ask)(struct inquiry *jobs, size_t count, long *requests,
               struct error *err);

    /* Whether the last request failed as it does where the controller is of a
     * release that this part cannot talk to; NULL = never. */
    bool (*misfits)(void);

    /* Cancels a job that `ask` has found: of an array this one task.
     * Returns 0, also when it is over already, or -1. */
    int (*cancel)(const struct inquiry *job, struct error *err);

    /* What any job asked for and got, whoever sent it; `id`: "12", or "12_3"
     * in an array. Returns 0; 1 when the controller does not know it; -1 when
     * there is no answer. NULL: only jobs that have a run folder are known. */
    int (*find)(const char *id, struct allotment *allotment, struct error *err);

    /* What the steps of a job that runs have used so far. Returns 0 (also when
     * there are none) or -1. NULL: nobody counts. */
    int (*measure)(long job_id, struct steps *steps, struct error *err);
    /* Cancels all tasks of an array. NULL = there are no arrays. */
    int (*cancel_array)(long array_id, struct error *err);

    /* The most tasks that an array may have. Returns 0 or -1. */
    int (*array_limit)(long *tasks, long *requests, struct error *err);
};

extern const struct backend backend_local;
extern const struct backend backend_commands;

/* The back end for --backend=`name`: "slurm", "commands" or "local"; "" =
 * the right one: local where `slurm` is false, else Slurm's library, or its
 * commands where that cannot be used: then *note says so in a line (else it
 * is empty). lib_dir: where backend-slurm.so is. Returns 0, or -1 when there
 * is none. */
int backend_choose(const char *name, bool slurm, const char *lib_dir,
                   const struct backend **backend, struct error *note,
                   struct error *err);

/* Whether a --backend that is only for Slurm is one of its two ("" = not
 * typed). Returns 0 or -1. */
int backend_check_slurm(const char *name, struct error *err);

/* Whether this is Slurm, one way or the other. */
bool backend_is_slurm(const struct backend *backend);

#endif
