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

/* The accounts of this user that have the shape of `site`, in one text
 * separated by ", " ("" = none). *count is their number. Returns 0, or -1
 * when the database gives no answer. */
int account_list(const struct site *site, char *list, size_t size, int *count,
                 struct error *err);

#endif
