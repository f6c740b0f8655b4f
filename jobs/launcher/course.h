/* SPDX-License-Identifier: BSD-3-Clause */
/* A sweep on its way through integ2d-submit: what its steps share. Like
 * submit.c they print, and their results are exit statuses. */
#ifndef INTEG2D_COURSE_H
#define INTEG2D_COURSE_H

#include <stdbool.h>
#include <stddef.h>

#include "advise.h"
#include "error.h"
#include "options.h"
#include "plan.h"
#include "progress.h"
#include "refresh.h"
#include "sweep.h"

enum course_exit {
    EXIT_RIGHT = 0,
    EXIT_WRONG = 1,
    EXIT_USAGE = 2,
    EXIT_OPEN = 3,
    EXIT_INTERRUPTED = 130
};

struct course {
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
int course_fail(const struct error *err);

/* A folder as one would name it here, fit for a terminal; until the next
 * call. */
const char *course_short_name(const char *folder);

/* Whether its jobs run on this machine. */
bool course_is_local(const struct course *course);

/* The job that asks for an array of `tasks` tasks of a group; its script is
 * the caller's to free. Returns 0 or -1. */
int course_array_job(const struct course *course, size_t group,
                     const char *token, size_t tasks, struct job *job,
                     char **script, struct error *err);

/* How many tasks an array may have here. Returns 0 or -1. */
int course_limit(struct course *course, const struct site *site, long *most,
                 struct error *err);

/* Asks for the arrays that are `wanted`, or, without Slurm, gets their jobs
 * ready to be started. Returns 0, also when some were refused after others had
 * been taken; else the exit status. */
int course_send(struct course *course, const bool *wanted);

/* Starts the jobs of this machine that find room beside those that run, in the
 * order of the plan. `context`: the course. */
void course_feed(void *context);

/* Everything that is to be sent has been: waits and shows the results, or says
 * what was submitted (--no-wait). Returns the exit status. */
int course_finish(struct course *course);

#endif
