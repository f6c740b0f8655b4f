/* SPDX-License-Identifier: BSD-3-Clause */
#include "steps.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "slurm_command.h"
#include "tres.h"

enum { ASK_S = 30 };

struct step *steps_find(struct steps *steps, const char *name)
{
    for (size_t i = steps->count; i > 0; i--) {
        if (strcmp(steps->step[i - 1].name, name) == 0)
            return &steps->step[i - 1];
    }
    struct step *more =
        realloc(steps->step, (steps->count + 1) * sizeof *steps->step);
    if (!more)
        return NULL;
    steps->step = more;
    struct step *step = &more[steps->count++];
    *step = (struct step){.tasks = -1,
                          .cpus = -1,
                          .elapsed_s = NAN,
                          .cpu_s = NAN,
                          .cpu_min_s = NAN,
                          .cpu_min_task = -1,
                          .mem_mib = NAN,
                          .mem_task_mib = NAN,
                          .mem_task = -1};
    snprintf(step->name, sizeof step->name, "%s", name);
    return step;
}

/* -1 = not a number. */
static long number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    return text[0] && *end == '\0' && value >= 0 ? value : -1;
}

/* Splits the first `count` fields off; the rest of the line, or NULL when
 * there are fewer. */
static char *split(char *line, char **field, int count)
{
    for (int i = 0; i < count; i++) {
        field[i] = strsep(&line, "|");
        if (!line && i + 1 < count)
            return NULL;
    }
    return line ? line : "";
}

/* "12.batch" -> "batch", "12_3.0" -> "0"; NULL for a job's own line. */
static const char *step_name(const char *id, char name[32])
{
    const char *dot = strchr(id, '.');
    if (!dot || dot[1] == '\0')
        return NULL;
    file_visible(dot + 1, name, 32);
    return name;
}

/* Peaks never fall: a task that is gone had them. */
static double larger(double old, double now)
{
    return isnan(now) || old > now ? old : now;
}

static void memory_put(struct step *step, const char *list, const char *max,
                       const char *task)
{
    double most = tres_mib(max), all = tres_list_mib(list, "mem");
    if (isnan(all) && step->tasks > 0)
        all = most * (double)step->tasks;
    if (!isnan(most) && !(step->mem_task_mib > most))
        step->mem_task = number(task);
    step->mem_task_mib = larger(step->mem_task_mib, most);
    step->mem_mib = larger(step->mem_mib, all);
}

int steps_read_live(char *text, struct steps *steps)
{
    enum { ID, TASKS, AVE, MIN, MIN_TASK, RSS, RSS_TASK, TRES, LIST, FIELDS };
    char *field[FIELDS], name[32];
    for (char *line; (line = strsep(&text, "\n")) != NULL;) {
        if (!split(line, field, FIELDS) || !step_name(field[ID], name))
            continue;
        struct step *step = steps_find(steps, name);
        if (!step)
            return -1;
        step->tasks = number(field[TASKS]);
        double all = tres_list_seconds(field[TRES], "cpu");
        if (isnan(all) && step->tasks > 0)
            all = tres_seconds(field[AVE]) * (double)step->tasks;
        step->cpu_s = larger(step->cpu_s, all);
        step->cpu_min_s = tres_seconds(field[MIN]);
        step->cpu_min_task = number(field[MIN_TASK]);
        memory_put(step, field[TRES], field[RSS], field[RSS_TASK]);
        file_visible(field[LIST], step->nodes, sizeof step->nodes);
    }
    return 0;
}

enum final {
    ID,
    USER,
    STATE,
    START,
    END,
    ELAPSED,
    LIMIT,
    NODES,
    TASKS,
    CPUS,
    TOTAL,
    MIN,
    MIN_TASK,
    RSS,
    RSS_TASK,
    TRES,
    ALLOC,
    LIST,
    FIELDS
};

static long or_zero(long value)
{
    return value > 0 ? value : 0;
}

static void job_put(char *const field[FIELDS], char *tail,
                    struct allotment *allotment)
{
    char site[sizeof allotment->site];
    memcpy(site, allotment->site, sizeof site);
    *allotment = (struct allotment){
        .job_id = number(field[ID]),
        .state = state_find(field[STATE]),
        .start = or_zero(number(field[START])),
        .end = or_zero(number(field[END])),
        .limit_min = or_zero(number(field[LIMIT])),
        .nodes = or_zero(number(field[NODES])),
        .cpus = or_zero(number(field[CPUS])),
        .mem_mib = tres_list_mib(field[ALLOC], "mem"),
    };
    memcpy(allotment->site, site, sizeof site);
    file_visible(field[USER], allotment->user, sizeof allotment->user);
    if (strncmp(field[LIST], "None", 4) != 0)
        file_visible(field[LIST], allotment->node_list,
                     sizeof allotment->node_list);
    snprintf(allotment->words, sizeof allotment->words, "%s", tail);
    tail[strcspn(tail, "|")] = '\0';
    file_visible(tail, allotment->name, sizeof allotment->name);
}

static void step_put(char *const field[FIELDS], char *tail, struct step *step)
{
    tail[strcspn(tail, "|")] = '\0';
    file_visible(tail, step->title, sizeof step->title);
    step->tasks = number(field[TASKS]);
    step->cpus = number(field[CPUS]);
    step->elapsed_s = tres_seconds(field[ELAPSED]);
    step->cpu_s = tres_seconds(field[TOTAL]);
    /* A Slurm that takes no statistics says 0. */
    if (step->cpu_s == 0 && !field[TRES][0] && !field[RSS][0])
        step->cpu_s = NAN;
    step->cpu_min_s = tres_seconds(field[MIN]);
    step->cpu_min_task = number(field[MIN_TASK]);
    memory_put(step, field[TRES], field[RSS], field[RSS_TASK]);
    file_visible(field[LIST], step->nodes, sizeof step->nodes);
}

int steps_read_final(char *text, struct allotment *allotment,
                     struct steps *steps)
{
    char *field[FIELDS], name[32];
    int own = 0;
    for (char *line; (line = strsep(&text, "\n")) != NULL;) {
        char *tail = split(line, field, FIELDS);
        if (!tail || tail[0] == '\0' || strtol(field[ID], NULL, 10) <= 0)
            continue;
        if (!step_name(field[ID], name)) {
            if (number(field[ID]) <= 0)
                continue;
            job_put(field, tail, allotment);
            own++;
            continue;
        }
        struct step *step = steps_find(steps, name);
        if (!step)
            return -1;
        step_put(field, tail, step);
    }
    return own;
}

int steps_ask_live(long job_id, struct steps *steps, struct error *err)
{
    char id[32];
    struct command command;
    snprintf(id, sizeof id, "--jobs=%ld", job_id);
    char *const argv[] = {"sstat", "-anP", id, "--format=" STEPS_SSTAT, NULL};
    if (slurm_command(argv, ASK_S, &command, err) != 0)
        return -1;
    int rc = steps_read_live(command.output, steps);
    free(command.output);
    return rc == 0 ? 0 : error_set(err, "out of memory");
}

int steps_ask_final(const char *id, struct allotment *allotment,
                    struct steps *steps, struct error *err)
{
    char jobs[64];
    struct command command;
    snprintf(jobs, sizeof jobs, "--jobs=%s", id);
    char *const argv[] = {"sacct", "-nP", jobs, "--format=" STEPS_SACCT, NULL};
    if (slurm_command(argv, ASK_S, &command, err) != 0)
        return -1;
    int own = steps_read_final(command.output, allotment, steps);
    free(command.output);
    if (own < 0)
        return error_set(err, "out of memory");
    return own > 0 ? 0 : 1;
}

/* The value of "Key   = value", "" = not there. */
static void config_value(const char *text, const char *key, char *value,
                         size_t size)
{
    value[0] = '\0';
    for (const char *at = text; (at = strstr(at, key)) != NULL;) {
        bool begins = at == text || at[-1] == '\n';
        at += strlen(key);
        const char *sign = at + strspn(at, " ");
        if (!begins || *sign != '=')
            continue;
        sign += 1 + strspn(sign + 1, " ");
        snprintf(value, size, "%.*s", (int)strcspn(sign, "\n"), sign);
        return;
    }
}

int steps_read_config(const char *text, double *every_s)
{
    char type[128], often[128];
    config_value(text, "JobAcctGatherType", type, sizeof type);
    config_value(text, "JobAcctGatherFrequency", often, sizeof often);
    /* "30", or "task=30,energy=0" */
    const char *task = strstr(often, "task=");
    *every_s = tres_seconds(task ? "" : often);
    if (task) {
        task += strlen("task=");
        often[strcspn(task, ",") + (size_t)(task - often)] = '\0';
        *every_s = tres_seconds(task);
    }
    return strstr(type, "/none") || strcmp(type, "(null)") == 0;
}

int steps_ask_config(double *every_s, struct error *err)
{
    struct command command;
    char *const argv[] = {"scontrol", "show", "config", NULL};
    *every_s = NAN;
    if (slurm_command(argv, ASK_S, &command, err) != 0)
        return -1;
    int rc = steps_read_config(command.output, every_s);
    free(command.output);
    return rc;
}

double steps_cpu_s(const struct steps *steps)
{
    double sum = NAN;
    for (size_t i = 0; i < steps->count; i++) {
        if (!isnan(steps->step[i].cpu_s))
            sum = (isnan(sum) ? 0 : sum) + steps->step[i].cpu_s;
    }
    return sum;
}

double steps_mem_mib(const struct steps *steps)
{
    double most = NAN;
    for (size_t i = 0; i < steps->count; i++)
        most = larger(most, steps->step[i].mem_mib);
    return most;
}

void steps_release(struct steps *steps)
{
    free(steps->step);
    *steps = (struct steps){0};
}
