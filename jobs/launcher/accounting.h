/* SPDX-License-Identifier: BSD-3-Clause */
/* Slurm's accounting database, through sacct: jobs that the controller has
 * forgotten (after MinJobAge), and who cancelled one. Its machine-readable
 * output is stable across Slurm's releases, where the C interface of the
 * accounting library is not. */
#ifndef INTEG2D_ACCOUNTING_H
#define INTEG2D_ACCOUNTING_H

#include <stddef.h>

#include "backend.h"

/* Asks, in one request, for those of the `count` jobs whose answer is not
 * ANSWER_FOUND, and fills in their status and answer. Of those found that
 * another cluster of a federation has (STATE_REVOKED) the end is filled in,
 * once there is one. Without any such job nobody is asked. */
void accounting_ask(struct inquiry *jobs, size_t count, long *requests);

/* Fills `by` of `count` cancelled jobs, if the database knows. It learns of a
 * job's end a moment later than the controller: up to 2 s are waited. */
void accounting_who(struct job_status *const *jobs, size_t count,
                    long *requests);

/* Reads what sacct printed for these fields, a line an attempt:
 * JobIDRaw|State|ExitCode|Start|End|NNodes|JobID|JobName|Comment|WorkDir */
void accounting_read(char *text, struct inquiry *jobs, size_t count);

#endif
