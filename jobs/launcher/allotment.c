/* SPDX-License-Identifier: BSD-3-Clause */
#include "allotment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "reason.h"
#include "slurm_command.h"
#include "tres.h"

enum { ASK_S = 30 };

enum field {
    JOB,
    USER,
    STATE,
    REASON,
    START,
    END,
    LIMIT,
    NODES,
    CPUS,
    TASKS,
    TRES,
    LIST,
    FIELDS
};

/* 0 = not a number, as for a time that is "N/A". */
static long number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    return *end == '\0' && value > 0 ? value : 0;
}

static long minutes(const char *text)
{
    double seconds = tres_seconds(text);
    return seconds >= 0 && seconds < 1e9 ? (long)ceil(seconds / 60) : 0;
}

/* The tail, which may hold anything, comes last. */
int allotment_read(char *line, struct allotment *allotment)
{
    char *field[FIELDS];
    for (int i = 0; i < FIELDS; i++) {
        field[i] = strsep(&line, "|");
        if (!line)
            return -1;
    }
    if (number(field[JOB]) == 0)
        return -1;
    *allotment = (struct allotment){
        .job_id = number(field[JOB]),
        .state = state_find(field[STATE]),
        .start = number(field[START]),
        .limit_min = minutes(field[LIMIT]),
        .nodes = number(field[NODES]),
        .cpus = number(field[CPUS]),
        .tasks = number(field[TASKS]),
        .mem_mib = tres_list_mib(field[TRES], "mem"),
    };
    if (state_is_waiting(allotment->state))
        allotment->start = 0;
    if (state_is_final(allotment->state))
        allotment->end = number(field[END]);
    file_visible(field[USER], allotment->user, sizeof allotment->user);
    file_visible(field[LIST], allotment->node_list,
                 sizeof allotment->node_list);
    if (reason_is_news(allotment->state, field[REASON]))
        file_visible(field[REASON], allotment->reason,
                     sizeof allotment->reason);
    snprintf(allotment->words, sizeof allotment->words, "%s", line);
    char *name = strsep(&line, "|");
    file_visible(name, allotment->name, sizeof allotment->name);
    return 0;
}

int allotment_ask(const char *id, struct allotment *allotment,
                  struct error *err)
{
    char jobs[64];
    struct command command;
    snprintf(jobs, sizeof jobs, "--jobs=%s", id);
    char *const argv[] = {"squeue", "--noheader", "--states=all",
                          jobs,     "--Format",   ALLOTMENT_SQUEUE,
                          NULL};
    if (slurm_command(argv, ASK_S, &command, err) != 0)
        return strstr(err->text, "Invalid job id")
                   ? 1
                   : error_prefix(err, "no answer from Slurm's controller");
    int rc = 1;
    char *rest = command.output;
    for (char *line; rc == 1 && (line = strsep(&rest, "\n")) != NULL;)
        rc = allotment_read(line, allotment) == 0 ? 0 : 1;
    free(command.output);
    return rc;
}

int allotment_check_owner(const struct allotment *allotment, const char *name,
                          struct error *err)
{
    if (!allotment->user[0] || strcmp(allotment->user, name) == 0)
        return 0;
    return error_set(err,
                     "job %ld belongs to %s: only its owner can see how it "
                     "uses what it asked for",
                     allotment->job_id, allotment->user);
}

double allotment_ran_s(const struct allotment *allotment)
{
    struct timespec now;
    if (!allotment->start)
        return 0;
    clock_gettime(CLOCK_REALTIME, &now);
    double end_s = allotment->end
                       ? (double)allotment->end
                       : (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    return fmax(end_s - (double)allotment->start, 0);
}
