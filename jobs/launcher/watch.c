/* SPDX-License-Identifier: BSD-3-Clause */
#include "watch.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "estimate.h"
#include "reason.h"

enum {
    FIRST_MS = 200,     /* between requests, at first and after a change */
    EACH_MS = 2,        /* and more for each job that is asked for */
    LONG_MS = 5000,     /* and at most, in the first minutes */
    LONGEST_MS = 60000, /* and later */
    RECORD_MS = 10,     /* first one after the only record has come */
    TICK_MS = 200,      /* looks into the run folders, redraws the line */
    LOOKS = 32,         /* run folders looked into at each tick */
    UNKNOWN_MS = 60000, /* how long nobody may know a job */
    UNREAD_MS = 10000,  /* the same for a job of this machine, by its file */
    AGE_SHARE = 20,     /* the interval is at most this part of the age */
    SOON_MS = 40,       /* from the end of the last script to its job's */
    SHOW_MS = 100,      /* between two lines of many jobs */
    BUSY_SHARE = 20,    /* a request takes at most this part of the interval */
};

/* One run's part. */
struct watched {
    struct run *run;
    long unknown_ms; /* since when nobody knows its job, 0 = known */
    bool record_came;
    bool given_up; /* unknown for too long */
    int folder;    /* its folder's number among those watched, -1 = none */
    long began_ms; /* of many: when a first file came, 0 = not yet */
    long ended_ms; /* of many: when its script had ended, 0 = not yet */
};

/* What one wait keeps. Times are CLOCK_MONOTONIC milliseconds. */
struct state {
    struct watched *all;
    struct run **open; /* room for those that are asked for */
    size_t count;
    size_t look; /* whose folder is looked into next */
    long begin_ms;
    long ended_ms;    /* when the last script ended, see all_ended */
    long asked_ms;    /* when the last answer came */
    long next_ms;     /* of the next request */
    long interval_ms; /* between requests */
    long shown_ms;    /* when the line of many jobs was last shown */
    int folders;      /* the watch over run folders, -1 = none */
    bool all_ended;   /* the scripts of all that are not known to be over */
    long took_ms;     /* the last request, 0 = it failed */
    bool no_answer;   /* the last request failed */
    char advice[160]; /* the reason for which advice was given */
};

static volatile sig_atomic_t caught;

/* The first one ends the wait at its next step; a second one does not wait
 * for a request that takes its time. */
static void on_signal(int number)
{
    static const char text[] = "\nno longer waiting; a job submitted goes on\n";
    if (caught) {
        ssize_t ignored = write(2, text, sizeof text - 1);
        (void)ignored;
        _exit(130);
    }
    caught = number;
}

void watch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction old;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        /* What nohup or a script's & has turned off stays off. */
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

bool watch_is_ended(void)
{
    return caught != 0;
}

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_over(const struct watched *watched)
{
    return watched->given_up || state_is_final(watched->run->status.state);
}

/* ", 2 of 5 repeats"; "" = no news. */
static void repeats_done(const struct run *run, char *text, size_t size)
{
    struct run_progress progress;
    text[0] = '\0';
    if (run->status.state == STATE_RUNNING &&
        run_read_progress(run, &progress) == 0)
        snprintf(text, size, ", %ld of %ld repeat%s", progress.done,
                 progress.repeats, progress.repeats == 1 ? "" : "s");
}

static void show_one(const struct watch *watch, const struct state *state)
{
    const struct run *run = state->all[0].run;
    const struct job_status *status = &run->status;
    char what[500], reason[300], detail[200], repeats[100];
    char name[RUN_JOB_NAME];
    long elapsed_s = (now_ms() - state->begin_ms) / 1000;
    if (status->state == STATE_RUNNING && status->start)
        elapsed_s = (long)(time(NULL) - status->start);
    reason_words(status->reason, reason, sizeof reason);
    run_job_name(run, name);
    snprintf(what, sizeof what, "job %s %s%s%s", name,
             state_words(status->state), reason[0] ? ": " : "", reason);
    repeats_done(run, repeats, sizeof repeats);
    snprintf(detail, sizeof detail, "%ld s%s", elapsed_s < 0 ? 0 : elapsed_s,
             repeats);
    progress_show(watch->progress, what, detail);
}

/* Seconds until all are over, NAN while that cannot be said. The work of a
 * worker: points times passes. */
static double left_s(const struct state *state)
{
    double left = NAN;
    struct estimate_job *jobs = calloc(state->count, sizeof *jobs);
    for (size_t i = 0; jobs && i < state->count; i++) {
        const struct watched *watched = &state->all[i];
        const struct run *run = watched->run;
        double grid = (double)run->grid;
        jobs[i].work = grid * grid * (double)(run->repeat + 1) /
                       (double)(run->workers > 0 ? run->workers : 1);
        jobs[i].began_s =
            watched->began_ms ? (double)watched->began_ms / 1e3 : NAN;
        jobs[i].ended_s =
            watched->ended_ms ? (double)watched->ended_ms / 1e3 : NAN;
        if (is_over(watched) && isnan(jobs[i].ended_s))
            jobs[i].ended_s = (double)state->begin_ms / 1e3;
    }
    if (jobs)
        left = estimate_left_s(jobs, state->count, (double)now_ms() / 1e3);
    free(jobs);
    return left;
}

static void show_many(const struct watch *watch, struct state *state)
{
    char text[200], about[64] = "";
    size_t runs = 0, over = 0;
    if (now_ms() - state->shown_ms < SHOW_MS && state->shown_ms)
        return;
    state->shown_ms = now_ms();
    for (size_t i = 0; i < state->count; i++) {
        const struct watched *watched = &state->all[i];
        bool ended = is_over(watched) || watched->ended_ms;
        over += ended;
        runs += !ended && (watched->began_ms ||
                           watched->run->status.state == STATE_RUNNING);
    }
    double left = left_s(state);
    if (!isnan(left) && over < state->count)
        snprintf(about, sizeof about, ", about %.0f s left", ceil(left));
    snprintf(text, sizeof text, "%zu of %zu jobs over, %zu run, %zu wait%s",
             over, state->count, runs, state->count - over - runs, about);
    progress_bar(watch->progress, over, state->count, text);
}

static void show(const struct watch *watch, struct state *state)
{
    if (state->count == 1)
        show_one(watch, state);
    else
        show_many(watch, state);
}

/* What can be done about a job that waits, once for each reason. */
static void advise(const struct watch *watch, struct state *state)
{
    const struct job_status *status = &state->all[0].run->status;
    const char *advice = state_advice(status->state);
    if (state->count != 1 || !state_is_waiting(status->state) ||
        strcmp(state->advice, status->reason) == 0)
        return;
    if (!advice[0])
        advice = reason_advice(status->reason);
    snprintf(state->advice, sizeof state->advice, "%s", status->reason);
    if (!advice[0])
        return;
    show(watch, state);
    progress_note(watch->progress, advice);
}

long watch_interval_ms(long last_ms, long age_ms, long took_ms, size_t open,
                       bool changed, bool near)
{
    long shortest =
        near && open == 1 ? RECORD_MS : FIRST_MS + EACH_MS * (long)(open - 1);
    long longest = age_ms / AGE_SHARE;
    longest = longest < LONG_MS ? LONG_MS : longest;
    longest = longest > LONGEST_MS ? LONGEST_MS : longest;
    long interval = changed ? shortest : last_ms + last_ms / 2;
    interval = interval > longest ? longest : interval;
    interval = interval < shortest ? shortest : interval;
    if (interval < BUSY_SHARE * took_ms)
        interval = BUSY_SHARE * took_ms;
    return interval > LONGEST_MS ? LONGEST_MS : interval;
}

/* Up to a tenth longer or shorter, so that many waits do not ask at once. */
static long jitter(long interval_ms)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long part = interval_ms / 10;
    return part ? interval_ms - part +
                      (now.tv_nsec / 1000 + getpid()) % (2 * part)
                : interval_ms;
}

/* A job that is started again says so. */
static void note_attempt(const struct watch *watch, const struct run *run,
                         int before)
{
    char text[100];
    if (run->status.attempt <= before)
        return;
    snprintf(text, sizeof text, "job %ld is started again, attempt %d",
             run->status.job_id, run->status.attempt + 1);
    progress_note(watch->progress, text);
}

static void note_answer(struct watch *watch, struct state *state, int rc,
                        const struct error *err)
{
    bool *said = &watch->refresh->patience.said;
    if (rc != 0 && !state->no_answer && !*said)
        progress_note(watch->progress, err->text);
    if (rc == 0 && (state->no_answer || *said))
        progress_note(watch->progress, "it answers again");
    state->no_answer = rc != 0;
    *said = *said && rc != 0;
}

/* Nobody knows a job that is still to be started. */
static bool is_started(const struct watch *watch, const struct watched *watched)
{
    return !watch->feed || watched->run->status.job_id != 0;
}

/* What the last answer means for a run; returns whether it is news. */
static bool digest(const struct watch *watch, struct watched *watched,
                   const struct job_status *before)
{
    const struct job_status *status = &watched->run->status;
    bool local = strcmp(watched->run->backend, "local") == 0;
    if (status->state != STATE_UNKNOWN)
        watched->unknown_ms = 0;
    else if (!watched->unknown_ms)
        watched->unknown_ms = now_ms();
    else if (now_ms() - watched->unknown_ms > (local ? UNREAD_MS : UNKNOWN_MS))
        watched->given_up = true;
    note_attempt(watch, watched->run, before->attempt);
    return status->state != before->state || status->job_id != before->job_id;
}

/* One slow answer, as the first one after a while without any, does not make
 * the controller a busy one: the lesser of the last two requests counts. */
static long typical_ms(struct state *state, long took_ms)
{
    long before_ms = state->took_ms;
    state->took_ms = took_ms;
    return took_ms < before_ms ? took_ms : before_ms;
}

/* One request for all that are not over. */
static void ask(struct watch *watch, struct state *state)
{
    struct error err;
    size_t open = 0;
    bool changed = false, near = false;
    struct job_status *before = calloc(state->count, sizeof *before);
    for (size_t i = 0; i < state->count; i++) {
        if (!is_over(&state->all[i]) && is_started(watch, &state->all[i]))
            state->open[open++] = state->all[i].run;
        if (before)
            before[i] = state->all[i].run->status;
    }
    long from = now_ms();
    int rc = refresh_runs(watch->refresh, state->open, open, &err);
    state->asked_ms = now_ms();
    note_answer(watch, state, rc, &err);
    for (size_t i = 0; rc == 0 && before && i < state->count; i++) {
        if (!is_started(watch, &state->all[i]))
            continue;
        changed |= digest(watch, &state->all[i], &before[i]);
        near |= state->all[i].record_came;
    }
    free(before);
    advise(watch, state);
    if (state->count > 1) /* files bring the news of these */
        changed = near = false;
    state->interval_ms = watch_interval_ms(
        state->interval_ms, state->asked_ms - state->begin_ms,
        typical_ms(state, rc == 0 ? state->asked_ms - from : 0), open, changed,
        near);
    if (state->all_ended)
        state->interval_ms = 2 * (state->asked_ms - state->ended_ms);
    if (state->all_ended && state->interval_ms > LONG_MS)
        state->interval_ms = LONG_MS;
    if (state->interval_ms < SOON_MS && state->count > 1)
        state->interval_ms = SOON_MS;
    if (state->interval_ms < watch->shortest_s * 1000)
        state->interval_ms = watch->shortest_s * 1000;
    state->next_ms = state->asked_ms + jitter(state->interval_ms);
}

/* A record brings the next request forward, as far as the site allows. */
static void hurry(const struct watch *watch, struct state *state)
{
    long shortest = watch->shortest_s * 1000;
    state->interval_ms =
        watch_interval_ms(0, 0, 0, state->count, true, state->count == 1);
    if (state->count == 1)
        state->interval_ms = 0;
    if (state->interval_ms < shortest)
        state->interval_ms = shortest;
    if (state->next_ms > state->asked_ms + state->interval_ms)
        state->next_ms = state->asked_ms + state->interval_ms;
}

/* Many jobs: the last script that was not known to be over has ended, so its
 * job is about to. */
static void note_ended(const struct watch *watch, struct state *state,
                       struct watched *watched)
{
    if (watched->ended_ms)
        return;
    watched->ended_ms = now_ms();
    if (!watched->began_ms)
        watched->began_ms = state->begin_ms;
    for (size_t i = 0; i < state->count; i++) {
        if (!is_over(&state->all[i]) && !state->all[i].ended_ms)
            return;
    }
    state->all_ended = true;
    state->ended_ms = now_ms();
    long soonest = state->asked_ms + watch->shortest_s * 1000;
    state->next_ms = now_ms() + SOON_MS;
    if (state->next_ms < soonest)
        state->next_ms = soonest;
}

/* What a new file in its folder says of a job. */
static void note_file(const struct watch *watch, struct state *state,
                      struct watched *watched, const char *name)
{
    if (!watched->began_ms)
        watched->began_ms = now_ms();
    if (strncmp(name, "exit_", 5) == 0)
        note_ended(watch, state, watched);
    else if (strncmp(name, "local_", 6) == 0)
        state->next_ms = now_ms(); /* which costs no request */
}

/* Of many, where the system does not tell of new files. */
static void look_into(const struct watch *watch, struct state *state,
                      struct watched *watched)
{
    char path[PATH_MAX];
    struct run run = *watched->run;
    if (watched->folder >= 0 || watched->ended_ms)
        return;
    run.status.job_id = run_find_job(&run);
    if (run.status.job_id == 0)
        return;
    run_file(&run, "exit_", "", path);
    note_file(watch, state, watched, access(path, F_OK) == 0 ? "exit_" : "");
}

/* Some folders at each tick: many of them cost no more than one. */
static void look_for_records(const struct watch *watch, struct state *state)
{
    char path[PATH_MAX];
    for (size_t i = 0; i < LOOKS && i < state->count; i++) {
        struct watched *watched = &state->all[state->look];
        state->look = (state->look + 1) % state->count;
        if (watched->record_came || is_over(watched))
            continue;
        if (state->count > 1) {
            look_into(watch, state, watched);
            continue;
        }
        run_file(watched->run, "record_", ".json", path);
        if (access(path, F_OK) != 0)
            continue;
        watched->record_came = true;
        hurry(watch, state);
    }
}

static bool all_over(const struct state *state)
{
    for (size_t i = 0; i < state->count; i++) {
        if (!is_over(&state->all[i]))
            return false;
    }
    return true;
}

/* The folders' numbers grow by one from the first on, as a rule. */
static struct watched *find_folder(struct state *state, int number)
{
    size_t guess = (size_t)(number > 0 ? number - 1 : 0);
    if (guess < state->count && state->all[guess].folder == number)
        return &state->all[guess];
    for (size_t i = 0; i < state->count; i++) {
        if (state->all[i].folder == number)
            return &state->all[i];
    }
    return NULL;
}

/* Of one run it does not matter which event it was; the loop looks anyway. */
static void take_events(const struct watch *watch, struct state *state)
{
    _Alignas(struct inotify_event) char events[16384];
    const struct inotify_event *event;
    ssize_t size = read(state->folders, events, sizeof events);
    for (ssize_t at = 0; state->count > 1 && at < size;
         at += (ssize_t)sizeof *event + event->len) {
        event = (const struct inotify_event *)(const void *)(events + at);
        struct watched *watched = find_folder(state, event->wd);
        if (watched && event->len > 0)
            note_file(watch, state, watched, event->name);
    }
}

/* Until something happens in a run folder (a network file system does not
 * tell: hence the tick), the next request is due, or a signal comes. */
static void wait_folders(const struct watch *watch, struct state *state)
{
    struct pollfd fd = {.fd = state->folders, .events = POLLIN};
    long left = state->next_ms - now_ms();
    left = left < 0 ? 0 : left > TICK_MS ? TICK_MS : left;
    if (poll(&fd, state->folders >= 0, (int)left) > 0)
        take_events(watch, state);
}

static void watch_folders(struct state *state)
{
    state->folders = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    for (size_t i = 0; i < state->count; i++) {
        struct watched *watched = &state->all[i];
        watched->folder = -1;
        if (state->folders >= 0 && !is_over(watched))
            watched->folder =
                inotify_add_watch(state->folders, watched->run->folder,
                                  IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE);
    }
}

/* What came before the folders were watched. */
static void look_once(const struct watch *watch, struct state *state)
{
    for (size_t i = 0; state->count > 1 && i < state->count; i++) {
        struct watched *watched = &state->all[i];
        int folder = watched->folder;
        if (is_over(watched) || watched->run->status.state == STATE_PENDING)
            continue;
        watched->folder = -1;
        look_into(watch, state, watched);
        watched->folder = folder;
    }
}

static void wait_all(struct watch *watch, struct state *state)
{
    watch_folders(state);
    look_once(watch, state);
    while (!caught) {
        if (watch->feed)
            watch->feed(watch->feeder);
        look_for_records(watch, state);
        if (now_ms() >= state->next_ms)
            ask(watch, state);
        if (all_over(state))
            break;
        show(watch, state);
        wait_folders(watch, state);
    }
    state->shown_ms = 0; /* the last one is shown in any case */
    if (state->count > 1 && !caught)
        show(watch, state);
    if (state->folders >= 0)
        close(state->folders);
}

int watch_runs(struct watch *watch, struct run *const *runs, size_t count)
{
    struct state state = {.begin_ms = now_ms(), .count = count};
    state.next_ms = state.begin_ms;
    state.all = calloc(count ? count : 1, sizeof *state.all);
    state.open = calloc(count ? count : 1, sizeof(struct run *));
    for (size_t i = 0; state.all && i < count; i++)
        state.all[i].run = runs[i];
    bool ready = state.all && state.open;
    if (ready && count > 0)
        wait_all(watch, &state);
    free(state.all);
    free(state.open);
    progress_end(watch->progress);
    return !ready ? -1 : caught ? 1 : 0;
}
