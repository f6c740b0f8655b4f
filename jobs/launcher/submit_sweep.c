/* SPDX-License-Identifier: BSD-3-Clause */
#include "submit_sweep.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "course.h"
#include "job.h"
#include "lock.h"
#include "settings.h"
#include "watch.h"

/* ---- A dry run ----------------------------------------------------------- */

static int print_array(const struct course *course, size_t group, FILE *file,
                       struct error *err)
{
    const struct plan *plan = &course->plan;
    struct job job;
    char *script;
    size_t task = 0;
    if (course_array_job(course, group, plan->group[group].job.token,
                         plan->group[group].count, &job, &script, err) != 0)
        return -1;
    fprintf(file, "\n# ---- " JOB_ARRAY_SCRIPT " of group %zu ----\n%s",
            group + 1, script);
    fprintf(file,
            "\n# ---- " JOB_ARRAY_COMMANDS " of group %zu: the command "
            "of task 1, 2, ... ----\n",
            group + 1);
    for (size_t i = 0; task < plan->group[group].count; i++) {
        if (plan->run[i].group != group)
            continue;
        fprintf(file, "%s\n", plan->run[i].command);
        task++;
    }
    free(script);
    return 0;
}

/* The plan and every script; nothing is written. */
static int dry_run(const struct course *course)
{
    const struct plan *plan = &course->plan;
    struct error err;
    plan_print(plan, "# ", stdout);
    for (size_t i = 0; !plan->group[0].job.site.slurm && i < plan->count; i++)
        printf("\n# ---- job %zu ----\n%s", i + 1, plan->run[i].script);
    for (size_t i = 0; plan->group[0].job.site.slurm && i < plan->groups; i++) {
        if (print_array(course, i, stdout, &err) != 0)
            return course_fail(&err);
    }
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_RIGHT;
    fprintf(stderr, "integ2d-submit: cannot write to standard output\n");
    return EXIT_WRONG;
}

/* ---- A new sweep ----------------------------------------------------------
 */

/* What was typed, with what the user's file adds: all that is needed to make
 * the same plan again. */
static void complete(const struct config *config, const struct job *job,
                     struct options *options)
{
    const struct {
        const char **typed;
        const struct setting *saved;
    } rows[] = {
        {&options->partition, &config->partition},
        {&options->time, &config->time},
        {&options->constraint, &config->constraint},
        {&options->reservation, &config->reservation},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!*rows[i].typed && rows[i].saved->value[0])
            *rows[i].typed = rows[i].saved->value;
    }
    options->account = job->account[0] ? job->account : NULL;
}

/* The sweep's files on their way to disk, by a thread of its own: in the
 * meantime the folders of the first array are made. */
struct syncing {
    const struct sweep *sweep;
    int rc;
    struct error err;
};

static void *sync_sweep(void *context)
{
    struct syncing *syncing = context;
    syncing->rc = sweep_sync(syncing->sweep, &syncing->err);
    return NULL;
}

static int make_first(struct course *course, struct error *err)
{
    struct job job;
    char *script = NULL;
    const struct sweep *sweep = &course->sweep;
    if (!course_is_local(course) &&
        course_array_job(course, sweep->group[sweep->array[0].run[0]],
                         sweep->array[0].token, sweep->array[0].count, &job,
                         &script, err) != 0)
        return -1;
    int rc = sweep_make_array(sweep, 0, &course->plan, script, err);
    free(script);
    return rc;
}

static int settle_down(struct course *course, struct error *err)
{
    pthread_t thread;
    struct syncing syncing = {.sweep = &course->sweep};
    int rc = pthread_create(&thread, NULL, sync_sweep, &syncing);
    if (rc != 0)
        return error_set(err, "cannot start a thread: %s", strerror(rc));
    rc = make_first(course, err);
    course->made = rc == 0;
    if (pthread_join(thread, NULL) == 0 && syncing.rc == 0)
        return rc;
    *err = syncing.err;
    return -1;
}

/* Back end, folder and tokens: from here on nothing is lost. */
static int open_sweep(struct course *course, const struct config *config,
                      const struct site *site, struct options *completed,
                      struct error *err)
{
    const struct options *options = course->options;
    const char *saved = config->output_dir.value;
    const char *parent = options->output_dir ? options->output_dir
                         : saved[0]          ? saved
                                             : "integ2d-runs";
    long most;
    *completed = *options;
    complete(config, &course->plan.group[0].job, completed);
    if (advise_load(course->adviser, site->name, err) != 0 ||
        course->refresh.slurm->open(NULL, err) != 0 ||
        course_limit(course, site, &most, err) != 0 ||
        sweep_create(parent, &course->plan, completed,
                     course->refresh.slurm->name, most, &course->sweep,
                     err) != 0)
        return -1;
    if (settle_down(course, err) == 0)
        return 0;
    sweep_remove(&course->sweep);
    sweep_release(&course->sweep);
    return -1;
}

/* None of it has come to anything. */
static bool is_empty(const struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->arrays; i++) {
        if (sweep->array[i].job_id)
            return false;
    }
    return true;
}

static int go(struct course *course, const struct config *config,
              const struct site *site)
{
    struct options completed;
    struct error err;
    if (open_sweep(course, config, site, &completed, &err) != 0)
        return course_fail(&err);
    int lock = lock_take(course->sweep.folder);
    bool *wanted = calloc(course->sweep.arrays, sizeof *wanted);
    for (size_t i = 0; wanted && i < course->sweep.arrays; i++)
        wanted[i] = true;
    int status = wanted ? course_send(course, wanted) : EXIT_WRONG;
    free(wanted);
    if (status == EXIT_USAGE && is_empty(&course->sweep))
        sweep_remove(&course->sweep);
    else if (status == 0 && course_is_local(course))
        status = course_finish(course);
    lock_give(lock);
    if (status == 0 && !course_is_local(course))
        status = course_finish(course);
    sweep_release(&course->sweep);
    return status;
}

int submit_sweep(const struct options *options, const struct config *config,
                 const struct site *site, const char *site_source,
                 struct adviser *adviser)
{
    struct error err;
    struct course course = {
        .options = options,
        .adviser = adviser,
        .refresh = {.backend = "", .lib_dir = adviser->prefix->lib}};
    if (plan_make(options, config, site, adviser->prefix, &course.plan, &err) !=
        0)
        return course_fail(&err);
    int status;
    if (options->verbose)
        settings_show(options, config, &course.plan.group[0].job, site_source,
                      course.plan.account_source);
    if (options->dry_run) {
        status = dry_run(&course);
    } else if (options->no_wait && !site->slurm) {
        error_set(&err, "--no-wait: without Slurm the jobs of a sweep are "
                        "started one after the other from here: leave it out");
        status = course_fail(&err);
    } else if (backend_choose(options->backend ? options->backend : "",
                              site->slurm, adviser->prefix->lib,
                              &course.refresh.slurm, &course.refresh.note,
                              &err) != 0) {
        status = course_fail(&err);
    } else {
        if (course.refresh.note.text[0])
            fprintf(stderr, "%s\n", course.refresh.note.text);
        if (!options->quiet)
            plan_print(&course.plan, "", stderr);
        progress_start(&course.progress, options->quiet);
        watch_signals();
        status = go(&course, config, site);
    }
    plan_release(&course.plan);
    return status;
}
