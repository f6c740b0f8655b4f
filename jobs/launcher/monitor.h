/* SPDX-License-Identifier: BSD-3-Clause */
/* The site's own view of a job's use. */
#ifndef INTEG2D_MONITOR_H
#define INTEG2D_MONITOR_H

#include <stdbool.h>

#include "site.h"

struct monitor {
    char command[SITE_TEXT + 32]; /* what to type, "" = the site has none */
    char url[1024];               /* where it leads, "" = not known */
    char said[1024];              /* what else it said, "" = nothing */
};

/* What to type for the job at this site. */
void monitor_name(const struct site *site, long job_id,
                  struct monitor *monitor);

/* Runs the command, where the site's file says that it prints an address and
 * it is installed here, for up to 20 s. */
void monitor_run(const struct site *site, struct monitor *monitor);

#endif
