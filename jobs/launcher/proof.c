/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checksum.h"
#include "figures.h"
#include "run.h"
#include "word.h"

enum { SCHEMA = 1, FILE_LIMIT = 64 << 20, FIRST_ROOM = 1 << 16 };

#define KEY(type, key, as)                                                     \
    {                                                                          \
#key, as, offsetof(struct type, key), false, NULL                      \
    }

static const struct scan_key request_keys[] = {
    KEY(request, schema, SCAN_WHOLE),
    KEY(request, workers, SCAN_WHOLE),
    KEY(request, nodes, SCAN_WHOLE),
    KEY(request, cpus_per_task, SCAN_WHOLE),
    KEY(request, time_min, SCAN_WHOLE),
    KEY(request, grid, SCAN_WHOLE),
    KEY(request, repeat, SCAN_WHOLE),
    KEY(request, site, SCAN_STRING),
    KEY(request, scheme, SCAN_STRING),
    KEY(request, math, SCAN_STRING),
    KEY(request, backend, SCAN_STRING),
    KEY(request, token, SCAN_STRING),
    KEY(request, account, SCAN_STRING),
    KEY(request, name, SCAN_STRING),
    KEY(request, submitted, SCAN_STRING),
    {"mode", SCAN_STRING, offsetof(struct request, mode), true, NULL},
    {0},
};

static const struct scan_key ending_keys[] = {
    KEY(ending, job_id, SCAN_WHOLE),
    {"array_id", SCAN_WHOLE, offsetof(struct ending, array_id), true, NULL},
    KEY(ending, state, SCAN_STRING),
    KEY(ending, reason, SCAN_STRING),
    KEY(ending, by, SCAN_STRING),
    KEY(ending, exit_code, SCAN_WHOLE),
    KEY(ending, signal, SCAN_WHOLE),
    KEY(ending, attempt, SCAN_WHOLE),
    KEY(ending, nodes, SCAN_WHOLE),
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
    {"attempt", SCAN_WHOLE, offsetof(struct measured, attempt), true, NULL},
    KEY(measured, job_id, SCAN_WORDS),
    KEY(measured, version, SCAN_WORDS),
    KEY(measured, compiler, SCAN_WORDS),
    KEY(measured, flags, SCAN_WORDS),
    KEY(measured, host, SCAN_WORDS),
    {"cpu_model", SCAN_WORDS, offsetof(struct measured, cpu_model), true, NULL},
    KEY(measured, start, SCAN_WORDS),
    {"checksum", SCAN_WORDS, offsetof(struct measured, checksum), true, NULL},
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

struct proof *proof_make(void)
{
    struct proof *proof = calloc(1, sizeof *proof);
    if (proof) {
        proof->room = FIRST_ROOM;
        proof->file = malloc(proof->room);
    }
    if (proof && !proof->file) {
        free(proof);
        return NULL;
    }
    return proof;
}

void proof_release(struct proof *proof)
{
    if (!proof)
        return;
    free(proof->found.time_s.value);
    free(proof->file);
    free(proof);
}

/* Reads all of an open file into the reader's memory. */
static ssize_t read_open(struct proof *proof, int fd)
{
    size_t used = 0;
    for (;;) {
        if (used + 1 == proof->room) {
            size_t room = 4 * proof->room;
            char *more = room <= FILE_LIMIT ? realloc(proof->file, room) : NULL;
            if (!more)
                return -1;
            proof->file = more;
            proof->room = room;
        }
        ssize_t got = read(fd, proof->file + used, proof->room - 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        used += (size_t)got;
        /* Should there be more all the same: what is cut is no JSON. */
        if (used + 1 < proof->room) {
            proof->file[used] = '\0';
            return (ssize_t)used;
        }
    }
}

/* The size of the file in the run folder, -1 where it is not there or does not
 * say what is wanted. */
static ssize_t take_file(struct proof *proof, int folder, const char *name,
                         const struct scan_key *keys, void *target)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return -1;
    ssize_t size = read_open(proof, fd);
    close(fd);
    if (size < 0 || scan(proof->file, (size_t)size, keys, target))
        return -1;
    return size;
}

bool proof_read(struct proof *proof, const char *folder)
{
    char name[64];
    struct measured *found = &proof->found;
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    proof->asked.mode[0] = found->cpu_model[0] = found->checksum[0] = '\0';
    found->attempt = proof->ending.array_id = 0;
    ssize_t size =
        take_file(proof, fd, "run.json", request_keys, &proof->asked);
    if (size >= 0)
        size = take_file(proof, fd, "state.json", ending_keys, &proof->ending);
    if (size >= 0) {
        snprintf(name, sizeof name, "record_%ld.json", proof->ending.job_id);
        size = take_file(proof, fd, name, measured_keys, found);
    }
    close(fd);
    proof->size = size >= 0 ? (size_t)size : 0;
    found->sealed = size >= 0 && checksum_holds(proof->file, proof->size);
    return size >= 0;
}

bool proof_is_over(struct proof *proof, const char *folder)
{
    char path[PATH_MAX];
    return snprintf(path, sizeof path, "%s/state.json", folder) <
               (int)sizeof path &&
           take_file(proof, AT_FDCWD, path, ending_keys, &proof->ending) >= 0 &&
           state_is_final(state_find(proof->ending.state));
}

/* Texts that run_load takes: words that fit into a struct run. */
static bool is_word(const char *text, size_t size)
{
    return (text[0] == '\0' || word_fits(text, "._:-")) && strlen(text) < size;
}

static bool is_line(const char *text, size_t size)
{
    for (const char *c = text; *c; c++) {
        if (*c < ' ' || *c > '~')
            return false;
    }
    return strlen(text) < size;
}

static bool is_readable(const struct request *asked,
                        const struct ending *ending)
{
    const struct run *run = NULL;
    return is_word(asked->site, sizeof run->site) &&
           is_word(asked->scheme, sizeof run->scheme) &&
           is_word(asked->backend, sizeof run->backend) &&
           is_word(asked->token, sizeof run->token) &&
           is_word(asked->account, sizeof run->account) &&
           is_word(asked->name, sizeof run->name) &&
           is_word(asked->math, sizeof run->math) &&
           is_word(asked->mode, sizeof run->mode) &&
           is_word(asked->submitted, sizeof run->submitted) &&
           is_line(ending->by, sizeof run->status.by) &&
           is_line(ending->reason, sizeof run->status.reason);
}

/* A record of this run's job, and of its last attempt. */
static bool is_its_record(const struct request *asked,
                          const struct ending *ending,
                          const struct measured *found)
{
    char id[32];
    snprintf(id, sizeof id, "%ld", ending->job_id);
    return found->schema == SCHEMA && strcmp(found->job_id, id) == 0 &&
           found->attempt >= ending->attempt &&
           strcmp(found->scheme, asked->scheme) == 0 &&
           strcmp(found->math, asked->math) == 0 &&
           found->grid == asked->grid && found->repeat == asked->repeat &&
           found->time_s.count == (size_t)asked->repeat &&
           found->workers == asked->workers &&
           found->parts == (size_t)asked->workers;
}

static bool has_figures(const struct measured *found)
{
    struct error ignored;
    return strcmp(found->check.verdict, "passed") == 0 &&
           !isnan(found->best_s) && !isnan(found->median_s) &&
           !isnan(found->integral) && !isnan(found->error) &&
           !isnan(found->cpu_used_s) && !isnan(found->cpu_available_s) &&
           figures_check(&(struct figures){.time_s = found->time_s.value,
                                           .repeats = found->time_s.count,
                                           .warmup_s = found->warmup_s,
                                           .best_s = found->best_s,
                                           .median_s = found->median_s,
                                           .integral = found->integral,
                                           .integral_hex = found->integral_hex},
                         &ignored) == 0;
}

bool proof_holds(const struct proof *proof)
{
    const struct request *asked = &proof->asked;
    const struct ending *ending = &proof->ending;
    return asked->schema == SCHEMA && is_readable(asked, ending) &&
           state_find(ending->state) == STATE_COMPLETED &&
           ending->exit_code == 0 && ending->signal == 0 &&
           proof->found.sealed && is_its_record(asked, ending, &proof->found) &&
           has_figures(&proof->found);
}
