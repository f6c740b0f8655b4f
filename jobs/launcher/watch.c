/* SPDX-License-Identifier: BSD-3-Clause */
#include "watch.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

enum {
    FIRST_MS = 200,     /* between requests, at first and after a change */
    LONGEST_MS = 5000,  /* and at most */
    RECORD_MS = 10,     /* first one after the record has come */
    TICK_MS = 200,      /* looks into the run folder, redraws the line */
    UNKNOWN_MS = 60000, /* how long nobody may know the job */
};

/* What one wait keeps. Times are CLOCK_MONOTONIC milliseconds. */
struct state {
    char record[PATH_MAX];
    char progress[PATH_MAX];
    long begin_ms;
    long next_ms;     /* of the next request */
    long interval_ms; /* between requests */
    long unknown_ms;  /* since when nobody knows the job, 0 = known */
    bool record_came;
    bool no_answer; /* the last request failed */
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

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* "2 of 5 repeats", from the file that the kernel rewrites; "" = no news. */
static void repeats_done(const struct state *state, char *text, size_t size)
{
    long done, repeats;
    text[0] = '\0';
    FILE *file = fopen(state->progress, "re");
    if (!file)
        return;
    if (fscanf(file, "%ld %ld", &done, &repeats) == 2)
        snprintf(text, size, ", %ld of %ld repeats", done, repeats);
    fclose(file);
}

static void show(const struct watch *watch, const struct state *state,
                 const struct run *run)
{
    const struct job_status *status = &run->status;
    char what[300], detail[200], repeats[100];
    long elapsed_s = (now_ms() - state->begin_ms) / 1000;
    if (status->state == STATE_RUNNING && status->start)
        elapsed_s = (long)(time(NULL) - status->start);
    snprintf(what, sizeof what, "job %ld %s%s%s", status->job_id,
             state_words(status->state), status->reason[0] ? ": " : "",
             state_reason_words(status->reason));
    repeats_done(state, repeats, sizeof repeats);
    snprintf(detail, sizeof detail, "%ld s%s", elapsed_s < 0 ? 0 : elapsed_s,
             repeats);
    progress_show(watch->progress, what, detail);
}

/* One request. A change, or the record, makes the next one come sooner. */
static void ask(struct watch *watch, struct state *state, struct run *run)
{
    char comment[32];
    struct error err;
    struct job_status fresh = {.job_id = run->status.job_id};
    watch->requests++;
    if (watch->backend->status(run->folder, run_comment(run, comment), &fresh,
                               &err) != 0) {
        if (!state->no_answer)
            progress_note(watch->progress, err.text);
        state->no_answer = true;
    } else {
        if (state->no_answer)
            progress_note(watch->progress, "it answers again");
        state->no_answer = false;
        if (fresh.state != run->status.state && !state->record_came)
            state->interval_ms = FIRST_MS;
        state->unknown_ms = fresh.state != STATE_UNKNOWN ? 0
                            : state->unknown_ms          ? state->unknown_ms
                                                         : now_ms();
        run->status = fresh;
    }
    state->next_ms = now_ms() + state->interval_ms;
    state->interval_ms += state->interval_ms / 2;
    if (state->interval_ms > LONGEST_MS)
        state->interval_ms = LONGEST_MS;
}

static void look_for_record(struct state *state)
{
    if (state->record_came || access(state->record, F_OK) != 0)
        return;
    state->record_came = true;
    state->interval_ms = RECORD_MS;
    state->next_ms = now_ms();
}

/* Until something happens in the run folder (a network file system does not
 * tell: hence the tick), the next request is due, or a signal comes. */
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

int watch_job(struct watch *watch, struct run *run)
{
    struct state state = {.begin_ms = now_ms(), .interval_ms = FIRST_MS};
    run_file(run, "record_", ".json", state.record);
    run_file(run, "progress_", "", state.progress);
    state.next_ms = state.begin_ms;
    int folder = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (folder >= 0)
        inotify_add_watch(folder, run->folder,
                          IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE);
    while (!caught) {
        look_for_record(&state);
        if (now_ms() >= state.next_ms)
            ask(watch, &state, run);
        if (state_is_final(run->status.state) ||
            (state.unknown_ms && now_ms() - state.unknown_ms > UNKNOWN_MS))
            break;
        show(watch, &state, run);
        wait_folder(&state, folder);
    }
    if (folder >= 0)
        close(folder);
    progress_end(watch->progress);
    return caught ? 1 : 0;
}
