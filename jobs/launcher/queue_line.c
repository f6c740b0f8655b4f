/* SPDX-License-Identifier: BSD-3-Clause */
#include "queue_line.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "file.h"
#include "reason.h"
#include "token.h"

enum { JOB, STATE, EXIT, NODES, RESTARTS, START, END, LIST, REASON, FIELDS };

/* A whole number, or 0 for words such as N/A. */
static long number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    return *end == '\0' ? value : 0;
}

static bool split(char *line, char *field[FIELDS], const char **tail)
{
    for (int i = 0; i < FIELDS; i++) {
        field[i] = strsep(&line, "|");
        if (!line)
            return false;
    }
    *tail = line;
    return number(field[JOB]) > 0;
}

/* As wait() gives it, or, in newer releases, "status:signal". */
static void exit_fill(const char *text, struct job_status *status)
{
    char *end;
    long code = strtol(text, &end, 10);
    if (*end == ':') {
        status->exit_code = (int)code;
        status->signal = (int)number(end + 1);
        return;
    }
    int waited = (int)number(text);
    status->exit_code = WIFEXITED(waited) ? WEXITSTATUS(waited) : 0;
    status->signal = WIFSIGNALED(waited) ? WTERMSIG(waited) : 0;
}

static void status_fill(char *const field[FIELDS], struct job_status *status)
{
    *status = (struct job_status){
        .job_id = number(field[JOB]),
        .state = state_find(field[STATE]),
        .attempt = (int)number(field[RESTARTS]),
        .start = number(field[START]),
    };
    exit_fill(field[EXIT], status);
    if (state_is_final(status->state))
        status->end = number(field[END]);
    if (field[LIST][0]) /* else it is what it asks for */
        status->nodes = number(field[NODES]);
    if (reason_is_news(status->state, field[REASON]))
        file_visible(field[REASON], status->reason, sizeof status->reason);
}

/* Of several with the same token, the first is the run's own. */
static bool is_wanted(const struct inquiry *job, long job_id, const char *tail)
{
    if (job->job_id
            ? job->job_id != job_id
            : job->answer == ANSWER_FOUND && job->status.job_id < job_id)
        return false;
    return token_in_line(job->token, tail);
}

void queue_line_read(char *text, struct inquiry *jobs, size_t count)
{
    char *field[FIELDS];
    const char *tail;
    for (char *line; (line = strsep(&text, "\n")) != NULL;) {
        if (!split(line, field, &tail))
            continue;
        for (size_t i = 0; i < count; i++) {
            if (!is_wanted(&jobs[i], number(field[JOB]), tail))
                continue;
            status_fill(field, &jobs[i].status);
            jobs[i].answer = ANSWER_FOUND;
        }
    }
}
