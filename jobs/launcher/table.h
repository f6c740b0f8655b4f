/* SPDX-License-Identifier: BSD-3-Clause */
/* Results for people (a table) and for other programs (CSV). */
#ifndef INTEG2D_TABLE_H
#define INTEG2D_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "proof.h"
#include "result.h"

/* What a table keeps of a result: a few hundred bytes, for there may be tens
 * of thousands. */
struct table_row {
    char site[32], scheme[32], math[8], mode[JOB_MODE];
    enum verdict verdict;
    enum job_state state;
    bool unsealed; /* a record that is believed without a checksum */
    long job_id, workers, nodes, grid, repeat;
    long task;               /* see run_task */
    double best_s, median_s; /* NAN, as all below, where it is not right */
    double integral, error;
    double cpu_efficiency;
    const char *mark; /* the gravest advice, in a word */
    char *advice;     /* names of all, with blanks between; NULL = none */
    char *text;       /* why it is not right; NULL = it is */
    char *folder;
};

/* Returns 0, or -1 when out of memory. table_row_release when done. */
int table_row_make(const struct result *result, struct table_row *row);

/* The row of a run whose proof holds; `folder` is taken over. */
void table_row_prove(const struct proof *proof, char *folder,
                     struct table_row *row);

void table_row_release(struct table_row *row);

/* A line a row; of several that need advice, how grave it is, and without the
 * columns for which a terminal is too narrow. */
void table_print(const struct table_row *rows, size_t count, FILE *file);

/* The table of one result, and below it what its record has besides the
 * columns, a line each: the time to compile at run time, and the notes. */
void table_print_one(const struct result *result, FILE *file);

/* Why those that are not right are not, a paragraph each; how many have no
 * checksum; of several, where to find their advice. */
void table_explain(const struct table_row *rows, size_t count, FILE *file);

/* The same for one, with its advice in full. */
void table_explain_one(const struct result *result, FILE *file);

/* One line of column names, then a line a row. */
void table_print_csv(const struct table_row *rows, size_t count, FILE *file);

#endif
