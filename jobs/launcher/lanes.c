/* SPDX-License-Identifier: BSD-3-Clause */
#include "lanes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

/* "start+length start+length -": a word for each repeat, in microseconds.
 * base: when each of those began; NULL = at 0. */
static int read_words(const char *text, const struct stretch *base,
                      size_t limit, struct stretch **list, size_t *count)
{
    *count = 0;
    *list = calloc(strlen(text) / 2 + 1, sizeof **list);
    if (!*list)
        return -1;
    for (size_t word = 0; *text && word < limit; word++) {
        double start, length;
        int used = 0;
        if (sscanf(text, "%lf+%lf%n", &start, &length, &used) == 2 &&
            start >= 0 && length >= 0 && start < 1e15 && length < 1e15)
            (*list)[(*count)++] = (struct stretch){
                (base ? base[word].start_s : 0) + 1e-6 * start, 1e-6 * length};
        text += strcspn(text, " ");
        text += *text == ' ';
    }
    return 0;
}

/* The repeats, from the first one's start on. */
static int read_repeats(const json_t *timeline, struct lanes *lanes)
{
    const char *text = json_string_value(json_object_get(timeline, "repeat"));
    if (!text)
        return 0;
    if (read_words(text, NULL, strlen(text), &lanes->repeat, &lanes->repeats) !=
        0)
        return -1;
    double first = lanes->repeats > 0 ? lanes->repeat[0].start_s : 0;
    for (size_t i = 0; i < lanes->repeats; i++) {
        struct stretch *repeat = &lanes->repeat[i];
        repeat->start_s -= first;
        lanes->span_s = fmax(lanes->span_s, repeat->start_s + repeat->length_s);
    }
    return 0;
}

static double timed_s(const json_t *record)
{
    const json_t *times = json_object_get(record, "time_s");
    double sum = 0;
    for (size_t i = 0; i < json_array_size(times); i++)
        sum += json_number_value(json_array_get(times, i));
    return sum;
}

static int read_lane(const json_t *worker, const char *text, double all_s,
                     const struct lanes *lanes, struct lane *lane)
{
    const char *host = json_string_value(json_object_get(worker, "host"));
    const json_t *core = json_object_get(worker, "core");
    const json_t *busy = json_object_get(worker, "busy_s");
    file_visible(host ? host : "", lane->host, sizeof lane->host);
    lane->core = json_is_integer(core) ? (long)json_integer_value(core) : -1;
    lane->busy = json_is_number(busy) && all_s > 0
                     ? json_number_value(busy) / all_s
                     : NAN;
    return text ? read_words(text, lanes->repeat, lanes->repeats,
                             &lane->stretch, &lane->count)
                : 0;
}

int lanes_read(const json_t *record, struct lanes *lanes)
{
    const json_t *workers = json_object_get(record, "worker");
    const json_t *timeline = json_object_get(record, "timeline");
    const json_t *texts = json_object_get(timeline, "worker");
    size_t count = json_array_size(workers);
    double all_s = timed_s(record);
    *lanes = (struct lanes){0};
    lanes->lane = calloc(count + 1, sizeof *lanes->lane);
    int rc = lanes->lane ? read_repeats(timeline, lanes) : -1;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const char *text = json_string_value(json_array_get(texts, i));
        rc = read_lane(json_array_get(workers, i), text, all_s, lanes,
                       &lanes->lane[lanes->count++]);
    }
    if (rc != 0)
        lanes_release(lanes);
    return rc;
}

double lanes_least(const struct lanes *lanes)
{
    double least = NAN;
    for (size_t i = 0; i < lanes->count; i++)
        least = fmin(least, lanes->lane[i].busy);
    return least;
}

double lanes_most(const struct lanes *lanes)
{
    double most = NAN;
    for (size_t i = 0; i < lanes->count; i++)
        most = fmax(most, lanes->lane[i].busy);
    return most;
}

size_t lanes_cores(const struct lanes *lanes)
{
    size_t cores = 0;
    for (size_t i = 0; i < lanes->count; i++) {
        const struct lane *lane = &lanes->lane[i];
        size_t j = 0;
        if (lane->core < 0)
            continue;
        while (j < i && (lanes->lane[j].core != lane->core ||
                         strcmp(lanes->lane[j].host, lane->host) != 0))
            j++;
        cores += j == i;
    }
    return cores;
}

double lane_busy(const struct lane *lane, double from_s, double to_s)
{
    double sum = 0;
    for (size_t i = 0; i < lane->count; i++) {
        const struct stretch *stretch = &lane->stretch[i];
        double begin = fmax(from_s, stretch->start_s);
        double end = fmin(to_s, stretch->start_s + stretch->length_s);
        sum += fmax(end - begin, 0);
    }
    return to_s > from_s ? fmin(sum / (to_s - from_s), 1) : 0;
}

void lanes_release(struct lanes *lanes)
{
    for (size_t i = 0; i < lanes->count; i++)
        free(lanes->lane[i].stretch);
    free(lanes->lane);
    free(lanes->repeat);
    *lanes = (struct lanes){0};
}
