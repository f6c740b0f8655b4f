/* SPDX-License-Identifier: BSD-3-Clause */
#include "dispatch.h"

#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "file.h"
#include "job.h"
#include "range.h"
#include "watch.h"

enum { REQUESTS = 5 }; /* for one array, each certain to be lost */

int dispatch_fail(const struct error *err)
{
    fprintf(stderr, "integ2d-submit: %s\n", err->text);
    return EXIT_USAGE;
}

bool dispatch_is_local(const struct dispatch *dispatch)
{
    return !backend_is_slurm(dispatch->refresh.slurm);
}

int dispatch_array_job(const struct dispatch *dispatch, size_t group,
                       const char *token, size_t tasks, struct job *job,
                       char **script, struct error *err)
{
    *job = dispatch->plan.group[group].job;
    if (job_make_array(job, token, (long)tasks, err) != 0)
        return -1;
    return job_script(job, dispatch->adviser->prefix->jobs,
                      dispatch->adviser->prefix->bin, script, err);
}

static int ask_limit(struct refresh *refresh, long *most, struct error *err)
{
    patience_begin(&refresh->patience);
    int rc = refresh->slurm->array_limit(most, &refresh->requests, err);
    patience_end(&refresh->patience);
    return rc;
}

int dispatch_limit(struct dispatch *dispatch, const struct site *site,
                   long *most, struct error *err)
{
    struct refresh *refresh = &dispatch->refresh;
    *most = site->array_tasks ? site->array_tasks : RANGE_MAX;
    if (site->array_tasks || dispatch_is_local(dispatch))
        return 0;
    if (ask_limit(refresh, most, err) != 0 &&
        (!refresh_refit(refresh, NULL) || ask_limit(refresh, most, err) != 0))
        return -1;
    return *most >= 1 ? 0
                      : error_set(err, "Slurm takes no arrays of jobs here "
                                       "(MaxArraySize)");
}

/* ---- Slurm --------------------------------------------------------------- */

static struct run *first_run(const struct dispatch *dispatch, size_t array)
{
    return &dispatch->sweep.run[dispatch->sweep.array[array].run[0]];
}

/* The tasks of an array that has been taken. */
static void note_taken(struct dispatch *dispatch, size_t array, long job_id)
{
    const struct sweep_array *its = &dispatch->sweep.array[array];
    struct error err;
    for (size_t i = 0; i < its->count; i++) {
        struct job_status *status = &dispatch->sweep.run[its->run[i]].status;
        *status = (struct job_status){.job_id = job_id, .state = STATE_PENDING};
    }
    if (sweep_note_job(&dispatch->sweep, array, job_id, &err) != 0)
        fprintf(stderr, "integ2d-submit: array job %ld: %s\n", job_id,
                err.text);
}

/* The request was sent and no answer came: asks until it is certain whether
 * there is an array. Returns 1 when there is one, 0 when there is none, -1
 * when it cannot be said now. */
static int settle(struct dispatch *dispatch, size_t array)
{
    struct run *run = first_run(dispatch, array);
    struct error err;
    run->status = (struct job_status){0};
    for (long pause_ms = 500; !watch_is_ended(); pause_ms += pause_ms / 2) {
        if (refresh_lost(&dispatch->refresh, &run, 1, true, &err) == 0) {
            if (run->status.job_id)
                return 1;
            return run->status.state == STATE_NEVER_CREATED ? 0 : -1;
        }
        progress_show(&dispatch->progress, "waiting for Slurm's controller",
                      "");
        pause_ms = pause_ms > 10000 ? 10000 : pause_ms;
        poll(NULL, 0, (int)pause_ms);
    }
    return -1;
}

/* Why there is no array, and what to change. */
static void explain_refusal(struct dispatch *dispatch, const struct job *job,
                            const struct error *refusal)
{
    struct advice_list list;
    struct error err;
    dispatch->refused = true;
    dispatch_fail(refusal);
    if (advise_refusal(dispatch->adviser, job, refusal->text, &list, &err) !=
        0) {
        dispatch_fail(&err);
        return;
    }
    advice_print(&list, stderr);
    advice_release(&list);
}

/* Asks for an array, and again when it is certain that the request was lost.
 * Returns 0, or the exit status. */
static int request(struct dispatch *dispatch, size_t array,
                   const struct job *job, const char *script)
{
    struct error err;
    char folder[PATH_MAX];
    long job_id;
    sweep_array_folder(&dispatch->sweep, array, folder);
    for (int i = 0; i < REQUESTS; i++) {
        dispatch->refresh.requests++;
        patience_begin(&dispatch->refresh.patience);
        enum submitted submitted =
            dispatch->refresh.slurm->submit(job, script, folder, &job_id, &err);
        patience_end(&dispatch->refresh.patience);
        switch (submitted) {
        case SUBMIT_OK:
            note_taken(dispatch, array, job_id);
            return 0;
        case SUBMIT_REFUSED:
            explain_refusal(dispatch, job, &err);
            return EXIT_USAGE;
        case SUBMIT_UNSURE:
            break;
        }
        if (refresh_refit(&dispatch->refresh, first_run(dispatch, array)))
            continue;
        progress_note(&dispatch->progress, err.text);
        progress_note(&dispatch->progress,
                      "There may be an array: looking for it");
        int found = settle(dispatch, array);
        if (found > 0) {
            const struct job_status *status =
                &first_run(dispatch, array)->status;
            note_taken(dispatch, array,
                       status->array_id ? status->array_id : status->job_id);
            return 0;
        }
        if (found < 0)
            break;
        progress_note(&dispatch->progress, "there is none: submitting again");
    }
    fprintf(stderr,
            "integ2d-submit: there may be an array, and Slurm does not say; "
            "this finds out later:\n    integ2d-submit --resume %s\n",
            file_short_name(dispatch->sweep.folder));
    return watch_is_ended() ? EXIT_INTERRUPTED : EXIT_OPEN;
}

/* One array: folders, a word in the journal, the request. */
static int send_array(struct dispatch *dispatch, size_t array)
{
    struct sweep *sweep = &dispatch->sweep;
    size_t group = sweep->group[sweep->array[array].run[0]];
    struct job job;
    struct error err;
    char *script = NULL;
    int status = 0;
    if (dispatch_array_job(dispatch, group, sweep->array[array].token,
                           sweep->array[array].count, &job, &script,
                           &err) != 0 ||
        (!(array == 0 && dispatch->made) &&
         sweep_make_array(sweep, array, &dispatch->plan, script, &err) != 0) ||
        sweep_note_asked(sweep, array, &err) != 0)
        status = dispatch_fail(&err);
    else
        status = request(dispatch, array, &job, script);
    free(script);
    return status;
}

static void note_sent(struct dispatch *dispatch, size_t arrays, size_t jobs)
{
    char text[5000];
    snprintf(text, sizeof text, "%zu job%s submitted in %zu array%s, %s", jobs,
             jobs == 1 ? "" : "s", arrays, arrays == 1 ? "" : "s",
             file_short_name(dispatch->sweep.folder));
    progress_note(&dispatch->progress, text);
}

/* Those of the arrays that are `wanted`. Returns 0, also when some were
 * refused after others had been taken; else the exit status. */
static int send_arrays(struct dispatch *dispatch, const bool *wanted)
{
    size_t sent = 0, jobs = 0;
    int status = 0;
    for (size_t i = 0; status == 0 && i < dispatch->sweep.arrays; i++) {
        if (!wanted[i])
            continue;
        if (watch_is_ended())
            status = EXIT_INTERRUPTED;
        if (status == 0)
            status = send_array(dispatch, i);
        if (status != 0)
            break;
        sent++;
        jobs += dispatch->sweep.array[i].count;
    }
    if (sent > 0)
        note_sent(dispatch, sent, jobs);
    return sent > 0 && dispatch->refused ? 0 : status;
}

/* ---- Without Slurm ------------------------------------------------------- */

static long free_cores(void)
{
    cpu_set_t mine;
    return sched_getaffinity(0, sizeof mine, &mine) == 0 ? CPU_COUNT(&mine) : 1;
}

static long cores_of(const struct dispatch *dispatch, size_t run)
{
    const struct job *job =
        &dispatch->plan.group[dispatch->sweep.group[run]].job;
    return job->tasks * job->cpus_per_task;
}

static bool is_waiting(const struct run *run)
{
    return run->status.job_id == 0 && run->status.state == STATE_PENDING;
}

/* Starts one job of this machine. One that cannot be started is left out; where
 * that is not certain it is looked for. */
static void start(struct dispatch *dispatch, size_t index)
{
    struct run *run = &dispatch->sweep.run[index];
    struct job job = dispatch->plan.group[dispatch->sweep.group[index]].job;
    struct error err;
    long job_id = 0;
    job.array = 0;
    enum submitted submitted =
        dispatch->refresh.slurm->submit(&job, "", run->folder, &job_id, &err);
    run->status = (struct job_status){.job_id = job_id};
    if (submitted == SUBMIT_OK)
        return;
    progress_note(&dispatch->progress, err.text);
    if (submitted == SUBMIT_UNSURE)
        refresh_lost(&dispatch->refresh, &run, 1, true, &err);
    if (run->status.job_id == 0)
        run->status.state = STATE_NEVER_CREATED;
}

void dispatch_feed(void *context)
{
    struct dispatch *dispatch = context;
    struct sweep *sweep = &dispatch->sweep;
    bool stopped = sweep_is_stopped(sweep);
    long at_once = dispatch->plan.group[0].job.site.tasks_at_once;
    long left = free_cores(), running = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        const struct run *run = &sweep->run[i];
        if (run->status.job_id == 0 || state_is_final(run->status.state))
            continue;
        left -= cores_of(dispatch, i);
        running++;
    }
    for (size_t i = 0; i < sweep->count; i++) {
        if (!is_waiting(&sweep->run[i]))
            continue;
        if (stopped) {
            sweep->run[i].status.state = STATE_NEVER_CREATED;
            continue;
        }
        if ((at_once && running >= at_once) ||
            (running > 0 && cores_of(dispatch, i) > left))
            return;
        start(dispatch, i);
        left -= cores_of(dispatch, i);
        running++;
    }
}

/* Folders and words in the journal for all; they are started while waiting. */
static int prepare_local(struct dispatch *dispatch, const bool *wanted)
{
    struct sweep *sweep = &dispatch->sweep;
    struct error err;
    char text[5000];
    size_t jobs = 0;
    for (size_t i = 0; i < sweep->arrays; i++) {
        if (!wanted[i])
            continue;
        if (sweep_make_array(sweep, i, &dispatch->plan, NULL, &err) != 0 ||
            sweep_note_asked(sweep, i, &err) != 0)
            return dispatch_fail(&err);
        for (size_t k = 0; k < sweep->array[i].count; k++) {
            struct run *run = &sweep->run[sweep->array[i].run[k]];
            if (run->status.job_id || sweep->in[sweep->array[i].run[k]] != i)
                continue;
            run->status = (struct job_status){.state = STATE_PENDING};
            jobs++;
        }
    }
    snprintf(text, sizeof text, "%zu job%s to run here, %s", jobs,
             jobs == 1 ? "" : "s", file_short_name(sweep->folder));
    progress_note(&dispatch->progress, text);
    return 0;
}

int dispatch_send(struct dispatch *dispatch, const bool *wanted)
{
    return dispatch_is_local(dispatch) ? prepare_local(dispatch, wanted)
                                       : send_arrays(dispatch, wanted);
}
