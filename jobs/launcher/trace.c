/* SPDX-License-Identifier: BSD-3-Clause */
#include "trace.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

enum { FILE_LIMIT = 64 << 20 };

/* Two values over two lengths; one that is not known does not count. */
static double mean(double a, double a_s, double b, double b_s)
{
    if (isnan(a) || isnan(b))
        return isnan(a) ? b : a;
    return (a * a_s + b * b_s) / (a_s + b_s);
}

/* `first` takes in its neighbour. */
static void join(struct trace_point *first, struct trace_point *second)
{
    for (size_t i = 0; i < first->cores && i < second->cores; i++)
        second->core[i] = mean(first->core[i], first->length_s, second->core[i],
                               second->length_s);
    free(first->core);
    double busy =
        mean(first->busy, first->length_s, second->busy, second->length_s);
    double mem_mib = fmax(first->mem_mib, second->mem_mib);
    double length_s = first->length_s + second->length_s;
    *first = *second;
    first->busy = busy;
    first->mem_mib = mem_mib;
    first->length_s = length_s;
}

static void halve(struct trace *trace)
{
    size_t kept = 0;
    for (size_t i = 0; i < trace->count; i += 2) {
        trace->point[kept] = trace->point[i];
        if (i + 1 < trace->count)
            join(&trace->point[kept], &trace->point[i + 1]);
        kept++;
    }
    trace->count = kept;
}

int trace_add(struct trace *trace, double t_s, double length_s, double busy,
              double mem_mib)
{
    if (!trace->point) {
        trace->point = calloc(TRACE_POINTS, sizeof *trace->point);
        if (!trace->point)
            return -1;
    }
    if (trace->count == TRACE_POINTS)
        halve(trace);
    trace->point[trace->count++] = (struct trace_point){
        .t_s = t_s, .length_s = length_s, .busy = busy, .mem_mib = mem_mib};
    return 0;
}

/* A core is shown from when the job could use it, or did. */
static int add_cores(struct trace *trace, const struct look *look)
{
    for (int cpu = 0; cpu < PROCESSES_CORES; cpu++) {
        size_t i = 0;
        if (!look->allowed[cpu] && !(look->core_s[cpu] > 0))
            continue;
        while (i < trace->cores && trace->core[i] != cpu)
            i++;
        if (i < trace->cores)
            continue;
        int *more = realloc(trace->core, (trace->cores + 1) * sizeof *more);
        if (!more)
            return -1;
        trace->core = more;
        trace->core[trace->cores++] = cpu;
    }
    return 0;
}

int trace_add_look(struct trace *trace, double t_s, double length_s,
                   const struct look *look)
{
    double busy = 0;
    if (add_cores(trace, look) != 0)
        return -1;
    double *core = calloc(trace->cores + 1, sizeof *core);
    if (!core)
        return -1;
    /* Clock ticks may make it a little more than there is. */
    for (size_t i = 0; i < trace->cores; i++) {
        core[i] = fmin(look->core_s[trace->core[i]] / length_s, 1);
        busy += look->core_s[trace->core[i]] / length_s;
    }
    if (trace_add(trace, t_s, length_s, busy, look->mem_mib) != 0) {
        free(core);
        return -1;
    }
    trace->point[trace->count - 1].core = core;
    trace->point[trace->count - 1].cores = trace->cores;
    if (look->busy_threads > 0) { /* not while the job only waits */
        trace->threads_sum += (double)look->busy_threads;
        trace->ready_sum += (double)look->ready_threads;
        trace->looks_count++;
        trace->ready = trace->ready_sum / (double)trace->looks_count;
        trace->busy_threads =
            lround(trace->threads_sum / (double)trace->looks_count);
        trace->omp_threads = look->omp_threads;
    }
    return 0;
}

double trace_busy(const struct trace *trace)
{
    double sum = 0, length_s = 0;
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_point *point = &trace->point[i];
        if (isnan(point->busy))
            continue;
        sum += point->busy * point->length_s;
        length_s += point->length_s;
    }
    return length_s > 0 ? sum / length_s : NAN;
}

double trace_core(const struct trace *trace, size_t index)
{
    double sum = 0, length_s = 0;
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_point *point = &trace->point[i];
        if (index >= point->cores || isnan(point->core[index]))
            continue;
        sum += point->core[index] * point->length_s;
        length_s += point->length_s;
    }
    return length_s > 0 ? sum / length_s : NAN;
}

double trace_mem_mib(const struct trace *trace)
{
    double most = NAN;
    for (size_t i = 0; i < trace->count; i++)
        most = fmax(most, trace->point[i].mem_mib);
    return most;
}

double trace_length_s(const struct trace *trace)
{
    double sum = 0;
    for (size_t i = 0; i < trace->count; i++)
        sum += trace->point[i].length_s;
    return sum;
}

void trace_release(struct trace *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        free(trace->point[i].core);
    free(trace->point);
    free(trace->core);
    *trace = (struct trace){0};
}

/* ---- Kept in the run folder ---------------------------------------------- */

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *point_json(const struct trace_point *point)
{
    json_t *cores = json_array();
    for (size_t i = 0; i < point->cores; i++)
        json_array_append_new(cores, number(point->core[i]));
    return json_pack("{so so so so so}", "t_s", number(point->t_s), "length_s",
                     number(point->length_s), "busy", number(point->busy),
                     "mem_mib", number(point->mem_mib), "core_busy", cores);
}

int trace_save(const struct trace *trace, const char *folder, long job_id,
               struct error *err)
{
    char name[64];
    json_t *cores = json_array(), *points = json_array();
    for (size_t i = 0; i < trace->cores; i++)
        json_array_append_new(cores, json_integer(trace->core[i]));
    for (size_t i = 0; i < trace->count; i++)
        json_array_append_new(points, point_json(&trace->point[i]));
    json_t *json = json_pack(
        "{si sI so so so so so sI sI sf sf sI so}", "schema", 1, "job_id",
        (json_int_t)job_id, "steps_s", number(trace->steps_s), "steps_at_s",
        number(trace->steps_at_s), "seen_s", number(trace->seen_s), "seen_at_s",
        number(trace->seen_at_s), "core", cores, "busy_threads",
        (json_int_t)trace->busy_threads, "omp_threads",
        (json_int_t)trace->omp_threads, "threads_sum", trace->threads_sum,
        "ready_sum", trace->ready_sum, "looks", (json_int_t)trace->looks_count,
        "point", points);
    char *text =
        json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(json);
    if (!text)
        return error_set(err, "out of memory");
    snprintf(name, sizeof name, "usage_%ld.json", job_id);
    int rc = file_write(folder, name, text, FILE_PLAIN, err);
    free(text);
    return rc;
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static long whole_of(const json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value > 0 && value < 1000000000 ? (long)value : 0;
}

/* A figure that no machine has is none. */
static double figure_of(const json_t *value)
{
    double figure = json_is_number(value) ? json_number_value(value) : NAN;
    return figure >= 0 && figure < 1e12 ? figure : NAN;
}

static int read_point(struct trace *trace, const json_t *json)
{
    const json_t *cores = json_object_get(json, "core_busy");
    double t_s = number_of(json, "t_s"), length_s = number_of(json, "length_s");
    size_t count = json_array_size(cores);
    if (!(t_s >= 0 && t_s < 1e12) || !(length_s > 0 && length_s < 1e12) ||
        count > trace->cores)
        return -1;
    if (trace_add(trace, t_s, length_s,
                  figure_of(json_object_get(json, "busy")),
                  figure_of(json_object_get(json, "mem_mib"))) != 0)
        return -1;
    struct trace_point *point = &trace->point[trace->count - 1];
    point->core = calloc(count + 1, sizeof *point->core);
    if (!point->core)
        return -1;
    point->cores = count;
    for (size_t i = 0; i < count; i++) {
        double share = figure_of(json_array_get(cores, i));
        point->core[i] = share > 1 ? 1 : share;
    }
    return 0;
}

static int read_all(struct trace *trace, const json_t *json)
{
    const json_t *cores = json_object_get(json, "core");
    const json_t *points = json_object_get(json, "point");
    size_t count = json_array_size(cores);
    if (!json_is_array(cores) || !json_is_array(points) ||
        count > PROCESSES_CORES || json_array_size(points) > TRACE_POINTS)
        return -1;
    trace->core = calloc(count + 1, sizeof *trace->core);
    if (!trace->core)
        return -1;
    for (size_t i = 0; i < count; i++) {
        json_int_t cpu = json_integer_value(json_array_get(cores, i));
        if (cpu < 0 || cpu >= PROCESSES_CORES)
            return -1;
        trace->core[trace->cores++] = (int)cpu;
    }
    trace->steps_s = fmax(number_of(json, "steps_s"), 0);
    trace->steps_at_s = fmax(number_of(json, "steps_at_s"), 0);
    trace->seen_s = fmax(number_of(json, "seen_s"), 0);
    trace->seen_at_s = fmax(number_of(json, "seen_at_s"), 0);
    trace->threads_sum = fmax(number_of(json, "threads_sum"), 0);
    trace->ready_sum = fmax(number_of(json, "ready_sum"), 0);
    trace->looks_count = whole_of(json, "looks");
    trace->ready = trace->ready_sum / (double)trace->looks_count;
    trace->busy_threads = whole_of(json, "busy_threads");
    trace->omp_threads = whole_of(json, "omp_threads");
    for (size_t i = 0; i < json_array_size(points); i++) {
        if (read_point(trace, json_array_get(points, i)) != 0)
            return -1;
    }
    return 0;
}

int trace_load(struct trace *trace, const char *folder, long job_id,
               struct error *err)
{
    char path[PATH_MAX], *text;
    json_error_t why;
    *trace = (struct trace){0};
    if (snprintf(path, sizeof path, "%s/usage_%ld.json", folder, job_id) >=
        (int)sizeof path)
        return error_set(err, "%s: the path is too long", folder);
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return 0;
    if (file_read(path, FILE_LIMIT, &text, NULL, err) != 0)
        return -1;
    json_t *json = json_loads(text, 0, &why);
    free(text);
    int rc = json ? read_all(trace, json) : -1;
    json_decref(json);
    if (rc == 0)
        return 0;
    trace_release(trace);
    return error_set(err,
                     "%s: not what integ2d-usage wrote: remove it; what was "
                     "seen of the job while it ran is lost",
                     path);
}
