/* SPDX-License-Identifier: BSD-3-Clause */
#include "scheme.h"

#include <stdio.h>
#include <string.h>

#include "file.h"
#include "parse.h"

static const char *const pitfalls[] = {
    "race",      "false-sharing", "padded",    "atomic-term",    "atomic-row",
    "lock-term", "lock-row",      "imbalance", "oversubscribed", NULL};

#define MPI                                                                    \
    .part = "MPI", .debian = "apt-get install libopenmpi-dev openmpi-bin"
#define FORTRAN                                                                \
    .plain_only = true, .part = "a Fortran compiler",                          \
    .debian = "apt-get install gfortran"

const struct scheme scheme_table[] = {
    {.name = "serial",
     .kind = SCHEME_SERIAL,
     .summary = "one core, the baseline"},
    {.name = "jit",
     .kind = SCHEME_SERIAL,
     .summary = "a function that is compiled while the program runs",
     .plain_only = true,
     .part = "libgccjit",
     .debian = "apt-get install libgccjit-12-dev"},
    {.name = "fortran",
     .kind = SCHEME_SERIAL,
     .summary = "a Fortran function called from C",
     FORTRAN},
    {.name = "julia",
     .kind = SCHEME_SERIAL,
     .summary = "a Julia function called from C",
     .plain_only = true,
     .command = "julia",
     .debian = "make deps-julia"},
    {.name = "threads",
     .kind = SCHEME_THREADS,
     .summary = "POSIX threads that share memory"},
    {.name = "gil",
     .kind = SCHEME_THREADS,
     .summary = "threads under one lock, no faster than serial"},
    {.name = "openmp",
     .kind = SCHEME_THREADS,
     .summary = "OpenMP threads that share memory"},
    {.name = "fortran-openmp",
     .kind = SCHEME_THREADS,
     .summary = "OpenMP threads of a Fortran function",
     FORTRAN},
    {.name = "multiprocess",
     .kind = SCHEME_THREADS,
     .summary = "processes of one node that share one array"},
    {.name = "blas",
     .kind = SCHEME_THREADS,
     .summary = "a matrix product by a library with its own threads",
     .grid = 3000,
     .plain_only = true,
     .no_integral = true,
     .no_placement = true,
     .part = "a BLAS library",
     .debian = "apt-get install libopenblas-dev"},
    {.name = "pitfalls",
     .kind = SCHEME_THREADS,
     .summary = "what threads can do wrong, chosen with --mode",
     .grid = 500,
     .plain_only = true,
     .modes = pitfalls},
    {.name = "mpi",
     .kind = SCHEME_MPI,
     .summary = "MPI processes and a reduction",
     MPI},
    {.name = "hybrid",
     .kind = SCHEME_HYBRID,
     .summary = "MPI processes of several threads each",
     MPI},
    {.name = NULL},
};

enum { SCHEMES = sizeof(scheme_table) / sizeof(scheme_table[0]) };

const char *scheme_kind_name(enum scheme_kind kind)
{
    switch (kind) {
    case SCHEME_SERIAL:
        return "serial";
    case SCHEME_THREADS:
        return "threads";
    case SCHEME_MPI:
        return "mpi";
    case SCHEME_HYBRID:
        return "hybrid";
    case SCHEME_KINDS:
        break;
    }
    return "";
}

static int unknown_scheme(const char *name, struct error *err)
{
    const char *names[SCHEMES];
    const char *nearest;
    char shown[80];
    char all[256] = "";

    file_visible(name, shown, sizeof(shown));
    for (int i = 0; i < SCHEMES; i++) {
        names[i] = scheme_table[i].name;
        if (names[i] == NULL)
            break;
        size_t used = strlen(all);
        snprintf(all + used, sizeof(all) - used, "%s%s", i > 0 ? ", " : "",
                 names[i]);
    }
    nearest = parse_nearest(name, names);
    if (nearest == NULL)
        return error_set(err, "no scheme called '%s' (schemes: %s)", shown,
                         all);
    return error_set(err,
                     "no scheme called '%s'; did you mean %s? (schemes: %s)",
                     shown, nearest, all);
}

int scheme_find(const char *name, const struct scheme **scheme,
                struct error *err)
{
    for (const struct scheme *row = scheme_table; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0) {
            *scheme = row;
            return 0;
        }
    }
    return unknown_scheme(name, err);
}
