/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of schemes: one row for each program in kernels/. */
#ifndef INTEG2D_SCHEME_H
#define INTEG2D_SCHEME_H

#include "error.h"

/* How a scheme's workers are asked of Slurm and started. */
enum scheme_kind {
    SCHEME_SERIAL,  /* one worker */
    SCHEME_THREADS, /* workers are threads of one task: -c */
    SCHEME_MPI,     /* workers are tasks: -n */
    SCHEME_KINDS
};

struct scheme {
    const char *name; /* the program is integ2d-<name> */
    enum scheme_kind kind;
    const char *summary; /* one line for --help */
};

/* All schemes, ended by one without a name. */
extern const struct scheme scheme_table[];

/* The key of `kind` in a site file's [launch] section: serial, threads, mpi. */
const char *scheme_kind_name(enum scheme_kind kind);

/* Finds a scheme by name. Returns 0, or -1 with an error that names the
 * nearest one or lists all. */
int scheme_find(const char *name, const struct scheme **scheme,
                struct error *err);

#endif
