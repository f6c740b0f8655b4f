/* SPDX-License-Identifier: BSD-3-Clause */
#include "placement_map.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "run.h"
#include "sheet.h"

enum { UNKNOWN = -1 };

struct place {
    const char *host;
    long numa, core;
    size_t worker;
    double busy; /* share of the timed repeats spent in its own rows */
};

static int by_place(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    int order = strcmp(left->host, right->host);
    if (order)
        return order;
    if (left->numa != right->numa)
        return left->numa < right->numa ? -1 : 1;
    if (left->core != right->core)
        return left->core < right->core ? -1 : 1;
    return left->worker < right->worker ? -1 : 1;
}

static long whole(const json_t *value)
{
    return json_is_integer(value) ? (long)json_integer_value(value) : UNKNOWN;
}

static void read_place(const json_t *worker, size_t number, double timed_s,
                       struct place *place)
{
    const json_t *busy = json_object_get(worker, "busy_s");
    const char *host = json_string_value(json_object_get(worker, "host"));
    *place = (struct place){
        .host = host ? host : "",
        .numa = whole(json_object_get(worker, "numa")),
        .core = whole(json_object_get(worker, "core")),
        .worker = number,
        .busy = json_is_number(busy) ? json_number_value(busy) / timed_s : NAN};
}

static bool same_core(const struct place *a, const struct place *b)
{
    return a->core != UNKNOWN && a->core == b->core && a->numa == b->numa &&
           strcmp(a->host, b->host) == 0;
}

/* The workers of one core. */
static void print_core(const struct place *places, size_t count, FILE *file)
{
    double busy = 0;
    for (size_t i = 0; i < count; i++)
        busy += places[i].busy;
    busy = busy > 1 || isnan(busy) ? 1 : busy;
    fprintf(file, "<div class=\"core%s\" style=\"--busy:%.0f%%\">",
            count > 1 ? " crowd" : "", 100 * busy);
    if (places->core == UNKNOWN)
        fprintf(file, "<small>core ?</small>");
    else
        fprintf(file, "<small>core %ld</small>", places->core);
    for (size_t i = 0; i < count; i++) {
        fprintf(file, "<b>%zu</b>", places[i].worker);
        if (!isnan(places[i].busy))
            fprintf(file, "<span>%.0f %%</span>", 100 * places[i].busy);
    }
    fprintf(file, "</div>");
}

static void print_places(const struct place *places, size_t count, FILE *file)
{
    for (size_t i = 0; i < count;) {
        const struct place *first = &places[i];
        size_t together = 1;
        bool new_host = i == 0 || strcmp(first->host, first[-1].host) != 0;
        if (new_host || first->numa != first[-1].numa) {
            fprintf(file, "%s<div class=\"node\"><span>",
                    i == 0 ? "" : "</div>\n");
            sheet_escape(first->host, file);
            if (first->numa != UNKNOWN)
                fprintf(file, "<br><small>NUMA %ld</small>", first->numa);
            fprintf(file, "</span>");
        }
        while (i + together < count && same_core(first, first + together))
            together++;
        print_core(first, together, file);
        i += together;
    }
    fprintf(file, "</div>\n");
}

void placement_map_print(const struct sample *sample, FILE *file)
{
    struct run run;
    struct record record = {0};
    struct error err;
    double timed_s = 0;
    struct place *places = NULL;
    size_t count = 0;
    for (size_t i = 0; i < sample->repeats; i++)
        timed_s += sample->time_s[i];
    if (run_load(sample->folder, &run, &err) == 0 &&
        record_load(&run, &record, &err) == 0) {
        const json_t *workers = json_object_get(record.json, "worker");
        count = json_array_size(workers);
        places = calloc(count + 1, sizeof *places);
        for (size_t i = 0; places && i < count; i++)
            read_place(json_array_get(workers, i), i, timed_s, &places[i]);
    }
    if (places && count > 0) {
        qsort(places, count, sizeof *places, by_place);
        print_places(places, count, file);
    } else {
        fprintf(file, "<p>Its record says nothing about places.</p>\n");
    }
    free(places);
    record_release(&record);
}
