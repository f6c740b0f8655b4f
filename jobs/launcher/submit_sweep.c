/* SPDX-License-Identifier: BSD-3-Clause */
#include "submit_sweep.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "file.h"
#include "job.h"
#include "lock.h"
#include "plan.h"
#include "progress.h"
#include "range.h"
#include "refresh.h"
#include "result.h"
#include "stop.h"
#include "sweep.h"
#include "table.h"
#include "watch.h"

enum {
    EXIT_RIGHT = 0,
    EXIT_WRONG = 1,
    EXIT_USAGE = 2,
    EXIT_OPEN = 3,
    EXIT_INTERRUPTED = 130,
    REQUESTS = 5,    /* for one array, each certain to be lost */
    LATE_MS = 10000, /* how long finished jobs' records may take to show */
    EXPLAINED = 5,   /* jobs that are not right, in full */
};

/* What one sweep needs on its way. */
struct course {
    const struct options *options;
    struct adviser *adviser;
    struct plan plan;
    struct sweep sweep;
    struct refresh refresh;
    struct progress progress;
    bool made;    /* the first array's folders are there */
    bool refused; /* Slurm would not take an array: the rest is not sent */
};

static int fail(const struct error *err)
{
    fprintf(stderr, "integ2d-submit: %s\n", err->text);
    return EXIT_USAGE;
}

/* A folder as one would name it here, fit for a terminal. */
static const char *short_name(const char *folder)
{
    static char shown[4 * PATH_MAX];
    char here[PATH_MAX];
    size_t length = getcwd(here, sizeof here) ? strlen(here) : 0;
    if (length > 0 && strncmp(folder, here, length) == 0 &&
        folder[length] == '/')
        folder += length + 1;
    file_visible(folder, shown, sizeof shown);
    return shown;
}

static bool is_local(const struct course *course)
{
    return !backend_is_slurm(course->refresh.slurm);
}

/* ---- Scripts ------------------------------------------------------------- */

/* The job that asks for an array; its script is the caller's to free. */
static int array_job(const struct course *course, size_t group,
                     const char *token, size_t tasks, struct job *job,
                     char **script, struct error *err)
{
    *job = course->plan.group[group].job;
    if (job_make_array(job, token, (long)tasks, err) != 0)
        return -1;
    return job_script(job, course->adviser->prefix->jobs,
                      course->adviser->prefix->bin, script, err);
}

static int print_array(const struct course *course, size_t group, FILE *file,
                       struct error *err)
{
    const struct plan *plan = &course->plan;
    struct job job;
    char *script;
    size_t task = 0;
    if (array_job(course, group, plan->group[group].job.token,
                  plan->group[group].count, &job, &script, err) != 0)
        return -1;
    fprintf(file, "\n# ---- " JOB_ARRAY_SCRIPT " of group %zu ----\n%s",
            group + 1, script);
    fprintf(file,
            "\n# ---- " JOB_ARRAY_COMMANDS " of group %zu: the command "
            "of task 1, 2, ... ----\n",
            group + 1);
    for (size_t i = 0; task < plan->group[group].count; i++) {
        if (plan->run[i].group != group)
            continue;
        fprintf(file, "%s\n", plan->run[i].command);
        task++;
    }
    free(script);
    return 0;
}

/* The plan and every script; nothing is written. */
static int dry_run(const struct course *course)
{
    const struct plan *plan = &course->plan;
    struct error err;
    plan_print(plan, "# ", stdout);
    for (size_t i = 0; !plan->group[0].job.site.slurm && i < plan->count; i++)
        printf("\n# ---- job %zu ----\n%s", i + 1, plan->run[i].script);
    for (size_t i = 0; plan->group[0].job.site.slurm && i < plan->groups; i++) {
        if (print_array(course, i, stdout, &err) != 0)
            return fail(&err);
    }
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_RIGHT;
    fprintf(stderr, "integ2d-submit: cannot write to standard output\n");
    return EXIT_WRONG;
}

/* ---- Submission ---------------------------------------------------------- */

static struct run *first_run(const struct course *course, size_t array)
{
    return &course->sweep.run[course->sweep.array[array].run[0]];
}

/* The tasks of an array that has been taken. */
static void note_taken(struct course *course, size_t array, long job_id)
{
    const struct sweep_array *its = &course->sweep.array[array];
    struct error err;
    for (size_t i = 0; i < its->count; i++) {
        struct job_status *status = &course->sweep.run[its->run[i]].status;
        *status = (struct job_status){.job_id = job_id, .state = STATE_PENDING};
    }
    if (sweep_note_job(&course->sweep, array, job_id, &err) != 0)
        fprintf(stderr, "integ2d-submit: array job %ld: %s\n", job_id,
                err.text);
}

/* The request was sent and no answer came: asks until it is certain whether
 * there is an array. Returns 1 when there is one, 0 when there is none, -1
 * when it cannot be said now. */
static int settle(struct course *course, size_t array)
{
    struct run *run = first_run(course, array);
    struct error err;
    run->status = (struct job_status){0};
    for (long pause_ms = 500; !watch_is_ended(); pause_ms += pause_ms / 2) {
        if (refresh_lost(&course->refresh, &run, 1, true, &err) == 0) {
            if (run->status.job_id)
                return 1;
            return run->status.state == STATE_NEVER_CREATED ? 0 : -1;
        }
        progress_show(&course->progress, "waiting for Slurm's controller", "");
        pause_ms = pause_ms > 10000 ? 10000 : pause_ms;
        poll(NULL, 0, (int)pause_ms);
    }
    return -1;
}

/* Why there is no array, and what to change. */
static void explain_refusal(struct course *course, const struct job *job,
                            const struct error *refusal)
{
    struct advice_list list;
    struct error err;
    course->refused = true;
    fail(refusal);
    if (advise_refusal(course->adviser, job, refusal->text, &list, &err) != 0) {
        fail(&err);
        return;
    }
    advice_print(&list, stderr);
    advice_release(&list);
}

/* Asks for an array, and again when it is certain that the request was lost.
 * Returns 0, or the exit status. */
static int request(struct course *course, size_t array, const struct job *job,
                   const char *script)
{
    struct error err;
    char folder[PATH_MAX];
    long job_id;
    sweep_array_folder(&course->sweep, array, folder);
    for (int i = 0; i < REQUESTS; i++) {
        switch (
            course->refresh.slurm->submit(job, script, folder, &job_id, &err)) {
        case SUBMIT_OK:
            note_taken(course, array, job_id);
            return 0;
        case SUBMIT_REFUSED:
            explain_refusal(course, job, &err);
            return EXIT_USAGE;
        case SUBMIT_UNSURE:
            break;
        }
        progress_note(&course->progress, err.text);
        progress_note(&course->progress,
                      "There may be an array: looking for it");
        int found = settle(course, array);
        if (found > 0) {
            const struct job_status *status = &first_run(course, array)->status;
            note_taken(course, array,
                       status->array_id ? status->array_id : status->job_id);
            return 0;
        }
        if (found < 0)
            break;
        progress_note(&course->progress, "there is none: submitting again");
    }
    fprintf(stderr,
            "integ2d-submit: there may be an array, and Slurm does not say; "
            "this finds out later:\n    integ2d-submit --resume %s\n",
            short_name(course->sweep.folder));
    return watch_is_ended() ? EXIT_INTERRUPTED : EXIT_OPEN;
}

/* One array: folders, a word in the journal, the request. */
static int send_array(struct course *course, size_t array)
{
    struct sweep *sweep = &course->sweep;
    size_t group = sweep->group[sweep->array[array].run[0]];
    struct job job;
    struct error err;
    char *script = NULL;
    int status = 0;
    if (array_job(course, group, sweep->array[array].token,
                  sweep->array[array].count, &job, &script, &err) != 0 ||
        (!(array == 0 && course->made) &&
         sweep_make_array(sweep, array, &course->plan, script, &err) != 0) ||
        sweep_note_asked(sweep, array, &err) != 0)
        status = fail(&err);
    else
        status = request(course, array, &job, script);
    free(script);
    return status;
}

static void note_sent(struct course *course, size_t arrays, size_t jobs)
{
    char text[5000];
    snprintf(text, sizeof text, "%zu job%s submitted in %zu array%s, %s", jobs,
             jobs == 1 ? "" : "s", arrays, arrays == 1 ? "" : "s",
             short_name(course->sweep.folder));
    progress_note(&course->progress, text);
}

/* Those of the arrays that are `wanted`. Returns 0, also when some were
 * refused after others had been taken; else the exit status. */
static int send_arrays(struct course *course, const bool *wanted)
{
    size_t sent = 0, jobs = 0;
    int status = 0;
    for (size_t i = 0; status == 0 && i < course->sweep.arrays; i++) {
        if (!wanted[i])
            continue;
        if (watch_is_ended())
            status = EXIT_INTERRUPTED;
        if (status == 0)
            status = send_array(course, i);
        if (status != 0)
            break;
        sent++;
        jobs += course->sweep.array[i].count;
    }
    if (sent > 0)
        note_sent(course, sent, jobs);
    return sent > 0 && course->refused ? 0 : status;
}

/* ---- Without Slurm ------------------------------------------------------- */

static long free_cores(void)
{
    cpu_set_t mine;
    return sched_getaffinity(0, sizeof mine, &mine) == 0 ? CPU_COUNT(&mine) : 1;
}

static long cores_of(const struct course *course, size_t run)
{
    const struct job *job = &course->plan.group[course->sweep.group[run]].job;
    return job->tasks * job->cpus_per_task;
}

static bool is_waiting(const struct run *run)
{
    return run->status.job_id == 0 && run->status.state == STATE_PENDING;
}

/* Starts one job of this machine; one that cannot be started has failed. */
static void start(struct course *course, size_t index)
{
    struct run *run = &course->sweep.run[index];
    const struct job *job = &course->plan.group[course->sweep.group[index]].job;
    struct error err;
    long job_id = 0;
    struct job own = *job;
    own.array = 0;
    if (course->refresh.slurm->submit(&own, "", run->folder, &job_id, &err) ==
        SUBMIT_OK) {
        run->status.job_id = job_id;
        return;
    }
    progress_note(&course->progress, err.text);
    run->status.state = STATE_NEVER_CREATED;
}

/* Those that find room beside those that run, in the order of the plan. */
static void feed(void *context)
{
    struct course *course = context;
    struct sweep *sweep = &course->sweep;
    bool stopped = sweep_is_stopped(sweep);
    long at_once = course->plan.group[0].job.site.tasks_at_once;
    long left = free_cores(), running = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        const struct run *run = &sweep->run[i];
        if (run->status.job_id == 0 || state_is_final(run->status.state))
            continue;
        left -= cores_of(course, i);
        running++;
    }
    for (size_t i = 0; i < sweep->count; i++) {
        if (!is_waiting(&sweep->run[i]))
            continue;
        if (stopped) {
            sweep->run[i].status.state = STATE_CANCELLED;
            continue;
        }
        if ((at_once && running >= at_once) ||
            (running > 0 && cores_of(course, i) > left))
            return;
        start(course, i);
        left -= cores_of(course, i);
        running++;
    }
}

/* Folders and words in the journal for all; they are started while waiting. */
static int prepare_local(struct course *course, const bool *wanted)
{
    struct sweep *sweep = &course->sweep;
    struct error err;
    char text[5000];
    size_t jobs = 0;
    for (size_t i = 0; i < sweep->arrays; i++) {
        if (!wanted[i])
            continue;
        if (sweep_make_array(sweep, i, &course->plan, NULL, &err) != 0 ||
            sweep_note_asked(sweep, i, &err) != 0)
            return fail(&err);
        for (size_t k = 0; k < sweep->array[i].count; k++) {
            struct run *run = &sweep->run[sweep->array[i].run[k]];
            if (run->status.job_id || sweep->in[sweep->array[i].run[k]] != i)
                continue;
            run->status = (struct job_status){.state = STATE_PENDING};
            jobs++;
        }
    }
    snprintf(text, sizeof text, "%zu job%s to run here, %s", jobs,
             jobs == 1 ? "" : "s", short_name(sweep->folder));
    progress_note(&course->progress, text);
    return 0;
}

/* ---- The wait and the table ---------------------------------------------- */

static void save_states(struct course *course)
{
    struct error err;
    if (sweep_complete(&course->sweep, &err) != 0) {
        fprintf(stderr, "integ2d-submit: %s\n", err.text);
        return;
    }
    for (size_t i = 0; i < course->sweep.count; i++) {
        const struct run *run = &course->sweep.run[i];
        if (sweep_has_asked(&course->sweep, i) &&
            state_is_final(run->status.state) && run_save(run, &err) != 0) {
            fprintf(stderr, "integ2d-submit: %s\n", err.text);
            return;
        }
    }
}

/* Returns what watch_runs does. */
static int wait_for(struct course *course)
{
    struct sweep *sweep = &course->sweep;
    struct run **list = calloc(sweep->count, sizeof *list);
    size_t count = 0;
    struct watch watch = {
        .refresh = &course->refresh,
        .progress = &course->progress,
        .shortest_s =
            course->adviser->has_site ? course->adviser->site.poll_s : 0,
        .feed = is_local(course) && course->plan.groups > 0 ? feed : NULL,
        .feeder = course};
    for (size_t i = 0; list && i < sweep->count; i++) {
        if (sweep_has_asked(sweep, i))
            list[count++] = &sweep->run[i];
    }
    int rc = list ? watch_runs(&watch, list, count) : -1;
    free(list);
    if (course->options->verbose)
        fprintf(stderr, "%ld request%s to Slurm\n", course->refresh.requests,
                course->refresh.requests == 1 ? "" : "s");
    return rc;
}

static int print_json(const struct result *results, size_t count)
{
    json_t *list = json_array();
    int rc = 0;
    for (size_t i = 0; i < count; i++)
        rc |= json_array_append_new(list, result_json(&results[i]));
    rc |= json_dumpf(list, stdout, JSON_INDENT(2));
    json_decref(list);
    puts("");
    return rc;
}

/* Why those that are not right are not: the first few, then how to see the
 * rest. */
static void explain(const struct course *course, const struct result *results,
                    size_t count)
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
    (void)course;
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

/* The results of all runs, in the order of the plan. */
static int show_results(struct course *course)
{
    const struct sweep *sweep = &course->sweep;
    struct result *results = calloc(sweep->count, sizeof *results);
    struct error err;
    size_t count = 0;
    int rc = 0;
    if (!results) {
        error_set(&err, "out of memory for %zu results", sweep->count);
        return fail(&err);
    }
    for (size_t i = 0; i < sweep->count; i++) {
        if (!sweep_has_asked(sweep, i))
            continue;
        result_collect(&sweep->run[i], LATE_MS, &results[count]);
        if (rc == 0 &&
            advise_result(course->adviser, false, &results[count], &err) != 0)
            rc = fail(&err);
        count++;
    }
    int printed = 0;
    if (course->options->json)
        printed = print_json(results, count);
    else
        table_print(results, count, stdout);
    explain(course, results, count);
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
static int print_arrays(const struct course *course)
{
    const struct sweep *sweep = &course->sweep;
    for (size_t i = 0; i < sweep->arrays; i++) {
        char folder[PATH_MAX];
        sweep_array_folder(sweep, i, folder);
        if (sweep->array[i].job_id)
            printf("%ld %s\n", sweep->array[i].job_id, short_name(folder));
    }
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_RIGHT;
    fprintf(stderr, "integ2d-submit: cannot write to standard output\n");
    return EXIT_WRONG;
}

static void say_resume(const struct course *course, const char *before)
{
    fprintf(stderr, "%s\n    integ2d-submit --resume %s\n", before,
            short_name(course->sweep.folder));
}

/* Everything that is to be sent has been. */
static int finish(struct course *course)
{
    if (course->options->no_wait) {
        if (course->refused)
            say_resume(course, "what was refused can be sent later with");
        int status = print_arrays(course);
        return status == 0 && course->refused ? EXIT_WRONG : status;
    }
    int rc = wait_for(course);
    save_states(course);
    if (rc > 0) {
        say_resume(course, is_local(course)
                               ? "what runs goes on, nothing new is started; "
                                 "continue later with"
                               : "the jobs go on; wait for them and collect "
                                 "them later with");
        return EXIT_INTERRUPTED;
    }
    int status = show_results(course);
    if (course->refused)
        say_resume(course, "some arrays were refused; send them later with");
    return status == 0 && course->refused ? EXIT_WRONG : status;
}

/* ---- A new sweep --------------------------------------------------------- */

/* What was typed, with what the user's file adds: all that is needed to make
 * the same plan again. */
static void complete(const struct config *config, const struct job *job,
                     struct options *options)
{
    const struct {
        const char **typed;
        const struct setting *saved;
    } rows[] = {
        {&options->partition, &config->partition},
        {&options->time, &config->time},
        {&options->constraint, &config->constraint},
        {&options->reservation, &config->reservation},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!*rows[i].typed && rows[i].saved->value[0])
            *rows[i].typed = rows[i].saved->value;
    }
    options->account = job->account[0] ? job->account : NULL;
}

/* How many tasks an array may have here. */
static int find_limit(struct course *course, const struct site *site,
                      long *most, struct error *err)
{
    *most = site->array_tasks ? site->array_tasks : RANGE_MAX;
    if (site->array_tasks || is_local(course))
        return 0;
    if (course->refresh.slurm->array_limit(most, &course->refresh.requests,
                                           err) != 0)
        return -1;
    return *most >= 1 ? 0
                      : error_set(err, "Slurm takes no arrays of jobs here "
                                       "(MaxArraySize)");
}

/* The sweep's files on their way to disk, by a thread of its own: in the
 * meantime the folders of the first array are made. */
struct syncing {
    const struct sweep *sweep;
    int rc;
    struct error err;
};

static void *sync_sweep(void *context)
{
    struct syncing *syncing = context;
    syncing->rc = sweep_sync(syncing->sweep, &syncing->err);
    return NULL;
}

static int make_first(struct course *course, struct error *err)
{
    struct job job;
    char *script = NULL;
    const struct sweep *sweep = &course->sweep;
    if (!is_local(course) &&
        array_job(course, sweep->group[sweep->array[0].run[0]],
                  sweep->array[0].token, sweep->array[0].count, &job, &script,
                  err) != 0)
        return -1;
    int rc = sweep_make_array(sweep, 0, &course->plan, script, err);
    free(script);
    return rc;
}

static int settle_down(struct course *course, struct error *err)
{
    pthread_t thread;
    struct syncing syncing = {.sweep = &course->sweep};
    int rc = pthread_create(&thread, NULL, sync_sweep, &syncing);
    if (rc != 0)
        return error_set(err, "cannot start a thread: %s", strerror(rc));
    rc = make_first(course, err);
    course->made = rc == 0;
    if (pthread_join(thread, NULL) == 0 && syncing.rc == 0)
        return rc;
    *err = syncing.err;
    return -1;
}

/* Back end, folder and tokens: from here on nothing is lost. */
static int open_sweep(struct course *course, const struct config *config,
                      const struct site *site, struct options *completed,
                      struct error *err)
{
    const struct options *options = course->options;
    const char *saved = config->output_dir.value;
    const char *parent = options->output_dir ? options->output_dir
                         : saved[0]          ? saved
                                             : "integ2d-runs";
    long most;
    *completed = *options;
    complete(config, &course->plan.group[0].job, completed);
    if (advise_load(course->adviser, site->name, err) != 0 ||
        course->refresh.slurm->open(NULL, err) != 0 ||
        find_limit(course, site, &most, err) != 0 ||
        sweep_create(parent, &course->plan, completed,
                     course->refresh.slurm->name, most, &course->sweep,
                     err) != 0)
        return -1;
    if (settle_down(course, err) == 0)
        return 0;
    sweep_remove(&course->sweep);
    sweep_release(&course->sweep);
    return -1;
}

static int send_all(struct course *course, const bool *wanted)
{
    return is_local(course) ? prepare_local(course, wanted)
                            : send_arrays(course, wanted);
}

/* None of it has come to anything. */
static bool is_empty(const struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->arrays; i++) {
        if (sweep->array[i].job_id)
            return false;
    }
    return true;
}

static int go(struct course *course, const struct config *config,
              const struct site *site)
{
    struct options completed;
    struct error err;
    if (open_sweep(course, config, site, &completed, &err) != 0)
        return fail(&err);
    int lock = lock_take(course->sweep.folder);
    bool *wanted = calloc(course->sweep.arrays, sizeof *wanted);
    for (size_t i = 0; wanted && i < course->sweep.arrays; i++)
        wanted[i] = true;
    int status = wanted ? send_all(course, wanted) : EXIT_WRONG;
    free(wanted);
    if (status == EXIT_USAGE && is_empty(&course->sweep))
        sweep_remove(&course->sweep);
    else if (status == 0 && is_local(course))
        status = finish(course);
    lock_give(lock);
    if (status == 0 && !is_local(course))
        status = finish(course);
    sweep_release(&course->sweep);
    return status;
}

int submit_sweep(const struct options *options, const struct config *config,
                 const struct site *site, struct adviser *adviser)
{
    struct error err;
    struct course course = {
        .options = options,
        .adviser = adviser,
        .refresh = {.backend = "", .lib_dir = adviser->prefix->lib}};
    if (plan_make(options, config, site, adviser->prefix, &course.plan, &err) !=
        0)
        return fail(&err);
    int status;
    if (options->dry_run) {
        status = dry_run(&course);
    } else if (options->no_wait && !site->slurm) {
        error_set(&err, "--no-wait: without Slurm the jobs of a sweep are "
                        "started one after the other from here: leave it out");
        status = fail(&err);
    } else if (backend_choose(options->backend ? options->backend : "",
                              site->slurm, adviser->prefix->lib,
                              &course.refresh.slurm, &course.refresh.note,
                              &err) != 0) {
        status = fail(&err);
    } else {
        if (course.refresh.note.text[0])
            fprintf(stderr, "%s\n", course.refresh.note.text);
        if (!options->quiet)
            plan_print(&course.plan, "", stderr);
        progress_start(&course.progress, options->quiet);
        watch_signals();
        status = go(&course, config, site);
    }
    plan_release(&course.plan);
    return status;
}

/* ---- Going on with a sweep ----------------------------------------------- */

/* Options of the sweep cannot be changed when it goes on. */
static int check_options(const struct options *options, struct error *err)
{
    const struct {
        const char *name, *value;
    } not_now[] = {
        {"--site", options->site},
        {"--scheme", options->scheme},
        {"-n", options->workers},
        {"--grid", options->grid},
        {"--repeat", options->repeat},
        {"--math", options->math},
        {"--mode", options->mode},
        {"--account", options->account},
        {"--time", options->time},
        {"--partition", options->partition},
        {"--nodes", options->nodes},
        {"-c", options->cpus_per_task},
        {"--mem", options->mem},
        {"--constraint", options->constraint},
        {"--reservation", options->reservation},
        {"--name", options->name},
        {"--output-dir", options->output_dir},
        {"--max-jobs", options->max_jobs},
        {"--weak", options->weak ? "" : NULL},
        {"--placement", options->placement ? "" : NULL},
        {"--dry-run", options->dry_run ? "" : NULL},
    };
    for (size_t i = 0; i < sizeof not_now / sizeof not_now[0]; i++) {
        if (not_now[i].value)
            return error_set(err,
                             "--resume: a sweep goes on as it was begun: "
                             "leave %s out, or begin a new one",
                             not_now[i].name);
    }
    return 0;
}

/* A job that was ended from outside, so that it may end well another time. */
static bool was_cut_short(enum job_state state)
{
    switch (state) {
    case STATE_NEVER_CREATED:
    case STATE_CANCELLED:
    case STATE_NODE_FAIL:
    case STATE_BOOT_FAIL:
    case STATE_PREEMPTED:
    case STATE_REVOKED:
        return true;
    default:
        return false;
    }
}

/* What became of those that may have been submitted. */
static int find_states(struct course *course, struct error *err)
{
    struct sweep *sweep = &course->sweep;
    struct run **list = calloc(sweep->count, sizeof *list);
    size_t count = 0;
    for (size_t i = 0; list && i < sweep->count; i++) {
        struct run *run = &sweep->run[i];
        if (!sweep_has_asked(sweep, i))
            run->status.state = STATE_NEVER_CREATED;
        else if (!state_is_final(run->status.state))
            list[count++] = run;
    }
    int rc = list ? 0 : error_set(err, "out of memory");
    if (count > 0)
        rc = refresh_lost(&course->refresh, list, count, true, err);
    free(list);
    return rc;
}

/* The same plan again: what is submitted has gone through all checks. */
static int plan_again(struct course *course, struct error *err)
{
    struct site site;
    struct config config = {0};
    struct sweep *sweep = &course->sweep;
    struct options options = sweep->options;
    char most[16];
    snprintf(most, sizeof most, "%d", (int)RANGE_MAX);
    options.max_jobs = most;
    if (site_load(course->adviser->prefix->site, sweep->site, &site, err) !=
            0 ||
        site_check_active(&site, err) != 0 ||
        plan_make(&options, &config, &site, course->adviser->prefix,
                  &course->plan, err) != 0)
        return error_prefix(err, "%s", short_name(sweep->folder));
    if (sweep_agrees(sweep, &course->plan))
        return 0;
    return error_set(err,
                     "%s: the same options mean other jobs now: the site's "
                     "file or integ2d has changed since. See what is done with "
                     "integ2d-collect, and begin a new sweep for the rest",
                     short_name(sweep->folder));
}

/* Of an array that is to be asked for again nothing must be there; without
 * Slurm each of its jobs is started by itself. */
static bool can_be_sent(const struct course *course, size_t array)
{
    const struct sweep *sweep = &course->sweep;
    size_t count = sweep->array[array].count, never = 0;
    for (size_t i = 0; i < count; i++) {
        size_t run = sweep->array[array].run[i];
        never += sweep->in[run] == array &&
                 sweep->run[run].status.state == STATE_NEVER_CREATED;
    }
    return is_local(course) ? never > 0 : never == count;
}

/* Missing runs of arrays that are there: new arrays, group by group. */
static int add_arrays(struct course *course, const bool *missing, long most,
                      struct error *err)
{
    struct sweep *sweep = &course->sweep;
    size_t *runs = calloc(sweep->count, sizeof *runs);
    int rc = runs ? 0 : error_set(err, "out of memory");
    for (size_t group = 0; rc == 0 && group < course->plan.groups; group++) {
        size_t count = 0;
        for (size_t i = 0; rc == 0 && i < sweep->count; i++) {
            if (missing[i] && sweep->group[i] == group)
                runs[count++] = i;
            if (count > 0 && (count == (size_t)most || i + 1 == sweep->count)) {
                rc = sweep_add_array(sweep, runs, count, err);
                count = 0;
            }
        }
    }
    free(runs);
    return rc;
}

/* Which arrays are to be sent: those of which nothing is there, and new ones
 * for what else is missing. The caller frees *wanted, which has room for all
 * arrays; NULL = nothing is missing. */
static int choose_arrays(struct course *course, bool **wanted,
                         struct error *err)
{
    struct sweep *sweep = &course->sweep;
    bool *missing = calloc(sweep->count, sizeof *missing);
    size_t count = 0, old = sweep->arrays, again = 0;
    long most;
    *wanted = calloc(sweep->arrays + sweep->count, sizeof **wanted);
    int rc = missing && *wanted ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; rc == 0 && i < old; i++) {
        (*wanted)[i] = can_be_sent(course, i);
        again += (*wanted)[i];
    }
    for (size_t i = 0; rc == 0 && i < sweep->count; i++) {
        const struct job_status *status = &sweep->run[i].status;
        missing[i] =
            was_cut_short(status->state) &&
            !((*wanted)[sweep->in[i]] && status->state == STATE_NEVER_CREATED);
        count += missing[i];
    }
    if (rc == 0 && again + count > 0)
        rc = plan_again(course, err);
    if (rc == 0 && count > 0)
        rc = find_limit(course, &course->plan.group[0].job.site, &most, err);
    if (rc == 0 && count > 0)
        rc = add_arrays(course, missing, most, err);
    for (size_t i = old; rc == 0 && i < sweep->arrays; i++)
        (*wanted)[i] = true;
    free(missing);
    if (rc == 0 && again + count > 0)
        return 0;
    free(*wanted);
    *wanted = NULL;
    return rc;
}

static void note_found(struct course *course)
{
    const struct sweep *sweep = &course->sweep;
    size_t over = 0, open = 0, cut = 0, unknown = 0;
    char text[400], doubt[100] = "";
    for (size_t i = 0; i < sweep->count; i++) {
        enum job_state state = sweep->run[i].status.state;
        cut += was_cut_short(state);
        over += state_is_final(state) && !was_cut_short(state);
        unknown += state == STATE_UNKNOWN;
        open += !state_is_final(state) && state != STATE_UNKNOWN;
    }
    if (unknown > 0)
        snprintf(doubt, sizeof doubt,
                 ", %zu not known any more (not submitted again)", unknown);
    snprintf(text, sizeof text,
             "of %zu jobs %zu are over, %zu wait or run, %zu are missing%s",
             sweep->count, over, open, cut, doubt);
    progress_note(&course->progress, text);
}

/* With the sweep locked. */
static int go_on(struct course *course)
{
    struct error err;
    bool *wanted;
    if (find_states(course, &err) != 0) {
        fail(&err);
        return EXIT_OPEN;
    }
    note_found(course);
    if (choose_arrays(course, &wanted, &err) != 0)
        return fail(&err);
    int status = wanted ? send_all(course, wanted) : 0;
    free(wanted);
    return status;
}

static int resume(struct course *course)
{
    struct sweep *sweep = &course->sweep;
    struct error err;
    bool local = strcmp(sweep->backend, "local") == 0;
    if (advise_load(course->adviser, sweep->site, &err) != 0 ||
        backend_choose(course->options->backend ? course->options->backend : "",
                       !local, course->adviser->prefix->lib,
                       &course->refresh.slurm, &course->refresh.note,
                       &err) != 0 ||
        course->refresh.slurm->open(NULL, &err) != 0)
        return fail(&err);
    if (course->refresh.note.text[0])
        fprintf(stderr, "%s\n", course->refresh.note.text);
    if (lock_is_taken(sweep->folder)) {
        fprintf(stderr,
                "integ2d-submit: %s: another integ2d-submit is at work on "
                "it: try again when that has ended\n",
                short_name(sweep->folder));
        return EXIT_OPEN;
    }
    int lock = lock_take(sweep->folder);
    sweep_stop(sweep, false);
    int status = go_on(course);
    if (status == 0 && local)
        status = finish(course);
    lock_give(lock);
    return status == 0 && !local ? finish(course) : status;
}

int submit_resume(const struct options *options, struct adviser *adviser)
{
    struct error err;
    struct course course = {
        .options = options,
        .adviser = adviser,
        .refresh = {.backend = options->backend ? options->backend : "",
                    .lib_dir = adviser->prefix->lib}};
    if (check_options(options, &err) != 0 ||
        sweep_load(options->resume, &course.sweep, &err) != 0)
        return fail(&err);
    progress_start(&course.progress, options->quiet);
    watch_signals();
    int status = resume(&course);
    sweep_release(&course.sweep);
    plan_release(&course.plan);
    return status;
}
