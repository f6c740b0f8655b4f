/* SPDX-License-Identifier: BSD-3-Clause */
#include "named.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "by_hand.h"
#include "sweep.h"

const char *const named_parent = "integ2d-runs";

/* The run among `folders` with that job number. Numbers are used again: two
 * clusters, or a process of this machine, may have the same one. Returns how
 * many were found, or -1 for two. */
static int find_job(long job_id, char **folders, size_t count, struct run *run,
                    struct error *err)
{
    struct error ignored;
    struct run other;
    int found = 0;
    for (size_t i = 0; i < count; i++) {
        if (run_load(folders[i], &other, &ignored) != 0 ||
            other.status.job_id != job_id)
            continue;
        if (found++)
            return error_set(err,
                             "two runs have the job number %ld: name one of "
                             "the folders\n  %s\n  %s",
                             job_id, run->folder, other.folder);
        *run = other;
    }
    return found;
}

/* All runs below named_parent, or the one whose folder this is. */
static int list_runs(char ***folders, size_t *count, struct error *err)
{
    struct error ignored;
    size_t missing;
    if (access("run.json", F_OK) != 0 || access(named_parent, F_OK) == 0) {
        if (run_list(named_parent, folders, count, err) != 0)
            return -1;
        sweep_expand(folders, count, &missing, &ignored);
        return 0;
    }
    *folders = calloc(1, sizeof **folders);
    *count = 1;
    if (*folders && (**folders = strdup(".")) != NULL)
        return 0;
    free(*folders);
    return error_set(err, "out of memory");
}

/* The folder of a sweep's task that has no run.json yet gets one. */
static void complete_task(const char *name)
{
    char path[PATH_MAX];
    struct sweep sweep;
    struct error ignored;
    if (snprintf(path, sizeof path, "%s/run.json", name) >= (int)sizeof path ||
        access(path, F_OK) == 0 ||
        snprintf(path, sizeof path, "%s/../..", name) >= (int)sizeof path ||
        !sweep_is(path) || sweep_load(path, &sweep, &ignored) != 0)
        return;
    sweep_complete(&sweep, &ignored);
    sweep_release(&sweep);
}

int named_load(const char *name, struct run *run, struct error *err)
{
    char *end, **folders;
    size_t count;
    errno = 0;
    long job_id = strtol(name, &end, 10);
    if (*end != '\0' || errno != 0 || job_id <= 0 || access(name, F_OK) == 0) {
        complete_task(name);
        return run_load(name, run, err);
    }
    if (list_runs(&folders, &count, err) != 0)
        return error_prefix(err, "job %ld", job_id);
    int found = find_job(job_id, folders, count, run, err);
    if (found == 0)
        found = by_hand_find(job_id, folders, count, run);
    for (size_t i = 0; i < count; i++)
        free(folders[i]);
    free(folders);
    if (found == 0)
        return error_set(err,
                         "no run of job %ld below ./%s: name its run folder, "
                         "or type this where it was submitted",
                         job_id, named_parent);
    return found > 0 ? 0 : -1;
}
