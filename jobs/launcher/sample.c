/* SPDX-License-Identifier: BSD-3-Clause */
#include "sample.h"

#include <ctype.h>
#include <math.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proof.h"
#include "run.h"

struct reader {
    struct proof *proof;
    void *words; /* search trees */
    void *kinds;
    struct kind **kind;
    size_t kind_count;
    char text[sizeof((struct result *)0)->text];
};

struct reader *reader_make(void)
{
    struct reader *reader = calloc(1, sizeof *reader);
    if (reader)
        reader->proof = proof_make();
    if (reader && !reader->proof) {
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
    proof_release(reader->proof);
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

/* A whole number of seconds since 1970 from "2026-11-22T07:45:00Z". */
static time_t date(const char *text)
{
    struct tm utc = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return end && *end == '\0' ? timegm(&utc) : 0;
}

static void set_clock(const struct ending *ending, struct sample *sample)
{
    time_t start =
        sample->start > ending->start ? sample->start : (time_t)ending->start;
    time_t now = time(NULL);
    sample->job_s = -1;
    sample->future_s = start > now ? start - now : 0;
    if (ending->start <= 0 || ending->end <= 0)
        return;
    if (ending->end < ending->start) {
        sample->back_s = ending->start - ending->end;
        return;
    }
    sample->job_s = ending->end - ending->start;
    if (sample->start > 0 && sample->start < ending->start)
        sample->clock_off_s = sample->start - ending->start;
    if (sample->start > 0 && sample->start > ending->end)
        sample->clock_off_s = sample->start - ending->end;
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

/* What is not proved is judged and explained as integ2d-collect does. */
static int judge(struct reader *reader, const struct run *news,
                 struct sample *sample, struct error *err)
{
    struct run run;
    struct result result;
    if (!news && run_load(sample->folder, &run, err) != 0)
        return -1;
    if (news)
        run = *news;
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

static int fill(struct reader *reader, const struct run *news,
                struct sample *sample, struct error *err)
{
    const struct proof *proof = reader->proof;
    bool whole = proof_read(reader->proof, sample->folder);
    sample->unsealed = whole && !proof->found.checksum[0];
    if (whole && !news && proof_holds(proof))
        sample->verdict = RESULT_RIGHT;
    else if (judge(reader, news, sample, err) != 0)
        return -1;
    if (sample->verdict != RESULT_RIGHT)
        return 0;
    if (!whole)
        return error_set(err,
                         "%s: its record lacks keys that this version of "
                         "integ2d writes, or has them in another form: it "
                         "cannot be taken together with others",
                         sample->folder);
    if (set_figures(reader, &proof->asked, &proof->ending, &proof->found,
                    sample) != 0)
        sample->verdict = RESULT_FAILED;
    return 0;
}

int sample_read(struct reader *reader, char *folder, const struct run *news,
                struct sample *sample, const char **text, struct error *err)
{
    *sample = (struct sample){.folder = folder, .verdict = RESULT_FAILED};
    reader->text[0] = '\0';
    *text = reader->text;
    if (fill(reader, news, sample, err) == 0)
        return 0;
    sample_release(sample);
    return -1;
}
