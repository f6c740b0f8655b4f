/* SPDX-License-Identifier: BSD-3-Clause */
#include "named.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "by_hand.h"
#include "file.h"
#include "sweep.h"

const char *const named_parent = "integ2d-runs";

static int two_runs(const char *name, const struct run *a, const struct run *b,
                    struct error *err)
{
    return error_set(err,
                     "two runs have the job number %s: name one of the "
                     "folders\n  %s\n  %s",
                     name, a->folder, b->folder);
}

/* The run among `folders` with that job number of its own. Numbers are used
 * again: two clusters, or a process of this machine, may have the same one.
 * Returns how many were found, or -1 for two. */
static int find_job(long job_id, char **folders, size_t count, struct run *run,
                    struct error *err)
{
    struct error ignored;
    struct run other;
    char name[32];
    int found = 0;
    for (size_t i = 0; i < count; i++) {
        if (run_load(folders[i], &other, &ignored) != 0 ||
            other.status.job_id != job_id || run_task(&other))
            continue;
        if (found++) {
            snprintf(name, sizeof name, "%ld", job_id);
            return two_runs(name, run, &other, err);
        }
        *run = other;
    }
    return found;
}

/* Whether the number is that of a whole array, of a sweep whose runs are among
 * the folders: then there is a better name for each of its tasks. */
static bool is_array(long job_id, char **folders, size_t count,
                     struct error *err)
{
    char folder[PATH_MAX], last[PATH_MAX] = "";
    struct run run;
    struct sweep sweep;
    struct error ignored;
    bool found = false;
    for (size_t i = 0; i < count && !found; i++) {
        if (run_load(folders[i], &run, &ignored) != 0 ||
            !run_sweep_folder(&run, folder) || strcmp(folder, last) == 0 ||
            sweep_load(folder, &sweep, &ignored) != 0)
            continue;
        snprintf(last, sizeof last, "%s", folder);
        for (size_t k = 0; k < sweep.arrays && !found; k++) {
            found = sweep.array[k].job_id == job_id;
            if (found)
                error_set(err,
                          "job %ld is an array: name one of its tasks, %ld_1 "
                          "to %ld_%zu, or the sweep's folder\n  %s",
                          job_id, job_id, job_id, sweep.array[k].count,
                          file_short_name(folder));
        }
        sweep_release(&sweep);
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

/* A task of an array as Slurm writes it. */
static bool is_task(const char *name, long *array, long *task)
{
    char *end;
    errno = 0;
    *array = strtol(name, &end, 10);
    if (*end != '_' || !isdigit((unsigned char)end[1]))
        return false;
    *task = strtol(end + 1, &end, 10);
    return *end == '\0' && errno == 0 && *array > 0 && *task > 0;
}

/* The task among the runs of a sweep. Returns how many were found, or -1. */
static int find_in_sweep(const char *folder, long array, long task,
                         struct run *run, struct error *err)
{
    struct sweep sweep;
    struct error ignored;
    int found = 0;
    if (!sweep_is(folder) || sweep_load(folder, &sweep, &ignored) != 0)
        return 0;
    for (size_t i = 0; i < sweep.count && found == 0; i++) {
        if (sweep_has_asked(&sweep, i) && sweep.task[i] == (size_t)task &&
            sweep.array[sweep.in[i]].job_id == array) {
            *run = sweep.run[i];
            if (run->status.job_id == 0)
                run->status.job_id = array;
            run->status.array_id = array;
            found = sweep_complete(&sweep, err) == 0 ? 1 : -1;
        }
    }
    sweep_release(&sweep);
    return found;
}

/* A sweep's task by its array's number, from where the sweep was submitted or
 * from within its folder. */
static int load_task(const char *name, long array, long task, struct run *run,
                     struct error *err)
{
    struct error ignored;
    struct run other;
    char **folders = NULL;
    size_t count = 0;
    int found = find_in_sweep(".", array, task, run, err);
    if (found == 0)
        run_list(named_parent, &folders, &count, &ignored);
    for (size_t i = 0; i < count; i++) {
        int here = found < 0 ? 0
                             : find_in_sweep(folders[i], array, task,
                                             found ? &other : run, err);
        if (here > 0 && found > 0)
            here = two_runs(name, run, &other, err);
        found = here < 0 ? -1 : found + here;
        free(folders[i]);
    }
    free(folders);
    if (found == 0)
        return error_set(err,
                         "no job %s of a sweep below ./%s: name its run "
                         "folder, or type this where it was submitted",
                         name, named_parent);
    return found > 0 ? 0 : -1;
}

/* What a folder that is no run's is, so that it can be named better. */
static int load_folder(const char *name, struct run *run, struct error *err)
{
    char path[PATH_MAX], shown[PATH_MAX];
    complete_task(name);
    if (run_load(name, run, err) == 0)
        return 0;
    file_visible(name, shown, sizeof shown);
    if (!name[0])
        return error_set(err, "'' names no run: name a run folder or a job "
                              "number");
    if (snprintf(path, sizeof path, "%s/..", name) < (int)sizeof path &&
        sweep_is(path) && access(path, F_OK) == 0)
        return error_set(err,
                         "%s is a part of a sweep: name the sweep's folder, "
                         "or that of one of the tasks in it",
                         shown);
    return -1;
}

int named_load(const char *name, struct run *run, struct error *err)
{
    char *end, **folders;
    size_t count;
    long array, task;
    if (is_task(name, &array, &task) && access(name, F_OK) != 0)
        return load_task(name, array, task, run, err);
    errno = 0;
    long job_id = strtol(name, &end, 10);
    if (*end != '\0' || errno != 0 || job_id <= 0 || access(name, F_OK) == 0)
        return load_folder(name, run, err);
    if (list_runs(&folders, &count, err) != 0)
        return error_prefix(err, "job %ld", job_id);
    int found = find_job(job_id, folders, count, run, err);
    if (found == 0)
        found = by_hand_find(job_id, folders, count, run);
    if (found == 0 && is_array(job_id, folders, count, err))
        found = -1;
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
