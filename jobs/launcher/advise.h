/* SPDX-License-Identifier: BSD-3-Clause */
/* From a collected run to the advice that goes with it. */
#ifndef INTEG2D_ADVISE_H
#define INTEG2D_ADVISE_H

#include <stdbool.h>

#include "advice.h"
#include "error.h"
#include "job.h"
#include "prefix.h"
#include "result.h"
#include "site.h"

/* The rules and facts of one site at a time, read when they are needed. */
struct adviser {
    const struct prefix *prefix;
    char name[32]; /* the site whose rules are loaded, "" = none yet */
    struct rules rules;
    struct site site;
    bool has_site;
    bool asked;     /* for Slurm's version */
    double version; /* NAN = not known */
};

/* Fills facts and advice of all results. Accounting is asked once about all
 * that failed, which is counted in *requests; NULL: nobody is asked. Returns 0,
 * or -1 when the rules cannot be read. */
int advise_results(struct adviser *adviser, struct result *results,
                   size_t count, long *requests, struct error *err);

/* The advice on a job that Slurm refused with those words; advice_release
 * when done. */
int advise_refusal(struct adviser *adviser, const struct job *job,
                   const char *refusal, struct advice_list *list,
                   struct error *err);

/* Reads the rules for a site now, to find out whether they can be read. */
int advise_load(struct adviser *adviser, const char *site, struct error *err);

void advise_release(struct adviser *adviser);

#endif
