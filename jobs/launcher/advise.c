/* SPDX-License-Identifier: BSD-3-Clause */
#include "advise.h"

#include <stdio.h>
#include <string.h>

#include "evidence.h"

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

int advise_result(struct adviser *adviser, bool ask, struct result *result,
                  struct error *err)
{
    if (advise_load(adviser, result->run.site, err) != 0)
        return -1;
    evidence_run(result, adviser->has_site ? &adviser->site : NULL, ask,
                 &result->facts);
    return advice_find(&adviser->rules, &result->facts, &result->advice, err);
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
