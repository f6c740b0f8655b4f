/* SPDX-License-Identifier: BSD-3-Clause */
/* The facts of one run, gathered from its folder and, on request, from
 * Slurm's own commands. What cannot be had stays without data. */
#ifndef INTEG2D_EVIDENCE_H
#define INTEG2D_EVIDENCE_H

#include <stdbool.h>

#include "fact.h"
#include "job.h"
#include "proof.h"
#include "result.h"
#include "site.h"

/* Fills *facts (zeroed before) for a run that has been collected, from its
 * folder alone. site: the run's, NULL when its file cannot be read. */
void evidence_run(const struct result *result, const struct site *site,
                  struct facts *facts);

/* The facts that evidence_run takes from a record, of one that proof_holds:
 * for the result of a proof evidence_run does not look for them. Returns
 * whether they are all known; if not, the result must be collected. */
bool evidence_proof(const struct proof *proof, struct facts *facts);

/* The last: what follows from what is known of the run's memory. */
void evidence_need(struct facts *facts);

/* Fills *facts for a job that Slurm has refused to take, with `refusal` in
 * its words and what there is to choose from. */
void evidence_refusal(const struct job *job, const char *refusal,
                      struct facts *facts);

#endif
