/* SPDX-License-Identifier: BSD-3-Clause */
#include "scheme.h"

#include <stdio.h>
#include <string.h>

#include "file.h"
#include "parse.h"

const struct scheme scheme_table[] = {
    {"serial", SCHEME_SERIAL, "one core, the baseline"},
    {"openmp", SCHEME_THREADS, "OpenMP threads that share memory"},
    {"mpi", SCHEME_MPI, "MPI processes and a reduction"},
    {NULL, SCHEME_KINDS, NULL},
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
