/* SPDX-License-Identifier: BSD-3-Clause */
/* Facts that only Slurm's own commands know. A command that fails, or takes
 * more than ten seconds, leaves them without data. */
#ifndef INTEG2D_EVIDENCE_ASK_H
#define INTEG2D_EVIDENCE_ASK_H

#include "fact.h"
#include "result.h"

/* Adds to the facts of those results that failed what accounting (sacct) knows
 * of their jobs: who cancelled them, and the most memory of a task. One
 * request for all, counted in *requests; none when there is none to ask for. */
void evidence_accounting(struct result *results, size_t count, long *requests);

/* Which Slurm this is, 23.02 for 23.02.7; NAN = not known. */
double evidence_version(void);

/* The partitions, features or reservations there are, if the words of a
 * refusal speak of one. */
void evidence_choices(const char *refusal, struct facts *facts);

#endif
