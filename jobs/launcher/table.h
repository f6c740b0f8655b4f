/* SPDX-License-Identifier: BSD-3-Clause */
/* Results for people (a table) and for other programs (JSON, CSV). */
#ifndef INTEG2D_TABLE_H
#define INTEG2D_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "result.h"

/* A row a result; of several that need advice, how grave it is. */
void table_print(const struct result *results, size_t count, FILE *file);

/* Why those that are not right are not, a paragraph each, and the advice: of
 * one result in full, of several where to find it. */
void table_explain(const struct result *results, size_t count, FILE *file);

/* One line of column names, then a line a result. */
void table_print_csv(const struct result *results, size_t count, FILE *file);

#endif
