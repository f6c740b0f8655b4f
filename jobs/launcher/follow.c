/* SPDX-License-Identifier: BSD-3-Clause */
#include "follow.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "advise.h"
#include "file.h"
#include "hint.h"
#include "local_account.h"
#include "named.h"
#include "tally.h"
#include "token.h"

enum {
    SETTLE_S = 20,    /* accounting learns of a job's end so late */
    RECORD_MS = 3000, /* and a record may come so late */
    RECORD_LIMIT = 64 << 20,
    NO_ANSWER = -2,
    STEPS_LEAST_S = 5 /* whole seconds make shorter stretches too rough */
};

/* ---- Which job ------------------------------------------------------------
 */

/* "12", or "12_3": a task of an array. */
static bool is_number(const char *name)
{
    size_t digits = strspn(name, "0123456789");
    if (digits == 0 || digits > 15 || name[0] == '0')
        return false;
    if (name[digits] == '\0')
        return true;
    const char *task = name + digits + 1;
    return name[digits] == '_' && isdigit((unsigned char)task[0]) &&
           strlen(task) < 10 && strspn(task, "0123456789") == strlen(task);
}

/* What a local job asked for is in its run folder only. */
static void allot_local(struct usage *usage)
{
    struct allotment *allotment = &usage->allotment;
    const struct run *run = &usage->run;
    const struct job_status *status = &run->status;
    allotment->job_id = status->job_id;
    allotment->state = status->state;
    allotment->start = status->start;
    allotment->end = status->end;
    allotment->limit_min = run->time_min;
    allotment->nodes = 1;
    allotment->tasks = 1;
    allotment->cpus = run->workers;
    allotment->mem_mib = NAN;
    snprintf(allotment->name, sizeof allotment->name, "%s", run->name);
    gethostname(allotment->node_list, sizeof allotment->node_list - 1);
}

static int take_run(struct follow *follow, struct usage *usage,
                    struct error *err)
{
    const struct run *run = &usage->run;
    struct error ignored;
    usage->has_run = true;
    if (site_load(follow->prefix->site, run->site, &follow->site, &ignored) !=
        0)
        follow->site.name[0] = '\0';
    if (run->status.job_id == 0)
        return error_set(err,
                         "%s: its job has no number: it was never sent, or "
                         "integ2d-collect has yet to find it",
                         run->folder);
    if (strcmp(run->backend, "local") != 0)
        run_job_name(run, follow->id);
    return 0;
}

/* A run, or any job of Slurm's. A number that two runs have is nobody's to
 * choose. */
static int find_job(struct follow *follow, const char *name,
                    struct usage *usage, struct error *err)
{
    char source[200], shown[200];
    struct error ignored;
    if (!is_number(name) || access(name, F_OK) == 0) {
        if (strchr(name, '/') == NULL && access(name, F_OK) != 0) {
            file_visible(name, shown, sizeof shown);
            return error_set(
                err, "'%s' is no job number and no run folder here", shown);
        }
        return run_load(name, &usage->run, err) != 0
                   ? -1
                   : take_run(follow, usage, err);
    }
    if (named_load(name, &usage->run, err) == 0)
        return take_run(follow, usage, err);
    if (strncmp(err->text, "two runs", 8) == 0)
        return -1;
    snprintf(follow->id, sizeof follow->id, "%s", name);
    if (site_find(follow->prefix->site, &follow->site, source, sizeof source,
                  &ignored) != 0)
        follow->site.name[0] = '\0';
    return 0;
}

static const char *own_name(void)
{
    const struct passwd *user = getpwuid(getuid());
    return user ? user->pw_name : "";
}

/* Numbers are used again: the run's own job is known by its token. */
static bool is_other(const struct usage *usage, const struct allotment *now)
{
    char token[TOKEN_TEXT];
    token_split(usage->run.token, token);
    return usage->has_run && now->words[0] && !token_in_line(token, now->words);
}

/* Asks the controller. Returns 0; 1 when it does not know the job; -1. */
static int ask_controller(struct refresh *refresh, const char *id,
                          struct allotment *now, struct error *err)
{
    patience_begin(&refresh->patience);
    int rc = refresh->slurm->find(id, now, err);
    patience_end(&refresh->patience);
    if (rc < 0 && refresh_refit(refresh, NULL))
        rc = refresh->slurm->find(id, now, err);
    return rc;
}

/* The controller, or else accounting. Returns 0; 1 when neither knows the job;
 * -1 when it is another user's; NO_ANSWER. */
static int ask_slurm(struct follow *follow, struct usage *usage,
                     struct error *err)
{
    struct allotment now = {.mem_mib = NAN};
    struct steps steps = {0};
    int rc = ask_controller(&follow->refresh, follow->id, &now, err);
    if (rc < 0)
        return NO_ANSWER;
    if (rc == 1 || is_other(usage, &now)) {
        now = (struct allotment){.mem_mib = NAN};
        rc = steps_ask_final(follow->id, &now, &steps, err);
        if (rc == 0 && is_other(usage, &now))
            rc = 1;
        steps_release(&steps);
        if (rc < 0)
            snprintf(usage->no_accounting, sizeof usage->no_accounting,
                     "No accounting: %.240s.", err->text);
    }
    if (rc != 0)
        return 1;
    if (allotment_check_owner(&now, own_name(), err) != 0)
        return -1;
    usage->allotment = now;
    if (usage->has_run)
        usage->run.status.job_id = now.job_id;
    return 0;
}

static int unknown(const struct follow *follow, const struct usage *usage,
                   struct error *err)
{
    return error_set(
        err, "job %s: Slurm's controller does not know it%s%s", follow->id,
        usage->no_accounting[0]
            ? " (any more), and there is no accounting that could: "
            : ", and accounting has no such job of yours: see squeue --me, or "
              "sacct",
        usage->no_accounting);
}

/* What the run folder says, where nobody else knows the job any more. */
static void allot_run(struct usage *usage)
{
    long cpus = usage->run.workers * usage->run.cpus_per_task;
    allot_local(usage);
    usage->allotment.node_list[0] = '\0';
    usage->allotment.nodes = usage->run.status.nodes;
    usage->allotment.cpus = cpus > 0 ? cpus : usage->run.workers;
}

static int connect_slurm(struct refresh *refresh, struct error *err)
{
    if (backend_choose(refresh->backend, true, refresh->lib_dir,
                       &refresh->slurm, &refresh->note, err) != 0)
        return -1;
    return refresh->slurm->open(NULL, err);
}

/* A run that is over can be shown without Slurm, as far as its folder goes. */
static int open_slurm(struct follow *follow, struct usage *usage,
                      struct error *err)
{
    struct error ignored;
    bool over = usage->has_run && state_is_final(usage->run.status.state);
    usage->steps_wanted = true;
    int rc = connect_slurm(&follow->refresh, err);
    bool connected = rc == 0;
    if (connected)
        rc = ask_slurm(follow, usage, err);
    if ((connected && rc == -1) || (rc != 0 && !over))
        return rc == 1 ? unknown(follow, usage, err) : -1;
    if (rc != 0) {
        allot_run(usage);
        follow->alone = true;
        if (rc != 1)
            snprintf(usage->no_accounting, sizeof usage->no_accounting,
                     "Slurm cannot be asked: %.240s.", err->text);
        return 0;
    }
    /* Of an array one task; one that was named keeps its name until it has a
     * number of its own. */
    if (!strchr(follow->id, '_'))
        snprintf(follow->id, sizeof follow->id, "%ld", usage->allotment.job_id);
    if (steps_ask_config(&usage->steps_every_s, &ignored) == 1)
        snprintf(usage->no_steps, sizeof usage->no_steps,
                 "This Slurm takes no statistics of what jobs use "
                 "(JobAcctGatherType=jobacct_gather/none).");
    return 0;
}

int follow_open(struct follow *follow, const char *name, struct usage *usage,
                struct error *err)
{
    err->text[0] = '\0';
    usage->steps_every_s = NAN;
    usage->allotment.mem_mib = NAN;
    if (find_job(follow, name, usage, err) != 0)
        return -1;
    if (follow->id[0] && open_slurm(follow, usage, err) != 0)
        return -1;
    if (!follow->id[0] && follow_state(follow, usage, err) != 0)
        return -1;
    if (follow->site.name[0]) {
        snprintf(usage->allotment.site, sizeof usage->allotment.site, "%s",
                 follow->site.name);
        monitor_name(&follow->site, usage->allotment.job_id, &usage->monitor);
    }
    if (usage->has_run)
        return trace_load(&usage->trace, usage->run.folder,
                          usage->allotment.job_id, err);
    return 0;
}

/* ---- While it runs --------------------------------------------------------
 */

int follow_state(struct follow *follow, struct usage *usage, struct error *err)
{
    struct run *run = &usage->run;
    if (follow->id[0]) {
        int rc = ask_slurm(follow, usage, err);
        if (rc == NO_ANSWER)
            return 1;
        if (rc != 0)
            return rc < 0 ? -1 : unknown(follow, usage, err);
    } else {
        if (refresh_runs(&follow->refresh, &run, 1, err) != 0)
            return -1;
        allot_local(usage);
    }
    usage->now_s = allotment_ran_s(&usage->allotment);
    return 0;
}

static int look_processes(struct follow *follow, struct usage *usage)
{
    struct look *look = &usage->look;
    double before_s = follow->looking ? follow->processes.last_s : 0;
    if (!follow->looking)
        processes_start(&follow->processes, usage->allotment.job_id,
                        follow->id[0] != '\0');
    follow->looking = true;
    long count = processes_look(&follow->processes, look);
    if (count <= 0)
        return (int)count;
    usage->trace.seen_s = look->cpu_s;
    usage->trace.seen_at_s = usage->now_s;
    if (before_s > 0 && look->at_s > before_s &&
        trace_add_look(&usage->trace, usage->now_s, look->at_s - before_s,
                       look) != 0)
        return -1;
    return 0;
}

/* Where the job's processes cannot be seen, step statistics make the points. */
static int take_steps(struct follow *follow, struct usage *usage)
{
    struct trace *trace = &usage->trace;
    double cpu_s = steps_cpu_s(&usage->steps), now_s = usage->now_s;
    double passed_s = now_s - follow->last_steps_s;
    if (isnan(cpu_s))
        return 0;
    trace->steps_s = cpu_s;
    trace->steps_at_s = now_s;
    if (usage->look.processes > 0 || passed_s < STEPS_LEAST_S)
        return 0;
    if (follow->last_steps_s > 0 &&
        trace_add(trace, now_s, passed_s,
                  fmax(cpu_s - follow->last_cpu_s, 0) / passed_s,
                  steps_mem_mib(&usage->steps)) != 0)
        return -1;
    follow->last_steps_s = now_s;
    follow->last_cpu_s = cpu_s;
    return 0;
}

/* Two that look at one run would write over each other's samples: the first
 * keeps its own, until it ends. Where there are no locks, both do. */
static bool may_keep(struct follow *follow, const char *folder)
{
    if (follow->lock)
        return true;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return true;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        follow->lock = fd + 1;
        return true;
    }
    bool taken = errno == EWOULDBLOCK;
    close(fd);
    return !taken;
}

int follow_look(struct follow *follow, struct usage *usage, struct error *err)
{
    struct error ignored;
    usage->now_s = allotment_ran_s(&usage->allotment);
    if (look_processes(follow, usage) != 0)
        return error_set(err, "out of memory");
    if (follow->id[0] && !usage->no_steps[0] &&
        follow->refresh.slurm->measure(usage->allotment.job_id, &usage->steps,
                                       &ignored) == 0 &&
        take_steps(follow, usage) != 0)
        return error_set(err, "out of memory");
    /* A folder that is only ours to read goes without. */
    if (usage->has_run && usage->trace.count > 0 &&
        may_keep(follow, usage->run.folder))
        trace_save(&usage->trace, usage->run.folder, usage->allotment.job_id,
                   &ignored);
    return 0;
}

/* ---- When it is over ------------------------------------------------------
 */

/* Accounting may have heard of a job's end before its beginning; its name is
 * "allocation" then. What is known already stays. */
static void keep_known(const struct allotment *known, struct allotment *now)
{
    now->tasks = known->tasks;
    memcpy(now->site, known->site, sizeof now->site);
    if (known->name[0]) {
        memcpy(now->name, known->name, sizeof now->name);
        memcpy(now->words, known->words, sizeof now->words);
    }
    if (known->limit_min > 0)
        now->limit_min = known->limit_min;
    if (now->nodes == 0)
        now->nodes = known->nodes;
    if (now->cpus == 0)
        now->cpus = known->cpus;
    if (isnan(now->mem_mib))
        now->mem_mib = known->mem_mib;
}

/* Until accounting knows of its end. */
static void ask_accounting(struct follow *follow, struct usage *usage)
{
    const struct timespec pause = {.tv_nsec = 250000000};
    struct error err;
    for (int tries = 0; tries < 4 * SETTLE_S; tries++) {
        struct allotment now = {.mem_mib = NAN};
        struct steps steps = {0};
        int rc = steps_ask_final(follow->id, &now, &steps, &err);
        if (rc == 0 && is_other(usage, &now) &&
            now.start != usage->allotment.start)
            rc = 1;
        if (rc == 0 && state_is_final(now.state) && now.end > 0 &&
            steps.count > 0) {
            steps_release(&usage->steps);
            usage->steps = steps;
            keep_known(&usage->allotment, &now);
            usage->allotment = now;
            usage->accounted = true;
            return;
        }
        steps_release(&steps);
        if (rc < 0) {
            snprintf(usage->no_accounting, sizeof usage->no_accounting,
                     "No accounting: %.240s.", err.text);
            return;
        }
        nanosleep(&pause, NULL);
    }
    snprintf(usage->no_accounting, sizeof usage->no_accounting,
             "Accounting has nothing of this job's steps.");
}

/* The record of the run's job, also one that is not what was asked for: of 4
 * workers on 5 cores, say. */
static void read_record(struct usage *usage)
{
    char path[PATH_MAX], id[32], *text;
    struct error ignored;
    run_file(&usage->run, "record_", ".json", path);
    if (file_read(path, RECORD_LIMIT, &text, NULL, &ignored) != 0)
        return;
    usage->record = json_loads(text, 0, NULL);
    free(text);
    snprintf(id, sizeof id, "%ld", usage->run.status.job_id);
    const char *of =
        json_string_value(json_object_get(usage->record, "job_id"));
    if (!of || strcmp(of, id) != 0) {
        json_decref(usage->record);
        usage->record = NULL;
        return;
    }
    lanes_read(usage->record, &usage->lanes);
}

static void collect(struct follow *follow, struct usage *usage)
{
    struct run *run = &usage->run;
    struct error ignored;
    struct adviser adviser = {.prefix = follow->prefix};
    run->status.state = usage->allotment.state;
    result_collect(run, RECORD_MS, &usage->result);
    advise_results(&adviser, &usage->result, 1, NULL, &ignored);
    advise_release(&adviser);
    read_record(usage);
}

void follow_end(struct follow *follow, struct usage *usage)
{
    if (follow->id[0] && usage->allotment.node_list[0] && !follow->alone)
        ask_accounting(follow, usage);

    if (!follow->id[0] &&
        local_account_read(usage->run.folder, usage->allotment.job_id,
                           &usage->steps) == 0)
        usage->accounted = true;
    usage->now_s = allotment_ran_s(&usage->allotment);
    if (usage->has_run)
        collect(follow, usage);
}

void follow_judge(struct usage *usage)
{
    tally_make(usage);
    hint_make(usage);
}

void follow_release(struct follow *follow, struct usage *usage)
{
    if (follow->looking)
        processes_release(&follow->processes);
    if (follow->lock)
        close(follow->lock - 1);
    steps_release(&usage->steps);
    trace_release(&usage->trace);
    lanes_release(&usage->lanes);
    json_decref(usage->record);
    if (usage->has_run)
        result_release(&usage->result);
}
