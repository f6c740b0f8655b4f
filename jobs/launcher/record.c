/* SPDX-License-Identifier: BSD-3-Clause */
#include "record.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checksum.h"
#include "figures.h"
#include "file.h"

enum { RECORD_SCHEMA = 1, RECORD_LIMIT = 64 << 20 };

/* jansson has no NaN: a kernel writes null for one. */
static double number_of(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static int compare(const char *path, const char *key, const char *found,
                   const char *expected, struct error *err)
{
    if (strcmp(found, expected) == 0)
        return 0;
    return error_set(err, "%s: a record of %s %s, but this run asked for %s",
                     path, key, found, expected);
}

static int compare_number(const char *path, const char *key, json_int_t found,
                          long expected, struct error *err)
{
    if (found == expected)
        return 0;
    return error_set(err, "%s: a record of %s %lld, but this run asked for %ld",
                     path, key, (long long)found, expected);
}

/* A job that was started again leaves its record at the same place. */
static int compare_attempt(const char *path, const struct run *run,
                           const json_t *json, struct error *err)
{
    json_int_t found = json_integer_value(json_object_get(json, "attempt"));
    if (found >= run->status.attempt)
        return 0;
    return error_set(err,
                     "%s: a record of attempt %lld, and the last one was %d: "
                     "it left none",
                     path, (long long)found + 1, run->status.attempt + 1);
}

static bool has_integral(const struct run *run)
{
    const struct scheme *scheme;
    struct error ignored;
    return scheme_find(run->scheme, &scheme, &ignored) != 0 ||
           !scheme->no_integral;
}

/* A record without a checksum is of a version that wrote none. */
static int check_seal(const char *path, const char *text, size_t size,
                      struct record *record, struct error *err)
{
    record->unsealed = !json_object_get(record->json, "checksum");
    if (record->unsealed || checksum_holds(text, size))
        return 0;
    return error_set(err,
                     "%s was changed after the run: its checksum is that of "
                     "another content. Its figures are left out",
                     path);
}

/* The figures of a record whose check passed. */
static int check_figures(const char *path, const struct record *record,
                         struct error *err)
{
    json_t *times = json_object_get(record->json, "time_s");
    json_t *hex = json_object_get(record->json, "integral_hex");
    size_t repeats = json_array_size(times);
    double *time_s = calloc(repeats + 1, sizeof *time_s);
    if (!time_s)
        return error_set(err, "%s: out of memory", path);
    for (size_t i = 0; i < repeats; i++)
        time_s[i] = number_of(json_array_get(times, i));
    int rc = figures_check(
        &(struct figures){
            .time_s = time_s,
            .repeats = repeats,
            .warmup_s = number_of(json_object_get(record->json, "warmup_s")),
            .best_s = record->best_s,
            .median_s = record->median_s,
            .integral = record->integral,
            .integral_hex = json_is_string(hex) ? json_string_value(hex) : ""},
        err);
    free(time_s);
    return rc == 0 ? 0 : error_prefix(err, "%s", path);
}

/* What only some schemes write: the time to compile at run time, and notes. */
static int unpack_extras(const char *path, struct record *record,
                         struct error *err)
{
    json_t *build = json_object_get(record->json, "build_s");
    json_t *notes = json_object_get(record->json, "notes");
    const char *key;
    json_t *note;
    record->build_s = number_of(build);
    if (build && !json_is_number(build))
        return error_set(err, "%s: not a whole record: build_s is no number",
                         path);
    if (notes && !json_is_object(notes))
        return error_set(err, "%s: not a whole record: notes is no object",
                         path);
    json_object_foreach(notes, key, note)
    {
        if (!json_is_string(note))
            return error_set(
                err, "%s: not a whole record: a note that is no text", path);
    }
    return 0;
}

static int unpack(const char *path, const struct run *run,
                  struct record *record, struct error *err)
{
    const char *scheme, *math, *job_id, *verdict, *text;
    int schema;
    json_int_t grid, workers, repeat;
    const json_t *best, *median, *integral, *error;
    json_t *times, *parts;
    char id[32];
    json_error_t why;
    if (json_unpack_ex(
            record->json, &why, 0,
            "{si ss ss sI sI sI ss so so so so sF sF so so"
            " s{ss ss}}",
            "schema", &schema, "scheme", &scheme, "math", &math, "grid", &grid,
            "workers", &workers, "repeat", &repeat, "job_id", &job_id, "best_s",
            &best, "median_s", &median, "integral", &integral, "error", &error,
            "cpu_used_s", &record->cpu_used_s, "cpu_available_s",
            &record->cpu_available_s, "time_s", &times, "worker", &parts,
            "check", "verdict", &verdict, "text", &text) != 0)
        return error_set(err, "%s: not a whole record: %s", path, why.text);
    snprintf(id, sizeof id, "%ld", run->status.job_id);
    if (compare_number(path, "schema", schema, RECORD_SCHEMA, err) ||
        compare(path, "job", job_id, id, err) ||
        compare_attempt(path, run, record->json, err) ||
        compare(path, "scheme", scheme, run->scheme, err) ||
        compare(path, "math", math, run->math, err) ||
        compare_number(path, "grid", grid, run->grid, err) ||
        compare_number(path, "repeats", repeat, run->repeat, err) ||
        compare_number(path, "repeats", (json_int_t)json_array_size(times),
                       run->repeat, err))
        return -1;
    record->workers = workers;
    record->best_s = number_of(best);
    record->median_s = number_of(median);
    record->integral = number_of(integral);
    record->error = number_of(error);
    record->passed = strcmp(verdict, "passed") == 0;
    snprintf(record->check, sizeof record->check, "%s", text);
    if (record->passed && (isnan(record->best_s) || isnan(record->median_s) ||
                           (has_integral(run) &&
                            (isnan(record->integral) || isnan(record->error)))))
        return error_set(err, "%s: not a whole record: figures are missing",
                         path);
    if (workers == run->workers &&
        json_array_size(parts) == (size_t)run->workers)
        return 0;
    return error_set(err,
                     "%s: the program ran with %lld worker%s, and %ld were "
                     "asked for: was it started the way job.sbatch starts it?",
                     path, (long long)workers, workers == 1 ? "" : "s",
                     run->workers);
}

int record_load(const struct run *run, struct record *record, struct error *err)
{
    char path[PATH_MAX];
    char *text;
    size_t size;
    json_error_t why;
    *record = (struct record){0};
    run_file(run, "record_", ".json", path);
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return 1;
    if (file_read(path, RECORD_LIMIT, &text, &size, err) != 0) {
        record->cut = true;
        return -1;
    }
    record->json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
    record->cut = !record->json;
    if (record->cut)
        error_set(err, "%s:%d: not a whole record: %s", path, why.line,
                  why.text);
    record->text = text;
    record->size = size;
    int rc = record->cut ? -1 : check_seal(path, text, size, record, err);
    if (rc == 0 && unpack(path, run, record, err) == 0 &&
        unpack_extras(path, record, err) == 0 &&
        (!record->passed || check_figures(path, record, err) == 0))
        return 0;
    record_release(record);
    return -1;
}

const char *record_note(const struct record *record, size_t index,
                        const char **text)
{
    json_t *notes = json_object_get(record->json, "notes");
    void *note = json_object_iter(notes);
    while (note && index-- > 0)
        note = json_object_iter_next(notes, note);
    if (!note)
        return NULL;
    *text = json_string_value(json_object_iter_value(note));
    return json_object_iter_key(note);
}

void record_release(struct record *record)
{
    json_decref(record->json);
    free(record->text);
    record->json = NULL;
    record->text = NULL;
}

/* A record of this run's kind that is not its job's. */
static bool is_other_record(const struct run *run, const char *name)
{
    static const char begin[] = "record_", end[] = ".json";
    char own[PATH_MAX];
    size_t length = strlen(name);
    run_file(run, "record_", ".json", own);
    return strncmp(name, begin, sizeof begin - 1) == 0 && length > sizeof end &&
           strcmp(name + length - 5, end) == 0 &&
           strcmp(name, strrchr(own, '/') ? strrchr(own, '/') + 1 : own) != 0;
}

void record_others(const struct run *run, char *names, size_t size)
{
    size_t used = 0;
    names[0] = '\0';
    DIR *dir = opendir(run->folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        if (used < size && is_other_record(run, entry->d_name))
            used += (size_t)snprintf(names + used, size - used, "%s%s",
                                     used ? ", " : "", entry->d_name);
    }
    if (dir)
        closedir(dir);
}
