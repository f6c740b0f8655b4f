/* SPDX-License-Identifier: BSD-3-Clause */
#include "watch.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

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
    BUSY_SHARE = 20,    /* a request takes at most this part of the interval */
};

/* One run's part. */
struct watched {
    struct run *run;
    long unknown_ms; /* since when nobody knows its job, 0 = known */
    bool record_came;
    bool given_up; /* unknown for too long */
};

/* What one wait keeps. Times are CLOCK_MONOTONIC milliseconds. */
struct state {
    struct watched *all;
    struct run **open; /* room for those that are asked for */
    size_t count;
    size_t look; /* whose folder is looked into next */
    long begin_ms;
    long asked_ms;    /* when the last answer came */
    long next_ms;     /* of the next request */
    long interval_ms; /* between requests */
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
    long elapsed_s = (now_ms() - state->begin_ms) / 1000;
    if (status->state == STATE_RUNNING && status->start)
        elapsed_s = (long)(time(NULL) - status->start);
    reason_words(status->reason, reason, sizeof reason);
    snprintf(what, sizeof what, "job %ld %s%s%s", status->job_id,
             state_words(status->state), reason[0] ? ": " : "", reason);
    repeats_done(run, repeats, sizeof repeats);
    snprintf(detail, sizeof detail, "%ld s%s", elapsed_s < 0 ? 0 : elapsed_s,
             repeats);
    progress_show(watch->progress, what, detail);
}

static void show(const struct watch *watch, const struct state *state)
{
    char what[200], detail[64];
    size_t waiting = 0, over = 0;
    if (state->count == 1) {
        show_one(watch, state);
        return;
    }
    for (size_t i = 0; i < state->count; i++) {
        over += is_over(&state->all[i]);
        waiting += state_is_waiting(state->all[i].run->status.state);
    }
    snprintf(what, sizeof what, "%zu jobs: %zu in the queue, %zu run, %zu over",
             state->count, waiting, state->count - waiting - over, over);
    snprintf(detail, sizeof detail, "%ld s",
             (now_ms() - state->begin_ms) / 1000);
    progress_show(watch->progress, what, detail);
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
    if (rc != 0 && !state->no_answer)
        progress_note(watch->progress, err->text);
    if (rc == 0 && state->no_answer)
        progress_note(watch->progress, "it answers again");
    state->no_answer = rc != 0;
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
        if (!is_over(&state->all[i]))
            state->open[open++] = state->all[i].run;
        if (before)
            before[i] = state->all[i].run->status;
    }
    long from = now_ms();
    int rc = refresh_runs(watch->refresh, state->open, open, &err);
    state->asked_ms = now_ms();
    note_answer(watch, state, rc, &err);
    for (size_t i = 0; rc == 0 && before && i < state->count; i++) {
        changed |= digest(watch, &state->all[i], &before[i]);
        near |= state->all[i].record_came;
    }
    free(before);
    advise(watch, state);
    state->interval_ms = watch_interval_ms(
        state->interval_ms, state->asked_ms - state->begin_ms,
        typical_ms(state, rc == 0 ? state->asked_ms - from : 0), open, changed,
        near);
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

/* Some folders at each tick: many of them cost no more than one. */
static void look_for_records(const struct watch *watch, struct state *state)
{
    char path[PATH_MAX];
    for (size_t i = 0; i < LOOKS && i < state->count; i++) {
        struct watched *watched = &state->all[state->look];
        state->look = (state->look + 1) % state->count;
        if (watched->record_came || is_over(watched))
            continue;
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

/* Until something happens in the only run folder (a network file system does
 * not tell: hence the tick), the next request is due, or a signal comes. */
static void wait_folder(const struct state *state, int folder)
{
    char events[4096];
    struct pollfd fd = {.fd = folder, .events = POLLIN};
    long left = state->next_ms - now_ms();
    left = left < 0 ? 0 : left > TICK_MS ? TICK_MS : left;
    if (poll(&fd, folder >= 0, (int)left) > 0) {
        /* Which event it was does not matter; the loop looks anyway. */
        ssize_t ignored = read(folder, events, sizeof events);
        (void)ignored;
    }
}

static void wait_all(struct watch *watch, struct state *state)
{
    int folder = -1;
    if (state->count == 1)
        folder = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (folder >= 0)
        inotify_add_watch(folder, state->all[0].run->folder,
                          IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE);
    while (!caught) {
        look_for_records(watch, state);
        if (now_ms() >= state->next_ms)
            ask(watch, state);
        if (all_over(state))
            break;
        show(watch, state);
        wait_folder(state, folder);
    }
    if (folder >= 0)
        close(folder);
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
