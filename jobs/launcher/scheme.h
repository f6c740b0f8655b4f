/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of schemes: one row for each program in kernels/. */
#ifndef INTEG2D_SCHEME_H
#define INTEG2D_SCHEME_H

#include <stdbool.h>

#include "error.h"

/* How a scheme's workers are asked of Slurm and started. */
enum scheme_kind {
    SCHEME_SERIAL,  /* one worker */
    SCHEME_THREADS, /* workers are cores of one task: -c */
    SCHEME_MPI,     /* workers are tasks: -n */
    SCHEME_HYBRID,  /* workers are tasks times cores of each: -n and -c */
    SCHEME_KINDS
};

enum { SCHEME_GRID = 10000 }; /* the grid when none is given */

struct scheme {
    const char *name; /* the program is integ2d-<name> */
    enum scheme_kind kind;
    const char *summary; /* one line for --help */

    /* Where a scheme differs from the rest; 0 and NULL = it does not. */
    long grid;                /* when none is given; 0 = SCHEME_GRID */
    bool plain_only;          /* has no --math=simd */
    bool no_integral;         /* its record has no integral and no error */
    bool no_placement;        /* has no --placement */
    const char *const *modes; /* what --mode may be, ended by NULL */
    const char *part;         /* without which make leaves the program out */
    const char *command;      /* on PATH, without which it cannot run */
    const char *debian;       /* what brings either of them on Debian */
};

/* All schemes, in the order in which they are taught, ended by one without a
 * name. */
extern const struct scheme scheme_table[];

/* The key of `kind` in a site file's [launch] section: serial, threads, mpi,
 * hybrid. */
const char *scheme_kind_name(enum scheme_kind kind);

/* Finds a scheme by name. Returns 0, or -1 with an error that names the
 * nearest one or lists all. */
int scheme_find(const char *name, const struct scheme **scheme,
                struct error *err);

#endif
