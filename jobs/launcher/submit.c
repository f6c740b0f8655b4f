/* SPDX-License-Identifier: BSD-3-Clause */
/* integ2d-submit: from a command line to a table of results. */
#include <argp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "advise.h"
#include "backend.h"
#include "config.h"
#include "file.h"
#include "job.h"
#include "lock.h"
#include "options.h"
#include "plan.h"
#include "prefix.h"
#include "program.h"
#include "progress.h"
#include "refresh.h"
#include "result.h"
#include "run.h"
#include "settings.h"
#include "site.h"
#include "stop.h"
#include "submit_sweep.h"
#include "table.h"
#include "watch.h"

const char *argp_program_version = "integ2d-submit " INTEG2D_VERSION;

enum {
    EXIT_RIGHT = 0,
    EXIT_WRONG = 1,
    EXIT_USAGE = 2,
    EXIT_OPEN = 3,
    EXIT_INTERRUPTED = 130,
    REQUESTS = 5,    /* after each of which it is certain that it was lost */
    LATE_MS = 10000, /* how long a finished job's record may take to show, and
                        a local job in its folder */
};

static int fail(const struct error *err)
{
    fprintf(stderr, "integ2d-submit: %s\n", err->text);
    return EXIT_USAGE;
}

static int cannot_print(void)
{
    fprintf(stderr, "integ2d-submit: cannot write to standard output\n");
    return EXIT_WRONG;
}

/* The site typed, or of the user's file, or the one this machine is of. */
static int find_site(const struct options *options, const char *config_file,
                     const struct prefix *prefix, const char *const *known,
                     struct site *site, char *source, size_t size,
                     struct error *err)
{
    struct config config;
    if (config_load(config_file, "", known, &config, err) != 0)
        return -1;
    const char *name = options->site ? options->site : config.site.value;
    if (name[0] && strcmp(name, "auto") != 0) {
        snprintf(source, size, "%s",
                 options->site ? "--site" : config.site.source);
        if (site_load(prefix->site, name, site, err) != 0)
            return error_prefix(err, "%s", source);
    } else if (site_find(prefix->site, site, source, size, err) != 0) {
        return -1;
    }
    return site_check_active(site, err);
}

static void show_resources(const struct job *job)
{
    fprintf(stderr,
            "%ld task%s of %ld core%s, %ld minute%s, grid %ld, %ld repeat%s\n",
            job->tasks, job->tasks == 1 ? "" : "s", job->cpus_per_task,
            job->cpus_per_task == 1 ? "" : "s", job->time_min,
            job->time_min == 1 ? "" : "s", job->grid, job->repeat,
            job->repeat == 1 ? "" : "s");
}

static int print_result(const struct options *options,
                        const struct result *result)
{
    static const int status[] = {[RESULT_RIGHT] = EXIT_RIGHT,
                                 [RESULT_FAILED] = EXIT_WRONG,
                                 [RESULT_OPEN] = EXIT_OPEN};
    bool printed = true;
    if (options->json) {
        printed = result_print(result, stdout) == 0;
        puts("");
    } else if (options->no_wait) {
        printf("%ld %s\n", result->run.status.job_id,
               file_short_name(result->run.folder));
    } else {
        table_print_one(result, stdout);
    }
    if (!options->no_wait)
        table_explain_one(result, stderr);
    if (options->placement && result->record.json)
        fprintf(stderr, "where each worker ran: %s/output_%ld.out\n",
                file_short_name(result->run.folder), result->run.status.job_id);
    if (fflush(stdout) != 0 || ferror(stdout) || !printed)
        return cannot_print();
    return options->no_wait ? 0 : status[result->verdict];
}

static void count_requests(const struct options *options,
                           const struct refresh *refresh)
{
    if (options->verbose)
        fprintf(stderr, "%ld request%s to Slurm\n", refresh->requests,
                refresh->requests == 1 ? "" : "s");
}

static int finish(const struct options *options, const struct job *job,
                  struct adviser *adviser, struct run *run,
                  struct refresh *refresh, struct progress *progress)
{
    char text[100];
    struct error err;
    struct result result;
    struct watch watch = {.refresh = refresh,
                          .progress = progress,
                          .shortest_s = job->site.poll_s};
    if (!options->no_wait) {
        int rc = watch_runs(&watch, &run, 1);
        if (run_save(run, &err) != 0)
            fprintf(stderr, "integ2d-submit: %s\n", err.text);
        if (rc > 0) {
            fprintf(stderr,
                    "job %ld goes on; collect it later with\n"
                    "    integ2d-collect %s\n",
                    run->status.job_id, file_short_name(run->folder));
            count_requests(options, refresh);
            return EXIT_INTERRUPTED;
        }
        snprintf(text, sizeof text, "job %ld %s", run->status.job_id,
                 state_words(run->status.state));
        if (run->status.state == STATE_COMPLETED)
            progress_note(progress, text);
    }
    result_collect(run, options->no_wait ? 0 : LATE_MS, &result);
    if (!options->no_wait &&
        advise_results(adviser, &result, 1, &refresh->requests, &err) != 0)
        fprintf(stderr, "integ2d-submit: %s\n", err.text);
    count_requests(options, refresh);
    int status = print_result(options, &result);
    result_release(&result);
    return status;
}

/* Why there is no job, and what to change. */
static int explain_refusal(const struct job *job, struct adviser *adviser,
                           const struct error *refusal)
{
    struct advice_list list;
    struct error err;
    int status = fail(refusal);
    if (advise_refusal(adviser, job, refusal->text, &list, &err) != 0)
        return fail(&err);
    advice_print(&list, stderr);
    advice_release(&list);
    return status;
}

/* The request was sent and no answer came: asks until it is certain whether
 * there is a job. Slurm may be away for long, a folder may not. Returns 1 when
 * there is one, 0 when there is none, -1 when it cannot be said now. */
static int settle(struct run *run, struct refresh *refresh,
                  struct progress *progress)
{
    struct error err;
    bool local = strcmp(run->backend, "local") == 0;
    long waited_ms = 0;
    for (long pause_ms = 500;
         !watch_is_ended() && (!local || waited_ms < LATE_MS);
         pause_ms += pause_ms / 2) {
        if (refresh_lost(refresh, &run, 1, true, &err) == 0) {
            if (run->status.job_id)
                return 1;
            return run->status.state == STATE_NEVER_CREATED ? 0 : -1;
        }
        if (local && waited_ms == 0)
            progress_note(progress, err.text);
        progress_show(progress,
                      local ? "waiting for the run folder"
                            : "waiting for Slurm's controller",
                      "");
        pause_ms = pause_ms > 10000 ? 10000 : pause_ms;
        poll(NULL, 0, (int)pause_ms);
        waited_ms += pause_ms;
    }
    return -1;
}

/* Asks for the job, and again when it is certain that the request was lost.
 * Returns 0, or the program's exit status. */
static int request(const struct job *job, const char *script,
                   struct adviser *adviser, struct run *run,
                   struct refresh *refresh, struct progress *progress)
{
    struct error err;
    for (int i = 0; i < REQUESTS; i++) {
        refresh->requests += backend_is_slurm(refresh->slurm);
        patience_begin(&refresh->patience);
        enum submitted submitted = refresh->slurm->submit(
            job, script, run->folder, &run->status.job_id, &err);
        patience_end(&refresh->patience);
        switch (submitted) {
        case SUBMIT_OK:
            run->status.state = STATE_PENDING;
            refresh->patience.said = false;
            return 0;
        case SUBMIT_REFUSED:
            run_remove(run);
            return explain_refusal(job, adviser, &err);
        case SUBMIT_UNSURE:
            break;
        }
        if (refresh_refit(refresh, run))
            continue;
        progress_note(progress, err.text);
        progress_note(progress, "There may be a job: looking for it");
        int found = settle(run, refresh, progress);
        if (found > 0)
            return 0;
        if (found < 0)
            break;
        progress_note(progress, "there is none: submitting again");
        run->status = (struct job_status){0};
    }
    fprintf(stderr,
            "integ2d-submit: there may be a job, and it cannot be said now; "
            "integ2d-collect finds out later:\n    integ2d-collect %s\n",
            file_short_name(run->folder));
    return watch_is_ended() ? EXIT_INTERRUPTED : EXIT_OPEN;
}

/* The run folder on its way to disk, by a thread of its own: the disk and
 * the start of the back end take about as long as each other. */
static struct {
    pthread_t thread;
    struct run run;
    int rc;
    struct error err;
} saving;

static void *save_token(void *unused)
{
    saving.rc = run_sync(&saving.run, &saving.err);
    return unused;
}

/* The back end did not start: nothing will come of the run folder. */
static void discard_run(void)
{
    if (pthread_join(saving.thread, NULL) == 0)
        run_remove(&saving.run);
}

/* Token on disk and back end open: 0, or -1 with no run folder left. */
static int make_ready(const struct backend *backend, struct error *err)
{
    int rc = pthread_create(&saving.thread, NULL, save_token, NULL);
    if (rc != 0) {
        run_remove(&saving.run);
        return error_set(err, "cannot start a thread: %s", strerror(rc));
    }
    if (backend->open(discard_run, err) != 0) {
        discard_run();
        return -1;
    }
    if (pthread_join(saving.thread, NULL) == 0 && saving.rc == 0)
        return 0;
    *err = saving.err;
    run_remove(&saving.run);
    return -1;
}

/* Folder and token are on disk before Slurm hears of the job. */
static int submit(const struct options *options, const struct config *config,
                  const struct job *job, struct adviser *adviser,
                  const char *script)
{
    const char *lib_dir = adviser->prefix->lib;
    struct refresh refresh = {.backend =
                                  options->backend ? options->backend : "",
                              .lib_dir = lib_dir};
    struct run *run = &saving.run;
    struct error err;
    struct progress progress;
    char text[5000];
    const char *saved = config->output_dir.value;
    const char *parent = options->output_dir ? options->output_dir
                         : saved[0]          ? saved
                                             : "integ2d-runs";
    progress_start(&progress, options->quiet);
    refresh.patience.progress = &progress;
    watch_signals();
    if (backend_choose(refresh.backend, job->site.slurm, lib_dir,
                       &refresh.slurm, &refresh.note, &err) != 0)
        return fail(&err);
    if (refresh.note.text[0])
        fprintf(stderr, "%s\n", refresh.note.text);
    if (advise_load(adviser, job->site.name, &err) != 0 ||
        run_create(parent, job, refresh.slurm->name, script, run, &err) != 0)
        return fail(&err);
    int lock = lock_take(run->folder);
    if (make_ready(refresh.slurm, &err) != 0)
        return fail(&err);
    int status = request(job, script, adviser, run, &refresh, &progress);
    if (status == 0 && run_save(run, &err) != 0)
        fprintf(stderr, "integ2d-submit: job %ld: %s\n", run->status.job_id,
                err.text);
    lock_give(lock);
    if (status != 0)
        return status;
    snprintf(text, sizeof text, "job %ld submitted, %s", run->status.job_id,
             file_short_name(run->folder));
    progress_note(&progress, text);
    return finish(options, job, adviser, run, &refresh, &progress);
}

/* --cancel RUN. */
static int cancel(const struct options *options, const char *lib_dir)
{
    static const int status[] = {[STOP_DONE] = EXIT_RIGHT,
                                 [STOP_FAILED] = EXIT_WRONG,
                                 [STOP_NO_ANSWER] = EXIT_OPEN};
    struct refresh refresh = {.backend =
                                  options->backend ? options->backend : "",
                              .lib_dir = lib_dir};
    enum stopped stopped;
    struct error err;
    char text[sizeof err.text];
    const char *first = options->resume ? "--resume" : options_first(options);
    if (first) {
        error_set(&err, "--cancel does nothing else: leave %s out", first);
        return fail(&err);
    }
    if (backend_check_slurm(refresh.backend, &err) != 0)
        return fail(&err);
    if (stop_named(&refresh, options->cancel, &stopped, text, sizeof text,
                   &err) != 0)
        return fail(&err);
    if (refresh.note.text[0])
        fprintf(stderr, "%s\n", refresh.note.text);
    if (stopped != STOP_DONE) {
        fprintf(stderr, "integ2d-submit: %s\n", text);
        return status[stopped];
    }
    return printf("%s\n", text) < 0 || fflush(stdout) != 0 ? cannot_print()
                                                           : status[stopped];
}

/* The site, and what the user's file says for it. */
static int find_settings(const struct options *options,
                         const struct prefix *prefix, struct site *site,
                         struct config *config, char *source, size_t size,
                         struct error *err)
{
    char names[SITE_LIST][32], file[4200];
    const char *known[SITE_LIST + 1];
    int count;
    if (site_list(prefix->site, names, &count, err) != 0 ||
        config_path(file, sizeof file, err) != 0)
        return -1;
    for (int i = 0; i < count; i++)
        known[i] = names[i];
    known[count] = NULL;
    if (find_site(options, file, prefix, known, site, source, size, err) != 0)
        return -1;
    return config_load(file, site->name, known, config, err);
}

/* Everything up to the script; nothing has happened yet when this fails. */
static int prepare(const struct options *options, const struct prefix *prefix,
                   const struct site *site, const char *site_source,
                   const struct config *config, struct job *job, char **script,
                   struct error *err)
{
    const char *account_source;
    *script = NULL;
    if (job_make(options, config, site, job, err) != 0 ||
        program_check(job, prefix->bin, err) != 0)
        return -1;
    if (account_set(options, config, job, prefix->lib, &account_source, err) !=
        0)
        return -1;
    if (options->verbose) {
        settings_show(options, config, job, site_source, account_source);
        show_resources(job);
    }
    return job_script(job, prefix->jobs, prefix->bin, script, err);
}

static int submit_one(const struct options *options, const struct site *site,
                      const char *site_source, const struct config *config,
                      struct adviser *adviser)
{
    struct job job;
    struct error err;
    char *script;
    if (prepare(options, adviser->prefix, site, site_source, config, &job,
                &script, &err) != 0)
        return fail(&err);
    int status = 0;
    if (!options->dry_run)
        status = submit(options, config, &job, adviser, script);
    else if (fputs(script, stdout) == EOF || fflush(stdout) != 0)
        status = cannot_print();
    free(script);
    return status;
}

int main(int argc, char **argv)
{
    char site_source[4300];
    struct options options;
    struct prefix prefix;
    struct config config;
    struct site site;
    struct error err;
    struct adviser adviser = {.prefix = &prefix};
    int status;
    prefix_standard();
    options_parse(argc, argv, &options);
    if (prefix_find(&prefix, &err) != 0)
        return fail(&err);
    if (options.cancel)
        return cancel(&options, prefix.lib);
    if (options.resume)
        status = submit_resume(&options, &adviser);
    else if (find_settings(&options, &prefix, &site, &config, site_source,
                           sizeof site_source, &err) != 0)
        status = fail(&err);
    else if (plan_is_sweep(&options))
        status = submit_sweep(&options, &config, &site, site_source, &adviser);
    else
        status = submit_one(&options, &site, site_source, &config, &adviser);
    advise_release(&adviser);
    return status;
}
