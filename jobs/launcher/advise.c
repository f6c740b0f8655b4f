/* SPDX-License-Identifier: BSD-3-Clause */
#include "advise.h"

#include <stdio.h>
#include <string.h>

#include "evidence.h"
#include "evidence_ask.h"

int advise_load(struct adviser *adviser, const char *site, struct error *err)
{
    char folder[4200];
    struct error ignored;
    if (adviser->name[0] && strcmp(adviser->name, site) == 0)
        return 0;
    advise_release(adviser);
    snprintf(folder, sizeof folder, "%s/advice", adviser->prefix->site);
    /* A run folder may name any site; its rules are those of all sites when
     * it is not installed here. */
    adviser->has_site =
        site_load(adviser->prefix->site, site, &adviser->site, &ignored) == 0;
    if (rules_load(folder, adviser->has_site ? site : "", &adviser->rules,
                   err) != 0)
        return -1;
    snprintf(adviser->name, sizeof adviser->name, "%s", site);
    return 0;
}

/* A job of Slurm's whose command is for the version of Slurm to judge. */
static bool needs_version(const struct result *result)
{
    const struct facts *facts = &result->facts;
    return strcmp(result->run.backend, "local") != 0 &&
           facts->known[FACT_LAUNCH] &&
           strstr(facts->text[FACT_LAUNCH], "srun");
}

/* Which Slurm this is, found out once. */
static void add_version(struct adviser *adviser, struct result *results,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!needs_version(&results[i]))
            continue;
        if (!adviser->asked)
            adviser->version = evidence_version();
        adviser->asked = true;
        facts_number(&results[i].facts, FACT_SLURM_VERSION, adviser->version);
    }
}

int advise_results(struct adviser *adviser, struct result *results,
                   size_t count, long *requests, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct result *result = &results[i];
        if (advise_load(adviser, result->run.site, err) != 0)
            return -1;
        evidence_run(result, adviser->has_site ? &adviser->site : NULL,
                     &result->facts);
    }
    if (requests) {
        evidence_accounting(results, count, requests);
        add_version(adviser, results, count);
    }
    for (size_t i = 0; i < count; i++) {
        struct result *result = &results[i];
        evidence_need(&result->facts);
        if (advise_load(adviser, result->run.site, err) != 0 ||
            advice_find(&adviser->rules, &result->facts, &result->advice,
                        err) != 0)
            return -1;
    }
    return 0;
}

int advise_refusal(struct adviser *adviser, const struct job *job,
                   const char *refusal, struct advice_list *list,
                   struct error *err)
{
    struct facts facts = {0};
    if (advise_load(adviser, job->site.name, err) != 0)
        return -1;
    evidence_refusal(job, refusal, &facts);
    int rc = advice_find(&adviser->rules, &facts, list, err);
    facts_release(&facts);
    return rc;
}

void advise_release(struct adviser *adviser)
{
    rules_release(&adviser->rules);
    adviser->name[0] = '\0';
}
