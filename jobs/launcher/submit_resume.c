/* SPDX-License-Identifier: BSD-3-Clause */
#include "submit_sweep.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "dispatch.h"
#include "file.h"
#include "lock.h"
#include "range.h"
#include "watch.h"

enum { LEFT_MS = 10000 };

/* Options of the sweep cannot be changed when it goes on. */
static int check_options(const struct options *options, struct error *err)
{
    const char *first = options_first(options);
    if (!first)
        return 0;
    return error_set(err,
                     "--resume: a sweep goes on as it was begun: leave %s out, "
                     "or begin a new one",
                     first);
}

/* A job that was ended from outside, so that it may end well another time. */
static bool was_cut_short(enum job_state state)
{
    switch (state) {
    case STATE_NEVER_CREATED:
    case STATE_CANCELLED:
    case STATE_NODE_FAIL:
    case STATE_BOOT_FAIL:
    case STATE_PREEMPTED:
    case STATE_REVOKED:
        return true;
    default:
        return false;
    }
}

/* What became of those that may have been submitted. */
static int find_states(struct dispatch *dispatch, struct error *err)
{
    struct sweep *sweep = &dispatch->sweep;
    struct run **list = calloc(sweep->count, sizeof *list);
    size_t count = 0;
    for (size_t i = 0; list && i < sweep->count; i++) {
        struct run *run = &sweep->run[i];
        if (!sweep_has_asked(sweep, i))
            run->status.state = STATE_NEVER_CREATED;
        else if (!state_is_final(run->status.state))
            list[count++] = run;
    }
    int rc = list ? 0 : error_set(err, "out of memory");
    if (count > 0)
        rc = refresh_lost(&dispatch->refresh, list, count, true, err);
    free(list);
    return rc;
}

/* The same plan again: what is submitted has gone through all checks. */
static int plan_again(struct dispatch *dispatch, struct error *err)
{
    struct site site;
    struct config config = {0};
    struct sweep *sweep = &dispatch->sweep;
    struct options options = sweep->options;
    char most[16];
    snprintf(most, sizeof most, "%d", (int)RANGE_MAX);
    options.max_jobs = most;
    if (site_load(dispatch->adviser->prefix->site, sweep->site, &site, err) !=
            0 ||
        site_check_active(&site, err) != 0 ||
        plan_make(&options, &config, &site, dispatch->adviser->prefix,
                  &dispatch->plan, err) != 0)
        return error_prefix(err, "%s", file_short_name(sweep->folder));
    if (sweep_agrees(sweep, &dispatch->plan))
        return 0;
    return error_set(err,
                     "%s: the same options mean other jobs now: the site's "
                     "file or integ2d has changed since. See what is done with "
                     "integ2d-collect, and begin a new sweep for the rest",
                     file_short_name(sweep->folder));
}

/* Of an array that is to be asked for again nothing must be there; without
 * Slurm each of its jobs is started by itself. */
static bool can_be_sent(const struct dispatch *dispatch, size_t array)
{
    const struct sweep *sweep = &dispatch->sweep;
    size_t count = sweep->array[array].count, never = 0;
    for (size_t i = 0; i < count; i++) {
        size_t run = sweep->array[array].run[i];
        never += sweep->in[run] == array &&
                 sweep->run[run].status.state == STATE_NEVER_CREATED;
    }
    return dispatch_is_local(dispatch) ? never > 0 : never == count;
}

/* Missing runs of arrays that are there: new arrays, group by group. */
static int add_arrays(struct dispatch *dispatch, const bool *missing, long most,
                      struct error *err)
{
    struct sweep *sweep = &dispatch->sweep;
    size_t *runs = calloc(sweep->count, sizeof *runs);
    int rc = runs ? 0 : error_set(err, "out of memory");
    for (size_t group = 0; rc == 0 && group < dispatch->plan.groups; group++) {
        size_t count = 0;
        for (size_t i = 0; rc == 0 && i < sweep->count; i++) {
            if (missing[i] && sweep->group[i] == group)
                runs[count++] = i;
            if (count > 0 && (count == (size_t)most || i + 1 == sweep->count)) {
                rc = sweep_add_array(sweep, runs, count, err);
                count = 0;
            }
        }
    }
    free(runs);
    return rc;
}

/* Which arrays are to be sent: those of which nothing is there, and new ones
 * for what else is missing. The caller frees *wanted, which has room for all
 * arrays; NULL = nothing is missing. */
static int choose_arrays(struct dispatch *dispatch, bool **wanted,
                         struct error *err)
{
    struct sweep *sweep = &dispatch->sweep;
    bool *missing = calloc(sweep->count, sizeof *missing);
    size_t count = 0, old = sweep->arrays, again = 0;
    long most;
    *wanted = calloc(sweep->arrays + sweep->count, sizeof **wanted);
    int rc = missing && *wanted ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; rc == 0 && i < old; i++) {
        (*wanted)[i] = can_be_sent(dispatch, i);
        again += (*wanted)[i];
    }
    for (size_t i = 0; rc == 0 && i < sweep->count; i++) {
        const struct job_status *status = &sweep->run[i].status;
        missing[i] =
            was_cut_short(status->state) &&
            !((*wanted)[sweep->in[i]] && status->state == STATE_NEVER_CREATED);
        count += missing[i];
    }
    if (rc == 0 && again + count > 0)
        rc = plan_again(dispatch, err);
    if (rc == 0 && count > 0)
        rc = dispatch_limit(dispatch, &dispatch->plan.group[0].job.site, &most,
                            err);
    if (rc == 0 && count > 0)
        rc = add_arrays(dispatch, missing, most, err);
    for (size_t i = old; rc == 0 && i < sweep->arrays; i++)
        (*wanted)[i] = true;
    free(missing);
    if (rc == 0 && again + count > 0)
        return 0;
    free(*wanted);
    *wanted = NULL;
    return rc;
}

static void note_found(struct dispatch *dispatch)
{
    const struct sweep *sweep = &dispatch->sweep;
    size_t over = 0, open = 0, cut = 0, unknown = 0;
    char text[400], doubt[100] = "";
    for (size_t i = 0; i < sweep->count; i++) {
        enum job_state state = sweep->run[i].status.state;
        cut += was_cut_short(state);
        over += state_is_final(state) && !was_cut_short(state);
        unknown += state == STATE_UNKNOWN;
        open += !state_is_final(state) && state != STATE_UNKNOWN;
    }
    if (unknown > 0)
        snprintf(doubt, sizeof doubt,
                 ", %zu not known any more (not submitted again)", unknown);
    snprintf(text, sizeof text,
             "of %zu jobs %zu are over, %zu wait or run, %zu are missing%s",
             sweep->count, over, open, cut, doubt);
    progress_note(&dispatch->progress, text);
}

/* With the sweep locked. */
static int go_on(struct dispatch *dispatch)
{
    struct error err;
    bool *wanted;
    if (find_states(dispatch, &err) != 0) {
        dispatch_fail(&err);
        return EXIT_OPEN;
    }
    note_found(dispatch);
    if (choose_arrays(dispatch, &wanted, &err) != 0)
        return dispatch_fail(&err);
    int status = wanted ? dispatch_send(dispatch, wanted) : 0;
    free(wanted);
    return status;
}

/* One that was killed may have left a command behind that still talks to
 * Slurm: its end is waited for. -1: there was none, or another is at work. */
static int take_lock(const char *folder)
{
    for (int waited_ms = 0;; waited_ms += 100) {
        int lock = lock_take(folder);
        if (lock >= 0 || !lock_is_taken(folder) || waited_ms >= LEFT_MS)
            return lock;
        poll(NULL, 0, 100);
    }
}

static int resume(struct dispatch *dispatch)
{
    struct sweep *sweep = &dispatch->sweep;
    struct error err;
    bool local = strcmp(sweep->backend, "local") == 0;
    if (advise_load(dispatch->adviser, sweep->site, &err) != 0 ||
        backend_choose(
            dispatch->options->backend ? dispatch->options->backend : "",
            !local, dispatch->adviser->prefix->lib, &dispatch->refresh.slurm,
            &dispatch->refresh.note, &err) != 0 ||
        dispatch->refresh.slurm->open(NULL, &err) != 0)
        return dispatch_fail(&err);
    if (dispatch->refresh.note.text[0])
        fprintf(stderr, "%s\n", dispatch->refresh.note.text);
    int lock = take_lock(sweep->folder);
    if (lock < 0 && lock_is_taken(sweep->folder)) {
        fprintf(stderr,
                "integ2d-submit: %s: another integ2d-submit is at work on "
                "it: try again when that has ended\n",
                file_short_name(sweep->folder));
        return EXIT_OPEN;
    }
    sweep_stop(sweep, false);
    int status = go_on(dispatch);
    if (status == 0 && local)
        status = dispatch_finish(dispatch);
    lock_give(lock);
    return status == 0 && !local ? dispatch_finish(dispatch) : status;
}

int submit_resume(const struct options *options, struct adviser *adviser)
{
    struct error err;
    struct dispatch dispatch = {
        .options = options,
        .adviser = adviser,
        .refresh = {.backend = options->backend ? options->backend : "",
                    .lib_dir = adviser->prefix->lib,
                    .patience = {.progress = &dispatch.progress}}};
    if (check_options(options, &err) != 0 ||
        sweep_load(options->resume, &dispatch.sweep, &err) != 0)
        return dispatch_fail(&err);
    progress_start(&dispatch.progress, options->quiet);
    watch_signals();
    int status = resume(&dispatch);
    sweep_release(&dispatch.sweep);
    plan_release(&dispatch.plan);
    return status;
}
