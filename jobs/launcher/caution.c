/* SPDX-License-Identifier: BSD-3-Clause */
#include "caution.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From where on a figure is called doubtful. */
static const double coverage = 0.93;  /* of the interval: 5 repeats have 0.94 */
static const double wide = 0.05;      /* half interval over median */
static const double slow_first = 1.5; /* warm-up over median */
static const double tick_s = 1e-3;    /* a repeat shorter than what one
                                         interruption takes */
static const double start_share = 0.1; /* timed part of the job */
static const double drift = 0.05;      /* change of speed */
static const double trend = 2.6;       /* see stats_trend */
static const long clock_s = 60;        /* clocks of two machines may differ */

static int add(struct cautions *cautions, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int add(struct cautions *cautions, const char *format, ...)
{
    va_list arguments;
    char *text;
    char **more =
        reallocarray(cautions->text, cautions->count + 1, sizeof(char *));
    if (!more)
        return -1;
    cautions->text = more;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return -1;
    more[cautions->count++] = text;
    return 0;
}

void caution_release(struct cautions *cautions)
{
    while (cautions->count > 0)
        free(cautions->text[--cautions->count]);
    free(cautions->text);
    cautions->text = NULL;
}

/* ---- Tests of one point: how bad it is, 0 = not at all ---- */

typedef double test_fn(const struct point *point);

static double few_repeats(const struct point *point)
{
    return point->time.coverage < coverage ? (double)point->time.count : 0;
}

static double wide_spread(const struct point *point)
{
    const struct spread *time = &point->time;
    double half = (time->high - time->low) / 2 / time->median;
    return half > wide && !isnan(stats_error(time)) ? 100 * half : 0;
}

static double slow_warmup(const struct point *point)
{
    double times = point->warmup.median / point->time.median;
    return times > slow_first ? times : 0;
}

/* The first timed repeat slower than any other, in most of the runs. */
static double slow_repeat(const struct point *point)
{
    size_t slow = 0;
    double worst = 0;
    for (size_t i = 0; i < point->runs; i++) {
        const struct sample *sample = &point->sample[i];
        double rest = 0;
        for (size_t j = 1; j < sample->repeats; j++)
            rest = fmax(rest, sample->time_s[j]);
        double times = sample->time_s[0] / rest;
        slow += sample->repeats > 2 && times > slow_first;
        worst = fmax(worst, sample->repeats > 2 ? times : 0);
    }
    return 2 * slow > point->runs ? worst : 0;
}

static double short_repeat(const struct point *point)
{
    return point->time.median < tick_s ? 1 / point->time.median : 0;
}

static double timed_s(const struct sample *sample)
{
    double sum = isnan(sample->warmup_s) ? 0 : sample->warmup_s;
    for (size_t i = 0; i < sample->repeats; i++)
        sum += sample->time_s[i];
    return sum;
}

/* The job's times are in whole seconds, so that of a second is not known. */
static double short_job(const struct point *point)
{
    size_t shortest = 0;
    double job_s = 0, work_s = 0;
    for (size_t i = 0; i < point->runs; i++) {
        const struct sample *sample = &point->sample[i];
        shortest += sample->job_s > 1 &&
                    timed_s(sample) < start_share * (double)sample->job_s;
        job_s += (double)sample->job_s;
        work_s += timed_s(sample);
    }
    return 2 * shortest > point->runs ? 100 * (1 - work_s / job_s) : 0;
}

static double median_of(const double *values, size_t count)
{
    double copy[64];
    struct spread spread;
    count = count > 64 ? 64 : count;
    memcpy(copy, values, count * sizeof *copy);
    stats_spread(copy, count, &spread);
    return spread.median;
}

/* A trend through the repeats of one run, and how far it led. */
static double changed_speed(const struct point *point)
{
    double worst = 0;
    for (size_t i = 0; i < point->runs; i++) {
        const struct sample *sample = &point->sample[i];
        size_t half = sample->repeats / 2;
        if (fabs(stats_trend(sample->time_s, sample->repeats)) < trend)
            continue;
        double change =
            median_of(sample->time_s + sample->repeats - half, half) /
                median_of(sample->time_s, half) -
            1;
        if (fabs(change) > drift && fabs(change) > fabs(worst))
            worst = 100 * change;
    }
    return worst;
}

/* Runs of one point whose own intervals do not even touch. */
static double changed_between(const struct point *point)
{
    double lowest_end = INFINITY, highest_start = 0;
    double slowest = 0, fastest = INFINITY;
    for (size_t i = 0; i < point->runs; i++) {
        const struct sample *sample = &point->sample[i];
        struct spread spread;
        double *copy = malloc(sample->repeats * sizeof *copy);
        if (!copy)
            return 0;
        memcpy(copy, sample->time_s, sample->repeats * sizeof *copy);
        stats_spread(copy, sample->repeats, &spread);
        free(copy);
        if (spread.count < 4)
            return 0;
        lowest_end = fmin(lowest_end, spread.high);
        highest_start = fmax(highest_start, spread.low);
        slowest = fmax(slowest, spread.median);
        fastest = fmin(fastest, spread.median);
    }
    double change = slowest / fastest - 1;
    return highest_start > lowest_end && change > drift ? 100 * change : 0;
}

static double clock_set(const struct point *point)
{
    double worst = 0;
    for (size_t i = 0; i < point->runs; i++) {
        const struct sample *sample = &point->sample[i];
        double off = (double)labs(sample->clock_off_s);
        if (off > (double)clock_s)
            worst = fmax(worst, off);
        if (sample->job_s >= 0 && timed_s(sample) > (double)sample->job_s + 2)
            worst = fmax(worst, timed_s(sample) - (double)sample->job_s);
    }
    return worst;
}

static double clock_back(const struct point *point)
{
    double worst = 0;
    for (size_t i = 0; i < point->runs; i++)
        worst = fmax(worst, (double)point->sample[i].back_s);
    return worst;
}

static double clock_ahead(const struct point *point)
{
    double worst = 0;
    for (size_t i = 0; i < point->runs; i++)
        worst = fmax(worst, (double)point->sample[i].future_s);
    return worst > (double)clock_s ? worst : 0;
}

/* "%s" is the series and its workers, "%.3g" the worst of its points. */
static const struct doubt {
    test_fn *test;
    const char *text;
} doubts[] = {
    {few_repeats,
     "%s: too few repeats, %.3g: 6 give an interval that holds the median with "
     "95 %%, 5 with 94 %%, and fewer than 4 no error at all (--repeat=6)"},
    {wide_spread,
     "%s: the spread is too wide: the median is known to +-%.3g %% only, and "
     "what is worked out from it no better. A quieter machine or more "
     "repeats help"},
    {slow_warmup,
     "%s: slow first run: the warm-up, which is not counted, took %.3g times "
     "as long as the median (memory is touched, code is loaded for the first "
     "time)"},
    {slow_repeat,
     "%s: slow first run: the first repeat, which is counted, took up to %.3g "
     "times as long as any other"},
    {short_repeat,
     "%s: the work is too short for the clock: %.4g repeats fit into a second, "
     "and one interruption takes as long as one of them. A larger grid helps"},
    {short_job,
     "%s: the work is too short against the start-up: %.3g %% of the job's "
     "time went by outside the timed part. A larger grid or more repeats "
     "help"},
    {changed_speed,
     "%s: the machine changed its speed meanwhile: the later half of the "
     "repeats took %+.3g %% of time compared with the earlier"},
    {changed_between,
     "%s: the machine changed its speed meanwhile: the slowest of its runs "
     "took %.3g %% more than the fastest, and each is steady in itself"},
    {clock_set,
     "%s: a clock was set meanwhile, or differs from Slurm's: dates and "
     "measured times disagree by %.0f s. The measured times come from a clock "
     "that cannot be set and are used all the same"},
    {clock_back,
     "%s: a clock was set meanwhile: the job ended %.0f s before it began. The "
     "measured times come from a clock that cannot be set and are used all the "
     "same"},
    {clock_ahead,
     "%s: a clock is wrong: the run began %.0f s from now, in the future. The "
     "measured times come from a clock that cannot be set and are used all the "
     "same"},
};

/* "openmp, grid 3000, 2, 4 and 8 workers" */
static void name_points(const struct series *series, const bool *bad,
                        size_t bads, const struct labels *labels,
                        char text[2 * LABEL])
{
    char name[LABEL];
    long last = 0;
    size_t shown = 0;
    int used = snprintf(text, 2 * LABEL, "%s,",
                        label_series(labels, series->point[0].sample, name));
    for (size_t i = 0; i < series->count; i++) {
        if (!bad[i])
            continue;
        last = series->point[i].sample->workers;
        shown++;
        if (shown > 8) {
            used += snprintf(text + used, 2 * LABEL - (size_t)used,
                             " and %zu more", bads - 8);
            break;
        }
        used += snprintf(text + used, 2 * LABEL - (size_t)used, "%s%ld",
                         shown == 1      ? " "
                         : shown == bads ? " and "
                                         : ", ",
                         last);
    }
    snprintf(text + used, 2 * LABEL - (size_t)used, " worker%s",
             last == 1 && bads == 1 ? "" : "s");
}

static int doubt_series(const struct series *series, const struct doubt *doubt,
                        const struct labels *labels, bool *bad,
                        struct cautions *cautions)
{
    char name[2 * LABEL], *text = NULL;
    double worst = 0;
    size_t bads = 0;
    for (size_t i = 0; i < series->count; i++) {
        double how = doubt->test(&series->point[i]);
        bad[i] = how != 0;
        bads += bad[i];
        if (fabs(how) > fabs(worst))
            worst = how;
    }
    if (bads == 0)
        return 0;
    name_points(series, bad, bads, labels, name);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int length = asprintf(&text, doubt->text, name, worst);
#pragma GCC diagnostic pop
    if (length < 0)
        return -1;
    int rc = add(cautions, "%s", text);
    free(text);
    return rc;
}

/* ---- Baselines ---- */

/* What two kinds differ in. */
static void name_difference(const struct kind *a, const struct kind *b,
                            char text[LABEL])
{
    snprintf(text, LABEL, "%s%s%s%s",
             a->version != b->version ? " version" : "",
             a->compiler != b->compiler ? " compiler" : "",
             a->flags != b->flags ? " flags" : "",
             a->node != b->node ? " node type" : "");
}

/* A point that could be the baseline if it were not for one thing: the one
 * that is nearest to it. */
static const struct point *nearly(const struct study *study,
                                  const struct sample *wanted,
                                  const char *scheme)
{
    const struct point *nearest = NULL;
    int fewest = 4;
    for (size_t i = 0; i < study->points; i++) {
        const struct sample *sample = study->point[i].sample;
        if (sample->workers != 1 || strcmp(sample->scheme, scheme) != 0)
            continue;
        int differences =
            (sample->site != wanted->site) + (sample->kind != wanted->kind) +
            (sample->grid != wanted->grid) + (sample->math != wanted->math);
        if (differences < fewest) {
            fewest = differences;
            nearest = &study->point[i];
        }
    }
    return nearest;
}

static int doubt_baseline(const struct study *study,
                          const struct series *series, const char *scheme,
                          const char *what, const struct labels *labels,
                          struct cautions *cautions)
{
    char name[LABEL], kinds[LABEL], grid[64] = "";
    const struct sample *sample = series->point[0].sample;
    const struct point *other = nearly(study, sample, scheme);
    label_series(labels, sample, name);
    if (!other)
        return add(cautions,
                   "%s: no speedup against %s: there is no such run "
                   "(integ2d-submit --scheme=%s -n 1 --grid=%ld)",
                   name, what, scheme, sample->grid);
    name_difference(other->sample->kind, sample->kind, kinds);
    if (other->sample->grid != sample->grid)
        snprintf(grid, sizeof grid, " grid (%ld)", other->sample->grid);
    return add(cautions,
               "%s: no speedup against %s: the nearest such run is not "
               "comparable, being of another%s%s%s%s",
               name, what, kinds, grid,
               other->sample->math != sample->math ? " math" : "",
               other->sample->site != sample->site ? " site" : "");
}

static int doubt_baselines(const struct study *study,
                           const struct series *series,
                           const struct labels *labels,
                           struct cautions *cautions)
{
    const struct point *point = &series->point[series->count - 1];
    const char *scheme = point->sample->scheme;
    if (strcmp(scheme, "serial") == 0 || !isnan(series->point[0].scaled))
        return 0;
    if (!point->serial && doubt_baseline(study, series, "serial", "serial",
                                         labels, cautions) != 0)
        return -1;
    if (point->one || point->sample->workers == 1)
        return 0;
    return doubt_baseline(study, series, scheme, "one worker of its own scheme",
                          labels, cautions);
}

/* A series of one point that stands for nothing by itself. */
static bool is_alone(const struct series *series)
{
    const struct point *point = series->point;
    return series->count == 1 && point->sample->workers > 1 && !point->one &&
           isnan(point->scaled);
}

/* The last of the series from the first one on whose grids grow with the
 * workers, without one worker to start from: the first one itself = none. */
static size_t last_weak(const struct study *study, size_t first)
{
    size_t last = first;
    const struct sample *sample = study->series[first].point->sample;
    if (!is_alone(&study->series[first]))
        return first;
    for (size_t i = first + 1; i < study->many; i++) {
        const struct sample *next = study->series[i].point->sample;
        if (!is_alone(&study->series[i]) || !study_comparable(sample, next) ||
            !study_is_weak(sample, next))
            break;
        last = i;
    }
    return last;
}

static int doubt_weak(const struct study *study, size_t first, size_t last,
                      const struct labels *labels, struct cautions *cautions)
{
    char name[LABEL];
    const struct sample *low = study->series[first].point->sample;
    const struct sample *high = study->series[last].point->sample;
    double grid = (double)low->grid / sqrt((double)low->workers);
    return add(cautions,
               "%s, grid %ld to %ld with %ld to %ld workers: no weak scaling: "
               "it is measured from one worker, and there is no such run "
               "(integ2d-submit --scheme=%s -n 1 --grid=%ld)",
               label_scheme(labels, low, name), low->grid, high->grid,
               low->workers, high->workers, low->scheme, 2 * lround(grid / 2));
}

/* Records of before there were checksums. */
static int doubt_unsealed(const struct study *study, struct cautions *cautions)
{
    size_t unsealed = 0;
    for (size_t i = 0; i < study->points; i++) {
        for (size_t j = 0; j < study->point[i].runs; j++)
            unsealed += study->point[i].sample[j].unsealed;
    }
    if (unsealed == 0)
        return 0;
    return add(cautions,
               "%zu record%s no checksum, being of an older integ2d: whether "
               "%s changed after the run is not known",
               unsealed, unsealed == 1 ? " has" : "s have",
               unsealed == 1 ? "it was" : "they were");
}

int caution_make(const struct study *study, const struct labels *labels,
                 struct cautions *cautions)
{
    bool *bad = calloc(study->points + 1, sizeof *bad);
    int rc = bad ? 0 : -1;
    size_t weak = 0; /* those before it stand in no need of a baseline */
    *cautions = (struct cautions){0};
    rc |= doubt_unsealed(study, cautions);
    for (size_t i = 0;
         rc == 0 && i < study->many && cautions->count < CAUTION_MOST; i++) {
        const struct series *series = &study->series[i];
        size_t last = i < weak ? i : last_weak(study, i);
        if (last > i) {
            rc = doubt_weak(study, i, last, labels, cautions);
            weak = last + 1;
        }
        if (i >= weak)
            rc |= doubt_baselines(study, series, labels, cautions);
        for (size_t j = 0; rc == 0 && j < sizeof doubts / sizeof doubts[0]; j++)
            rc = doubt_series(series, &doubts[j], labels, bad, cautions);
    }
    if (rc == 0 && cautions->count >= CAUTION_MOST)
        rc = add(cautions, "there may be more: these are the first %zu",
                 cautions->count);
    free(bad);
    return rc;
}
