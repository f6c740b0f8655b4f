/* SPDX-License-Identifier: BSD-3-Clause */
#include "sweep_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "range.h"
#include "word.h"

enum {
    SCHEMA = 1,
    JSON_LIMIT = 16 << 20,
    JOURNAL_LIMIT = 16 << 20,
    NUMBER_LARGEST = 1000000000,
};

#define TEXT(field) offsetof(struct options, field)

/* The options that a sweep remembers, those of its jobs. */
static const struct {
    const char *key;
    size_t offset;
} texts[] = {
    {"scheme", TEXT(scheme)},
    {"workers", TEXT(workers)},
    {"cpus_per_task", TEXT(cpus_per_task)},
    {"grid", TEXT(grid)},
    {"repeat", TEXT(repeat)},
    {"math", TEXT(math)},
    {"mode", TEXT(mode)},
    {"account", TEXT(account)},
    {"time", TEXT(time)},
    {"partition", TEXT(partition)},
    {"nodes", TEXT(nodes)},
    {"mem", TEXT(mem)},
    {"constraint", TEXT(constraint)},
    {"reservation", TEXT(reservation)},
    {"name", TEXT(name)},
};

enum { TEXTS = sizeof texts / sizeof texts[0] };

/* The first line: the checksum of all lines behind it. */
#define CHECKSUM_LINE "{\"checksum\": \"%s\",\n"

/* ---- Writing ------------------------------------------------------------- */

/* A text in JSON's quotes. */
static void put_text(const char *text, FILE *out)
{
    json_t *json = json_string(text);
    char *quoted = json ? json_dumps(json, JSON_ENCODE_ANY) : NULL;
    fputs(quoted ? quoted : "null", out);
    free(quoted);
    json_decref(json);
}

static void put_options(const struct options *options, FILE *out)
{
    fputs("\"options\": {", out);
    for (size_t i = 0; i < TEXTS; i++) {
        const char *text =
            *(const char *const *)((const char *)options + texts[i].offset);
        if (!text)
            continue;
        fprintf(out, "\"%s\": ", texts[i].key);
        put_text(text, out);
        fputs(", ", out);
    }
    fprintf(out, "\"placement\": %s, \"weak\": %s},\n",
            options->placement ? "true" : "false",
            options->weak ? "true" : "false");
}

/* A line for each run. Its texts are plain words: they are in its script. */
static void put_run(const struct plan_run *row, FILE *out)
{
    const struct run *run = &row->run;
    fprintf(out,
            "{\"scheme\": \"%s\", \"workers\": %ld, \"nodes\": %ld, "
            "\"cpus_per_task\": %ld, \"time_min\": %ld, \"grid\": %ld, "
            "\"repeat\": %ld, \"math\": \"%s\", ",
            run->scheme, run->workers, run->nodes, run->cpus_per_task,
            run->time_min, run->grid, run->repeat, run->math);
    if (run->mode[0])
        fprintf(out, "\"mode\": \"%s\", ", run->mode);
    fprintf(out, "\"group\": %zu}", row->group);
}

static void put_sweep(const struct sweep *sweep, const struct plan *plan,
                      FILE *out)
{
    const struct {
        const char *key, *text;
    } rows[] = {{"site", sweep->site},       {"backend", sweep->backend},
                {"token", sweep->token},     {"account", sweep->account},
                {"name", sweep->name},       {"submitted", sweep->submitted},
                {"version", INTEG2D_VERSION}};
    fprintf(out, "\"schema\": %d,\n", SCHEMA);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fprintf(out, "\"%s\": ", rows[i].key);
        put_text(rows[i].text, out);
        fputs(",\n", out);
    }
    put_options(&sweep->options, out);
    fputs("\"runs\": [\n", out);
    for (size_t i = 0; i < plan->count; i++) {
        put_run(&plan->run[i], out);
        fputs(i + 1 < plan->count ? ",\n" : "\n", out);
    }
    fputs("]}\n", out);
}

/* Of a text (FNV-1a, 64 bits): against a slip of the hand, not against
 * malice. */
static void checksum(const char *text, char sum_text[17])
{
    uint64_t sum = 14695981039346656037u;
    for (const char *at = text; *at; at++)
        sum = (sum ^ (unsigned char)*at) * 1099511628211u;
    snprintf(sum_text, 17, "%016llx", (unsigned long long)sum);
}

char *sweep_file_text(const struct sweep *sweep, const struct plan *plan)
{
    char sum[17], *rest = NULL, *text = NULL;
    size_t size;
    FILE *out = open_memstream(&rest, &size);
    if (!out)
        return NULL;
    put_sweep(sweep, plan, out);
    bool good = !ferror(out);
    if (fclose(out) == 0 && good) {
        checksum(rest, sum);
        if (asprintf(&text, CHECKSUM_LINE "%s", sum, rest) < 0)
            text = NULL;
    }
    free(rest);
    return text;
}

/* ---- sweep.json ---------------------------------------------------------- */

static int take_text(const char *text, char *field, size_t size)
{
    if (text[0] != '\0' && !word_fits(text, "._:-"))
        return -1;
    return snprintf(field, size, "%s", text) < (int)size ? 0 : -1;
}

static bool is_token(const char *text)
{
    return strlen(text) == JOB_TOKEN &&
           strspn(text, "0123456789abcdef") == JOB_TOKEN;
}

static bool is_number(json_int_t number, json_int_t least)
{
    return number >= least && number <= NUMBER_LARGEST;
}

/* What all of the runs have in common goes into each. */
static int read_run(json_t *json, const struct sweep *sweep, struct run *run,
                    size_t *group, json_error_t *why)
{
    const char *scheme, *math, *mode = "";
    json_int_t workers, nodes, cpus, time_min, grid, repeat, its_group;
    if (json_unpack_ex(json, why, JSON_STRICT,
                       "{ss sI sI sI sI sI sI ss s?s sI}", "scheme", &scheme,
                       "workers", &workers, "nodes", &nodes, "cpus_per_task",
                       &cpus, "time_min", &time_min, "grid", &grid, "repeat",
                       &repeat, "math", &math, "mode", &mode, "group",
                       &its_group) != 0)
        return -1;
    snprintf(why->text, sizeof why->text, "a run of it cannot be");
    if (!is_number(workers, 1) || !is_number(nodes, 0) || !is_number(cpus, 1) ||
        !is_number(time_min, 1) || !is_number(grid, 1) ||
        !is_number(repeat, 1) || !is_number(its_group, 0))
        return -1;
    *run = (struct run){.workers = workers,
                        .nodes = nodes,
                        .cpus_per_task = cpus,
                        .time_min = time_min,
                        .grid = grid,
                        .repeat = repeat};
    *group = (size_t)its_group;
    snprintf(run->site, sizeof run->site, "%s", sweep->site);
    snprintf(run->backend, sizeof run->backend, "%s", sweep->backend);
    snprintf(run->account, sizeof run->account, "%s", sweep->account);
    snprintf(run->name, sizeof run->name, "%s", sweep->name);
    snprintf(run->submitted, sizeof run->submitted, "%s", sweep->submitted);
    return take_text(scheme, run->scheme, sizeof run->scheme) ||
                   take_text(math, run->math, sizeof run->math) ||
                   take_text(mode, run->mode, sizeof run->mode)
               ? -1
               : 0;
}

static int read_runs(json_t *runs, struct sweep *sweep, json_error_t *why)
{
    size_t count = json_array_size(runs);
    snprintf(why->text, sizeof why->text, "it has %zu runs", count);
    if (count == 0 || count > RANGE_MAX)
        return -1;
    sweep->run = calloc(count, sizeof *sweep->run);
    sweep->group = calloc(count, sizeof *sweep->group);
    sweep->task = calloc(count, sizeof *sweep->task);
    sweep->in = calloc(count, sizeof *sweep->in);
    snprintf(why->text, sizeof why->text, "out of memory");
    if (!sweep->run || !sweep->group || !sweep->task || !sweep->in)
        return -1;
    for (; sweep->count < count; sweep->count++) {
        if (read_run(json_array_get(runs, sweep->count), sweep,
                     &sweep->run[sweep->count], &sweep->group[sweep->count],
                     why) != 0)
            return -1;
    }
    return 0;
}

static int read_options(json_t *json, struct options *options,
                        json_error_t *why)
{
    int placement, weak;
    snprintf(why->text, sizeof why->text, "its options cannot be");
    for (size_t i = 0; i < TEXTS; i++) {
        json_t *text = json_object_get(json, texts[i].key);
        if (text && !json_is_string(text))
            return -1;
        *(const char **)((char *)options + texts[i].offset) =
            json_string_value(text);
    }
    if (json_unpack_ex(json, why, 0, "{sb sb}", "placement", &placement, "weak",
                       &weak) != 0)
        return -1;
    options->placement = placement;
    options->weak = weak;
    return 0;
}

/* Whether nobody has changed it since it was written. */
static bool is_untouched(const char *text)
{
    char sum[17], line[sizeof CHECKSUM_LINE + sizeof sum];
    const char *end = strchr(text, '\n');
    if (!end)
        return false;
    checksum(end + 1, sum);
    int length = snprintf(line, sizeof line, CHECKSUM_LINE, sum);
    return end + 1 - text == length && strncmp(text, line, (size_t)length) == 0;
}

static int read_all(const char *text, json_t *json, struct sweep *sweep,
                    json_error_t *why)
{
    const char *site, *backend, *token, *account, *name, *submitted;
    int schema;
    json_t *options, *runs;
    if (json_unpack_ex(json, why, 0, "{si}", "schema", &schema) != 0)
        return -1;
    snprintf(why->text, sizeof why->text,
             "it was written by another version of integ2d");
    if (schema != SCHEMA)
        return -1;
    snprintf(why->text, sizeof why->text,
             "it has been changed since (its checksum is another)");
    if (!is_untouched(text))
        return -1;
    if (json_unpack_ex(json, why, 0, "{ss ss ss ss ss ss so so}", "site", &site,
                       "backend", &backend, "token", &token, "account",
                       &account, "name", &name, "submitted", &submitted,
                       "options", &options, "runs", &runs) != 0)
        return -1;
    snprintf(why->text, sizeof why->text,
             "a text is too long or has characters that do not belong there");
    if (take_text(site, sweep->site, sizeof sweep->site) ||
        take_text(backend, sweep->backend, sizeof sweep->backend) ||
        take_text(account, sweep->account, sizeof sweep->account) ||
        take_text(name, sweep->name, sizeof sweep->name) ||
        take_text(submitted, sweep->submitted, sizeof sweep->submitted) ||
        !is_token(token))
        return -1;
    snprintf(sweep->token, sizeof sweep->token, "%s", token);
    return read_options(options, &sweep->options, why) != 0 ||
                   read_runs(runs, sweep, why) != 0
               ? -1
               : 0;
}

/* ---- The journal --------------------------------------------------------- */

int sweep_file_array(struct sweep *sweep, const char *token, const size_t *runs,
                     size_t count, struct error *err)
{
    struct sweep_array *more =
        reallocarray(sweep->array, sweep->arrays + 1, sizeof *more);
    size_t *copy = calloc(count, sizeof *copy);
    if (more)
        sweep->array = more;
    if (!more || !copy) {
        free(copy);
        return error_set(err, "out of memory for a sweep");
    }
    struct sweep_array *array = &sweep->array[sweep->arrays];
    *array = (struct sweep_array){.run = copy, .count = count};
    snprintf(array->token, sizeof array->token, "%s", token);
    for (size_t i = 0; i < count; i++) {
        struct run *run = &sweep->run[runs[i]];
        copy[i] = runs[i];
        sweep->in[runs[i]] = sweep->arrays;
        sweep->task[runs[i]] = i + 1;
        run->status = (struct job_status){0};
        snprintf(run->token, sizeof run->token, "%s:%zu", token, i + 1);
    }
    sweep->arrays++;
    return 0;
}

/* "array 2 <token> 1-8,12", the number read already. */
static int take_array(struct sweep *sweep, const char *rest, struct error *err)
{
    struct range range;
    char token[JOB_TOKEN + 1];
    if (strlen(rest) < JOB_TOKEN + 2 || rest[JOB_TOKEN] != ' ')
        return error_set(err, "it has no token and runs");
    snprintf(token, sizeof token, "%.*s", JOB_TOKEN, rest);
    if (!is_token(token))
        return error_set(err, "it has no token");
    if (range_read(rest + JOB_TOKEN + 1, "its runs", 1, (long)sweep->count,
                   &range, err) != 0)
        return -1;
    size_t *runs = calloc(range.count, sizeof *runs);
    int rc = runs ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; runs && i < range.count; i++)
        runs[i] = (size_t)range.number[i] - 1;
    if (rc == 0)
        rc = sweep_file_array(sweep, token, runs, range.count, err);
    free(runs);
    range_release(&range);
    return rc;
}

static int take_line(struct sweep *sweep, const char *line, struct error *err)
{
    char word[8];
    unsigned long number;
    long job_id;
    int length = 0;
    if (sscanf(line, "%7[a-z] %9lu%n", word, &number, &length) != 2 ||
        number == 0)
        return error_set(err, "it is none of array, asked, job and a number");
    const char *rest = line + length;
    if (strcmp(word, "array") == 0 && number == sweep->arrays + 1 &&
        *rest == ' ')
        return take_array(sweep, rest + 1, err);
    if (number > sweep->arrays || strcmp(word, "array") == 0)
        return error_set(err, "there is no array %lu yet", number);
    struct sweep_array *array = &sweep->array[number - 1];
    if (strcmp(word, "asked") == 0 && *rest == '\0') {
        array->asked = true;
        return 0;
    }
    length = 0;
    if (strcmp(word, "job") != 0 ||
        sscanf(rest, " %9ld%n", &job_id, &length) != 1 || job_id <= 0 ||
        rest[length] != '\0')
        return error_set(err, "it is none of array, asked, job and a number");
    array->asked = true;
    array->job_id = job_id;
    return 0;
}

/* Tasks that are not known better have their array's number. */
static void spread_numbers(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->count; i++) {
        if (sweep->task[i] && sweep->array[sweep->in[i]].job_id)
            sweep->run[i].status.job_id = sweep->array[sweep->in[i]].job_id;
    }
}

/* A line without its end was being written when the program was ended. */
static int read_journal(struct sweep *sweep, const char *path, char *text,
                        struct error *err)
{
    const char *last = strrchr(text, '\n');
    sweep->journal = last ? (size_t)(last + 1 - text) : 0;
    char shown[PATH_MAX];
    struct error why;
    long number = 1;
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL;
         line = end + 1, number++) {
        *end = '\0';
        if (take_line(sweep, line, &why) == 0)
            continue;
        file_visible(path, shown, sizeof shown);
        return error_set(err, "%s:%ld: not what integ2d-submit wrote: %s",
                         shown, number, why.text);
    }
    spread_numbers(sweep);
    return 0;
}

/* ---- Both ---------------------------------------------------------------- */

static int read_json(struct sweep *sweep, const char *path, struct error *err)
{
    char *text, shown[PATH_MAX], reason[4 * JSON_ERROR_TEXT_LENGTH];
    json_error_t why;
    if (file_read(path, JSON_LIMIT, &text, NULL, err) != 0)
        return errno == ENOENT
                   ? error_prefix(err, "%s is no sweep", sweep->folder)
                   : -1;
    sweep->json = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    int rc = sweep->json ? read_all(text, sweep->json, sweep, &why) : -1;
    free(text);
    if (rc == 0)
        return 0;
    /* jansson quotes what it stumbled over. */
    file_visible(path, shown, sizeof shown);
    file_visible(why.text, reason, sizeof reason);
    return error_set(err, "%s: not what integ2d-submit wrote: %s", shown,
                     reason);
}

static int file_path(const struct sweep *sweep, const char *name,
                     char path[PATH_MAX], struct error *err)
{
    if (snprintf(path, PATH_MAX, "%s/%s", sweep->folder, name) < PATH_MAX)
        return 0;
    return error_set(err, "%s: the path is too long", sweep->folder);
}

int sweep_file_read(struct sweep *sweep, struct error *err)
{
    char path[PATH_MAX], *text;
    if (file_path(sweep, SWEEP_JSON, path, err) == 0 &&
        read_json(sweep, path, err) == 0 &&
        file_path(sweep, SWEEP_JOURNAL, path, err) == 0 &&
        file_read(path, JOURNAL_LIMIT, &text, NULL, err) == 0) {
        int rc = read_journal(sweep, path, text, err);
        free(text);
        if (rc == 0)
            return 0;
    }
    sweep_release(sweep);
    return -1;
}
