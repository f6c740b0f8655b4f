/* SPDX-License-Identifier: BSD-3-Clause */
#include "tally.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Below this, whole seconds and the start of programs weigh too much. */
enum { SHORT_S = 10 };

static const char *const names[SOURCES] = {
    [SOURCE_RECORD] = "kernel's record",
    [SOURCE_ACCOUNTING] = "accounting",
    [SOURCE_STEPS] = "step statistics",
    [SOURCE_PROCESSES] = "processes seen",
};

const char *tally_time(double seconds, char text[32])
{
    if (!(seconds >= 0) || seconds > 1e10)
        snprintf(text, 32, "no data");
    else if (seconds == 0)
        snprintf(text, 32, "0 s");
    else if (seconds < 0.1)
        snprintf(text, 32, "%.1f ms", 1e3 * seconds);
    else if (seconds < 100)
        snprintf(text, 32, "%.1f s", seconds);
    else if (seconds < 86400)
        snprintf(text, 32, "%ld:%02ld:%02ld", (long)seconds / 3600,
                 (long)seconds / 60 % 60, (long)seconds % 60);
    else
        snprintf(text, 32, "%ld-%02ld:%02ld:%02ld", (long)seconds / 86400,
                 (long)seconds / 3600 % 24, (long)seconds / 60 % 60,
                 (long)seconds % 60);
    return text;
}

const char *tally_mem(double mib, char text[32])
{
    if (!(mib >= 0))
        snprintf(text, 32, "no data");
    else if (mib < 10)
        snprintf(text, 32, "%.1f MiB", mib);
    else if (mib < 10240)
        snprintf(text, 32, "%.0f MiB", mib);
    else
        snprintf(text, 32, "%.1f GiB", mib / 1024);
    return text;
}

const char *tally_percent(double share, char text[32])
{
    if (!(share >= 0))
        snprintf(text, 32, "no data");
    else
        snprintf(text, 32, "%.0f %%", 100 * share);
    return text;
}

static double json_value(const struct usage *usage, const char *key)
{
    const json_t *value = json_object_get(usage->record, key);
    double figure = json_is_number(value) ? json_number_value(value) : NAN;
    return figure >= 0 && figure < 1e12 ? figure : NAN; /* else it is none */
}

static void put(struct usage *usage, enum source_name name, double cpu_s,
                double available_s, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void put(struct usage *usage, enum source_name name, double cpu_s,
                double available_s, const char *format, ...)
{
    struct source *source = &usage->tally.source[name];
    va_list values;
    va_start(values, format);
    vsnprintf(source->period, sizeof source->period, format, values);
    va_end(values);
    source->cpu_s = cpu_s;
    source->available_s = available_s;
    source->known = !isnan(cpu_s);
    if (source->known && available_s > 0)
        source->efficiency = cpu_s / available_s;
}

/* All timed repeats of the record; NAN = there is none. */
static double timed_s(const struct usage *usage)
{
    const json_t *times = json_object_get(usage->record, "time_s");
    double sum = 0;
    for (size_t i = 0; i < json_array_size(times); i++)
        sum += json_number_value(json_array_get(times, i));
    return sum > 0 && sum < 1e12 ? sum : NAN;
}

/* Of all that the job was given: a program that mpirun has started knows only
 * of its own step. */
static void put_record(struct usage *usage)
{
    char text[32];
    put(usage, SOURCE_RECORD, json_value(usage, "cpu_used_s"),
        timed_s(usage) * (double)usage->allotment.cpus, "the timed repeats, %s",
        tally_time(timed_s(usage), text));
}

static void put_slurm(struct usage *usage)
{
    const struct allotment *allotment = &usage->allotment;
    const struct trace *trace = &usage->trace;
    char text[32];
    double cpus = (double)allotment->cpus;
    double steps_s = trace->steps_s, steps_at_s = trace->steps_at_s;
    if (usage->accounted)
        put(usage, SOURCE_ACCOUNTING, steps_cpu_s(&usage->steps),
            cpus * usage->now_s, "the whole job, %s",
            tally_time(usage->now_s, text));
    if (trace->count > 0 && steps_at_s > 0)
        put(usage, SOURCE_STEPS, steps_s, cpus * steps_at_s,
            "the job's first %s", tally_time(steps_at_s, text));
    if (trace->count > 0 && trace->seen_at_s > 0)
        put(usage, SOURCE_PROCESSES, trace->seen_s, cpus * trace->seen_at_s,
            "the job's first %s", tally_time(trace->seen_at_s, text));
}

static double tolerance_s(double a, double b)
{
    return 1 + 0.05 * fmax(a, b);
}

static void say(struct tally *tally, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct tally *tally, const char *format, ...)
{
    size_t used = strlen(tally->text);
    va_list values;
    if (used > 0 && used + 1 < sizeof tally->text) {
        tally->text[used++] = ' ';
        tally->text[used] = '\0';
    }
    va_start(values, format);
    vsnprintf(tally->text + used, sizeof tally->text - used, format, values);
    va_end(values);
}

/* What the kernel counted of its processes is a part of what the job used. */
static void compare_record(struct usage *usage, enum source_name name)
{
    struct tally *tally = &usage->tally;
    const struct source *slurm = &tally->source[name];
    double own = json_value(usage, "cpu_total_s"), all = slurm->cpu_s;
    char ours[32], theirs[32], apart[32];
    if (isnan(own) || !slurm->known)
        return;
    tally_time(own, ours);
    tally_time(all, theirs);
    tally_time(fabs(all - own), apart);
    if (all < own - tolerance_s(all, own)) {
        tally->agreement = AGREE_NO;
        tally->trusted = SOURCE_RECORD;
        say(tally,
            "The kernel counted %s of CPU time and %s only %s: that misses "
            "processes which nobody waited for. Trust the kernel's record.",
            ours, slurm->name, theirs);
    } else if (all > own + tolerance_s(all, own) + 3 + 0.1 * own) {
        tally->agreement = AGREE_NO;
        say(tally,
            "The kernel used %s of CPU time, and the whole job %s by %s: "
            "the job did more than its kernel. Trust %s for the job, "
            "and the kernel's record for the kernel.",
            ours, theirs, slurm->name, slurm->name);
    } else {
        tally->agreement = AGREE_YES;
        say(tally,
            "The kernel's record and %s agree: %s and %s of CPU time, with "
            "the start of the programs.",
            slurm->name, ours, theirs);
    }
}

/* Step statistics end before the job does, and are some seconds old. */
static void compare_steps(struct usage *usage)
{
    struct tally *tally = &usage->tally;
    const struct source *steps = &tally->source[SOURCE_STEPS];
    const struct source *final = &tally->source[SOURCE_ACCOUNTING];
    if (!steps->known || !final->known)
        return;
    double cpus = (double)usage->allotment.cpus;
    double every_s = isnan(usage->steps_every_s) ? 0 : usage->steps_every_s;
    double later_s = usage->now_s - usage->trace.steps_at_s + every_s + 1;
    double within_s = tolerance_s(steps->cpu_s, final->cpu_s);
    char before[32], after[32];
    tally_time(steps->cpu_s, before);
    tally_time(final->cpu_s, after);
    if (steps->cpu_s > final->cpu_s + within_s) {
        tally->agreement = AGREE_NO;
        tally->trusted = SOURCE_STEPS;
        say(tally,
            "Step statistics had %s of CPU time while the job ran, and "
            "accounting has %s: it misses processes that were killed. Trust "
            "the step statistics.",
            before, after);
    } else if (final->cpu_s > steps->cpu_s + cpus * later_s + within_s) {
        tally->agreement = AGREE_NO;
        say(tally,
            "Step statistics had only %s of CPU time, %.0f s before the end, "
            "and accounting has %s: they missed processes. Trust accounting.",
            before, usage->now_s - usage->trace.steps_at_s, after);
    } else {
        if (tally->agreement == AGREE_ALONE)
            tally->agreement = AGREE_YES;
        say(tally, "Step statistics agree: %s, %.0f s before the end.", before,
            fmax(usage->now_s - usage->trace.steps_at_s, 0));
    }
}

/* While the job runs, on one machine. */
static void compare_processes(struct usage *usage)
{
    struct tally *tally = &usage->tally;
    const struct source *steps = &tally->source[SOURCE_STEPS];
    const struct source *seen = &tally->source[SOURCE_PROCESSES];
    if (!steps->known || !seen->known || usage->accounted)
        return;
    double every_s = isnan(usage->steps_every_s) ? 0 : usage->steps_every_s;
    double late_s = fabs(usage->trace.steps_at_s - usage->trace.seen_at_s);
    double within_s = tolerance_s(steps->cpu_s, seen->cpu_s) +
                      (every_s + late_s + 1) * (double)usage->allotment.cpus;
    char a[32], b[32];
    tally_time(steps->cpu_s, a);
    tally_time(seen->cpu_s, b);
    if (fabs(steps->cpu_s - seen->cpu_s) <= within_s) {
        tally->agreement = AGREE_YES;
        say(tally,
            "Step statistics (%s of CPU time) and the processes on this "
            "machine (%s) agree.",
            a, b);
        return;
    }
    tally->agreement = AGREE_NO;
    tally->trusted = SOURCE_STEPS;
    say(tally,
        "Step statistics have %s of CPU time, the processes on this machine "
        "%s: the job also runs where this program cannot look, or had "
        "processes that ended before it looked. Trust the step statistics.",
        a, b);
}

static void choose(struct usage *usage)
{
    struct tally *tally = &usage->tally;
    const bool *known[SOURCES];
    for (int i = 0; i < SOURCES; i++)
        known[i] = &tally->source[i].known;
    tally->trusted = SOURCES;
    tally->agreement = AGREE_ALONE;
    if (*known[SOURCE_RECORD] &&
        (!*known[SOURCE_ACCOUNTING] || usage->now_s < SHORT_S))
        tally->trusted = SOURCE_RECORD;
    else if (*known[SOURCE_ACCOUNTING])
        tally->trusted = SOURCE_ACCOUNTING;
    else if (*known[SOURCE_PROCESSES] && usage->allotment.nodes <= 1)
        tally->trusted = SOURCE_PROCESSES;
    else if (*known[SOURCE_STEPS])
        tally->trusted = SOURCE_STEPS;
    else if (*known[SOURCE_PROCESSES])
        tally->trusted = SOURCE_PROCESSES;
}

static void explain(struct usage *usage)
{
    struct tally *tally = &usage->tally;
    if (tally->trusted == SOURCES) {
        say(tally, "%s",
            !state_is_final(usage->allotment.state) ? "Nobody has counted yet."
            : usage->now_s > 0 ? "Nobody has counted what this job used."
                               : "The job never started: it used nothing.");
        return;
    }
    if (tally->trusted == SOURCE_RECORD &&
        tally->source[SOURCE_ACCOUNTING].known && tally->agreement != AGREE_NO)
        say(tally,
            "The job was short, and accounting counts whole seconds and the "
            "start: for the work itself trust the kernel's record.");
    else if (tally->agreement == AGREE_ALONE)
        say(tally,
            "Nobody else has counted: there is nothing to compare with.");
}

/* Cores busy while the job worked: of the kernel, if it is one of ours. */
static void count_busy(struct usage *usage)
{
    struct tally *tally = &usage->tally;
    const struct source *trusted = &tally->source[tally->trusted];
    tally->busy = NAN;
    if (tally->source[SOURCE_RECORD].known)
        tally->busy = tally->source[SOURCE_RECORD].cpu_s / timed_s(usage);
    else if (!isnan(trace_busy(&usage->trace)))
        tally->busy = trace_busy(&usage->trace);
    else if (tally->trusted != SOURCES && trusted->available_s > 0)
        tally->busy = trusted->efficiency * (double)usage->allotment.cpus;
}

static void count_memory(struct usage *usage)
{
    struct tally *tally = &usage->tally;
    const struct {
        double mib;
        const char *from;
    } figures[] = {
        {json_value(usage, "peak_mem_mib"), names[SOURCE_RECORD]},
        {steps_mem_mib(&usage->steps),
         names[usage->accounted ? SOURCE_ACCOUNTING : SOURCE_STEPS]},
        {trace_mem_mib(&usage->trace), "what was seen"},
    };
    tally->mem_mib = NAN;
    tally->mem_from = "";
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        if (isnan(figures[i].mib) || figures[i].mib <= tally->mem_mib)
            continue;
        tally->mem_mib = figures[i].mib;
        tally->mem_from = figures[i].from;
    }
}

void tally_make(struct usage *usage)
{
    struct tally *tally = &usage->tally;
    *tally = (struct tally){0};
    for (int i = 0; i < SOURCES; i++)
        tally->source[i] = (struct source){.name = names[i],
                                           .cpu_s = NAN,
                                           .available_s = NAN,
                                           .efficiency = NAN};
    put_record(usage);
    put_slurm(usage);
    choose(usage);
    compare_record(usage, SOURCE_ACCOUNTING);
    compare_steps(usage);
    compare_processes(usage);
    explain(usage);
    count_busy(usage);
    count_memory(usage);
}
