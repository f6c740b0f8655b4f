/* SPDX-License-Identifier: BSD-3-Clause */
/* Why a job waits or ended, in words. The reasons are those of Slurm 22.05's
 * enum job_state_reason (slurm.h), by the names that squeue prints; what
 * follows a comma or a blank there ("ReqNodeNotAvail, UnavailableNodes:n1")
 * is kept. */
#ifndef INTEG2D_REASON_H
#define INTEG2D_REASON_H

#include <stddef.h>

#include "state.h"

/* Writes the reason in words to text ("" for an empty one); a reason that
 * nobody knows stays as it is. */
void reason_words(const char *reason, char *text, size_t size);

/* What to do about it; "" = wait, or nothing can be done. */
const char *reason_advice(const char *reason);

/* Whether the reason says more than the state does: in the queue every one
 * but None, at the end only some. */
int reason_is_news(enum job_state state, const char *reason);

#endif
