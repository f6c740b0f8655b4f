/* SPDX-License-Identifier: BSD-3-Clause */
/* The findings for people: a table, what it means, and what is doubtful. */
#ifndef INTEG2D_SUMMARY_H
#define INTEG2D_SUMMARY_H

#include <stdio.h>

#include "findings.h"
#include "sheet.h"

/* Fills the table: a row for each point. sheet_release when done. */
void summary_sheet(const struct findings *findings, struct sheet *sheet);

void summary_print(const struct findings *findings, const struct style *style,
                   FILE *file);

void summary_print_markdown(const struct findings *findings, FILE *file);

/* Calls `print` for the sentence on each series and weak scaling. */
void summary_each(const struct findings *findings,
                  void (*print)(const char *text, void *context),
                  void *context);

/* Whether summary_each has anything to print. */
bool summary_has_scaling(const struct findings *findings);

/* What the heads of the table mean. */
extern const char summary_legend[];

/* How many runs there are, and how many of them are in no figure. */
void summary_count(const struct findings *findings, char *text, size_t size);

#endif
