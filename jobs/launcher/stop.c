/* SPDX-License-Identifier: BSD-3-Clause */
#include "stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lock.h"
#include "named.h"

static enum stopped over_already(const struct run *run, char *text, size_t size)
{
    char name[RUN_JOB_NAME];
    run_job_name(run, name);
    if (run->status.job_id)
        snprintf(text, size, "job %s is over already: it %s", name,
                 state_words(run->status.state));
    else
        snprintf(text, size, "there is no job to cancel: it %s",
                 state_words(run->status.state));
    return STOP_DONE;
}

static enum stopped not_known(const struct run *run, char *text, size_t size)
{
    char name[RUN_JOB_NAME];
    run_job_name(run, name);
    if (run->status.job_id)
        snprintf(text, size, "job %s is not known any more: nothing cancelled",
                 name);
    else
        snprintf(text, size,
                 "its job is being submitted: try again when "
                 "that is over");
    return STOP_NO_ANSWER;
}

enum stopped stop_run(struct refresh *refresh, struct run *run, char *text,
                      size_t size)
{
    struct error err;
    char name[RUN_JOB_NAME];
    if (refresh_lost(refresh, &run, 1, false, &err) != 0) {
        snprintf(text, size, "%s", err.text);
        return STOP_NO_ANSWER;
    }
    if (run_save(run, &err) != 0 && state_is_final(run->status.state))
        err.text[0] = '\0'; /* a folder only to read: it is over anyway */
    if (state_is_final(run->status.state))
        return over_already(run, text, size);
    if (run->answer != ANSWER_FOUND)
        return not_known(run, text, size);
    const struct inquiry job = {.folder = run->folder,
                                .token = run->token,
                                .job_id = run->status.job_id,
                                .status = run->status};
    const struct backend *backend =
        strcmp(run->backend, "local") == 0 ? &backend_local : refresh->slurm;
    refresh->requests++;
    patience_begin(&refresh->patience);
    int rc = backend->cancel(&job, &err);
    patience_end(&refresh->patience);
    if (rc != 0) {
        snprintf(text, size, "%s", err.text);
        return STOP_FAILED;
    }
    run_job_name(run, name);
    snprintf(text, size, "job %s %s", name,
             run->status.state == STATE_COMPLETING ? "was ending already"
                                                   : "cancelled");
    return STOP_DONE;
}

/* The runs that may have a job that is not over; the caller frees the list. */
static struct run **list_open(struct sweep *sweep, size_t *count)
{
    struct run **list = calloc(sweep->count, sizeof *list);
    *count = 0;
    for (size_t i = 0; list && i < sweep->count; i++) {
        if (sweep_has_asked(sweep, i) &&
            !state_is_final(sweep->run[i].status.state))
            list[(*count)++] = &sweep->run[i];
    }
    return list;
}

/* Each of its own. Returns how many were cancelled, or -1. */
static long stop_each(struct run **list, size_t count, struct error *err)
{
    long stopped = 0;
    for (size_t i = 0; i < count; i++) {
        const struct run *run = list[i];
        const struct inquiry job = {.folder = run->folder,
                                    .token = run->token,
                                    .job_id = run->status.job_id};
        if (run->answer != ANSWER_FOUND || state_is_final(run->status.state))
            continue;
        if (backend_local.cancel(&job, err) != 0)
            return -1;
        stopped++;
    }
    return stopped;
}

/* Whole arrays: those in which a job is not over. */
static long stop_arrays(struct refresh *refresh, struct run **list,
                        size_t count, struct error *err)
{
    long stopped = 0, last = 0;
    for (size_t i = 0; i < count; i++) {
        const struct run *run = list[i];
        long array_id = run->status.array_id;
        if (run->answer != ANSWER_FOUND || state_is_final(run->status.state))
            continue;
        stopped += run->status.state != STATE_COMPLETING;
        if (array_id == last)
            continue;
        bool before = false;
        for (size_t k = 0; k < i; k++)
            before |= list[k]->status.array_id == array_id &&
                      !state_is_final(list[k]->status.state);
        last = array_id;
        if (before)
            continue;
        refresh->requests++;
        patience_begin(&refresh->patience);
        int rc = refresh->slurm->cancel_array(array_id, err);
        patience_end(&refresh->patience);
        if (rc != 0)
            return -1;
    }
    return stopped;
}

enum stopped stop_sweep(struct refresh *refresh, struct sweep *sweep,
                        char *text, size_t size)
{
    struct error err;
    size_t count;
    long stopped = -1;
    bool local = strcmp(sweep->backend, "local") == 0;
    if (!local && lock_is_taken(sweep->folder)) {
        snprintf(text, size,
                 "%s: it is being submitted: try again when that is over",
                 sweep->folder);
        return STOP_NO_ANSWER;
    }
    if (local && sweep_stop(sweep, true) != 0) {
        snprintf(text, size, "%s: cannot be written", sweep->folder);
        return STOP_FAILED;
    }
    struct run **list = list_open(sweep, &count);
    if (list && refresh_runs(refresh, list, count, &err) != 0) {
        free(list);
        snprintf(text, size, "%s", err.text);
        return STOP_NO_ANSWER;
    }
    if (list)
        stopped = local ? stop_each(list, count, &err)
                        : stop_arrays(refresh, list, count, &err);
    else
        error_set(&err, "out of memory");
    free(list);
    if (stopped < 0) {
        snprintf(text, size, "%s", err.text);
        return STOP_FAILED;
    }
    if (stopped == 0)
        snprintf(text, size, "no job of the sweep waits or runs");
    else
        snprintf(text, size, "%ld job%s of the sweep cancelled", stopped,
                 stopped == 1 ? "" : "s");
    return STOP_DONE;
}

int stop_named(struct refresh *refresh, const char *name, enum stopped *stopped,
               char *text, size_t size, struct error *err)
{
    struct run run;
    struct sweep sweep;
    if (!sweep_is(name)) {
        if (named_load(name, &run, err) != 0)
            return -1;
        *stopped = stop_run(refresh, &run, text, size);
        return 0;
    }
    if (sweep_load(name, &sweep, err) != 0)
        return -1;
    *stopped = stop_sweep(refresh, &sweep, text, size);
    sweep_release(&sweep);
    return 0;
}
