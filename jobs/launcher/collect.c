/* SPDX-License-Identifier: BSD-3-Clause */
/* integ2d-collect: what came out of runs, now or days later. */
#include <argp.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "advise.h"
#include "evidence.h"
#include "named.h"
#include "prefix.h"
#include "progress.h"
#include "proof.h"
#include "refresh.h"
#include "result.h"
#include "run.h"
#include "site.h"
#include "sweep.h"
#include "table.h"
#include "watch.h"

const char *argp_program_version = "integ2d-collect " INTEG2D_VERSION;

enum {
    LATE_S = 10,   /* after a job's end its files may take as long */
    ADVISED = 100, /* of more runs only those that are not right have advice */
    BATCH = 256,   /* as many are kept in memory, and asked about, at once */
};

struct arguments {
    bool json;
    bool csv;
    bool wait;
    bool quiet;
    bool verbose;
    const char *backend; /* "" = not given */
    char **runs;         /* as typed */
    int count;
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'j':
        arguments->json = true;
        return 0;
    case 'c':
        arguments->csv = true;
        return 0;
    case 'w':
        arguments->wait = true;
        return 0;
    case 'b':
        arguments->backend = value;
        return 0;
    case 'q':
        arguments->quiet = true;
        return 0;
    case 'v':
        arguments->verbose = true;
        return 0;
    case ARGP_KEY_ARGS:
        arguments->runs = state->argv + state->next;
        arguments->count = state->argc - state->next;
        return 0;
    case ARGP_KEY_END:
        if (arguments->json && arguments->csv)
            argp_error(state, "--json and --csv exclude each other");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void parse_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct argp_option table[] = {
        {"json", 'j', 0, 0, "print the results as JSON", 0},
        {"csv", 'c', 0, 0, "print the results as CSV", 0},
        {"wait", 'w', 0, 0, "wait until all jobs are over", 0},
        {"backend", 'b', "slurm|commands", 0,
         "ask Slurm through its library or its commands", 0},
        {"quiet", 'q', 0, 0, "no progress", 0},
        {"verbose", 'v', 0, 0, "count the requests to Slurm", 0},
        {0},
    };
    static const struct argp argp = {
        .options = table,
        .parser = parse_option,
        .args_doc = "[RUN...]",
        .doc =
            "Show what came out of runs that integ2d-submit has started.\v"
            "RUN is a run folder, a sweep's folder, a folder of runs or a job "
            "number (12, or 12_3 in a sweep's array); without any, all runs "
            "below ./integ2d-runs are shown. A "
            "job number may also be that of a job.sbatch sent by hand. For one "
            "run all advice is shown, for more only how grave it is; among "
            "more than 100, runs that are right are not looked at for advice, "
            "but with --json.\n"
            "Exit status: 0 all done and right, 1 a job or its check failed, "
            "2 bad command line or no such run, 3 some still running or "
            "unknown, 130 interrupted (the jobs go on).",
    };
    *arguments = (struct arguments){.backend = ""};
    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, arguments);
}

static void complain(const char *text)
{
    fprintf(stderr, "integ2d-collect: %s\n", text);
}

/* The longest of what the runs' sites demand between two requests. */
static long shortest_s(const struct prefix *prefix, struct run *const *runs,
                       size_t count)
{
    struct site site;
    struct error ignored;
    const char *last = "";
    long shortest = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(runs[i]->site, last) == 0)
            continue;
        last = runs[i]->site;
        if (site_load(prefix->site, last, &site, &ignored) == 0 &&
            site.poll_s > shortest)
            shortest = site.poll_s;
    }
    return shortest;
}

static void wait_for(const struct arguments *arguments,
                     const struct prefix *prefix, struct refresh *refresh,
                     struct run *const *runs, size_t count)
{
    struct progress progress;
    struct watch watch = {.refresh = refresh,
                          .progress = &progress,
                          .shortest_s = shortest_s(prefix, runs, count)};
    progress_start(&progress, arguments->quiet);
    refresh->patience.progress = &progress;
    watch_signals();
    watch_runs(&watch, runs, count);
}

/* One of what is collected. A run whose job is over is read when its turn
 * comes; of the others all must be known at once, to ask for them. */
struct entry {
    char *folder;
    struct run *run; /* NULL = over, or not yet read */
    bool done;       /* its row is filled */
};

struct collection {
    struct entry *entry;
    struct table_row *row; /* of each entry */
    size_t count, room;
    size_t shown;   /* so far */
    long requests;  /* to Slurm */
    size_t missing; /* runs of sweeps that were not submitted */
    bool bad;       /* some could not be read */
    bool fast;      /* of many, those that are right are known by a proof */
    struct proof *proof;
};

/* Asks for all runs that are not over at once, and waits for them if told to.
 * Where no answer is to be had, the last known state is shown. */
static int refresh_all(const struct arguments *arguments,
                       const struct prefix *prefix,
                       struct collection *collection)
{
    struct error err;
    struct refresh refresh = {.backend = arguments->backend,
                              .lib_dir = prefix->lib};
    struct run **list = calloc(collection->count + 1, sizeof(struct run *));
    struct job_status *before = calloc(collection->count + 1, sizeof *before);
    bool ready = list && before;
    size_t open = 0;
    for (size_t i = 0; ready && i < collection->count; i++) {
        struct run *run = collection->entry[i].run;
        if (!run)
            continue;
        before[open] = run->status;
        list[open++] = run;
    }
    if (ready && refresh_lost(&refresh, list, open, false, &err) != 0)
        complain(err.text);
    if (refresh.note.text[0])
        fprintf(stderr, "%s\n", refresh.note.text);
    if (ready && arguments->wait)
        wait_for(arguments, prefix, &refresh, list, open);
    if (ready)
        refresh_save(list, before, open);
    collection->requests = refresh.requests;
    free(list);
    free(before);
    return ready ? 0 : -1;
}

/* How long this run's files may still be on their way. */
static long late_ms(const struct run *run)
{
    long left_s = (long)(run->status.end - time(NULL)) + LATE_S;
    return left_s <= 0 ? 0 : left_s > LATE_S ? LATE_S * 1000 : left_s * 1000;
}

/* Takes over both, even on failure. */
static int add(struct collection *collection, char *folder, struct run *run,
               struct error *err)
{
    if (collection->count == collection->room) {
        size_t room = collection->room ? 2 * collection->room : 64;
        struct entry *more =
            reallocarray(collection->entry, room, sizeof *more);
        if (more) {
            collection->entry = more;
            collection->room = room;
        }
    }
    if (collection->count < collection->room && (folder || run)) {
        collection->entry[collection->count++] =
            (struct entry){.folder = folder, .run = run};
        return 0;
    }
    free(folder);
    free(run);
    return error_set(err, "out of memory");
}

/* Adds the runs and the sweeps' runs of a list, which is freed; returns how
 * many there were, or -1. */
static long add_folders(struct collection *collection, char **folders,
                        size_t count, struct error *err)
{
    size_t missing;
    int rc = sweep_expand(&folders, &count, &missing, err);
    for (size_t i = 0; i < count; i++)
        rc |= add(collection, folders[i], NULL, err);
    free(folders);
    sweep_say_missing(missing, stderr);
    collection->missing += missing;
    return rc == 0 ? (long)count : -1;
}

/* All runs in a folder; returns how many there were, or -1. */
static long add_all(struct collection *collection, const char *parent,
                    struct error *err)
{
    char **folders;
    size_t count;
    if (run_list(parent, &folders, &count, err) != 0)
        return -1;
    return add_folders(collection, folders, count, err);
}

/* All runs of one sweep. Returns 0 or -1. */
static int add_sweep(struct collection *collection, const char *name,
                     struct error *err)
{
    char **folders = calloc(1, sizeof *folders);
    if (!folders)
        return error_set(err, "out of memory");
    folders[0] = strdup(name);
    if (folders[0])
        return add_folders(collection, folders, 1, err) < 0 ? -1 : 0;
    free(folders);
    return error_set(err, "out of memory");
}

static bool has_file(const char *folder, const char *name)
{
    char path[PATH_MAX];
    return snprintf(path, sizeof path, "%s/%s", folder, name) <
               (int)sizeof path &&
           access(path, F_OK) == 0;
}

/* A run folder, a sweep's, a folder of runs, or a job number. */
static int add_name(struct collection *collection, const char *name,
                    struct error *err)
{
    if (has_file(name, "run.json"))
        return add(collection, strdup(name), NULL, err);
    if (sweep_is(name))
        return add_sweep(collection, name, err);
    if (has_file(name, ".")) {
        long count = add_all(collection, name, err);
        if (count != 0)
            return count > 0 ? 0 : -1;
    }
    struct run *run = malloc(sizeof *run);
    if (run && named_load(name, run, err) == 0)
        return add(collection, NULL, run, err);
    free(run);
    return -1;
}

/* -1 when there is nothing to look for. */
static int add_names(const struct arguments *arguments,
                     struct collection *collection)
{
    struct error err;
    for (int i = 0; i < arguments->count; i++) {
        if (add_name(collection, arguments->runs[i], &err) == 0)
            continue;
        complain(err.text);
        collection->bad = true;
    }
    if (arguments->count > 0 || add_all(collection, named_parent, &err) >= 0)
        return 0;
    complain(err.text);
    fprintf(stderr, "Name a run folder or a job number, or type this where the "
                    "jobs were submitted\n");
    return -1;
}

/* Reads what an entry is about, as far as it is needed now: of many, a run
 * that is right is known to be so at once; for JSON all of it is read when its
 * turn comes. */
static int open_entry(struct collection *collection, struct entry *entry,
                      bool json, struct table_row *row, struct error *err)
{
    struct run run;
    struct proof *proof = collection->proof;
    if (entry->run ||
        (collection->fast && json && proof_is_over(proof, entry->folder)))
        return 0;
    if (collection->fast && !json && proof_read(proof, entry->folder) &&
        proof_holds(proof)) {
        table_row_prove(proof, entry->folder, row);
        entry->folder = NULL;
        entry->done = true;
        return 0;
    }
    if (run_load(entry->folder, &run, err) != 0)
        return -1;
    if (state_is_final(run.status.state))
        return 0;
    entry->run = malloc(sizeof run);
    if (!entry->run)
        return error_set(err, "%s: out of memory", entry->folder);
    *entry->run = run;
    return 0;
}

/* A run that cannot be read is named and makes the exit status 2. */
static int open_all(const struct arguments *arguments,
                    struct collection *collection)
{
    struct error err;
    collection->proof = proof_make();
    collection->row = calloc(collection->count + 1, sizeof *collection->row);
    collection->fast = collection->count > ADVISED;
    bool ready = collection->proof && collection->row;
    size_t kept = 0;
    for (size_t i = 0; ready && i < collection->count; i++) {
        struct entry *entry = &collection->entry[i];
        if (open_entry(collection, entry, arguments->json,
                       &collection->row[kept], &err) == 0) {
            collection->entry[kept++] = *entry;
            continue;
        }
        complain(err.text);
        free(entry->folder);
        collection->bad = true;
    }
    collection->count = kept;
    if (!ready)
        complain("out of memory");
    return ready ? 0 : -1;
}

static int print_json(const struct result *result, bool first)
{
    fputs(first ? "\n" : ",\n", stdout);
    return result_print(result, stdout);
}

/* A run whose folder went away meanwhile. */
static bool lose(struct entry *entry, const struct error *err,
                 struct table_row *row)
{
    *row = (struct table_row){.verdict = RESULT_FAILED,
                              .mark = "-",
                              .best_s = NAN,
                              .median_s = NAN,
                              .integral = NAN,
                              .error = NAN,
                              .cpu_efficiency = NAN,
                              .text = strdup(err->text),
                              .folder = entry->folder};
    entry->folder = NULL;
    return false;
}

/* The short way to a result that is right. */
static bool prove(struct proof *proof, const char *folder,
                  struct result *result)
{
    if (!proof_read(proof, folder) || !proof_holds(proof))
        return false;
    if (result_prove(proof, folder, result) &&
        evidence_proof(proof, &result->facts))
        return true;
    result_release(result);
    return false;
}

/* Collects what is not known yet. Returns false where there is no result. */
static bool take(struct collection *collection, struct entry *entry,
                 struct table_row *row, struct result *result)
{
    struct run run;
    struct error err;
    if (entry->run) {
        run = *entry->run;
    } else if (collection->fast &&
               prove(collection->proof, entry->folder, result)) {
        return true;
    } else if (run_load(entry->folder, &run, &err) != 0) {
        collection->bad = true;
        return lose(entry, &err, row);
    }
    result_collect(&run, late_ms(&run), result);
    return true;
}

/* A result that is complete: as JSON it is printed at once, the only one of
 * all is shown in full, and its row is kept. */
static int show(const struct arguments *arguments, const struct result *result,
                bool alone, bool first, struct table_row *row)
{
    int rc = arguments->json ? print_json(result, first) : 0;
    if (alone && !arguments->json && !arguments->csv)
        table_print_one(result, stdout);
    if (alone)
        table_explain_one(result, stderr);
    return rc | table_row_make(result, row);
}

/* Results that are judged together, so that Slurm is asked once about them. */
struct batch {
    struct result *result;
    size_t *index; /* of its entry */
    size_t count;
};

/* Rules that cannot be read are said once, and results are shown without
 * advice. */
static int judge(const struct arguments *arguments, struct adviser *adviser,
                 struct batch *batch, struct collection *collection)
{
    struct error err;
    int rc = 0;
    if (adviser->prefix && advise_results(adviser, batch->result, batch->count,
                                          &collection->requests, &err) != 0) {
        complain(err.text);
        collection->bad = true;
        adviser->prefix = NULL;
    }
    for (size_t i = 0; i < batch->count; i++) {
        rc |= show(arguments, &batch->result[i], collection->count == 1,
                   collection->shown++ == 0, &collection->row[batch->index[i]]);
        result_release(&batch->result[i]);
    }
    batch->count = 0;
    return rc;
}

static int judge_all(const struct arguments *arguments,
                     const struct prefix *prefix, struct collection *collection)
{
    struct adviser adviser = {.prefix = prefix};
    struct batch batch = {calloc(BATCH, sizeof *batch.result),
                          calloc(BATCH, sizeof *batch.index), 0};
    int rc = batch.result && batch.index ? 0 : -1;
    if (arguments->json)
        fputs("[", stdout);
    for (size_t i = 0; rc == 0 && i < collection->count; i++) {
        batch.index[batch.count] = i;
        if (!collection->entry[i].done &&
            take(collection, &collection->entry[i], &collection->row[i],
                 &batch.result[batch.count]))
            batch.count++;
        if (batch.count == BATCH)
            rc = judge(arguments, &adviser, &batch, collection);
    }
    if (rc == 0)
        rc = judge(arguments, &adviser, &batch, collection);
    if (arguments->json)
        fputs(collection->shown > 0 ? "\n]\n" : "]\n", stdout);
    if (arguments->verbose)
        fprintf(stderr, "%ld request%s to Slurm\n", collection->requests,
                collection->requests == 1 ? "" : "s");
    advise_release(&adviser);
    free(batch.result);
    free(batch.index);
    return rc;
}

/* -1 when standard output takes no more. */
static int print(const struct arguments *arguments,
                 const struct collection *collection)
{
    size_t count = collection->count;
    if (arguments->csv)
        table_print_csv(collection->row, count, stdout);
    else if (!arguments->json && count != 1)
        table_print(collection->row, count, stdout);
    if (count != 1)
        table_explain(collection->row, count, stderr);
    return fflush(stdout) != 0 || ferror(stdout) ? -1 : 0;
}

/* The worst of all: a failed run goes before an unfinished one. */
static int exit_status(const struct collection *collection)
{
    int status = collection->missing > 0 ? 3 : 0;
    for (size_t i = 0; i < collection->count; i++) {
        enum verdict verdict = collection->row[i].verdict;
        if (verdict == RESULT_FAILED)
            return 1;
        if (verdict == RESULT_OPEN)
            status = 3;
    }
    return status;
}

static void collection_release(struct collection *collection)
{
    for (size_t i = 0; i < collection->count; i++) {
        free(collection->entry[i].folder);
        free(collection->entry[i].run);
        if (collection->row)
            table_row_release(&collection->row[i]);
    }
    free(collection->row);
    free(collection->entry);
    proof_release(collection->proof);
}

static int collect(const struct arguments *arguments,
                   const struct prefix *prefix, struct collection *collection)
{
    if (add_names(arguments, collection) != 0 ||
        open_all(arguments, collection) != 0 ||
        refresh_all(arguments, prefix, collection) != 0)
        return 2;
    if (collection->count == 0 && collection->bad)
        return 2;
    if (collection->count == 0 && collection->missing == 0)
        fprintf(stderr, "no runs here yet: integ2d-submit makes them\n");
    int rc = judge_all(arguments, prefix, collection);
    if (print(arguments, collection) != 0 || rc != 0) {
        complain("cannot write to standard output");
        return 1;
    }
    return collection->bad ? 2 : exit_status(collection);
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct prefix prefix;
    struct error err;
    struct collection collection = {0};
    prefix_standard();
    parse_arguments(argc, argv, &arguments);
    if (backend_check_slurm(arguments.backend, &err) != 0 ||
        prefix_find(&prefix, &err) != 0) {
        complain(err.text);
        return 2;
    }
    int status = collect(&arguments, &prefix, &collection);
    collection_release(&collection);
    return watch_is_ended() ? 130 : status;
}
