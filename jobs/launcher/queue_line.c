/* SPDX-License-Identifier: BSD-3-Clause */
#include "queue_line.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "file.h"
#include "inquiry.h"
#include "reason.h"
#include "token.h"

enum {
    JOB,
    STATE,
    EXIT,
    NODES,
    RESTARTS,
    START,
    END,
    LIST,
    REASON,
    ARRAY,
    TASK, /* N/A where it is no array's */
    FIELDS
};

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
        .array_id = number(field[TASK]) ? number(field[ARRAY]) : 0,
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
static bool is_wanted(const struct inquiry *job, char *const field[FIELDS],
                      const char *tail)
{
    char token[TOKEN_TEXT];
    long task = number(field[TASK]);
    if (!task)
        return inquiry_takes_job(job, number(field[JOB])) &&
               token_in_line(job->token, tail);
    return token_split(job->token, token) == task &&
           inquiry_takes_task(job, number(field[JOB]), number(field[ARRAY])) &&
           token_in_line(token, tail);
}

void queue_line_read(char *text, struct inquiry *jobs, size_t count)
{
    char *field[FIELDS];
    const char *tail;
    for (char *line; (line = strsep(&text, "\n")) != NULL;) {
        if (!split(line, field, &tail))
            continue;
        for (size_t i = 0; i < count; i++) {
            if (!is_wanted(&jobs[i], field, tail))
                continue;
            status_fill(field, &jobs[i].status);
            jobs[i].answer = ANSWER_FOUND;
        }
    }
}
