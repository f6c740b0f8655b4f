/* SPDX-License-Identifier: BSD-3-Clause */
/* integ2d-collect: what came out of runs, now or days later. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "advise.h"
#include "named.h"
#include "prefix.h"
#include "progress.h"
#include "refresh.h"
#include "result.h"
#include "run.h"
#include "site.h"
#include "sweep.h"
#include "table.h"
#include "watch.h"

const char *argp_program_version = "integ2d-collect " INTEG2D_VERSION;

enum { LATE_S = 10 }; /* after a job's end its files may take as long */

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
            "RUN is a run folder, a sweep's folder or a job number; without "
            "any, all runs below ./integ2d-runs are shown. A job number may "
            "also be that "
            "of a job.sbatch sent by hand. For one run all advice is shown, "
            "for more only how grave it is.\n"
            "Exit status: 0 all done and right, 1 a job or its check failed, "
            "2 bad command line or no such run, 3 some still running or "
            "unknown, 130 interrupted (the jobs go on).",
    };
    *arguments = (struct arguments){.backend = ""};
    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, arguments);
}

/* The longest of what the runs' sites demand between two requests. */
static long shortest_s(const struct prefix *prefix, const struct run *runs,
                       size_t count)
{
    struct site site;
    struct error ignored;
    const char *last = "";
    long shortest = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(runs[i].site, last) == 0)
            continue;
        last = runs[i].site;
        if (site_load(prefix->site, last, &site, &ignored) == 0 &&
            site.poll_s > shortest)
            shortest = site.poll_s;
    }
    return shortest;
}

/* A folder that is only ours to read keeps its old state, and so does one whose
 * job was sent by hand: that state is another job's. */
static void save_news(const struct run *runs, const struct job_status *before,
                      size_t count)
{
    struct error ignored;
    for (size_t i = 0; i < count; i++) {
        const struct job_status *status = &runs[i].status;
        char sweep[PATH_MAX];
        if (runs[i].by_hand || (status->state == STATE_NEVER_CREATED &&
                                run_sweep_folder(&runs[i], sweep)))
            continue; /* a sweep may ask for it again */
        if (status->job_id != before[i].job_id ||
            (status->state != before[i].state && state_is_final(status->state)))
            run_save(&runs[i], &ignored);
    }
}

static void wait_for(const struct arguments *arguments,
                     const struct prefix *prefix, struct refresh *refresh,
                     struct run *runs, struct run *const *list, size_t count)
{
    struct progress progress;
    struct watch watch = {.refresh = refresh,
                          .progress = &progress,
                          .shortest_s = shortest_s(prefix, runs, count)};
    progress_start(&progress, arguments->quiet);
    watch_signals();
    watch_runs(&watch, list, count);
}

/* Asks for all runs at once, and waits for them if told to. Where no answer
 * is to be had, the last known state is shown. */
static int refresh_all(const struct arguments *arguments,
                       const struct prefix *prefix, struct run *runs,
                       size_t count)
{
    struct error err;
    struct refresh refresh = {.backend = arguments->backend,
                              .lib_dir = prefix->lib};
    struct run **list = calloc(count ? count : 1, sizeof(struct run *));
    struct job_status *before = calloc(count ? count : 1, sizeof *before);
    bool ready = list && before;
    for (size_t i = 0; ready && i < count; i++) {
        list[i] = &runs[i];
        before[i] = runs[i].status;
    }
    if (ready && refresh_lost(&refresh, list, count, false, &err) != 0)
        fprintf(stderr, "integ2d-collect: %s\n", err.text);
    if (refresh.note.text[0])
        fprintf(stderr, "%s\n", refresh.note.text);
    if (ready && arguments->wait)
        wait_for(arguments, prefix, &refresh, runs, list, count);
    if (ready)
        save_news(runs, before, count);
    if (arguments->verbose)
        fprintf(stderr, "%ld request%s to Slurm\n", refresh.requests,
                refresh.requests == 1 ? "" : "s");
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

/* Rules that cannot be read are said once, and results are shown without
 * advice. Only for a single run is more asked of Slurm. */
static int advise(const struct prefix *prefix, struct result *results,
                  size_t count)
{
    struct adviser adviser = {.prefix = prefix};
    struct error err;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = advise_result(&adviser, count == 1, &results[i], &err);
    if (rc != 0)
        fprintf(stderr, "integ2d-collect: %s\n", err.text);
    advise_release(&adviser);
    return rc;
}

static int print(const struct arguments *arguments,
                 const struct result *results, size_t count)
{
    int rc = 0;
    if (arguments->json) {
        json_t *list = json_array();
        for (size_t i = 0; i < count; i++)
            rc |= json_array_append_new(list, result_json(&results[i]));
        rc |= json_dumpf(list, stdout, JSON_INDENT(2));
        json_decref(list);
        puts("");
    } else if (arguments->csv) {
        table_print_csv(results, count, stdout);
    } else {
        table_print(results, count, stdout);
        if (count == 1)
            table_details(results, stdout);
    }
    table_explain(results, count, stderr);
    return rc != 0 || fflush(stdout) != 0 || ferror(stdout) ? -1 : 0;
}

/* The worst of all: a failed run goes before an unfinished one. */
static int exit_status(const struct result *results, size_t count)
{
    int status = 0;
    for (size_t i = 0; i < count; i++) {
        if (results[i].verdict == RESULT_FAILED)
            return 1;
        if (results[i].verdict == RESULT_OPEN)
            status = 3;
    }
    return status;
}

/* NULL = out of memory. */
static char **copy_names(char *const *names, size_t count)
{
    char **copy = calloc(count, sizeof *copy);
    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = strdup(names[i]);
        if (!copy[i])
            return NULL; /* the program ends */
    }
    return copy;
}

/* *missing: runs of sweeps that were not submitted. Loads what was named, or
 * everything; -1 when nothing could be loaded. A run that cannot be read is
 * named and makes the exit status 2. */
static int load_all(const struct arguments *arguments, struct run **runs,
                    size_t *count, size_t *missing, bool *bad)
{
    struct error err;
    char **names = arguments->runs;
    size_t total = (size_t)arguments->count;
    *count = 0;
    *bad = false;
    if (total == 0 && run_list(named_parent, &names, &total, &err) != 0) {
        fprintf(stderr,
                "integ2d-collect: %s\nName a run folder or a job number, or "
                "type this where the jobs were submitted\n",
                err.text);
        return -1;
    }
    if (arguments->count && (names = copy_names(names, total)) == NULL)
        return -1;
    if (sweep_expand(&names, &total, missing, &err) != 0) {
        fprintf(stderr, "integ2d-collect: %s\n", err.text);
        *bad = true;
    }
    sweep_say_missing(*missing, stderr);
    *runs = calloc(total ? total : 1, sizeof **runs);
    for (size_t i = 0; *runs && i < total; i++) {
        int rc = arguments->count ? named_load(names[i], &(*runs)[*count], &err)
                                  : run_load(names[i], &(*runs)[*count], &err);
        if (rc == 0) {
            (*count)++;
            continue;
        }
        fprintf(stderr, "integ2d-collect: %s\n", err.text);
        *bad = true;
    }
    for (size_t i = 0; i < total; i++)
        free(names[i]);
    free(names);
    return *runs ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct prefix prefix;
    struct error err;
    struct run *runs;
    size_t count, missing;
    bool bad;
    prefix_standard();
    parse_arguments(argc, argv, &arguments);
    if (prefix_find(&prefix, &err) != 0) {
        fprintf(stderr, "integ2d-collect: %s\n", err.text);
        return 2;
    }
    if (load_all(&arguments, &runs, &count, &missing, &bad) != 0)
        return 2;
    struct result *results = calloc(count ? count : 1, sizeof *results);
    if (refresh_all(&arguments, &prefix, runs, count) != 0) {
        free(results);
        results = NULL;
    }
    for (size_t i = 0; results && i < count; i++)
        result_collect(&runs[i], late_ms(&runs[i]), &results[i]);
    if (results && advise(&prefix, results, count) != 0)
        bad = true;
    int status = 2;
    if (results && (count > 0 || !bad)) {
        status = exit_status(results, count);
        if (status == 0 && missing > 0)
            status = 3;
        if (print(&arguments, results, count) != 0) {
            fprintf(stderr,
                    "integ2d-collect: cannot write to standard output\n");
            status = 1;
        }
        for (size_t i = 0; i < count; i++)
            result_release(&results[i]);
    }
    free(results);
    free(runs);
    if (watch_is_ended())
        return 130;
    return bad ? 2 : status;
}
