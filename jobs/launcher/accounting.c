/* SPDX-License-Identifier: BSD-3-Clause */
#include "accounting.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "inquiry.h"
#include "range.h"
#include "slurm_command.h"
#include "token.h"

enum { TIMEOUT_S = 30, FIELDS = 7, TRIES = 3 };

/* A line's numbers; its tail, which may hold anything, is searched for the
 * token. */
struct line {
    long job_id;
    long array_id;     /* 0 = no task of an array */
    const char *tasks; /* "3", or several that still wait: "4-7,9" */
    char state[64];
    int exit_code, signal;
    time_t start, end;
    long nodes;
    const char *tail;
};

/* Reads the fields in front and finds the tail; -1 for anything else. */
static int line_read(char *text, struct line *line)
{
    char *field[FIELDS], *end;
    *line = (struct line){0};
    for (int i = 0; i < FIELDS; i++) {
        field[i] = strsep(&text, "|");
        if (!text)
            return -1;
    }
    line->tail = text;
    line->job_id = strtol(field[0], &end, 10);
    if (*end != '\0' || line->job_id <= 0 ||
        sscanf(field[2], "%d:%d", &line->exit_code, &line->signal) != 2)
        return -1;
    snprintf(line->state, sizeof line->state, "%s", field[1]);
    line->start = strtol(field[3], NULL, 10);
    line->end = strtol(field[4], NULL, 10);
    line->nodes = strtol(field[5], NULL, 10);
    line->array_id = strtol(field[6], &end, 10);
    line->tasks = *end == '_' ? end + 1 + (end[1] == '[') : "";
    if (!line->tasks[0])
        line->array_id = 0;
    return 0;
}

/* "CANCELLED by 1000": the user's name. */
static void who(const char *state, char *by, size_t size)
{
    static const char words[] = "CANCELLED by ";
    char *end;
    by[0] = '\0';
    if (strncmp(state, words, sizeof words - 1) != 0)
        return;
    const char *number = state + sizeof words - 1;
    unsigned long uid = strtoul(number, &end, 10);
    if (end == number || *end != '\0')
        return;
    const struct passwd *user = getpwuid((uid_t)uid);
    if (user)
        file_visible(user->pw_name, by, size);
    else
        snprintf(by, size, "user number %lu", uid);
}

/* A later line of the same job is a later attempt; in a federation each
 * cluster has lines of its own, and all but one are REVOKED. Of several jobs
 * with the token the first is the run's own: the rest is what somebody made of
 * its script. */
static void line_apply(const struct line *line, struct inquiry *job)
{
    struct job_status *status = &job->status;
    enum job_state state = state_find(line->state);
    int attempt = 0;
    if (job->answer == ANSWER_FOUND && status->job_id < line->job_id)
        return;
    if (job->answer == ANSWER_FOUND && status->job_id == line->job_id) {
        if (state == STATE_REVOKED)
            return;
        if (status->state != STATE_REVOKED)
            attempt = status->attempt + 1;
    }
    *status = (struct job_status){
        .job_id = line->job_id,
        .array_id = line->array_id,
        .state = state,
        .exit_code = line->exit_code,
        .signal = line->signal,
        .attempt = attempt,
        .nodes = line->nodes,
        .start = line->start,
        .end = line->end,
    };
    who(line->state, status->by, sizeof status->by);
    job->answer = ANSWER_FOUND;
}

/* Of several jobs with the token the first is the run's own. */
static bool is_wanted(const struct line *line, const struct inquiry *job)
{
    char token[TOKEN_TEXT];
    if (!line->array_id)
        return inquiry_takes_job(job, line->job_id) &&
               token_in_line(job->token, line->tail);
    long task = token_split(job->token, token);
    return task > 0 && range_holds(line->tasks, task) &&
           inquiry_takes_task(job, line->job_id, line->array_id) &&
           token_in_line(token, line->tail);
}

void accounting_read(char *text, struct inquiry *jobs, size_t count)
{
    struct line line;
    for (char *rest = text, *row; (row = strsep(&rest, "\n")) != NULL;) {
        if (line_read(row, &line) != 0)
            continue;
        for (size_t i = 0; i < count; i++) {
            if (is_wanted(&line, &jobs[i]))
                line_apply(&line, &jobs[i]);
        }
    }
}

/* The jobs in doubt: "--jobs=1,2,3" and the time of the oldest that has no
 * number. The caller frees the list; NULL = out of memory. */
static char *list_jobs(const struct inquiry *jobs, size_t count, time_t *oldest)
{
    char *list = NULL;
    size_t size;
    FILE *out = open_memstream(&list, &size);
    *oldest = 0;
    if (!out)
        return NULL;
    const char *before = "--jobs=";
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].job_id != 0 && i > 0 &&
            jobs[i].job_id == jobs[i - 1].job_id)
            continue; /* tasks that still wait have their array's number */
        if (jobs[i].job_id != 0) {
            fprintf(out, "%s%ld", before, jobs[i].job_id);
            before = ",";
        } else if (*oldest == 0 || jobs[i].submitted < *oldest) {
            *oldest = jobs[i].submitted;
        }
    }
    if (fclose(out) != 0) {
        free(list);
        return NULL;
    }
    return list;
}

#define FORMAT                                                                 \
    "--format=JobIDRaw,State,ExitCode,Start,End,NNodes,JobID,JobName,Comment," \
    "WorkDir"

/* Some by number, or all since the oldest was submitted: in every state, or
 * those cancelled before they could start would not be among them. */
static int ask(char *jobs, time_t oldest, long *requests,
               struct command *command, struct error *err)
{
    char since[64];
    long age_min = (long)(time(NULL) - oldest) / 60 + 60;
    snprintf(since, sizeof since, "--starttime=now-%ldminutes", age_min);
    char *const by_number[] = {"sacct", "-nPXD", "--federation",
                               jobs,    FORMAT,  NULL};
    char *const by_time[] = {
        "sacct",         "-nPXD",
        "--federation",  since,
        "--endtime=now", "--state=BF,CA,CD,DL,F,NF,OOM,PD,PR,R,RQ,RS,RV,S,TO",
        FORMAT,          NULL};
    (*requests)++;
    return slurm_command(oldest == 0 ? by_number : by_time, TIMEOUT_S, command,
                         err);
}

/* The controller does not know it, or knows only that another cluster has
 * it. */
static bool is_open(const struct inquiry *job)
{
    return job->answer != ANSWER_FOUND || job->status.state == STATE_REVOKED;
}

/* Of a job of another cluster only the end is news. */
static void keep(struct inquiry *job, const struct inquiry *answer)
{
    if (job->answer != ANSWER_FOUND || (answer->answer == ANSWER_FOUND &&
                                        state_is_final(answer->status.state)))
        *job = *answer;
}

void accounting_ask(struct inquiry *jobs, size_t count, long *requests)
{
    struct inquiry *open = calloc(count ? count : 1, sizeof *open);
    size_t opened = 0;
    time_t oldest;
    struct command command;
    struct error ignored;
    for (size_t i = 0; open && i < count; i++) {
        if (is_open(&jobs[i]))
            open[opened++] = jobs[i];
    }
    char *list = opened ? list_jobs(open, opened, &oldest) : NULL;
    if (list && ask(list, oldest, requests, &command, &ignored) == 0) {
        for (size_t i = 0; i < opened; i++)
            open[i].answer = ANSWER_ABSENT;
        accounting_read(command.output, open, opened);
        free(command.output);
    }
    opened = 0;
    for (size_t i = 0; open && i < count; i++) {
        if (is_open(&jobs[i]))
            keep(&jobs[i], &open[opened++]);
    }
    free(list);
    free(open);
}

/* The state of one cancelled job among "id|state" lines. */
static const char *find_state(const char *text, long job_id)
{
    char begin[48];
    int length = snprintf(begin, sizeof begin, "%ld|", job_id);
    strcpy(begin + length, "CANCELLED by ");
    for (const char *at = text; at && *at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, begin, strlen(begin)) == 0)
            return at + length;
    }
    return "";
}

/* One question; returns how many are still open, or -1 for no answer. */
static int ask_who(struct job_status *const *jobs, size_t count, char *list,
                   long *requests)
{
    char state[64];
    struct command command;
    struct error ignored;
    int open = 0;
    char *const argv[] = {
        "sacct", "-nPX", "--federation", list, "--format=JobIDRaw,State", NULL};
    (*requests)++;
    if (slurm_command(argv, TIMEOUT_S, &command, &ignored) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const char *found = find_state(command.output, jobs[i]->job_id);
        snprintf(state, sizeof state, "%.*s", (int)strcspn(found, "\n"), found);
        who(state, jobs[i]->by, sizeof jobs[i]->by);
        open += jobs[i]->by[0] == '\0';
    }
    free(command.output);
    return open;
}

void accounting_who(struct job_status *const *jobs, size_t count,
                    long *requests)
{
    const struct timespec pause = {.tv_nsec = 700 * 1000000L};
    char *list = NULL;
    size_t size;
    FILE *out = count ? open_memstream(&list, &size) : NULL;
    if (!out)
        return;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || jobs[i]->job_id != jobs[i - 1]->job_id)
            fprintf(out, "%s%ld", i ? "," : "--jobs=", jobs[i]->job_id);
    }
    int open = fclose(out) == 0 ? ask_who(jobs, count, list, requests) : -1;
    for (int i = 0; i < TRIES && open > 0; i++) {
        nanosleep(&pause, NULL);
        open = ask_who(jobs, count, list, requests);
    }
    free(list);
}
