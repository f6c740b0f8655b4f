/* SPDX-License-Identifier: BSD-3-Clause */
#include "settings.h"

#include <stdio.h>

void settings_show(const struct options *options, const struct config *config,
                   const struct job *job, const char *site_source,
                   const char *account_source)
{
    const struct {
        const char *name, *typed;
        const struct setting *saved;
    } rows[] = {
        {"partition", options->partition, &config->partition},
        {"time", options->time, &config->time},
        {"constraint", options->constraint, &config->constraint},
        {"reservation", options->reservation, &config->reservation},
        {"output-dir", options->output_dir, &config->output_dir},
    };
    fprintf(stderr, "site %s (%s)\n", job->site.name, site_source);
    if (job->account[0])
        fprintf(stderr, "account %s (%s)\n", job->account, account_source);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].typed && rows[i].saved->value[0])
            fprintf(stderr, "%s %s (%s)\n", rows[i].name, rows[i].saved->value,
                    rows[i].saved->source);
    }
}
