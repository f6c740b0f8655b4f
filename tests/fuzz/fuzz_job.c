/* SPDX-License-Identifier: BSD-3-Clause */
/* A command line: whatever is typed, the script has no more lines and no more
 * commands than the site's template, and asks for what the job says. Input:
 * a site's number, then the values of the options below, each ended by a NUL;
 * an empty one is not typed. */
#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "site_file.h"

static const char *const names[] = {"hpc2n", "uppmax", "local"};

enum { SITES = sizeof names / sizeof names[0] };

/* Read once. */
static struct {
    struct site site;
    char *template;
} sites[SITES];

static void read_sites(void)
{
    char path[100], *facts;
    struct error err = {""};

    for (int i = 0; i < SITES; i++) {
        snprintf(path, sizeof path, "site/%s.ini", names[i]);
        facts = fuzz_source(path);
        fuzz_put(path, facts, strlen(facts));
        REQUIRE(site_file_load("site", names[i], &sites[i].site, &err) == 0);
        fuzz_clear();
        free(facts);
        snprintf(path, sizeof path, "jobs/%s.sbatch.in", names[i]);
        sites[i].template = fuzz_source(path);
    }
}

static void type(const struct fuzz_parts *parts, struct options *options)
{
    const char **const typed[] = {
        &options->scheme,    &options->workers,       &options->account,
        &options->time,      &options->cpus_per_task, &options->nodes,
        &options->mem,       &options->constraint,    &options->reservation,
        &options->partition, &options->name,          &options->grid,
        &options->repeat,    &options->math,
    };

    *options = (struct options){0};
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        if (parts->size[i + 1] > 0)
            *typed[i] = parts->text[i + 1];
    }
}

static void require_line(const char *script, const char *option, long value)
{
    char line[100];

    snprintf(line, sizeof line, "\n#SBATCH %s %ld\n", option, value);
    REQUIRE(strstr(script, line) != NULL);
}

static void check_job(const struct job *job, const char *script,
                      const char *template)
{
    fuzz_require_script(script, template);
    REQUIRE(job->tasks >= 1 && job->cpus_per_task >= 1 && job->workers >= 1);
    REQUIRE(job->nodes >= 0 && job->nodes <= job->tasks);
    REQUIRE(job->time_min >= 1 && job->time_min <= job->site.longest_min);
    if (!job->site.slurm)
        return;
    require_line(script, "-n", job->tasks);
    require_line(script, "-c", job->cpus_per_task);
    if (job->nodes > 0)
        require_line(script, "-N", job->nodes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct config none;
    struct options options;
    struct error err = {""};
    struct fuzz_parts parts;
    struct job job;
    char *script = NULL;
    unsigned i;

    if (sites[0].template == NULL)
        read_sites();
    fuzz_split(data, size, &parts);
    i = (unsigned char)parts.text[0][0] % SITES;
    fuzz_put("x.sbatch.in", sites[i].template, strlen(sites[i].template));
    type(&parts, &options);
    if (job_make(&options, &none, &sites[i].site, &job, &err) == 0 &&
        job_set_account(&job, options.account ? options.account : "", "-A",
                        &err) == 0) {
        /* Whatever its name: the one file that is there. */
        strcpy(job.site.name, "x");
        if (job_script(&job, "jobs", "/opt/bin", &script, &err) == 0)
            check_job(&job, script, sites[i].template);
    }
    fuzz_require_visible(err.text);
    free(script);
    fuzz_clear();
    fuzz_release(&parts);
    return 0;
}
