/* SPDX-License-Identifier: BSD-3-Clause */
/* What a sweep is going to do, before anything is asked for: its jobs, in
 * groups that ask for the same resources, and what is impossible here. */
#ifndef INTEG2D_PLAN_H
#define INTEG2D_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "config.h"
#include "error.h"
#include "job.h"
#include "options.h"
#include "prefix.h"
#include "run.h"
#include "site.h"

struct plan_run {
    struct run run; /* as it is asked for; no folder yet */
    char *command;  /* the last line of its script */
    char *script;   /* NULL = it is a task of an array */
    size_t group;
};

/* Jobs that may be tasks of one array: their scripts differ in nothing but
 * the command. */
struct plan_group {
    struct job job; /* the first of them */
    size_t count;
};

/* Why some combinations are impossible, in the words of a single job. */
struct plan_refusal {
    char *text;
    size_t count;
};

struct plan {
    struct plan_run *run;
    size_t count;
    struct plan_group *group;
    size_t groups;
    struct plan_refusal *refusal;
    size_t refusals;
    size_t impossible; /* combinations */
    bool weak;
    const char *account_source; /* of all jobs */
};

/* Whether the command line means more than one job. */
bool plan_is_sweep(const struct options *options);

/* Makes the job of every combination. An option that is wrong whatever the
 * rest is, more jobs than are allowed, and combinations of which none is
 * possible are errors. Returns 0 or -1; plan_release when done. */
int plan_make(const struct options *options, const struct config *config,
              const struct site *site, const struct prefix *prefix,
              struct plan *plan, struct error *err);

/* The grid at which each of `workers` has the work that one has at `grid`:
 * grid times the root of workers, rounded to the nearest even number, a tie
 * upwards; at least 2. */
long plan_weak_grid(long grid, long workers);

/* Says how many jobs there are, what they ask for and how long they take at
 * most, and what is impossible, in lines that begin with `before`. */
void plan_print(const struct plan *plan, const char *before, FILE *file);

void plan_release(struct plan *plan);

#endif
