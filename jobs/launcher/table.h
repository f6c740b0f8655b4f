/* SPDX-License-Identifier: BSD-3-Clause */
/* Results for people (a table) and for other programs (JSON, CSV). */
#ifndef INTEG2D_TABLE_H
#define INTEG2D_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "result.h"

/* A row a result; of several that need advice, how grave it is, and without
 * the columns for which a terminal is too narrow. */
void table_print(const struct result *results, size_t count, FILE *file);

/* What one result's record has besides the table's columns, a line each: the
 * time to compile at run time, and the notes. */
void table_details(const struct result *result, FILE *file);

/* Why those that are not right are not, a paragraph each, and the advice: of
 * one result in full, of several where to find it. */
void table_explain(const struct result *results, size_t count, FILE *file);

/* One line of column names, then a line a result. */
void table_print_csv(const struct result *results, size_t count, FILE *file);

#endif
