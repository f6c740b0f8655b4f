/* SPDX-License-Identifier: BSD-3-Clause */
/* Which account (project) pays for a job. */
#ifndef INTEG2D_ACCOUNT_H
#define INTEG2D_ACCOUNT_H

#include "config.h"
#include "error.h"
#include "job.h"
#include "options.h"

/* Gives the job its account: -A, else $INTEG2D_ACCOUNT, else the user's
 * file, else, where the site demands one and the accounting database knows
 * a single account of this user there, that one (not in a dry run, which
 * asks nobody). lib_dir: where backend_choose looks. *source tells which of
 * these it was. Returns 0 or -1. */
int account_set(const struct options *options, const struct config *config,
                struct job *job, const char *lib_dir, const char **source,
                struct error *err);

/* Adds this user's accounts to the text of a refusal that speaks of one. */
void account_hint(const struct job *job, struct error *err);

#endif
