/* SPDX-License-Identifier: BSD-3-Clause */
/* The record a kernel leaves in the run folder: what was computed, how long
 * it took and whether the check passed. Its keys are described in
 * kernels/README.md. */
#ifndef INTEG2D_RECORD_H
#define INTEG2D_RECORD_H

#include <jansson.h>
#include <stdbool.h>

#include "error.h"
#include "run.h"

struct record {
    json_t *json; /* the whole record; NULL where a proof took its place */
    char *text;   /* the same as it stands in the file */
    size_t size;
    long workers;
    double best_s;
    double median_s;
    double integral; /* NAN, as the error, for a scheme that has none */
    double error;
    double build_s; /* to compile at run time; NAN = nothing was compiled */
    double cpu_used_s;
    double cpu_available_s;
    bool passed;
    bool unsealed;   /* it has no checksum: written before there was one */
    bool cut;        /* it ends too soon or cannot be read: the rest may still
                         be on its way */
    char check[400]; /* the check in words */
};

/* Reads the record of the run's job and makes sure that it is one: every
 * key there, its checksum right, scheme, grid, repeats and job id those of the
 * run, and its figures such as go together. Returns
 * 0; 1 when there is no record; -1 with *err when there is one that cannot
 * be believed. */
int record_load(const struct run *run, struct record *record,
                struct error *err);

/* The record's note number `index`, a fact that only some schemes have: its
 * name, and *text; NULL behind the last. */
const char *record_note(const struct record *record, size_t index,
                        const char **text);

/* Writes the names of records in the run folder that are not its job's, "" =
 * there are none. What does not fit is cut. */
void record_others(const struct run *run, char *names, size_t size);

void record_release(struct record *record);

#endif
