/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line of integ2d-submit, as typed. */
#ifndef INTEG2D_OPTIONS_H
#define INTEG2D_OPTIONS_H

#include <stdbool.h>

/* A text option is NULL when it was not given. */
struct options {
    const char *site;
    const char *scheme;
    const char *workers;
    const char *grid;
    const char *repeat;
    const char *math;
    const char *mode;
    const char *account;
    const char *time;
    const char *partition;
    const char *nodes;
    const char *cpus_per_task;
    const char *mem;
    const char *constraint;
    const char *reservation;
    const char *name;
    const char *output_dir;
    const char *backend;
    const char *max_jobs; /* of a sweep */
    const char *resume;   /* a sweep, to go on with */
    const char *cancel;   /* a run, instead of everything else */
    bool weak;            /* the grid grows with the workers */
    bool placement;
    bool dry_run;
    bool no_wait;
    bool json;
    bool quiet;
    bool verbose;
};

/* Fills *options. --help and --version print and end the program with 0; a
 * bad command line prints why and ends it with 2. */
void options_parse(int argc, char **argv, struct options *options);

/* The first option given that says what to run, or how to ask for it; NULL =
 * none. A sweep that goes on, or a job to cancel, takes none of these. */
const char *options_first(const struct options *options);

#endif
