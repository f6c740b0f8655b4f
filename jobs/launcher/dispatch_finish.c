/* SPDX-License-Identifier: BSD-3-Clause */
#include "dispatch.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "file.h"
#include "result.h"
#include "table.h"
#include "watch.h"

enum {
    LATE_MS = 10000, /* how long finished jobs' records may take to show */
    EXPLAINED = 5,   /* jobs that are not right, in full */
};

static void save_states(struct dispatch *dispatch)
{
    struct error err;
    if (sweep_complete(&dispatch->sweep, &err) != 0) {
        fprintf(stderr, "integ2d-submit: %s\n", err.text);
        return;
    }
    for (size_t i = 0; i < dispatch->sweep.count; i++) {
        const struct run *run = &dispatch->sweep.run[i];
        if (sweep_has_asked(&dispatch->sweep, i) &&
            state_is_final(run->status.state) &&
            run->status.state != STATE_NEVER_CREATED &&
            run_save(run, &err) != 0) {
            fprintf(stderr, "integ2d-submit: %s\n", err.text);
            return;
        }
    }
}

static void count_requests(const struct dispatch *dispatch)
{
    if (dispatch->options->verbose)
        fprintf(stderr, "%ld request%s to Slurm\n", dispatch->refresh.requests,
                dispatch->refresh.requests == 1 ? "" : "s");
}

/* Returns what watch_runs does. */
static int wait_for(struct dispatch *dispatch)
{
    struct sweep *sweep = &dispatch->sweep;
    struct run **list = calloc(sweep->count, sizeof *list);
    size_t count = 0;
    struct watch watch = {
        .refresh = &dispatch->refresh,
        .progress = &dispatch->progress,
        .shortest_s =
            dispatch->adviser->has_site ? dispatch->adviser->site.poll_s : 0,
        .feed = dispatch_is_local(dispatch) && dispatch->plan.groups > 0
                    ? dispatch_feed
                    : NULL,
        .feeder = dispatch};
    for (size_t i = 0; list && i < sweep->count; i++) {
        if (sweep_has_asked(sweep, i))
            list[count++] = &sweep->run[i];
    }
    int rc = list ? watch_runs(&watch, list, count) : -1;
    free(list);
    count_requests(dispatch);
    return rc;
}

static int print_json(const struct result *results, size_t count)
{
    int rc = 0;
    for (size_t i = 0; i < count; i++) {
        fputs(i == 0 ? "[\n" : ",\n", stdout);
        rc |= result_print(&results[i], stdout);
    }
    puts(count > 0 ? "\n]" : "[]");
    return rc;
}

/* Why those that are not right are not: the first few, then how to see the
 * rest. */
static void explain(const struct result *results, size_t count)
{
    size_t wrong = 0, advised = 0;
    for (size_t i = 0; i < count; i++) {
        advised += results[i].advice.count > 0;
        if (results[i].text[0] && wrong++ < EXPLAINED)
            fprintf(stderr, "%s\n", results[i].text);
    }
    if (wrong > EXPLAINED)
        fprintf(stderr, "and %zu more that are not right\n", wrong - EXPLAINED);
    if (wrong > 0 || advised > 0)
        fprintf(stderr,
                "\nFor all of it and the advice, type: integ2d-collect and a "
                "job number of the table\n");
}

static int judge(const struct result *results, size_t count)
{
    int status = EXIT_RIGHT;
    for (size_t i = 0; i < count; i++) {
        if (results[i].verdict == RESULT_FAILED)
            return EXIT_WRONG;
        if (results[i].verdict == RESULT_OPEN)
            status = EXIT_OPEN;
    }
    return status;
}

/* Returns 0, or -1 when out of memory. */
static int print_table(const struct result *results, size_t count)
{
    struct table_row *rows = calloc(count + 1, sizeof *rows);
    size_t made = 0;
    while (rows && made < count &&
           table_row_make(&results[made], &rows[made]) == 0)
        made++;
    if (rows && made == count)
        table_print(rows, count, stdout);
    for (size_t i = 0; i < made; i++)
        table_row_release(&rows[i]);
    free(rows);
    return rows && made == count ? 0 : -1;
}

/* The results of all runs, in the order of the plan. */
static int show_results(struct dispatch *dispatch)
{
    const struct sweep *sweep = &dispatch->sweep;
    struct result *results = calloc(sweep->count, sizeof *results);
    struct error err;
    size_t count = 0;
    if (!results) {
        error_set(&err, "out of memory for %zu results", sweep->count);
        return dispatch_fail(&err);
    }
    for (size_t i = 0; i < sweep->count; i++) {
        if (!sweep_has_asked(sweep, i))
            continue;
        result_collect(&sweep->run[i], LATE_MS, &results[count]);
        count++;
    }
    if (advise_results(dispatch->adviser, results, count,
                       &dispatch->refresh.requests, &err) != 0)
        dispatch_fail(&err);
    int printed = 0;
    if (dispatch->options->json)
        printed = print_json(results, count);
    else
        printed = print_table(results, count);
    explain(results, count);
    int status = judge(results, count);
    for (size_t i = 0; i < count; i++)
        result_release(&results[i]);
    free(results);
    if (fflush(stdout) == 0 && !ferror(stdout) && printed == 0)
        return status;
    fprintf(stderr, "integ2d-submit: cannot write to standard output\n");
    return EXIT_WRONG;
}

/* What was submitted, for who does not wait. */
static int print_arrays(const struct dispatch *dispatch)
{
    const struct sweep *sweep = &dispatch->sweep;
    for (size_t i = 0; i < sweep->arrays; i++) {
        char folder[PATH_MAX];
        sweep_array_folder(sweep, i, folder);
        if (sweep->array[i].job_id)
            printf("%ld %s\n", sweep->array[i].job_id, file_short_name(folder));
    }
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_RIGHT;
    fprintf(stderr, "integ2d-submit: cannot write to standard output\n");
    return EXIT_WRONG;
}

static void say_resume(const struct dispatch *dispatch, const char *before)
{
    fprintf(stderr, "%s\n    integ2d-submit --resume %s\n", before,
            file_short_name(dispatch->sweep.folder));
}

/* Everything that is to be sent has been. */
int dispatch_finish(struct dispatch *dispatch)
{
    if (dispatch->options->no_wait) {
        if (dispatch->refused)
            say_resume(dispatch, "what was refused can be sent later with");
        count_requests(dispatch);
        int status = print_arrays(dispatch);
        return status == 0 && dispatch->refused ? EXIT_WRONG : status;
    }
    int rc = wait_for(dispatch);
    save_states(dispatch);
    if (rc > 0) {
        say_resume(dispatch, dispatch_is_local(dispatch)
                                 ? "what runs goes on, nothing new is started; "
                                   "continue later with"
                                 : "the jobs go on; wait for them and collect "
                                   "them later with");
        return EXIT_INTERRUPTED;
    }
    int status = show_results(dispatch);
    if (dispatch->refused)
        say_resume(dispatch, "some arrays were refused; send them later with");
    return status == 0 && dispatch->refused ? EXIT_WRONG : status;
}
