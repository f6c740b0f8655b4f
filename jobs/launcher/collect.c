/* SPDX-License-Identifier: BSD-3-Clause */
/* integ2d-collect: what came out of runs, now or days later. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prefix.h"
#include "result.h"
#include "run.h"
#include "table.h"

const char *argp_program_version = "integ2d-collect " INTEG2D_VERSION;

static const char *const runs_folder = "integ2d-runs";

struct arguments {
    bool json;
    bool csv;
    char **runs; /* as typed */
    int count;
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    (void)value;
    switch (key) {
    case 'j':
        arguments->json = true;
        return 0;
    case 'c':
        arguments->csv = true;
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
        {0},
    };
    static const struct argp argp = {
        .options = table,
        .parser = parse_option,
        .args_doc = "[RUN...]",
        .doc =
            "Show what came out of runs that integ2d-submit has started.\v"
            "RUN is a run folder or a job number; without any, all runs "
            "below ./integ2d-runs are shown.\n"
            "Exit status: 0 all done and right, 1 a job or its check failed, "
            "2 bad command line or no such run, 3 some still running or "
            "unknown.",
    };
    *arguments = (struct arguments){0};
    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, arguments);
}

/* The run among `folders` with that job number. Numbers are used again: two
 * clusters, or a process of this machine, may have the same one. */
static int find_job(long job_id, char **folders, size_t count, struct run *run,
                    struct error *err)
{
    struct error ignored;
    struct run other;
    int found = 0;
    for (size_t i = 0; i < count; i++) {
        if (run_load(folders[i], &other, &ignored) != 0 ||
            other.status.job_id != job_id)
            continue;
        if (found++)
            return error_set(err,
                             "two runs have the job number %ld: name one of "
                             "the folders\n  %s\n  %s",
                             job_id, run->folder, other.folder);
        *run = other;
    }
    if (found)
        return 0;
    return error_set(err,
                     "no run of job %ld below ./%s: name its run folder, or "
                     "type this where it was submitted",
                     job_id, runs_folder);
}

/* A folder, or else a job number. */
static int load_named(const char *name, struct run *run, struct error *err)
{
    char *end, **folders;
    size_t count;
    errno = 0;
    long job_id = strtol(name, &end, 10);
    if (*end != '\0' || errno != 0 || job_id <= 0 || access(name, F_OK) == 0)
        return run_load(name, run, err);
    if (run_list(runs_folder, &folders, &count, err) != 0)
        return error_prefix(err, "job %ld", job_id);
    int rc = find_job(job_id, folders, count, run, err);
    for (size_t i = 0; i < count; i++)
        free(folders[i]);
    free(folders);
    return rc;
}

/* Where no answer is to be had, the last known state is shown. */
static void collect(struct run *run, const struct prefix *prefix,
                    struct result *result)
{
    struct error err;
    if (result_refresh(run, prefix->lib, &err) != 0)
        fprintf(stderr, "integ2d-collect: %s: %s\n", run->folder, err.text);
    result_collect(run, 0, result);
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

/* Loads what was named, or everything; -1 when nothing could be loaded. A
 * run that cannot be read is named and makes the exit status 2. */
static int load_all(const struct arguments *arguments, struct run **runs,
                    size_t *count, bool *bad)
{
    struct error err;
    char **names = arguments->runs;
    size_t total = (size_t)arguments->count;
    *count = 0;
    *bad = false;
    if (total == 0 && run_list(runs_folder, &names, &total, &err) != 0) {
        fprintf(stderr,
                "integ2d-collect: %s\nName a run folder or a job number, or "
                "type this where the jobs were submitted\n",
                err.text);
        return -1;
    }
    *runs = calloc(total ? total : 1, sizeof **runs);
    for (size_t i = 0; *runs && i < total; i++) {
        int rc = arguments->count ? load_named(names[i], &(*runs)[*count], &err)
                                  : run_load(names[i], &(*runs)[*count], &err);
        if (rc == 0) {
            (*count)++;
            continue;
        }
        fprintf(stderr, "integ2d-collect: %s\n", err.text);
        *bad = true;
    }
    for (size_t i = 0; !arguments->count && i < total; i++)
        free(names[i]);
    if (!arguments->count)
        free(names);
    return *runs ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct prefix prefix;
    struct error err;
    struct run *runs;
    size_t count;
    bool bad;
    prefix_standard();
    parse_arguments(argc, argv, &arguments);
    if (prefix_find(&prefix, &err) != 0) {
        fprintf(stderr, "integ2d-collect: %s\n", err.text);
        return 2;
    }
    if (load_all(&arguments, &runs, &count, &bad) != 0)
        return 2;
    struct result *results = calloc(count ? count : 1, sizeof *results);
    for (size_t i = 0; results && i < count; i++)
        collect(&runs[i], &prefix, &results[i]);
    int status = 2;
    if (results && (count > 0 || !bad)) {
        status = exit_status(results, count);
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
    return bad ? 2 : status;
}
