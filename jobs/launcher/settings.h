/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the settings of a job came from, for --verbose. */
#ifndef INTEG2D_SETTINGS_H
#define INTEG2D_SETTINGS_H

#include "config.h"
#include "job.h"
#include "options.h"

/* Prints to stderr the site, the account and what the user's file adds, each
 * with its source. */
void settings_show(const struct options *options, const struct config *config,
                   const struct job *job, const char *site_source,
                   const char *account_source);

#endif
