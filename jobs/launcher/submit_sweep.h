/* SPDX-License-Identifier: BSD-3-Clause */
/* The part of integ2d-submit that knows sweeps: from a plan to a table. Like
 * submit.c it prints, and its results are exit statuses. */
#ifndef INTEG2D_SUBMIT_SWEEP_H
#define INTEG2D_SUBMIT_SWEEP_H

#include "advise.h"
#include "config.h"
#include "options.h"
#include "prefix.h"
#include "site.h"

/* A new sweep. site_source: how the site was found. */
int submit_sweep(const struct options *options, const struct config *config,
                 const struct site *site, const char *site_source,
                 struct adviser *adviser);

/* --resume. */
int submit_resume(const struct options *options, struct adviser *adviser);

#endif
