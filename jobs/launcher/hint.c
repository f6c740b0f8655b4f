/* SPDX-License-Identifier: BSD-3-Clause */
#include "hint.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tally.h"

/* Idle: so much of the cores, and so many of them at least. */
static const double idle_share = 0.15, idle_cores = 0.6;
static const double mem_high = 0.95, uneven = 0.5, one_core_share = 0.9;
enum { LOOK_S = 2, LONG_S = 5 };

static void say(struct usage *usage, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct usage *usage, const char *format, ...)
{
    va_list values;
    struct hints *hints = &usage->hints;
    if (hints->count == HINTS)
        return;
    va_start(values, format);
    vsnprintf(hints->text[hints->count++], HINT_TEXT, format, values);
    va_end(values);
}

/* Whether one core did as good as all of the work. That the record's workers
 * were on the same one at one moment may be chance, unless they were bound. */
static bool is_on_one_core(const struct usage *usage)
{
    double most = 0, sum = 0;
    if (lanes_cores(&usage->lanes) > 0)
        return lanes_cores(&usage->lanes) == 1 &&
               json_integer_value(
                   json_object_get(usage->record, "cpus_allowed")) <= 1;
    for (size_t i = 0; i < usage->trace.cores; i++) {
        double share = trace_core(&usage->trace, i);
        most = fmax(most, share);
        sum += share > 0 ? share : 0;
    }
    return most > 0 && most >= one_core_share * sum;
}

/* Workers, or threads that were seen to be busy; 0 = not known. */
static long workers(const struct usage *usage)
{
    if (usage->lanes.count > 0)
        return (long)usage->lanes.count;
    return usage->trace.busy_threads;
}

/* Cores that had something to do; NAN = not known. A worker that is ready and
 * gets no core is not idle. */
static double occupied(const struct usage *usage)
{
    double sum = 0;
    for (size_t i = 0; i < usage->lanes.count; i++)
        sum += usage->lanes.lane[i].busy;
    if (usage->lanes.count > 0)
        return sum;
    if (usage->trace.looks_count > 0)
        return fmax(usage->trace.ready, usage->tally.busy);
    return usage->tally.busy;
}

/* Why, as far as one can see. */
static void say_idle(struct usage *usage, const char *idle, long asked)
{
    long count = workers(usage), omp = usage->trace.omp_threads;
    if (count == 1 && omp == 1)
        say(usage,
            "%s OMP_NUM_THREADS is 1: one thread did all the work. Write "
            "export OMP_NUM_THREADS=%ld, or ask for one core.",
            idle, asked);
    else if (count == 1 || occupied(usage) < 1.3)
        say(usage,
            "%s One worker did all the work: a serial program, or one that was "
            "started without its workers (OMP_NUM_THREADS=1, no mpirun or "
            "srun). Start as many workers as cores, or ask for one core.",
            idle);
    else if (count > 1 && count < asked)
        say(usage, "%s It ran %ld workers: start %ld, or ask for %ld cores.",
            idle, count, asked, count);
    else
        say(usage,
            "%s Start as many workers as cores, ask for fewer cores, or see "
            "what the workers wait for.",
            idle);
}

static bool is_below(double used, double asked)
{
    return asked - used > idle_cores && used < (1 - idle_share) * asked;
}

/* A job that was hardly there says nothing. */
static bool is_enough(const struct usage *usage)
{
    return usage->tally.source[SOURCE_RECORD].known ||
           trace_length_s(&usage->trace) >= LOOK_S || usage->now_s >= LONG_S;
}

static void judge_cores(struct usage *usage)
{
    char idle[200];
    long asked = usage->allotment.cpus, count = workers(usage);
    double busy = usage->tally.busy, had = occupied(usage);
    if (asked < 1 || isnan(busy) || !is_enough(usage))
        return;
    snprintf(idle, sizeof idle, "Of the %ld cores asked for, %.1f were busy%s",
             asked, busy,
             count > 0 ? ": the others stood idle." : " on average.");
    if (count > 1 && asked > 1 && is_on_one_core(usage))
        say(usage,
            "%s %ld workers took turns on one core: they were bound to it. "
            "Look for taskset, --cpu-bind, OMP_PROC_BIND or GOMP_CPU_AFFINITY "
            "in the script and take it out.",
            idle, count);
    else if (is_below(had, (double)asked))
        say_idle(usage, idle, asked);
    else if (count <= asked && is_below(busy, had))
        say(usage,
            "The workers had work for %.1f cores and got %.1f: probably other "
            "programs ran on the same cores and took the rest.",
            had, busy);
    if (count > asked)
        say(usage,
            "%ld workers shared %ld core%s: they wait for each other, and no "
            "more gets done.",
            count, asked, asked == 1 ? "" : "s");
}

static void judge_memory(struct usage *usage)
{
    char used[32], asked[32];
    double request = usage->allotment.mem_mib, most = usage->tally.mem_mib;
    if (!(request > 0) || isnan(most) || most < mem_high * request)
        return;
    say(usage,
        "It used %s of the %s of memory that it asked for: with a little more "
        "it would have been ended. Ask for more with --mem.",
        tally_mem(most, used), tally_mem(request, asked));
}

static void judge_tasks(struct usage *usage)
{
    char least[32], mean[32];
    for (size_t i = 0; i < usage->steps.count; i++) {
        const struct step *step = &usage->steps.step[i];
        double each = step->cpu_s / (double)step->tasks;
        if (step->tasks < 2 || !(each > LONG_S) ||
            !(step->cpu_min_s < uneven * each))
            continue;
        say(usage,
            "The work was uneven: task %ld of step %s took %s of CPU time, "
            "and %s is the mean.",
            step->cpu_min_task, step->name, tally_time(step->cpu_min_s, least),
            tally_time(each, mean));
    }
}

void hint_make(struct usage *usage)
{
    usage->hints.count = 0;
    judge_cores(usage);
    judge_tasks(usage);
    judge_memory(usage);
}
