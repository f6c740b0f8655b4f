/* SPDX-License-Identifier: BSD-3-Clause */
#include "evidence.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account.h"
#include "evidence_ask.h"
#include "file.h"
#include "parse.h"
#include "script.h"
#include "word.h"

enum {
    END_BYTES = 32768,       /* read of each end of what a job wrote */
    RECORD_LIMIT = 64 << 20, /* as in record.c */
    MEM_STEP_MIB = 100,      /* --mem is advised in such steps */
};

/* ---- What was asked for ------------------------------------------------- */

/* 0 and "" mean that nothing was said. */
static void number(struct facts *facts, enum fact fact, long value)
{
    if (value > 0)
        facts_number(facts, fact, (double)value);
}

static void text(struct facts *facts, enum fact fact, const char *value)
{
    if (value[0])
        facts_text(facts, fact, value);
}

/* The defaults of sbatch: one task a node, one CPU a task. */
static void add_script(const struct script *script, struct facts *facts)
{
    long nodes = script->nodes > 0 ? script->nodes : 1;
    long cpus = script->cpus_per_task > 0 ? script->cpus_per_task : 1;
    facts_text(facts, FACT_SCRIPT, script->text);
    text(facts, FACT_LAUNCH, script->launch);
    number(facts, FACT_TASKS, script->tasks > 0 ? script->tasks : nodes);
    number(facts, FACT_CPUS_PER_TASK, cpus);
    number(facts, FACT_NODES, script->nodes);
    number(facts, FACT_TIME_MIN, script->time_min);
    number(facts, FACT_MEM_MIB, script->mem_mib);
    text(facts, FACT_ACCOUNT, script->account);
    text(facts, FACT_PARTITION, script->partition);
    text(facts, FACT_CONSTRAINT, script->constraint);
    text(facts, FACT_RESERVATION, script->reservation);
    number(facts, FACT_OMP_NUM_THREADS, script->omp_num_threads);
}

/* The site's launch command for a program with ranks, with this job's
 * numbers. */
static void add_launch(const struct site *site, struct facts *facts)
{
    char tasks[32], cpus[32], half[512], launch[512];
    bool hybrid = facts->known[FACT_KIND] &&
                  strcmp(facts->text[FACT_KIND], "hybrid") == 0;
    facts_show(facts, FACT_TASKS, tasks, sizeof tasks);
    facts_show(facts, FACT_CPUS_PER_TASK, cpus, sizeof cpus);
    if (facts->known[FACT_TASKS] && facts->known[FACT_CPUS_PER_TASK] &&
        word_replace(site->launch[hybrid ? SCHEME_HYBRID : SCHEME_MPI],
                     "@RANKS@", tasks, half, sizeof half) == 0 &&
        word_replace(half, "@THREADS@", cpus, launch, sizeof launch) == 0)
        text(facts, FACT_MPI_LAUNCH, launch);
}

static void add_site(const struct site *site, const char *constraint,
                     const char *partition, struct facts *facts)
{
    text(facts, FACT_MODULES, site->modules);
    add_launch(site, facts);
    number(facts, FACT_NODE_CORES, site_cores(site, constraint, partition));
}

static void add_request(const struct run *run, const struct site *site,
                        struct facts *facts)
{
    const struct scheme *scheme;
    struct script script;
    struct error ignored;
    facts_text(facts, FACT_SITE, run->site);
    facts_text(facts, FACT_SCHEME, run->scheme);
    if (scheme_find(run->scheme, &scheme, &ignored) == 0)
        facts_text(facts, FACT_KIND, scheme_kind_name(scheme->kind));
    number(facts, FACT_ASKED_WORKERS, run->workers);
    number(facts, FACT_REPEATS, run->repeat);
    number(facts, FACT_JOB_ID, run->status.job_id);
    facts_number(facts, FACT_BY_HAND, run->by_hand);
    if (script_read(run->folder, &script, &ignored) == 0 && site && site->slurm)
        add_script(&script, facts);
    if (site)
        add_site(site, script.constraint, script.partition, facts);
    script_release(&script);
}

/* ---- What became of the job --------------------------------------------- */

static void add_state(const struct result *result, struct facts *facts)
{
    const struct job_status *status = &result->run.status;
    if (status->job_id == 0 || status->state == STATE_UNKNOWN)
        return;
    facts_text(facts, FACT_STATE, state_name(status->state));
    text(facts, FACT_REASON, status->reason);
    number(facts, FACT_RAN_NODES, status->nodes);
    if (!state_is_final(status->state))
        return;
    facts_number(facts, FACT_EXIT_CODE, status->exit_code);
    facts_number(facts, FACT_SIGNAL, status->signal);
    if (status->start > 0 && status->end >= status->start)
        facts_number(facts, FACT_RAN_S, (double)(status->end - status->start));
}

/* A first repeat that is not counted warms up; so one more repeat is over than
 * counted, as soon as any time has gone. */
static void add_progress(const struct run *run, struct facts *facts)
{
    char limit[32];
    struct run_progress progress;
    if (!facts->known[FACT_RAN_S] || run_read_progress(run, &progress) != 0 ||
        !(progress.elapsed_s > 0))
        return;
    long done = progress.done, repeats = progress.repeats;
    long warmups = repeats > 1;
    if (done + warmups == 0)
        return;
    facts_number(facts, FACT_REPEATS_DONE, (double)done);
    double each_s = progress.elapsed_s / (double)(done + warmups);
    double needed_s = each_s * (double)(repeats + warmups);
    /* A third more, for a node that is slower or shared, and to start. */
    double needed_min = ceil((needed_s * 4 / 3 + 30) / 60);
    if (!(needed_min < 1e6))
        return;
    parse_time_text((long)needed_min, limit, sizeof limit);
    facts_text(facts, FACT_NEED_TIME, limit);
}

/* ---- What it wrote ------------------------------------------------------ */

/* Start and end of a regular file, as text: a NUL becomes a question mark.
 * The caller frees it; NULL = there is none. */
static char *read_ends(const char *path)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    char *ends = fd >= 0 ? malloc(2 * END_BYTES + 2) : NULL;
    ssize_t first = -1, last = 0;
    if (ends && fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
        first = pread(fd, ends, END_BYTES, 0);
    if (first == END_BYTES && about.st_size > END_BYTES) {
        off_t from = about.st_size - END_BYTES;
        ends[first++] = '\n';
        last = pread(fd, ends + first, END_BYTES,
                     from > END_BYTES ? from : END_BYTES);
    }
    if (fd >= 0)
        close(fd);
    if (first < 0 || last < 0) {
        free(ends);
        return NULL;
    }
    for (ssize_t i = 0; i < first + last; i++) {
        if (ends[i] == '\0')
            ends[i] = '?';
    }
    ends[first + last] = '\0';
    return ends;
}

static void add_files(const struct run *run, struct facts *facts)
{
    static const char result[] = "Integral value is";
    char path[PATH_MAX];
    int results = 0;
    run_file(run, "output_", ".out", path);
    char *output = read_ends(path);
    run_file(run, "error_", ".err", path);
    char *error = read_ends(path);
    facts_text(facts, FACT_OUTPUT, output);
    facts_text(facts, FACT_ERROR, error);
    for (const char *at = output; at && (at = strstr(at, result)) != NULL; at++)
        results++;
    if (output)
        facts_number(facts, FACT_RESULTS, results);
    free(output);
    free(error);
}

/* ---- The record --------------------------------------------------------- */

/* Where a worker was seen. */
struct place {
    char host[SCAN_TEXT]; /* "" = not known */
    double cpu;           /* NAN = not known */
};

/* What is wanted of a record; NAN and NULL are not known. */
struct use {
    double workers, cpus_granted, cpus_allowed, cpus_reachable;
    double best_s, cpu_used_s, cpu_available_s;
    const char *flags, *verdict, *check;
};

static int by_place(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    int order = strcmp(left->host, right->host);
    return order ? order : (left->cpu > right->cpu) - (left->cpu < right->cpu);
}

/* CPUs on which any worker was seen: no data when one has none. */
static void add_places(struct place *places, size_t count, struct facts *facts)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (!places[i].host[0] || isnan(places[i].cpu))
            return;
    }
    if (count == 0)
        return;
    qsort(places, count, sizeof *places, by_place);
    for (size_t i = 0; i < count; i++)
        used += i == 0 || by_place(&places[i - 1], &places[i]) != 0;
    facts_number(facts, FACT_CPUS_USED, (double)used);
}

static void add_use(const struct use *use, struct facts *facts)
{
    double share = use->cpu_used_s / use->cpu_available_s;
    facts_number(facts, FACT_RAN_WORKERS, use->workers);
    facts_number(facts, FACT_CPUS_GRANTED, use->cpus_granted);
    facts_number(facts, FACT_CPUS_ALLOWED, use->cpus_allowed);
    facts_number(facts, FACT_CPUS_REACHABLE, use->cpus_reachable);
    facts_number(facts, FACT_BEST_S, use->best_s);
    if (use->cpu_available_s > 0) {
        facts_number(facts, FACT_CPUS_BUSY, share * use->cpus_granted);
        facts_number(facts, FACT_CPU_PERCENT, share * 100);
    }
    facts_text(facts, FACT_FLAGS, use->flags);
    facts_text(facts, FACT_CHECK, use->verdict);
    facts_text(facts, FACT_CHECK_TEXT, use->check);
}

/* NAN when it is not there or null. */
static double real_of(const json_t *record, const char *key)
{
    const json_t *value = json_object_get(record, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *text_of(const json_t *record, const char *key)
{
    return json_string_value(json_object_get(record, key));
}

static void add_workers(const json_t *workers, struct facts *facts)
{
    size_t count = json_array_size(workers);
    struct place *places = calloc(count ? count : 1, sizeof *places);
    for (size_t i = 0; places && i < count; i++) {
        const json_t *worker = json_array_get(workers, i);
        const json_t *cpu = json_object_get(worker, "cpu");
        const char *host = text_of(worker, "host");
        if (!cpu)
            cpu = json_object_get(worker, "core");
        snprintf(places[i].host, SCAN_TEXT, "%s", host ? host : "");
        places[i].cpu =
            json_is_integer(cpu) ? (double)json_integer_value(cpu) : NAN;
    }
    if (places)
        add_places(places, count, facts);
    free(places);
}

static void add_json(const json_t *record, struct facts *facts)
{
    const json_t *check = json_object_get(record, "check");
    add_use(&(struct use){.workers = real_of(record, "workers"),
                          .cpus_granted = real_of(record, "cpus_granted"),
                          .cpus_allowed = real_of(record, "cpus_allowed"),
                          .cpus_reachable = real_of(record, "cpus_reachable"),
                          .best_s = real_of(record, "best_s"),
                          .cpu_used_s = real_of(record, "cpu_used_s"),
                          .cpu_available_s = real_of(record, "cpu_available_s"),
                          .flags = text_of(record, "flags"),
                          .verdict = text_of(check, "verdict"),
                          .check = text_of(check, "text")},
            facts);
    add_workers(json_object_get(record, "worker"), facts);
}

/* What add_json takes and a proof does not. */
struct seen {
    double cpus_granted, cpus_allowed, cpus_reachable;
    struct scan_list worker;
    char text[SCAN_TEXT];
};

static const struct scan_key place_keys[] = {
    {"host", SCAN_WORDS, offsetof(struct place, host), false, NULL},
    {"cpu", SCAN_REAL, offsetof(struct place, cpu), false, NULL},
    {0},
};

static const struct scan_key text_keys[] = {
    {"text", SCAN_STRING, 0, false, NULL},
    {0},
};

static const struct scan_key seen_keys[] = {
    {"cpus_granted", SCAN_REAL, offsetof(struct seen, cpus_granted), false,
     NULL},
    {"cpus_allowed", SCAN_REAL, offsetof(struct seen, cpus_allowed), false,
     NULL},
    {"cpus_reachable", SCAN_REAL, offsetof(struct seen, cpus_reachable), false,
     NULL},
    {"worker", SCAN_LIST, offsetof(struct seen, worker), false, place_keys},
    {"check", SCAN_OBJECT, offsetof(struct seen, text), false, text_keys},
    {0},
};

/* A text of that length may have been cut. */
static bool is_whole(const char *text)
{
    return strlen(text) < SCAN_TEXT - 1;
}

bool evidence_proof(const struct proof *proof, struct facts *facts)
{
    const struct measured *found = &proof->found;
    struct seen seen = {.worker.size = sizeof(struct place)};
    bool known = !scan(proof->file, proof->size, seen_keys, &seen) &&
                 is_whole(seen.text) && is_whole(found->flags);
    if (known) {
        add_use(&(struct use){.workers = (double)found->workers,
                              .cpus_granted = seen.cpus_granted,
                              .cpus_allowed = seen.cpus_allowed,
                              .cpus_reachable = seen.cpus_reachable,
                              .best_s = found->best_s,
                              .cpu_used_s = found->cpu_used_s,
                              .cpu_available_s = found->cpu_available_s,
                              .flags = found->flags,
                              .verdict = found->check.verdict,
                              .check = seen.text},
                facts);
        add_places(seen.worker.item, seen.worker.count, facts);
    }
    free(seen.worker.item);
    return known;
}

/* A record that is not believed, because it is not what was asked for, still
 * tells what ran. */
static void add_record(const struct result *result, struct facts *facts)
{
    char path[PATH_MAX];
    char *from;
    size_t size;
    struct error ignored;
    if (result->record.json)
        add_json(result->record.json, facts);
    if (result->record.text)
        return; /* if not by add_json, then by evidence_proof */
    run_file(&result->run, "record_", ".json", path);
    if (file_read(path, RECORD_LIMIT, &from, &size, &ignored) != 0)
        return;
    json_t *record = json_loadb(from, size, JSON_REJECT_DUPLICATES, NULL);
    free(from);
    if (record)
        add_json(record, facts);
    json_decref(record);
}

/* ---- All of it ---------------------------------------------------------- */

/* What was used at the time it was ended is less than what it takes. */
void evidence_need(struct facts *facts)
{
    double need = fmax(
        facts->known[FACT_MEM_MIB] ? 2 * facts->number[FACT_MEM_MIB] : NAN,
        facts->known[FACT_MAX_RSS_MIB] ? 1.5 * facts->number[FACT_MAX_RSS_MIB]
                                       : NAN);
    facts_number(facts, FACT_NEED_MEM_MIB,
                 ceil(need / MEM_STEP_MIB) * MEM_STEP_MIB);
}

void evidence_run(const struct result *result, const struct site *site,
                  struct facts *facts)
{
    const struct run *run = &result->run;
    add_request(run, site, facts);
    add_state(result, facts);
    add_progress(run, facts);
    if (run->status.job_id) {
        add_files(run, facts);
        add_record(result, facts);
    }
}

/* ---- Refusals ----------------------------------------------------------- */

void evidence_refusal(const struct job *job, const char *refusal,
                      struct facts *facts)
{
    char list[1024];
    int count;
    struct error ignored;
    facts_text(facts, FACT_SITE, job->site.name);
    facts_text(facts, FACT_SCHEME, job->scheme.name);
    facts_text(facts, FACT_KIND, scheme_kind_name(job->scheme.kind));
    facts_text(facts, FACT_REFUSAL, refusal);
    number(facts, FACT_ASKED_WORKERS, job->workers);
    number(facts, FACT_TASKS, job->tasks);
    number(facts, FACT_CPUS_PER_TASK, job->cpus_per_task);
    number(facts, FACT_NODES, job->nodes);
    number(facts, FACT_TIME_MIN, job->time_min);
    number(facts, FACT_MEM_MIB, job->mem_mib);
    text(facts, FACT_ACCOUNT, job->account);
    text(facts, FACT_PARTITION, job->partition);
    text(facts, FACT_CONSTRAINT, job->constraint);
    text(facts, FACT_RESERVATION, job->reservation);
    add_site(&job->site, job->constraint, job->partition, facts);
    evidence_choices(refusal, facts);
    if (!strcasestr(refusal, "account") ||
        account_list(&job->site, list, sizeof list, &count, &ignored) != 0)
        return;
    facts_text(facts, FACT_ACCOUNTS, count ? list : "none");
    list[strcspn(list, ",")] = '\0';
    text(facts, FACT_FIRST_ACCOUNT, list);
}
