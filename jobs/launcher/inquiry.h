/* SPDX-License-Identifier: BSD-3-Clause */
/* Which of the jobs in an answer is the one that is asked for. Its token is
 * looked at besides. */
#ifndef INTEG2D_INQUIRY_H
#define INTEG2D_INQUIRY_H

#include <stdbool.h>

#include "backend.h"

enum { INQUIRY_NAME = 48 };

/* Whether the job `id` can be it: it has the number, or no number is known
 * and this is the first job so far. */
bool inquiry_takes_job(const struct inquiry *job, long id);

/* The same for a task with this number of its own, of that array. */
bool inquiry_takes_task(const struct inquiry *job, long id, long array_id);

/* What Slurm calls it: "12", or "12_3" for a task of an array. */
void inquiry_name(const struct inquiry *job, char name[INQUIRY_NAME]);

#endif
