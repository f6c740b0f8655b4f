/* SPDX-License-Identifier: BSD-3-Clause */
#include "sample.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"
#include "state.h"
#include "stats.h"

enum { SCHEMA = 1, FILE_LIMIT = 64 << 20, FIRST_ROOM = 1 << 16 };

/* run.json, state.json and the record, as far as they are wanted. */
struct request {
    long schema, workers, grid, repeat;
    char site[SCAN_TEXT], scheme[SCAN_TEXT], math[SCAN_TEXT], mode[SCAN_TEXT];
};

struct ending {
    long job_id, exit_code, signal, start, end;
    char state[SCAN_TEXT];
};

struct check {
    char verdict[SCAN_TEXT];
    long rows_done;
};

struct measured {
    long schema, workers, grid, repeat;
    char scheme[SCAN_TEXT], math[SCAN_TEXT], sum[SCAN_TEXT], job_id[SCAN_TEXT];
    char version[SCAN_TEXT], compiler[SCAN_TEXT], flags[SCAN_TEXT];
    char host[SCAN_TEXT], cpu_model[SCAN_TEXT], start[SCAN_TEXT];
    double warmup_s, best_s, median_s, integral, error;
    double cpu_used_s, cpu_available_s, peak_mem_mib;
    char integral_hex[SCAN_TEXT];
    struct scan_reals time_s;
    size_t parts;
    struct check check;
};

#define KEY(type, key, as)                                                     \
    {                                                                          \
#key, as, offsetof(struct type, key), false, NULL                      \
    }

static const struct scan_key request_keys[] = {
    KEY(request, schema, SCAN_WHOLE),
    KEY(request, workers, SCAN_WHOLE),
    KEY(request, grid, SCAN_WHOLE),
    KEY(request, repeat, SCAN_WHOLE),
    KEY(request, site, SCAN_WORDS),
    KEY(request, scheme, SCAN_WORDS),
    KEY(request, math, SCAN_WORDS),
    {"mode", SCAN_WORDS, offsetof(struct request, mode), true, NULL},
    {0},
};

static const struct scan_key ending_keys[] = {
    KEY(ending, job_id, SCAN_WHOLE),
    KEY(ending, state, SCAN_WORDS),
    KEY(ending, exit_code, SCAN_WHOLE),
    KEY(ending, signal, SCAN_WHOLE),
    KEY(ending, start, SCAN_WHOLE),
    KEY(ending, end, SCAN_WHOLE),
    {0},
};

static const struct scan_key check_keys[] = {
    KEY(check, verdict, SCAN_WORDS),
    KEY(check, rows_done, SCAN_WHOLE),
    {0},
};

static const struct scan_key measured_keys[] = {
    KEY(measured, schema, SCAN_WHOLE),
    KEY(measured, scheme, SCAN_WORDS),
    KEY(measured, math, SCAN_WORDS),
    KEY(measured, sum, SCAN_WORDS),
    KEY(measured, grid, SCAN_WHOLE),
    KEY(measured, workers, SCAN_WHOLE),
    KEY(measured, repeat, SCAN_WHOLE),
    KEY(measured, job_id, SCAN_WORDS),
    KEY(measured, version, SCAN_WORDS),
    KEY(measured, compiler, SCAN_WORDS),
    KEY(measured, flags, SCAN_WORDS),
    KEY(measured, host, SCAN_WORDS),
    {"cpu_model", SCAN_WORDS, offsetof(struct measured, cpu_model), true, NULL},
    KEY(measured, start, SCAN_WORDS),
    KEY(measured, warmup_s, SCAN_REAL),
    KEY(measured, time_s, SCAN_REALS),
    KEY(measured, best_s, SCAN_REAL),
    KEY(measured, median_s, SCAN_REAL),
    KEY(measured, integral, SCAN_REAL),
    KEY(measured, integral_hex, SCAN_WORDS),
    KEY(measured, error, SCAN_REAL),
    KEY(measured, cpu_used_s, SCAN_REAL),
    KEY(measured, cpu_available_s, SCAN_REAL),
    KEY(measured, peak_mem_mib, SCAN_REAL),
    {"worker", SCAN_COUNT, offsetof(struct measured, parts), false, NULL},
    {"check", SCAN_OBJECT, offsetof(struct measured, check), false, check_keys},
    {0},
};

struct reader {
    char *file; /* of the run folder, read last */
    size_t room;
    struct scan_reals time_s;
    void *words; /* search trees */
    void *kinds;
    struct kind **kind;
    size_t kind_count;
    char text[sizeof((struct result *)0)->text];
};

struct reader *reader_make(void)
{
    struct reader *reader = calloc(1, sizeof *reader);
    if (reader) {
        reader->room = FIRST_ROOM;
        reader->file = malloc(reader->room);
    }
    if (reader && !reader->file) {
        free(reader);
        return NULL;
    }
    return reader;
}

void reader_release(struct reader *reader)
{
    tdestroy(reader->kinds, free);
    tdestroy(reader->words, free);
    free(reader->kind);
    free(reader->time_s.value);
    free(reader->file);
    free(reader);
}

const struct kind *reader_kind(const struct reader *reader, size_t index)
{
    return reader->kind[index];
}

size_t reader_kinds(const struct reader *reader)
{
    return reader->kind_count;
}

void sample_release(struct sample *sample)
{
    free(sample->folder);
    free(sample->time_s);
    *sample = (struct sample){0};
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The one copy of `word`; NULL when out of memory. */
static const char *share(struct reader *reader, const char *word)
{
    void *found = tfind(word, &reader->words, compare_words);
    if (found)
        return *(char **)found;
    char *copy = strdup(word);
    if (!copy || !tsearch(copy, &reader->words, compare_words)) {
        free(copy);
        return NULL;
    }
    return copy;
}

/* Words are shared, so their addresses are enough. */
static int compare_kinds(const void *a, const void *b)
{
    return memcmp(a, b, offsetof(struct kind, label));
}

/* A to Z, then A1, B1 ... */
static void set_label(struct kind *kind, size_t number)
{
    kind->label[0] = (char)('A' + number % 26);
    if (number >= 26)
        snprintf(kind->label + 1, sizeof kind->label - 1, "%zu",
                 number / 26 % 100000);
}

static const struct kind *add_kind(struct reader *reader,
                                   const struct kind *kind)
{
    struct kind **more = reallocarray(reader->kind, reader->kind_count + 1,
                                      sizeof(struct kind *));
    struct kind *copy = malloc(sizeof *copy);
    if (more)
        reader->kind = more;
    if (!more || !copy) {
        free(copy);
        return NULL;
    }
    *copy = *kind;
    set_label(copy, reader->kind_count);
    if (!tsearch(copy, &reader->kinds, compare_kinds)) {
        free(copy);
        return NULL;
    }
    return reader->kind[reader->kind_count++] = copy;
}

/* Nodes of one type have names that differ in their numbers. */
static void node_type(const struct measured *measured, char type[SCAN_TEXT])
{
    const char *from = measured->host;
    size_t used = 0;
    if (measured->cpu_model[0]) {
        memcpy(type, measured->cpu_model, SCAN_TEXT);
        return;
    }
    while (*from) {
        bool digit = isdigit((unsigned char)*from);
        type[used++] = digit ? '#' : *from;
        from += digit ? strspn(from, "0123456789") : 1;
    }
    type[used] = '\0';
}

static const struct kind *find_kind(struct reader *reader,
                                    const struct measured *measured)
{
    char type[SCAN_TEXT];
    struct kind kind = {0};
    node_type(measured, type);
    kind.version = share(reader, measured->version);
    kind.compiler = share(reader, measured->compiler);
    kind.flags = share(reader, measured->flags);
    kind.node = share(reader, type);
    if (!kind.version || !kind.compiler || !kind.flags || !kind.node)
        return NULL;
    void *found = tfind(&kind, &reader->kinds, compare_kinds);
    return found ? *(struct kind **)found : add_kind(reader, &kind);
}

/* Reads all of an open file into the reader's memory. */
static ssize_t read_open(struct reader *reader, int fd)
{
    size_t used = 0;
    for (;;) {
        if (used + 1 == reader->room) {
            size_t room = 4 * reader->room;
            char *more =
                room <= FILE_LIMIT ? realloc(reader->file, room) : NULL;
            if (!more)
                return -1;
            reader->file = more;
            reader->room = room;
        }
        ssize_t got = read(fd, reader->file + used, reader->room - 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            reader->file[used] = '\0';
            return got < 0 ? -1 : (ssize_t)used;
        }
        used += (size_t)got;
    }
}

/* Whether the file in the run folder is there and says what is wanted. */
static bool take_file(struct reader *reader, int folder, const char *name,
                      const struct scan_key *keys, void *target)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return false;
    ssize_t size = read_open(reader, fd);
    close(fd);
    return size >= 0 && !scan(reader->file, (size_t)size, keys, target);
}

/* A whole number of seconds since 1970 from "2026-11-22T07:45:00Z". */
static time_t date(const char *text)
{
    struct tm utc = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return end && *end == '\0' ? timegm(&utc) : 0;
}

static void set_clock(const struct ending *ending, struct sample *sample)
{
    sample->job_s = -1;
    sample->clock_off_s = 0;
    if (ending->start <= 0 || ending->end <= 0)
        return;
    sample->job_s = ending->end - ending->start;
    if (ending->end < ending->start)
        sample->job_s = 0;
    if (sample->start > 0 && sample->start < ending->start)
        sample->clock_off_s = sample->start - ending->start;
    if (sample->start > 0 && sample->start > ending->end)
        sample->clock_off_s = sample->start - ending->end;
}

/* All that makes a success, and a record of this run's job. */
static bool is_proved(const struct request *asked, const struct ending *ending,
                      const struct measured *found)
{
    char id[32];
    snprintf(id, sizeof id, "%ld", ending->job_id);
    return asked->schema == SCHEMA && found->schema == SCHEMA &&
           state_find(ending->state) == STATE_COMPLETED &&
           ending->exit_code == 0 && ending->signal == 0 &&
           strcmp(found->job_id, id) == 0 &&
           strcmp(found->scheme, asked->scheme) == 0 &&
           strcmp(found->math, asked->math) == 0 &&
           found->grid == asked->grid && found->repeat == asked->repeat &&
           found->time_s.count == (size_t)asked->repeat &&
           found->workers == asked->workers &&
           found->parts == (size_t)asked->workers &&
           strcmp(found->check.verdict, "passed") == 0 &&
           !isnan(found->best_s) && !isnan(found->median_s) &&
           !isnan(found->integral) && !isnan(found->error) &&
           !isnan(found->cpu_used_s) && !isnan(found->cpu_available_s);
}

static int say(struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int say(struct reader *reader, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reader->text, sizeof reader->text, format, arguments);
    va_end(arguments);
    return -1;
}

static bool differ(double a, double b)
{
    return !(fabs(a - b) <= 1e-9 * fabs(b));
}

/* The figures a kernel derives from others must be those it would derive. */
static int check_figures(struct reader *reader, long job_id,
                         const struct measured *found)
{
    const double *time_s = found->time_s.value;
    struct spread spread;
    for (size_t i = 0; i < found->time_s.count; i++) {
        if (!(time_s[i] > 0) || !isfinite(time_s[i]))
            return say(reader,
                       "job %ld: repeat %zu took %g s: a time must be more "
                       "than 0. Its figures are left out",
                       job_id, i + 1, time_s[i]);
    }
    if (found->warmup_s <= 0)
        return say(reader,
                   "job %ld: the warm-up took %g s: a time must be more than "
                   "0. Its figures are left out",
                   job_id, found->warmup_s);
    double *sorted = malloc(found->time_s.count * sizeof *sorted);
    if (!sorted)
        return say(reader, "job %ld: out of memory", job_id);
    memcpy(sorted, time_s, found->time_s.count * sizeof *sorted);
    stats_spread(sorted, found->time_s.count, &spread);
    free(sorted);
    if (differ(found->best_s, spread.min) ||
        differ(found->median_s, spread.median))
        return say(reader,
                   "job %ld: best and median of the record are %g and %g s, "
                   "and its repeats give %g and %g s: it has been changed "
                   "since it was written. Its figures are left out",
                   job_id, found->best_s, found->median_s, spread.min,
                   spread.median);
    if (found->integral_hex[0] &&
        strtod(found->integral_hex, NULL) != found->integral)
        return say(reader,
                   "job %ld: the record's integral is %.17g, and %s in "
                   "hexadecimal: it has been changed since it was written. "
                   "Its figures are left out",
                   job_id, found->integral, found->integral_hex);
    return 0;
}

static int set_times(const struct measured *found, struct sample *sample)
{
    size_t size = found->time_s.count * sizeof *sample->time_s;
    sample->time_s = malloc(size);
    if (!sample->time_s)
        return -1;
    memcpy(sample->time_s, found->time_s.value, size);
    sample->repeats = found->time_s.count;
    return 0;
}

static int set_figures(struct reader *reader, const struct request *asked,
                       const struct ending *ending,
                       const struct measured *found, struct sample *sample)
{
    sample->site = share(reader, asked->site);
    sample->scheme = share(reader, asked->scheme);
    sample->math = share(reader, asked->math);
    sample->mode = share(reader, asked->mode);
    sample->sum = share(reader, found->sum);
    sample->kind = find_kind(reader, found);
    sample->job_id = ending->job_id;
    sample->workers = asked->workers;
    sample->grid = asked->grid;
    sample->warmup_s = found->warmup_s;
    sample->cpu_efficiency = found->cpu_available_s > 0
                                 ? found->cpu_used_s / found->cpu_available_s
                                 : NAN;
    sample->peak_mem_mib = found->peak_mem_mib;
    sample->start = date(found->start);
    set_clock(ending, sample);
    if (sample->site && sample->scheme && sample->math && sample->mode &&
        sample->sum && sample->kind && set_times(found, sample) == 0)
        return 0;
    return say(reader, "job %ld: out of memory", ending->job_id);
}

/* The three files of a run. */
struct files {
    struct request asked;
    struct ending ending;
    struct measured found;
};

/* Whether they are all there and say what is wanted. */
static bool read_files(struct reader *reader, const char *path,
                       struct files *files)
{
    char name[64];
    int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    files->asked.mode[0] = files->found.cpu_model[0] = '\0';
    files->found.time_s = reader->time_s;
    bool whole =
        take_file(reader, folder, "run.json", request_keys, &files->asked) &&
        take_file(reader, folder, "state.json", ending_keys, &files->ending);
    if (whole) {
        snprintf(name, sizeof name, "record_%ld.json", files->ending.job_id);
        whole = take_file(reader, folder, name, measured_keys, &files->found);
    }
    close(folder);
    reader->time_s = files->found.time_s;
    return whole;
}

/* What is not proved is judged and explained as integ2d-collect does. */
static int judge(struct reader *reader, struct sample *sample,
                 struct error *err)
{
    struct run run;
    struct result result;
    if (run_load(sample->folder, &run, err) != 0)
        return -1;
    result_collect(&run, 0, &result);
    result_release(&result);
    memcpy(reader->text, result.text, sizeof reader->text);
    sample->verdict = result.verdict;
    sample->site = share(reader, run.site);
    sample->scheme = share(reader, run.scheme);
    sample->math = share(reader, run.math);
    sample->mode = share(reader, run.mode);
    sample->sum = share(reader, "");
    sample->job_id = run.status.job_id;
    sample->workers = run.workers;
    sample->grid = run.grid;
    if (sample->site && sample->scheme && sample->math && sample->mode &&
        sample->sum)
        return 0;
    return error_set(err, "%s: out of memory", sample->folder);
}

static int fill(struct reader *reader, struct sample *sample, struct error *err)
{
    struct files files;
    bool whole = read_files(reader, sample->folder, &files);
    if (whole && is_proved(&files.asked, &files.ending, &files.found))
        sample->verdict = RESULT_RIGHT;
    else if (judge(reader, sample, err) != 0)
        return -1;
    if (sample->verdict != RESULT_RIGHT)
        return 0;
    if (!whole)
        return error_set(err,
                         "%s: its record lacks keys that this version of "
                         "integ2d writes, or has them in another form: it "
                         "cannot be taken together with others",
                         sample->folder);
    if (check_figures(reader, files.ending.job_id, &files.found) != 0 ||
        set_figures(reader, &files.asked, &files.ending, &files.found,
                    sample) != 0)
        sample->verdict = RESULT_FAILED;
    return 0;
}

int sample_read(struct reader *reader, char *folder, struct sample *sample,
                const char **text, struct error *err)
{
    *sample = (struct sample){.folder = folder, .verdict = RESULT_FAILED};
    reader->text[0] = '\0';
    *text = reader->text;
    if (fill(reader, sample, err) == 0)
        return 0;
    sample_release(sample);
    return -1;
}
