/* SPDX-License-Identifier: BSD-3-Clause */
#include "submit_sweep.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "dispatch.h"
#include "job.h"
#include "lock.h"
#include "settings.h"
#include "watch.h"

/* ---- A dry run ----------------------------------------------------------- */

static int print_array(const struct dispatch *dispatch, size_t group,
                       FILE *file, struct error *err)
{
    const struct plan *plan = &dispatch->plan;
    struct job job;
    char *script;
    size_t task = 0;
    if (dispatch_array_job(dispatch, group, plan->group[group].job.token,
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
static int dry_run(const struct dispatch *dispatch)
{
    const struct plan *plan = &dispatch->plan;
    struct error err;
    plan_print(plan, "# ", stdout);
    for (size_t i = 0; !plan->group[0].job.site.slurm && i < plan->count; i++)
        printf("\n# ---- job %zu ----\n%s", i + 1, plan->run[i].script);
    for (size_t i = 0; plan->group[0].job.site.slurm && i < plan->groups; i++) {
        if (print_array(dispatch, i, stdout, &err) != 0)
            return dispatch_fail(&err);
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

static int make_first(struct dispatch *dispatch, struct error *err)
{
    struct job job;
    char *script = NULL;
    const struct sweep *sweep = &dispatch->sweep;
    if (!dispatch_is_local(dispatch) &&
        dispatch_array_job(dispatch, sweep->group[sweep->array[0].run[0]],
                           sweep->array[0].token, sweep->array[0].count, &job,
                           &script, err) != 0)
        return -1;
    int rc = sweep_make_array(sweep, 0, &dispatch->plan, script, err);
    free(script);
    return rc;
}

static int settle_down(struct dispatch *dispatch, struct error *err)
{
    pthread_t thread;
    struct syncing syncing = {.sweep = &dispatch->sweep};
    int rc = pthread_create(&thread, NULL, sync_sweep, &syncing);
    if (rc != 0)
        return error_set(err, "cannot start a thread: %s", strerror(rc));
    rc = make_first(dispatch, err);
    dispatch->made = rc == 0;
    if (pthread_join(thread, NULL) == 0 && syncing.rc == 0)
        return rc;
    *err = syncing.err;
    return -1;
}

/* Back end, folder and tokens: from here on nothing is lost. */
static int open_sweep(struct dispatch *dispatch, const struct config *config,
                      const struct site *site, struct options *completed,
                      struct error *err)
{
    const struct options *options = dispatch->options;
    const char *saved = config->output_dir.value;
    const char *parent = options->output_dir ? options->output_dir
                         : saved[0]          ? saved
                                             : "integ2d-runs";
    long most;
    *completed = *options;
    complete(config, &dispatch->plan.group[0].job, completed);
    if (advise_load(dispatch->adviser, site->name, err) != 0 ||
        dispatch->refresh.slurm->open(NULL, err) != 0 ||
        dispatch_limit(dispatch, site, &most, err) != 0 ||
        sweep_create(parent, &dispatch->plan, completed,
                     dispatch->refresh.slurm->name, most, &dispatch->sweep,
                     err) != 0)
        return -1;
    if (settle_down(dispatch, err) == 0)
        return 0;
    sweep_remove(&dispatch->sweep);
    sweep_release(&dispatch->sweep);
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

static int go(struct dispatch *dispatch, const struct config *config,
              const struct site *site)
{
    struct options completed;
    struct error err;
    if (open_sweep(dispatch, config, site, &completed, &err) != 0)
        return dispatch_fail(&err);
    int lock = lock_take(dispatch->sweep.folder);
    bool *wanted = calloc(dispatch->sweep.arrays, sizeof *wanted);
    for (size_t i = 0; wanted && i < dispatch->sweep.arrays; i++)
        wanted[i] = true;
    int status = wanted ? dispatch_send(dispatch, wanted) : EXIT_WRONG;
    free(wanted);
    if (status == EXIT_USAGE && is_empty(&dispatch->sweep))
        sweep_remove(&dispatch->sweep);
    else if (status == 0 && dispatch_is_local(dispatch))
        status = dispatch_finish(dispatch);
    lock_give(lock);
    if (status == 0 && !dispatch_is_local(dispatch))
        status = dispatch_finish(dispatch);
    sweep_release(&dispatch->sweep);
    return status;
}

int submit_sweep(const struct options *options, const struct config *config,
                 const struct site *site, const char *site_source,
                 struct adviser *adviser)
{
    struct error err;
    struct dispatch dispatch = {
        .options = options,
        .adviser = adviser,
        .refresh = {.backend = options->backend ? options->backend : "",
                    .lib_dir = adviser->prefix->lib,
                    .patience = {.progress = &dispatch.progress}}};
    if (plan_make(options, config, site, adviser->prefix, &dispatch.plan,
                  &err) != 0)
        return dispatch_fail(&err);
    int status;
    if (options->verbose)
        settings_show(options, config, &dispatch.plan.group[0].job, site_source,
                      dispatch.plan.account_source);
    if (options->dry_run) {
        status = dry_run(&dispatch);
    } else if (options->no_wait && !site->slurm) {
        error_set(&err, "--no-wait: without Slurm the jobs of a sweep are "
                        "started one after the other from here: leave it out");
        status = dispatch_fail(&err);
    } else if (backend_choose(dispatch.refresh.backend, site->slurm,
                              adviser->prefix->lib, &dispatch.refresh.slurm,
                              &dispatch.refresh.note, &err) != 0) {
        status = dispatch_fail(&err);
    } else {
        if (dispatch.refresh.note.text[0])
            fprintf(stderr, "%s\n", dispatch.refresh.note.text);
        if (!options->quiet)
            plan_print(&dispatch.plan, "", stderr);
        progress_start(&dispatch.progress, options->quiet);
        watch_signals();
        status = go(&dispatch, config, site);
    }
    plan_release(&dispatch.plan);
    return status;
}
