/* SPDX-License-Identifier: BSD-3-Clause */
/* Facts that only Slurm's own commands know. A command that fails, or takes
 * more than ten seconds, leaves them without data. */
#ifndef INTEG2D_EVIDENCE_ASK_H
#define INTEG2D_EVIDENCE_ASK_H

#include "fact.h"
#include "run.h"

/* What accounting (sacct) knows of the run's job: who cancelled it, and the
 * most memory of a task. */
void evidence_accounting(const struct run *run, struct facts *facts);

/* Which Slurm this is. */
void evidence_version(struct facts *facts);

/* The partitions, features or reservations there are, if the words of a
 * refusal speak of one. */
void evidence_choices(const char *refusal, struct facts *facts);

#endif
