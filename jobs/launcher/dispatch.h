/* SPDX-License-Identifier: BSD-3-Clause */
/* A sweep on its way through integ2d-submit: what its steps share. Like
 * submit.c they print, and their results are exit statuses. */
#ifndef INTEG2D_DISPATCH_H
#define INTEG2D_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "advise.h"
#include "error.h"
#include "options.h"
#include "plan.h"
#include "progress.h"
#include "refresh.h"
#include "sweep.h"

enum dispatch_exit {
    EXIT_RIGHT = 0,
    EXIT_WRONG = 1,
    EXIT_USAGE = 2,
    EXIT_OPEN = 3,
    EXIT_INTERRUPTED = 130
};

struct dispatch {
    const struct options *options;
    struct adviser *adviser;
    struct plan plan;
    struct sweep sweep;
    struct refresh refresh;
    struct progress progress;
    bool made;    /* the first array's folders are there */
    bool refused; /* Slurm would not take an array: the rest is not sent */
};

/* Prints the error; EXIT_USAGE. */
int dispatch_fail(const struct error *err);

/* Whether its jobs run on this machine. */
bool dispatch_is_local(const struct dispatch *dispatch);

/* The job that asks for an array of `tasks` tasks of a group; its script is
 * the caller's to free. Returns 0 or -1. */
int dispatch_array_job(const struct dispatch *dispatch, size_t group,
                       const char *token, size_t tasks, struct job *job,
                       char **script, struct error *err);

/* How many tasks an array may have here. Returns 0 or -1. */
int dispatch_limit(struct dispatch *dispatch, const struct site *site,
                   long *most, struct error *err);

/* Asks for the arrays that are `wanted`, or, without Slurm, gets their jobs
 * ready to be started. Returns 0, also when some were refused after others had
 * been taken; else the exit status. */
int dispatch_send(struct dispatch *dispatch, const bool *wanted);

/* Starts the jobs of this machine that find room beside those that run, in the
 * order of the plan. `context`: the dispatch. */
void dispatch_feed(void *context);

/* Everything that is to be sent has been: waits and shows the results, or says
 * what was submitted (--no-wait). Returns the exit status. */
int dispatch_finish(struct dispatch *dispatch);

#endif
