/* SPDX-License-Identifier: BSD-3-Clause */
/* What a job of this machine's own has used, as its process counted when it
 * ended: the accounting of a site without Slurm. */
#ifndef INTEG2D_LOCAL_ACCOUNT_H
#define INTEG2D_LOCAL_ACCOUNT_H

#include "steps.h"

/* Makes one step of what <folder>/local_<job_id>.json has. Returns 0; -1 when
 * it has nothing, as of a job that did not end by itself. */
int local_account_read(const char *folder, long job_id, struct steps *steps);

#endif
