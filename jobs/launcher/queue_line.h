/* SPDX-License-Identifier: BSD-3-Clause */
/* What squeue prints about jobs, a line for each. */
#ifndef INTEG2D_QUEUE_LINE_H
#define INTEG2D_QUEUE_LINE_H

#include <stddef.h>

#include "backend.h"

/* squeue's option for the lines that are read here. What may hold anything
 * comes last. */
#define QUEUE_LINE_FORMAT                                                      \
    "--Format=JobID:|,State:|,exit_code:|,NumNodes:|,RestartCnt:|,"            \
    "StartTime:|,EndTime:|,NodeList:|,Reason:|,ArrayJobID:|,ArrayTaskID:|,"    \
    "Name:|,Comment:|,WorkDir:|"

/* Fills status and answer (ANSWER_FOUND) of those of the `count` jobs that
 * are in the text, which is changed. Lines of other jobs, and what is no such
 * line, are passed over. */
void queue_line_read(char *text, struct inquiry *jobs, size_t count);

#endif
