/* SPDX-License-Identifier: BSD-3-Clause */
/* Site files: what is accepted has the documented ranges, and makes scripts
 * that do no more than their template. */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "job.h"
#include "site_file.h"
#include "word.h"

static const char template[] = "#!/bin/bash\n"
                               "#SBATCH -A @ACCOUNT?@\n"
                               "#SBATCH -J @NAME@\n"
                               "#SBATCH -t @TIME@\n"
                               "#SBATCH -p @PARTITION?@\n"
                               "#SBATCH -n @TASKS@\n"
                               "#SBATCH -c @CPUS_PER_TASK@\n"
                               "#SBATCH --tpc=@THREADS_PER_CORE?@\n"
                               "#SBATCH -N @NODES?@\n"
                               "#SBATCH --comment=@COMMENT@\n"
                               "ml @MODULES?@ integ2d/@VERSION@\n"
                               "@COMMAND@\n";

static void check_pattern(const char *pattern)
{
    regex_t regex;

    if (pattern[0] == '\0')
        return;
    REQUIRE(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) == 0);
    regfree(&regex);
}

static void check_site(const struct site *site)
{
    REQUIRE(strcmp(site->name, "fuzz") == 0);
    REQUIRE(strlen(site->as_of) == 7);
    REQUIRE(site->title[0] != '\0' && site->source[0] != '\0');
    REQUIRE(site->retired == (site->successor[0] != '\0'));
    if (site->retired)
        return;
    REQUIRE(site->default_min >= 1 && site->default_min <= site->longest_min);
    REQUIRE(site->longest_min <= 366 * 24 * 60L);
    REQUIRE(site->type_count >= 0 && site->type_count <= SITE_TYPES);
    for (int i = 0; i < site->type_count; i++) {
        REQUIRE(word_fits(site->types[i].name, "_.-"));
        REQUIRE(site->types[i].cores >= 1 && site->types[i].cores <= 65536);
    }
    REQUIRE(site->modules[0] == '\0' || word_fits(site->modules, "_.+/- "));
    check_pattern(site->account_pattern);
    check_pattern(site->login_hosts);
    if (!site->slurm)
        REQUIRE(site->account == SITE_FORBIDDEN &&
                site->partition == SITE_FORBIDDEN);
}

/* A job as the site's learners would have it. */
static void make_script(const struct site *site, const char *scheme)
{
    static const struct config none;
    struct options options = {.scheme = scheme};
    struct error err;
    struct job job;
    char *script;

    if (job_make(&options, &none, site, &job, &err) != 0 ||
        job_set_account(&job, site->account_example, "-A", &err) != 0 ||
        job_script(&job, "jobs", "/opt/bin", &script, &err) != 0) {
        fuzz_require_visible(err.text);
        return;
    }
    fuzz_require_script(script, template);
    free(script);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct site site;
    struct error err = {""};
    struct fuzz_parts parts;

    fuzz_split(data, size, &parts);
    fuzz_put("fuzz.ini", parts.text[0], parts.size[0]);
    fuzz_put("fuzz.sbatch.in", template, sizeof template - 1);
    if (site_file_load("site", "fuzz", &site, &err) != 0) {
        REQUIRE(strncmp(err.text, "site/fuzz.ini:", 14) == 0);
        fuzz_require_visible(err.text);
    } else {
        check_site(&site);
        if (site_check_active(&site, &err) == 0) {
            make_script(&site, "serial");
            make_script(&site, "openmp");
            make_script(&site, "mpi");
        }
    }
    fuzz_clear();
    fuzz_release(&parts);
    return 0;
}
