/* SPDX-License-Identifier: BSD-3-Clause */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Both studies are read by one reader, so equal words have one address. */
static int by_address(const void *a, const void *b)
{
    return (a > b) - (a < b);
}

static bool sites_count; /* for by_key, which qsort calls */

static int by_key(const struct sample *a, const struct sample *b)
{
    int order = by_address(a->scheme, b->scheme);
    order = order ? order : by_address(a->mode, b->mode);
    order = order ? order : by_address(a->math, b->math);
    order = order ? order : by_address(a->sum, b->sum);
    order = order ? order : (a->grid > b->grid) - (a->grid < b->grid);
    order =
        order ? order : (a->workers > b->workers) - (a->workers < b->workers);
    return order || !sites_count ? order : by_address(a->site, b->site);
}

static int by_point_key(const void *a, const void *b)
{
    return by_key((*(struct point *const *)a)->sample,
                  (*(struct point *const *)b)->sample);
}

/* Points in the order of their keys; NULL when out of memory. */
static const struct point **sorted(const struct study *study)
{
    const struct point **list =
        calloc(study->points + 1, sizeof(struct point *));
    for (size_t i = 0; list && i < study->points; i++)
        list[i] = &study->point[i];
    if (list)
        qsort(list, study->points, sizeof(struct point *), by_point_key);
    return list;
}

/* The counterpart of `now`: of its own kind if there is one, else the one
 * whose kind was met last. */
static const struct point *counterpart(const struct point **list, size_t count,
                                       const struct point *now)
{
    const struct point **found =
        bsearch(&now, list, count, sizeof(struct point *), by_point_key);
    const struct point *best = NULL;
    if (!found)
        return NULL;
    while (found > list && by_point_key(found - 1, found) == 0)
        found--;
    for (; found < list + count && by_point_key(found, &now) == 0; found++) {
        if (!best || best->sample->kind != now->sample->kind)
            best = *found;
    }
    return best;
}

static enum verdict_on_change judge(const struct ratio *ratio)
{
    if (isnan(ratio->low) || isnan(ratio->high))
        return CHANGE_UNKNOWN;
    if (ratio->low > 1)
        return CHANGE_FASTER;
    return ratio->high < 1 ? CHANGE_SLOWER : CHANGE_NOISE;
}

static void add(struct comparison *comparison, const struct point *now,
                const struct point *before)
{
    struct change *change = &comparison->change[comparison->count++];
    *change = (struct change){now, before, {NAN, NAN, NAN}, CHANGE_UNKNOWN};
    change->ratio = stats_ratio(&before->time, &now->time);
    change->verdict = judge(&change->ratio);
    comparison->beyond +=
        change->verdict == CHANGE_FASTER || change->verdict == CHANGE_SLOWER;
}

static size_t missing(const struct study *study, const struct point **others,
                      size_t count)
{
    size_t only = 0;
    for (size_t i = 0; i < study->points; i++)
        only += !counterpart(others, count, &study->point[i]);
    return only;
}

int compare_make(const struct findings *now, const struct findings *before,
                 struct comparison *comparison)
{
    sites_count = now->labels.site || before->labels.site;
    *comparison = (struct comparison){
        .change = calloc(now->study.points + 1, sizeof(struct change))};
    const struct point **here = sorted(&now->study);
    const struct point **there = sorted(&before->study);
    int rc = comparison->change && here && there ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < now->study.points; i++) {
        const struct point *point = &now->study.point[i];
        const struct point *other =
            counterpart(there, before->study.points, point);
        if (other)
            add(comparison, point, other);
        else
            comparison->only_now++;
    }
    if (rc == 0)
        comparison->only_before =
            missing(&before->study, here, now->study.points);
    free(here);
    free(there);
    return rc;
}

void compare_release(struct comparison *comparison)
{
    free(comparison->change);
    *comparison = (struct comparison){0};
}

const char *compare_words(enum verdict_on_change verdict)
{
    static const char *const words[] = {"not known", "within noise", "faster",
                                        "slower"};
    return words[verdict];
}

/* What else than the time is different. */
static void other_changes(const struct change *change, char text[LABEL])
{
    const struct kind *a = change->before->sample->kind;
    const struct kind *b = change->now->sample->kind;
    snprintf(text, LABEL, "%s%s%s%s%s",
             change->before->sample->site != change->now->sample->site ? " site"
                                                                       : "",
             a->version != b->version ? " version" : "",
             a->compiler != b->compiler ? " compiler" : "",
             a->flags != b->flags ? " flags" : "",
             a->node != b->node ? " node type" : "");
}

void compare_sheet(const struct comparison *comparison,
                   const struct findings *now, struct sheet *sheet)
{
    static const char *const heads[] = {
        "scheme",        "grid", "workers", "before",  "now",
        "times as fast", "from", "to",      "that is", "other"};
    char name[LABEL], before[LABEL], after[LABEL], other[LABEL];
    *sheet = (struct sheet){0};
    for (int i = 0; i < 10; i++)
        sheet_column(sheet, heads[i], i == 0 || i >= 8,
                     i == 6 || i == 7 ? 1
                     : i == 9         ? 2
                                      : 0);
    for (size_t i = 0; i < comparison->count; i++) {
        const struct change *change = &comparison->change[i];
        const struct ratio *ratio = &change->ratio;
        sheet_cell(sheet, "%s",
                   label_scheme(&now->labels, change->now->sample, name));
        sheet_cell(sheet, "%ld", change->now->sample->grid);
        sheet_cell(sheet, "%ld", change->now->sample->workers);
        sheet_cell(sheet, "%s",
                   label_time(change->before->time.median, before));
        sheet_cell(sheet, "%s", label_time(change->now->time.median, after));
        sheet_cell(sheet, "%.3f", ratio->value);
        sheet_cell(sheet, isnan(ratio->low) ? "-" : "%.3f", ratio->low);
        sheet_cell(sheet, isnan(ratio->high) ? "-" : "%.3f", ratio->high);
        sheet_cell(sheet, "%s", compare_words(change->verdict));
        other_changes(change, other);
        sheet_cell(sheet, "%s", other[0] ? other + 1 : "-");
    }
}

void compare_text(const struct comparison *comparison, char *text, size_t size)
{
    size_t known = 0;
    for (size_t i = 0; i < comparison->count; i++)
        known += comparison->change[i].verdict != CHANGE_UNKNOWN;
    if (comparison->count == 0) {
        snprintf(text, size,
                 "Nothing to compare: no point is in both (scheme, math, grid "
                 "and workers must be the same).");
        return;
    }
    int used = snprintf(text, size,
                        "%zu of %zu changed by more than noise. About one in "
                        "20 that did not change looks as if it did (here %.1f)",
                        comparison->beyond, known, 0.05 * (double)known);
    if (known < comparison->count)
        used += snprintf(text + used, size - (size_t)used,
                         "; %zu with too few repeats to know",
                         comparison->count - known);
    snprintf(text + used, size - (size_t)used,
             "; %zu only here, %zu only there. Other changes (compiler, flags, "
             "node type ...) may be the cause, and so may the time of day: "
             "only runs in turn tell.",
             comparison->only_now, comparison->only_before);
}

static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *change_json(const struct change *change)
{
    const struct sample *sample = change->now->sample;
    char other[LABEL];
    other_changes(change, other);
    return json_pack(
        "{ss ss sI sI so so so so so ss ss}", "scheme", sample->scheme, "math",
        sample->math, "grid", (json_int_t)sample->grid, "workers",
        (json_int_t)sample->workers, "before_s",
        real(change->before->time.median), "now_s",
        real(change->now->time.median), "ratio", real(change->ratio.value),
        "low", real(change->ratio.low), "high", real(change->ratio.high),
        "change", compare_words(change->verdict), "other",
        other[0] ? other + 1 : "");
}

json_t *compare_json(const struct comparison *comparison)
{
    json_t *list = json_array();
    for (size_t i = 0; i < comparison->count; i++)
        json_array_append_new(list, change_json(&comparison->change[i]));
    return list;
}
