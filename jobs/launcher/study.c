/* SPDX-License-Identifier: BSD-3-Clause */
#include "study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scheme.h"

static int order_of(const char *scheme)
{
    int order = 0;
    while (scheme_table[order].name &&
           strcmp(scheme_table[order].name, scheme) != 0)
        order++;
    return order;
}

static int by_number(long a, long b)
{
    return (a > b) - (a < b);
}

static int by_word(const char *a, const char *b)
{
    return a == b ? 0 : strcmp(a, b);
}

/* Schemes in the order in which they are taught. */
static int by_scheme(const char *a, const char *b)
{
    int order = a == b ? 0 : order_of(a) - order_of(b);
    return order ? order : by_word(a, b);
}

/* In the order in which they were met. */
static int by_kind(const struct kind *a, const struct kind *b)
{
    if (a == b)
        return 0;
    int order = by_number((long)strlen(a->label), (long)strlen(b->label));
    return order ? order : strcmp(a->label, b->label);
}

/* What series are of, but for the grid. */
static int by_scheme_and_kind(const struct sample *a, const struct sample *b)
{
    int order = by_word(a->site, b->site);
    order = order ? order : by_scheme(a->scheme, b->scheme);
    order = order ? order : by_word(a->mode, b->mode);
    order = order ? order : by_word(a->math, b->math);
    order = order ? order : by_word(a->sum, b->sum);
    return order ? order : by_kind(a->kind, b->kind);
}

static int by_series(const struct sample *a, const struct sample *b)
{
    int order = by_scheme_and_kind(a, b);
    return order ? order : by_number(a->grid, b->grid);
}

static int by_point(const struct sample *a, const struct sample *b)
{
    int order = by_series(a, b);
    return order ? order : by_number(a->workers, b->workers);
}

/* Those that are not right stand behind the others. */
static int by_all(const void *a, const void *b)
{
    const struct sample *left = a, *right = b;
    int order =
        (left->verdict != RESULT_RIGHT) - (right->verdict != RESULT_RIGHT);
    if (order || left->verdict != RESULT_RIGHT)
        return order;
    order = by_point(left, right);
    order = order ? order : by_number(left->start, right->start);
    return order ? order : by_number(left->job_id, right->job_id);
}

bool study_comparable(const struct sample *a, const struct sample *b)
{
    return by_scheme_and_kind(a, b) == 0;
}

bool study_alike(const struct point *a, const struct point *b)
{
    const struct sample *left = a->sample, *right = b->sample;
    return left->grid == right->grid && by_word(left->site, right->site) == 0 &&
           by_word(left->scheme, right->scheme) == 0 &&
           by_word(left->mode, right->mode) == 0 &&
           by_word(left->math, right->math) == 0 &&
           by_word(left->sum, right->sum) == 0;
}

/* ---- Points ---- */

static int fill_point(const struct sample *samples, size_t runs,
                      struct point *point)
{
    size_t repeats = 0, warm = 0, known = 0;
    struct spread efficiency;
    for (size_t i = 0; i < runs; i++)
        repeats += samples[i].repeats;
    double *values = malloc((repeats + 2 * runs) * sizeof *values);
    if (!values)
        return -1;
    double *warmups = values + repeats, *efficiencies = warmups + runs;
    *point = (struct point){.sample = samples,
                            .runs = runs,
                            .peak_mem_mib = NAN,
                            .karp_flatt = NAN,
                            .karp_flatt_error = NAN,
                            .residual = NAN,
                            .scaled = NAN};
    repeats = 0;
    for (size_t i = 0; i < runs; i++) {
        const struct sample *sample = &samples[i];
        memcpy(values + repeats, sample->time_s,
               sample->repeats * sizeof *values);
        repeats += sample->repeats;
        if (!isnan(sample->warmup_s))
            warmups[warm++] = sample->warmup_s;
        if (!isnan(sample->cpu_efficiency))
            efficiencies[known++] = sample->cpu_efficiency;
        point->peak_mem_mib = fmax(point->peak_mem_mib, sample->peak_mem_mib);
    }
    stats_spread(values, repeats, &point->time);
    stats_spread(warmups, warm, &point->warmup);
    stats_spread(efficiencies, known, &efficiency);
    point->cpu_efficiency = efficiency.median;
    free(values);
    return 0;
}

/* How many samples from the first on are of one point or series. */
static size_t run_of(const struct sample *samples, size_t count,
                     int (*order)(const struct sample *, const struct sample *))
{
    size_t same = 1;
    while (same < count && order(&samples[0], &samples[same]) == 0)
        same++;
    return same;
}

static int make_points(const struct sample *samples, size_t count,
                       struct study *study)
{
    for (size_t i = 0; i < count; study->points++)
        i += run_of(samples + i, count - i, by_point);
    study->point = calloc(study->points + 1, sizeof *study->point);
    if (!study->point)
        return -1;
    for (size_t i = 0, at = 0; i < count; at++) {
        size_t runs = run_of(samples + i, count - i, by_point);
        if (fill_point(samples + i, runs, &study->point[at]) != 0)
            return -1;
        i += runs;
    }
    return 0;
}

/* ---- Baselines ---- */

static int by_wanted(const void *wanted, const void *point)
{
    return by_point(wanted, ((const struct point *)point)->sample);
}

/* The point with one worker of that scheme, all else as of `point`. */
static const struct point *baseline(const struct study *study,
                                    const struct point *point,
                                    const char *scheme)
{
    struct sample wanted = *point->sample;
    wanted.workers = 1;
    if (strcmp(scheme, wanted.scheme) != 0) {
        wanted.scheme = scheme;
        wanted.mode = "";
    }
    return bsearch(&wanted, study->point, study->points, sizeof *study->point,
                   by_wanted);
}

/* The speedup of `point` over what it is held against; that over itself is 1
 * and has no error. */
static struct ratio speedup(const struct point *base, const struct point *point)
{
    if (!base)
        return (struct ratio){NAN, NAN, NAN};
    if (base == point)
        return (struct ratio){1.0, NAN, NAN};
    return stats_ratio(&base->time, &point->time);
}

static void set_baselines(struct study *study)
{
    for (size_t i = 0; i < study->points; i++) {
        struct point *point = &study->point[i];
        double workers = (double)point->sample->workers;
        point->serial = baseline(study, point, "serial");
        point->one = baseline(study, point, point->sample->scheme);
        point->over_serial = speedup(point->serial, point);
        point->over_one = speedup(point->one, point);
        point->karp_flatt = scaling_karp_flatt(point->over_one.value, workers);
        point->karp_flatt_error =
            fabs(scaling_karp_flatt(point->over_one.low, workers) -
                 scaling_karp_flatt(point->over_one.high, workers)) /
            2;
    }
}

/* ---- Strong scaling ---- */

static struct timing timing_of(const struct point *point,
                               const struct point *first)
{
    double growth = (double)point->sample->grid / (double)first->sample->grid;
    return (struct timing){.workers = (double)point->sample->workers,
                           .work = growth * growth,
                           .time_s = point->time.median,
                           .error = stats_error(&point->time)};
}

static int fit_series(struct series *series)
{
    struct timing *timings = calloc(series->count, sizeof *timings);
    if (!timings)
        return -1;
    for (size_t i = 0; i < series->count; i++)
        timings[i] = timing_of(&series->point[i], series->point);
    if (scaling_amdahl(timings, series->count, &series->amdahl)) {
        for (size_t i = 0; i < series->count; i++)
            series->point[i].residual =
                timings[i].time_s /
                    scaling_amdahl_time(&series->amdahl, timings[i].workers) -
                1;
    }
    free(timings);
    return 0;
}

static int make_series(struct study *study)
{
    study->series = calloc(study->points + 1, sizeof *study->series);
    if (!study->series)
        return -1;
    for (size_t i = 0; i < study->points;) {
        struct series *series = &study->series[study->many++];
        series->point = &study->point[i];
        while (i < study->points &&
               by_series(series->point->sample, study->point[i].sample) == 0) {
            series->count++;
            i++;
        }
        if (fit_series(series) != 0)
            return -1;
    }
    return 0;
}

/* ---- Weak scaling ---- */

/* Whole rows are off by half a per cent at most. */
bool study_is_weak(const struct sample *a, const struct sample *b)
{
    double wanted =
        (double)a->grid * sqrt((double)b->workers / (double)a->workers);
    double off = fabs((double)b->grid - wanted);
    return a->workers != b->workers && a->grid != b->grid &&
           off <= fmax(1.0, 0.005 * wanted);
}

static int fit_weak(struct weak *weak)
{
    struct timing *timings = calloc(weak->count, sizeof *timings);
    weak->speedup = calloc(weak->count, sizeof *weak->speedup);
    if (!timings || !weak->speedup) {
        free(timings);
        return -1;
    }
    for (size_t i = 0; i < weak->count; i++) {
        timings[i] = timing_of(weak->point[i], weak->point[0]);
        weak->speedup[i] =
            timings[i].work * timings[0].time_s / timings[i].time_s;
        if (i > 0)
            weak->point[i]->scaled = weak->speedup[i];
    }
    scaling_gustafson(timings, weak->count, &weak->gustafson);
    free(timings);
    return 0;
}

/* The points among `count` from `first` on that scale weakly with it. */
static int add_weak(struct study *study, struct point *first, size_t count)
{
    struct weak weak = {.point = calloc(count, sizeof(struct point *))};
    if (!weak.point)
        return -1;
    weak.point[weak.count++] = first;
    for (size_t i = 1; i < count; i++) {
        const struct sample *last = weak.point[weak.count - 1]->sample;
        if (first[i].sample->workers > last->workers &&
            study_is_weak(first->sample, first[i].sample))
            weak.point[weak.count++] = &first[i];
    }
    struct weak *more =
        weak.count < 2
            ? NULL
            : reallocarray(study->weak, study->weaks + 1, sizeof *study->weak);
    if (!more) {
        free(weak.point);
        return weak.count < 2 ? 0 : -1;
    }
    study->weak = more;
    study->weak[study->weaks++] = weak;
    return fit_weak(&study->weak[study->weaks - 1]);
}

/* How many points from `first` on are of its scheme and kind, on grids that
 * its workers could make up for. */
static size_t candidates(const struct study *study, const struct point *first)
{
    const struct point *end = study->point + study->points, *at = first;
    long most = 1;
    for (; at < end && by_scheme_and_kind(first->sample, at->sample) == 0; at++)
        most = at->sample->workers > most ? at->sample->workers : most;
    double largest = (double)first->sample->grid * sqrt((double)most) * 1.01;
    while (at > first && (double)at[-1].sample->grid > largest + 1)
        at--;
    return (size_t)(at - first);
}

/* Weak scaling starts from one worker. */
static int make_weak(struct study *study)
{
    for (size_t i = 0; i < study->points; i++) {
        struct point *first = &study->point[i];
        if (first->sample->workers == 1 &&
            add_weak(study, first, candidates(study, first)) != 0)
            return -1;
    }
    return 0;
}

int study_make(struct sample *samples, size_t count, struct study *study)
{
    size_t right = 0;
    *study = (struct study){0};
    qsort(samples, count, sizeof *samples, by_all);
    while (right < count && samples[right].verdict == RESULT_RIGHT)
        right++;
    if (make_points(samples, right, study) == 0) {
        set_baselines(study);
        if (make_series(study) == 0 && make_weak(study) == 0)
            return 0;
    }
    study_release(study);
    return -1;
}

void study_release(struct study *study)
{
    for (size_t i = 0; i < study->weaks; i++) {
        free(study->weak[i].point);
        free(study->weak[i].speedup);
    }
    free(study->weak);
    free(study->series);
    free(study->point);
    *study = (struct study){0};
}
