/* SPDX-License-Identifier: BSD-3-Clause */
#include "export.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "file.h"

enum { SCHEMA = 1 };

/* ---- CSV ---- */

/* RFC 4180: quotes around what holds a comma, a quote or a line end. */
static void csv_text(const char *text, FILE *file)
{
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;
    fputs(quoted ? "\"" : "", file);
    for (; *text; text++)
        fprintf(file, *text == '"' ? "\"\"" : "%c", *text);
    fputs(quoted ? "\"," : ",", file);
}

static void csv_number(double value, FILE *file)
{
    if (isfinite(value))
        fprintf(file, "%.9g", value);
    fputc(',', file);
}

static void csv_ratio(const struct ratio *ratio, FILE *file)
{
    csv_number(ratio->value, file);
    csv_number(ratio->low, file);
    csv_number(ratio->high, file);
}

static void csv_point(const struct point *point, FILE *file)
{
    const struct sample *sample = point->sample;
    const struct spread *time = &point->time;
    const char *const words[] = {sample->site,          sample->scheme,
                                 sample->mode,          sample->math,
                                 sample->sum,           sample->kind->label,
                                 sample->kind->version, sample->kind->compiler,
                                 sample->kind->flags,   sample->kind->node};
    const double numbers[] = {time->median,   time->low,           time->high,
                              time->coverage, time->mad,           time->min,
                              time->max,      point->warmup.median};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        csv_text(words[i], file);
    fprintf(file, "%ld,%ld,%zu,%zu,", sample->grid, sample->workers,
            point->runs, time->count);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        csv_number(numbers[i], file);
    csv_ratio(&point->over_serial, file);
    csv_ratio(&point->over_one, file);
    csv_number(point->karp_flatt, file);
    csv_number(point->karp_flatt_error, file);
    csv_number(point->peak_mem_mib, file);
    if (isfinite(point->cpu_efficiency))
        fprintf(file, "%.4f", point->cpu_efficiency);
    fputc('\n', file);
}

void export_csv(const struct findings *findings, FILE *file)
{
    fputs("site,scheme,mode,math,sum,kind,version,compiler,flags,node_type,"
          "grid,workers,runs,repeats,median_s,low_s,high_s,coverage,mad_s,"
          "min_s,max_s,warmup_s,speedup_serial,speedup_serial_low,"
          "speedup_serial_high,speedup_one,speedup_one_low,speedup_one_high,"
          "karp_flatt,karp_flatt_error,peak_mem_mib,cpu_efficiency\n",
          file);
    for (size_t i = 0; i < findings->study.points; i++)
        csv_point(&findings->study.point[i], file);
}

/* ---- JSON ---- */

static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *words(const char *text)
{
    char visible[4 * 4096];
    file_visible(text, visible, sizeof visible);
    return json_string(visible);
}

static json_t *spread_json(const struct spread *spread)
{
    return json_pack(
        "{sI so so so so so so so}", "count", (json_int_t)spread->count,
        "median", real(spread->median), "low", real(spread->low), "high",
        real(spread->high), "coverage", real(spread->coverage), "mad",
        real(spread->mad), "min", real(spread->min), "max", real(spread->max));
}

static json_t *ratio_json(const struct ratio *ratio)
{
    return json_pack("{so so so}", "value", real(ratio->value), "low",
                     real(ratio->low), "high", real(ratio->high));
}

static json_t *fit_json(const struct fit *fit)
{
    return json_pack("{so so so sI}", "serial_share", real(fit->share), "error",
                     real(fit->error), "largest_residual", real(fit->worst),
                     "points", (json_int_t)fit->points);
}

static json_t *run_json(const struct sample *sample)
{
    json_t *times = json_array();
    for (size_t i = 0; i < sample->repeats; i++)
        json_array_append_new(times, real(sample->time_s[i]));
    return json_pack("{so sI so so so}", "folder", words(sample->folder),
                     "job_id", (json_int_t)sample->job_id, "warmup_s",
                     real(sample->warmup_s), "time_s", times, "cpu_efficiency",
                     real(sample->cpu_efficiency));
}

static json_t *point_json(const struct point *point)
{
    const struct sample *sample = point->sample;
    json_t *runs = json_array();
    for (size_t i = 0; i < point->runs; i++)
        json_array_append_new(runs, run_json(&sample[i]));
    return json_pack(
        "{so so so so so ss sI sI so so so so so so so so so so}", "site",
        words(sample->site), "scheme", words(sample->scheme), "mode",
        words(sample->mode), "math", words(sample->math), "sum",
        words(sample->sum), "kind", sample->kind->label, "grid",
        (json_int_t)sample->grid, "workers", (json_int_t)sample->workers,
        "time_s", spread_json(&point->time), "warmup_s",
        spread_json(&point->warmup), "speedup_serial",
        ratio_json(&point->over_serial), "speedup_one",
        ratio_json(&point->over_one), "karp_flatt", real(point->karp_flatt),
        "karp_flatt_error", real(point->karp_flatt_error), "residual",
        real(point->residual), "cpu_efficiency", real(point->cpu_efficiency),
        "peak_mem_mib", real(point->peak_mem_mib), "runs", runs);
}

static json_t *kind_json(const struct kind *kind)
{
    return json_pack("{ss so so so so}", "kind", kind->label, "version",
                     words(kind->version), "compiler", words(kind->compiler),
                     "flags", words(kind->flags), "node_type",
                     words(kind->node));
}

static json_t *series_json(const struct series *series)
{
    const struct sample *sample = series->point[0].sample;
    return json_pack("{so so so so so ss sI so}", "site", words(sample->site),
                     "scheme", words(sample->scheme), "mode",
                     words(sample->mode), "math", words(sample->math), "sum",
                     words(sample->sum), "kind", sample->kind->label, "grid",
                     (json_int_t)sample->grid, "amdahl",
                     fit_json(&series->amdahl));
}

static json_t *weak_json(const struct weak *weak)
{
    const struct sample *sample = weak->point[0]->sample;
    json_t *points = json_array();
    for (size_t i = 0; i < weak->count; i++)
        json_array_append_new(
            points,
            json_pack("{sI sI so}", "grid",
                      (json_int_t)weak->point[i]->sample->grid, "workers",
                      (json_int_t)weak->point[i]->sample->workers,
                      "scaled_speedup", real(weak->speedup[i])));
    return json_pack("{so so ss so so}", "site", words(sample->site), "scheme",
                     words(sample->scheme), "kind", sample->kind->label,
                     "points", points, "gustafson", fit_json(&weak->gustafson));
}

/* One element of an array that is being printed. */
static int print_element(json_t *element, bool first, FILE *file)
{
    fputs(first ? "\n" : ",\n", file);
    int rc = element ? json_dumpf(element, file, JSON_COMPACT | JSON_ENCODE_ANY)
                     : -1;
    json_decref(element);
    return rc == 0 || ferror(file) ? 0 : -1;
}

int export_json(const struct findings *findings,
                const struct comparison *comparison, FILE *file)
{
    const struct study *study = &findings->study;
    int rc = 0;
    fprintf(file,
            "{\"schema\": %d, \"version\": \"%s\", \"runs\": %zu, "
            "\"failed\": %zu, \"open\": %zu,\n\"kinds\": [",
            SCHEMA, INTEG2D_VERSION, findings->count, findings->failed,
            findings->open);
    for (size_t i = 0; i < reader_kinds(findings->reader); i++)
        rc |= print_element(kind_json(reader_kind(findings->reader, i)), i == 0,
                            file);
    fputs("],\n\"points\": [", file);
    for (size_t i = 0; i < study->points; i++)
        rc |= print_element(point_json(&study->point[i]), i == 0, file);
    fputs("],\n\"series\": [", file);
    for (size_t i = 0; i < study->many; i++)
        rc |= print_element(series_json(&study->series[i]), i == 0, file);
    fputs("],\n\"weak\": [", file);
    for (size_t i = 0; i < study->weaks; i++)
        rc |= print_element(weak_json(&study->weak[i]), i == 0, file);
    fputs("],\n\"doubts\": [", file);
    for (size_t i = 0; i < findings->cautions.count; i++)
        rc |= print_element(words(findings->cautions.text[i]), i == 0, file);
    fputs("]", file);
    if (comparison) {
        fputs(",\n\"against\": ", file);
        rc |= print_element(compare_json(comparison), true, file);
    }
    fputs("}\n", file);
    return rc;
}
