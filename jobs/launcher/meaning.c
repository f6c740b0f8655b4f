/* SPDX-License-Identifier: BSD-3-Clause */
#include "meaning.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const double vague = 0.25; /* an error that leaves nothing to say */

static void say(char text[MEANING], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(char text[MEANING], const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, MEANING - used, format, arguments);
    va_end(arguments);
}

/* " 12.0 % +- 1.5 %" */
static void say_share(const struct fit *fit, char text[MEANING])
{
    say(text, " %.3g %%", 100 * fit->share);
    if (isnan(fit->error))
        say(text, " (the error is not known)");
    else
        say(text, fit->error < 0.1 ? " +- %.2g %%" : " +- %.0f %%",
            100 * fit->error);
}

static void say_fit(const struct fit *fit, const char *law, char text[MEANING])
{
    say(text, " (%s, %zu points", law, fit->points);
    double worst = 100 * fabs(fit->worst);
    if (fit->points > 2)
        say(text,
            worst < 10 ? ", largest residual %.2g %%"
                       : ", largest residual %.0f %%",
            worst);
    say(text, ")");
}

/* What the share means for those who would take more workers. */
static void say_limit(const struct fit *fit, char text[MEANING])
{
    double error = isnan(fit->error) ? 0 : fit->error;
    if (fit->share - error > 1)
        say(text, "; more than all of it: every further worker makes it "
                  "slower, as when they stand in each other's way");
    else if (error > vague)
        say(text, ", too uncertain to conclude anything from: a quieter "
                  "machine or more repeats help");
    else if (fit->share > 0.9)
        say(text, ": more workers do not make it faster, or hardly");
    else if (fit->share + error < 0)
        say(text, "; less than nothing: with more workers each does its part "
                  "faster, as when it fits into a cache");
    else if (fit->share - error <= 0)
        say(text, ", which cannot be told from 0: as far as was measured, the "
                  "speedup grows with the workers");
    else
        say(text,
            ", so no number of workers is more than %.3g times as fast as one",
            1 / fit->share);
}

static void say_check(const struct series *series, char text[MEANING])
{
    const struct fit *fit = &series->amdahl;
    const struct point *last = &series->point[series->count - 1];
    char one[LABEL], fitted[LABEL], measured[LABEL];
    double workers = (double)last->sample->workers;
    say(text,
        ". To check: %ld workers should take %.3g x %s %c %.3g x %s / %ld = "
        "%s; "
        "%s were measured",
        last->sample->workers, fit->share, label_time(fit->one_s, one),
        fit->share > 1 ? '-' : '+', fabs(1 - fit->share), one,
        last->sample->workers,
        label_time(scaling_amdahl_time(fit, workers), fitted),
        label_time(last->time.median, measured));
    if (fabs(fit->worst) > 0.1)
        say(text, ". Residuals this large say that Amdahl's law does not "
                  "describe these times");
}

/* Whether the share by itself grows from the fewest workers to the most. */
static void say_trend(const struct series *series, char text[MEANING])
{
    const struct point *first = NULL, *last = NULL;
    for (size_t i = 0; i < series->count; i++) {
        const struct point *point = &series->point[i];
        if (isnan(point->karp_flatt_error))
            continue;
        first = first ? first : point;
        last = point;
    }
    if (first == last)
        return;
    double change = last->karp_flatt - first->karp_flatt;
    double error = hypot(first->karp_flatt_error, last->karp_flatt_error);
    if (!(fabs(change) > error))
        return;
    say(text,
        ". The share that each point means by itself (Karp and Flatt) %s from "
        "%.3g %% with %ld workers to %.3g %% with %ld: %s",
        change > 0 ? "grows" : "falls", 100 * first->karp_flatt,
        first->sample->workers, 100 * last->karp_flatt, last->sample->workers,
        change > 0 ? "a cost that comes with the workers, not a fixed part"
                   : "a cost that weighs less with more workers");
}

const char *meaning_strong(const struct series *series,
                           const struct labels *labels, char text[MEANING])
{
    char name[LABEL];
    const struct fit *fit = &series->amdahl;
    text[0] = '\0';
    if (isnan(fit->share))
        return text;
    say(text, "%s: the part of the work that workers do not share is",
        label_series(labels, series->point[0].sample, name));
    say_share(fit, text);
    say_fit(fit, "Amdahl", text);
    say_limit(fit, text);
    say_check(series, text);
    say_trend(series, text);
    say(text, ".");
    return text;
}

const char *meaning_weak(const struct weak *weak, const struct labels *labels,
                         char text[MEANING])
{
    char name[LABEL];
    const struct fit *fit = &weak->gustafson;
    const struct sample *first = weak->point[0]->sample;
    const struct sample *last = weak->point[weak->count - 1]->sample;
    double speedup = weak->speedup[weak->count - 1];
    text[0] = '\0';
    if (isnan(fit->share))
        return text;
    say(text,
        "%s, grid %ld to %ld with %ld to %ld workers: the part of the time in "
        "which workers do not share is",
        label_scheme(labels, first, name), first->grid, last->grid,
        first->workers, last->workers);
    say_share(fit, text);
    say_fit(fit, "Gustafson", text);
    if (fit->error > vague)
        say(text, ", too uncertain to conclude anything from: a quieter "
                  "machine or more repeats help");
    say(text,
        ". To check: %ld workers should do %ld + (1 - %ld) x %.3g = %.3g times "
        "the work in the same time; %.3g were measured, which is %.3g %% of "
        "%ld.",
        last->workers, last->workers, last->workers, fit->share,
        (double)last->workers + (1 - (double)last->workers) * fit->share,
        speedup, 100 * speedup / (double)last->workers, last->workers);
    return text;
}
