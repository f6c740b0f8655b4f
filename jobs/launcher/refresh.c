/* SPDX-License-Identifier: BSD-3-Clause */
#include "refresh.h"

#include <dirent.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "accounting.h"
#include "exit_file.h"
#include "lock.h"
#include "token.h"

enum {
    SETTLE_S = 2,      /* between the two questions */
    REMEMBERED_S = 240 /* the controller has not forgotten a job yet: less
                          than Slurm's own MinJobAge */
};

static bool is_local(const struct run *run)
{
    return strcmp(run->backend, "local") == 0;
}

static time_t submitted_time(const struct run *run)
{
    struct tm utc = {0};
    const char *end = strptime(run->submitted, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return end && *end == '\0' ? timegm(&utc) : 0;
}

static int prepare(struct refresh *refresh, bool local,
                   const struct backend **backend, struct error *err)
{
    *backend = local ? &backend_local : refresh->slurm;
    if (!*backend && backend_choose(refresh->backend, true, refresh->lib_dir,
                                    backend, &refresh->note, err) != 0)
        return -1;
    if (!local)
        refresh->slurm = *backend;
    return (*backend)->open(NULL, err);
}

/* What an answer makes of a run. */
static void apply(const struct inquiry *job, struct run *run)
{
    struct job_status *status = &run->status;
    run->answer = job->answer;
    if (job->answer == ANSWER_FOUND) {
        *status = job->status;
        return;
    }
    /* A task may have got its number while nobody looked. */
    char sweep[PATH_MAX];
    long found =
        !run->by_hand && run_sweep_folder(run, sweep) ? run_find_job(run) : 0;
    if (found)
        status->job_id = found;
    if (status->job_id == 0)
        status->job_id = job->status.job_id;
    if (status->job_id != 0 && exit_file_read(run, status) == 0)
        return;
    status->state = STATE_UNKNOWN;
    memcpy(status->reason, job->status.reason, sizeof status->reason);
}

static bool is_open(const struct run *run, bool local)
{
    return is_local(run) == local && !state_is_final(run->status.state);
}

/* Who cancelled those that now are, which the controller does not tell. */
static void find_who(struct refresh *refresh, struct run *const *runs,
                     size_t count)
{
    struct job_status **jobs = calloc(count, sizeof *jobs);
    size_t found = 0;
    for (size_t i = 0; jobs && i < count; i++) {
        struct job_status *status = &runs[i]->status;
        if (!is_local(runs[i]) && status->state == STATE_CANCELLED &&
            runs[i]->answer == ANSWER_FOUND && !status->by[0])
            jobs[found++] = status;
    }
    accounting_who(jobs, found, &refresh->requests);
    free(jobs);
}

static bool may_switch(const struct refresh *refresh)
{
    struct error ignored;
    return !refresh->backend[0] && refresh->slurm->misfits &&
           refresh->slurm->misfits() && backend_commands.fits(&ignored) == 0;
}

/* The controller hung up on the library, which may also be its end. Where it
 * answers the commands, and then hangs up on the library again, the library
 * does not fit. */
static int switch_backend(struct refresh *refresh, struct inquiry *jobs,
                          size_t count, struct error *err)
{
    struct error why = *err;
    if (backend_commands.ask(jobs, count, &refresh->requests, err) != 0)
        return -1;
    if (refresh->slurm->ask(jobs, count, &refresh->requests, err) == 0 ||
        !refresh->slurm->misfits())
        return 0;
    if (backend_commands.ask(jobs, count, &refresh->requests, err) != 0)
        return -1;
    refresh->slurm = &backend_commands;
    error_set(&refresh->note,
              "Slurm's library does not fit its controller (%.*s): using "
              "Slurm's commands instead",
              (int)strcspn(why.text, "\n"), why.text);
    if (!refresh->patience.progress)
        return 0;
    progress_note(refresh->patience.progress, refresh->note.text);
    refresh->note.text[0] = '\0';
    return 0;
}

bool refresh_refit(struct refresh *refresh, struct run *run)
{
    struct error err;
    struct inquiry job = {.folder = "", .token = "-"};
    if (run)
        job = (struct inquiry){.folder = run->folder, .token = run->token};
    job.submitted = run ? submitted_time(run) : time(NULL);
    if (!may_switch(refresh))
        return false;
    patience_begin(&refresh->patience);
    int rc = refresh->slurm->ask(&job, 1, &refresh->requests, &err);
    if (rc != 0 && may_switch(refresh))
        rc = switch_backend(refresh, &job, 1, &err);
    patience_end(&refresh->patience);
    return rc == 0 && refresh->slurm == &backend_commands &&
           job.answer != ANSWER_FOUND;
}

static int ask_slurm(struct refresh *refresh, struct inquiry *jobs,
                     size_t count, struct error *err)
{
    patience_begin(&refresh->patience);
    int rc = refresh->slurm->ask(jobs, count, &refresh->requests, err);
    if (rc != 0 && may_switch(refresh))
        rc = switch_backend(refresh, jobs, count, err);
    patience_end(&refresh->patience);
    return rc;
}

/* A task that is in its array no more and has left no file: it may have been
 * cancelled before it began, of which Slurm keeps nothing. */
static bool may_be_gone(const struct run *run)
{
    char folder[PATH_MAX];
    return run->answer == ANSWER_ABSENT && run->status.job_id != 0 &&
           run->status.state == STATE_UNKNOWN && !run->by_hand &&
           run_sweep_folder(run, folder) && run_find_job(run) == 0;
}

/* Whether the folder of a task beside this one has a file of a job. */
static bool one_beside_began(const struct run *run)
{
    struct run other = *run;
    bool began = false;
    char array[PATH_MAX];
    snprintf(array, sizeof array, "%s", run->folder);
    DIR *dir = opendir(dirname(array));
    for (struct dirent *entry; dir && !began && (entry = readdir(dir));) {
        began = strncmp(entry->d_name, "task_", 5) == 0 &&
                snprintf(other.folder, sizeof other.folder, "%s/%s", array,
                         entry->d_name) < (int)sizeof other.folder &&
                run_find_job(&other) != 0;
    }
    if (dir)
        closedir(dir);
    return began;
}

/* Whether Slurm has, or has had, other tasks of its array: else the controller
 * may have lost all of them, and nothing is known. */
static bool has_array(const struct run *run, struct run *const *runs,
                      size_t count)
{
    char mine[TOKEN_TEXT], other[TOKEN_TEXT];
    token_split(run->token, mine);
    for (size_t i = 0; i < count; i++) {
        token_split(runs[i]->token, other);
        if (runs[i]->answer == ANSWER_FOUND && strcmp(mine, other) == 0)
            return true;
    }
    return one_beside_began(run);
}

/* Looks for those among all jobs, and once more in accounting: a task may have
 * begun, and got another number, while it was asked for. */
static void settle_gone(struct refresh *refresh, struct run *const *runs,
                        size_t count)
{
    const struct timespec settle = {.tv_sec = SETTLE_S};
    struct inquiry *jobs = calloc(count, sizeof *jobs);
    struct run **gone = calloc(count, sizeof *gone);
    size_t found = 0;
    struct error ignored;
    for (size_t i = 0; jobs && gone && i < count; i++) {
        if (!may_be_gone(runs[i]) || !has_array(runs[i], runs, count))
            continue;
        gone[found] = runs[i];
        jobs[found++] = (struct inquiry){.folder = runs[i]->folder,
                                         .token = runs[i]->token,
                                         .submitted = submitted_time(runs[i])};
    }
    if (found > 0)
        nanosleep(&settle, NULL);
    if (found > 0 && ask_slurm(refresh, jobs, found, &ignored) != 0)
        found = 0;
    for (size_t i = 0; i < found; i++) {
        if (jobs[i].answer == ANSWER_ABSENT && may_be_gone(gone[i])) {
            gone[i]->status.array_id = gone[i]->status.job_id;
            gone[i]->status.state = STATE_CANCELLED;
        }
    }
    free(jobs);
    free(gone);
}

/* All runs of one kind that are not over. */
static int ask(struct refresh *refresh, struct run *const *runs, size_t count,
               bool local, struct error *err)
{
    const struct backend *backend;
    struct inquiry *jobs = calloc(count ? count : 1, sizeof *jobs);
    size_t asked = 0;
    if (!jobs)
        return error_set(err, "out of memory for %zu jobs", count);
    for (size_t i = 0; i < count; i++) {
        if (is_open(runs[i], local))
            jobs[asked++] =
                (struct inquiry){.folder = runs[i]->folder,
                                 .token = runs[i]->token,
                                 .submitted = submitted_time(runs[i]),
                                 .job_id = runs[i]->status.job_id};
    }
    int rc = 0;
    if (asked > 0)
        rc = prepare(refresh, local, &backend, err);
    if (rc == 0 && asked > 0 && local)
        rc = backend->ask(jobs, asked, &refresh->requests, err);
    else if (rc == 0 && asked > 0)
        rc = ask_slurm(refresh, jobs, asked, err);
    asked = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (is_open(runs[i], local))
            apply(&jobs[asked++], runs[i]);
    }
    if (rc == 0 && asked > 0 && !local) {
        settle_gone(refresh, runs, count);
        find_who(refresh, runs, count);
    }
    free(jobs);
    return rc;
}

int refresh_runs(struct refresh *refresh, struct run *const *runs, size_t count,
                 struct error *err)
{
    int local = ask(refresh, runs, count, true, err);
    int slurm = ask(refresh, runs, count, false, err);
    return local == 0 && slurm == 0 ? 0 : -1;
}

static bool is_lost(const struct run *run)
{
    return run->status.job_id == 0 && !state_is_final(run->status.state);
}

/* Of a sweep all jobs are submitted together. */
static bool is_being_submitted(const struct run *run)
{
    char folder[PATH_MAX];
    return lock_is_taken(run_sweep_folder(run, folder) ? folder : run->folder);
}

/* Without accounting only the controller can say so, while it remembers. */
static bool is_certain(const struct run *run)
{
    return run->answer == ANSWER_ABSENT ||
           time(NULL) - submitted_time(run) < REMEMBERED_S;
}

int refresh_lost(struct refresh *refresh, struct run *const *runs, size_t count,
                 bool mine, struct error *err)
{
    const struct timespec settle = {.tv_sec = SETTLE_S};
    struct run **lost = calloc(count ? count : 1, sizeof(struct run *));
    size_t found = 0;
    if (!lost)
        return error_set(err, "out of memory for %zu runs", count);
    int rc = refresh_runs(refresh, runs, count, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (is_lost(runs[i]) && (mine || !is_being_submitted(runs[i])))
            lost[found++] = runs[i];
    }
    if (found > 0) {
        nanosleep(&settle, NULL);
        rc = refresh_runs(refresh, lost, found, err);
    }
    for (size_t i = 0; rc == 0 && i < found; i++) {
        if (is_lost(lost[i]) && is_certain(lost[i]))
            lost[i]->status.state = STATE_NEVER_CREATED;
    }
    free(lost);
    return rc;
}

void refresh_save(struct run *const *runs, const struct job_status *before,
                  size_t count)
{
    struct error ignored;
    for (size_t i = 0; i < count; i++) {
        const struct job_status *status = &runs[i]->status;
        char sweep[PATH_MAX];
        if (runs[i]->by_hand || (status->state == STATE_NEVER_CREATED &&
                                 run_sweep_folder(runs[i], sweep)))
            continue; /* a sweep may ask for it again */
        if (status->job_id != before[i].job_id ||
            (status->state != before[i].state && state_is_final(status->state)))
            run_save(runs[i], &ignored);
    }
}
