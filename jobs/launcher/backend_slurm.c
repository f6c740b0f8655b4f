/* SPDX-License-Identifier: BSD-3-Clause */
/* The one file that knows libslurm. It is built as backend-slurm.so and
 * loaded by backend_load, so that the programs start without Slurm and
 * survive its upgrades.
 *
 * libslurm has no way to fail quietly: it writes to stderr, and slurm_init
 * ends the process when there is no usable slurm.conf. talk_begin/talk_end
 * keep what it writes, and at_exit turns its exit into ours. */
#define SLURM_BACKWARD_COMPAT
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend.h"
#include "command.h"

extern const struct backend backend_slurm;

/* From Slurm 25.11 on the answer holds a step's id instead. */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
#define ANSWER_JOB_ID(answer) ((answer)->step_id.job_id)
#else
#define ANSWER_JOB_ID(answer) ((answer)->job_id)
#endif

/* ---- What libslurm says ------------------------------------------------- */

static struct {
    int saved; /* the real stderr, -1 outside talk_begin .. talk_end */
    int kept;  /* what stands in its place */
    bool starting;
    void (*at_end)(void);
} talk = {.saved = -1, .kept = -1};

static void talk_begin(void)
{
    fflush(stderr);
    talk.saved = fcntl(2, F_DUPFD_CLOEXEC, 3);
    talk.kept = memfd_create("slurm", MFD_CLOEXEC);
    if (talk.saved >= 0 && talk.kept >= 0)
        dup2(talk.kept, 2);
}

/* Leaves the end of what was written in `said` ("" = nothing), on one line
 * for each message, without the "error: " in front. */
static void talk_end(char *said, size_t size)
{
    char text[4096];
    fflush(stderr);
    if (talk.saved >= 0)
        dup2(talk.saved, 2);
    ssize_t got = -1;
    if (talk.kept >= 0)
        got = pread(talk.kept, text, sizeof text - 1, 0);
    text[got > 0 ? got : 0] = '\0';
    close(talk.saved);
    close(talk.kept);
    talk.saved = talk.kept = -1;

    char *rest;
    size_t used = 0;
    said[0] = '\0';
    for (char *line = strtok_r(text, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *colon = strstr(line, "error: ");
        if (!colon)
            colon = strstr(line, "fatal: ");
        const char *words = colon ? colon + strlen("error: ") : line;
        if (used < size)
            used += (size_t)snprintf(said + used, size - used, "%s%s",
                                     used ? "\n" : "", words);
    }
}

static const char *conf_path(void)
{
    const char *path = getenv("SLURM_CONF");
    return path && path[0] ? path : "/etc/slurm/slurm.conf";
}

static void at_exit(void)
{
    char said[2048];
    if (!talk.starting)
        return;
    talk_end(said, sizeof said);
    fprintf(stderr,
            "%s: Slurm's configuration (%s) cannot be used: %s\n"
            "Is this a login node? Run integ2d on one, or without Slurm: "
            "--site=local\n",
            program_invocation_short_name, conf_path(),
            said[0] ? said : "no reason given");
    if (talk.at_end)
        talk.at_end();
    _exit(2);
}

static int slurm_open(void (*at_end)(void), struct error *err)
{
    static bool open;
    char said[2048];
    if (open)
        return 0;
    /* libslurm would look for this file for a whole minute. */
    if (getenv("SLURM_CONF") && access(conf_path(), R_OK) != 0)
        return error_set(err,
                         "Slurm's configuration cannot be read: SLURM_CONF "
                         "names %s: %s",
                         conf_path(), strerror(errno));
    if (atexit(at_exit) != 0)
        return error_set(err, "cannot prepare for Slurm: out of memory");
    talk.starting = true;
    talk.at_end = at_end;
    talk_begin();
    slurm_init(NULL);
    talk_end(said, sizeof said);
    talk.starting = false;
    open = true;
    return 0;
}

/* ---- Submission --------------------------------------------------------- */

static char *or_null(const char *text)
{
    return text[0] ? (char *)text : NULL;
}

/* What sbatch itself adds to a job's environment, so that a script finds
 * here what it finds there (resource limits apart: they stay those of the
 * compute node). The caller frees the list and its texts. */
static char **environment(const struct job *job, const char *folder,
                          uint32_t *count)
{
    size_t own = 0;
    char host[256] = "";
    mode_t mask = umask(0);
    umask(mask);
    gethostname(host, sizeof host - 1);
    while (environ[own])
        own++;
    char **list = calloc(own + 10, sizeof *list);
    if (!list)
        return NULL;
    bool failed = false;
    *count = 0;
    for (size_t i = 0; i < own; i++) {
        if (strncmp(environ[i], "SLURM_SUBMIT_", 13) == 0 ||
            strncmp(environ[i], "SLURM_JOB_NAME=", 15) == 0)
            continue;
        list[*count] = strdup(environ[i]);
        failed |= !list[(*count)++];
    }
    failed |= asprintf(&list[(*count)++], "SLURM_SUBMIT_DIR=%s", folder) < 0;
    failed |= asprintf(&list[(*count)++], "SLURM_SUBMIT_HOST=%s", host) < 0;
    failed |= asprintf(&list[(*count)++], "SLURM_JOB_NAME=%s", job->name) < 0;
    failed |= asprintf(&list[(*count)++], "SLURM_UMASK=%04o", mask) < 0;
    failed |= asprintf(&list[(*count)++], "SLURM_PRIO_PROCESS=%d",
                       getpriority(PRIO_PROCESS, 0)) < 0;
    failed |= asprintf(&list[(*count)++], "SLURM_NTASKS=%ld", job->tasks) < 0;
    failed |= asprintf(&list[(*count)++], "SLURM_NPROCS=%ld", job->tasks) < 0;
    failed |= asprintf(&list[(*count)++], "SLURM_CPUS_PER_TASK=%ld",
                       job->cpus_per_task) < 0;
    if (!failed)
        return list;
    for (uint32_t i = 0; i < *count; i++)
        free(list[i]);
    free(list);
    return NULL;
}

/* The same resources as the script's #SBATCH lines, from the same struct. */
static void describe(const struct job *job, const char *script,
                     const char *folder, job_desc_msg_t *request)
{
    slurm_init_job_desc_msg(request);
    request->script = (char *)script;
    request->work_dir = (char *)folder;
    request->name = (char *)job->name;
    request->comment = (char *)job->comment;
    request->std_out = "output_%j.out";
    request->std_err = "error_%j.err";
    request->std_in = "/dev/null";
    request->user_id = getuid();
    request->group_id = getgid();
    request->account = or_null(job->account);
    request->partition = or_null(job->partition);
    request->features = or_null(job->constraint);
    request->reservation = or_null(job->reservation);
    request->time_limit = (uint32_t)job->time_min;
    request->num_tasks = (uint32_t)job->tasks;
    request->cpus_per_task = (uint16_t)job->cpus_per_task;
    request->min_cpus = (uint32_t)(job->tasks * job->cpus_per_task);
    if (job->nodes)
        request->min_nodes = request->max_nodes = (uint32_t)job->nodes;
    if (job->mem_mib)
        request->pn_min_memory = (uint64_t)job->mem_mib;
    if (job->site.cpu_is_thread)
        request->threads_per_core = 1;
}

static enum submitted refused(int code, const char *said, struct error *err)
{
    const char *why = said[0] ? said : slurm_strerror(code);
    switch (code) {
    case SLURM_COMMUNICATIONS_CONNECTION_ERROR:
    case SLURMCTLD_COMMUNICATIONS_CONNECTION_ERROR:
        error_set(err,
                  "Slurm's controller does not answer: %s\n"
                  "Nothing was submitted. Try `scontrol ping`; when it "
                  "answers again, type the same command once more",
                  why);
        return SUBMIT_REFUSED;
    case SLURM_PROTOCOL_AUTHENTICATION_ERROR:
        error_set(err,
                  "munge, which vouches for you to Slurm, does not answer on "
                  "this machine: %s\n"
                  "Nothing was submitted. Tell the site's staff, or try "
                  "another login node",
                  why);
        return SUBMIT_REFUSED;
    case SLURM_COMMUNICATIONS_SEND_ERROR:
    case SLURM_COMMUNICATIONS_RECEIVE_ERROR:
    case SLURM_COMMUNICATIONS_SHUTDOWN_ERROR:
    case SLURMCTLD_COMMUNICATIONS_SEND_ERROR:
    case SLURMCTLD_COMMUNICATIONS_RECEIVE_ERROR:
    case SLURMCTLD_COMMUNICATIONS_SHUTDOWN_ERROR:
    case SLURM_PROTOCOL_SOCKET_IMPL_TIMEOUT:
        error_set(err, "no answer from Slurm's controller: %s", why);
        return SUBMIT_UNSURE;
    default:
        error_set(err, "Slurm refused the job: %s", why);
        return SUBMIT_REFUSED;
    }
}

static enum submitted slurm_submit(const struct job *job, const char *script,
                                   const char *folder, long *job_id,
                                   struct error *err)
{
    job_desc_msg_t request;
    submit_response_msg_t *answer = NULL;
    char said[2048], command[4200];
    char *arguments[] = {command};
    uint32_t count = 0;
    snprintf(command, sizeof command, "%s/job.sbatch", folder);
    describe(job, script, folder, &request);
    request.argc = 1;
    request.argv = arguments;
    request.environment = environment(job, folder, &count);
    request.env_size = count;
    if (!request.environment) {
        error_set(err, "out of memory for the job's environment");
        return SUBMIT_REFUSED;
    }
    talk_begin();
    int rc = slurm_submit_batch_job(&request, &answer);
    int code = rc == SLURM_SUCCESS ? 0 : slurm_get_errno();
    talk_end(said, sizeof said);
    for (uint32_t i = 0; i < count; i++)
        free(request.environment[i]);
    free(request.environment);
    if (rc != SLURM_SUCCESS || !answer)
        return refused(code, said, err);
    *job_id = (long)ANSWER_JOB_ID(answer);
    slurm_free_submit_response_response_msg(answer);
    return SUBMIT_OK;
}

/* ---- State -------------------------------------------------------------- */

static enum job_state state_of(uint32_t slurm)
{
    static const enum job_state states[] = {
        [JOB_PENDING] = STATE_PENDING,     [JOB_RUNNING] = STATE_RUNNING,
        [JOB_SUSPENDED] = STATE_SUSPENDED, [JOB_COMPLETE] = STATE_COMPLETED,
        [JOB_CANCELLED] = STATE_CANCELLED, [JOB_FAILED] = STATE_FAILED,
        [JOB_TIMEOUT] = STATE_TIMEOUT,     [JOB_NODE_FAIL] = STATE_NODE_FAIL,
        [JOB_PREEMPTED] = STATE_PREEMPTED, [JOB_BOOT_FAIL] = STATE_BOOT_FAIL,
        [JOB_DEADLINE] = STATE_DEADLINE,   [JOB_OOM] = STATE_OUT_OF_MEMORY,
    };
    uint32_t base = slurm & JOB_STATE_BASE;
    /* A requeued job keeps its old end as the base until it is clean. */
    if (slurm & (JOB_REQUEUE | JOB_REQUEUE_HOLD | JOB_SPECIAL_EXIT))
        return STATE_PENDING;
    if (slurm & JOB_COMPLETING)
        return STATE_COMPLETING;
    if (base >= sizeof states / sizeof states[0])
        return STATE_UNKNOWN;
    return states[base];
}

/* The names that squeue prints. The library has this function, its header
 * does not; newer releases call it by the second name. */
extern char *slurm_job_reason_string(enum job_state_reason reason)
    __attribute__((weak));
extern char *slurm_job_state_reason_string(enum job_state_reason reason)
    __attribute__((weak));

static const char *reason_of(enum job_state_reason reason)
{
    if (slurm_job_reason_string)
        return slurm_job_reason_string(reason);
    if (slurm_job_state_reason_string)
        return slurm_job_state_reason_string(reason);
    return "";
}

/* Another job may have come by the number: then ours is not known. A site
 * may strip comments; the number has to do there. */
static bool is_other(const char *found, const char *expected)
{
    return found && found[0] && strcmp(found, expected) != 0;
}

static void fill(const slurm_job_info_t *info, struct job_status *status)
{
    status->state = state_of(info->job_state);
    status->reason[0] = '\0';
    if (status->state == STATE_PENDING)
        snprintf(status->reason, sizeof status->reason, "%s",
                 info->state_desc
                     ? info->state_desc
                     : reason_of((enum job_state_reason)info->state_reason));
    int code = (int)info->exit_code;
    status->exit_code = WIFEXITED(code) ? WEXITSTATUS(code) : 0;
    status->signal = WIFSIGNALED(code) ? WTERMSIG(code) : 0;
    status->start = info->start_time;
    status->end = state_is_final(status->state) ? info->end_time : 0;
    status->nodes = info->nodes && info->nodes[0] ? (long)info->num_nodes : 0;
}

/* A job older than MinJobAge: the accounting database has it. One line:
 * State|ExitCode|Start|End|NNodes|Comment, times as seconds since 1970. */
static int ask_accounting(const char *comment, struct job_status *status,
                          struct error *err)
{
    char id[32], state[64] = "", start[32] = "", end[32] = "";
    char found[64] = "";
    char *text;
    int exit_code = 0, signal = 0;
    long nodes = 0;
    snprintf(id, sizeof id, "--jobs=%ld", status->job_id);
    char *const argv[] = {
        "env",   "SLURM_TIME_FORMAT=%s",
        "sacct", "-nPX",
        id,      "--format=State,ExitCode,Start,End,NNodes,Comment",
        NULL};
    if (command_output(argv, 20, &text, err) != 0)
        return error_prefix(err, "the controller has forgotten job %ld",
                            status->job_id);
    int fields = sscanf(text, "%63[^|]|%d:%d|%31[^|]|%31[^|]|%ld|%63[^|\n]",
                        state, &exit_code, &signal, start, end, &nodes, found);
    free(text);
    status->state = STATE_UNKNOWN;
    if (fields < 6 || is_other(found, comment))
        return 0;
    status->state = state_find(state);
    status->exit_code = exit_code;
    status->signal = signal;
    status->start = strtol(start, NULL, 10);
    status->end = strtol(end, NULL, 10);
    status->nodes = nodes;
    return 0;
}

static int slurm_status(const char *folder, const char *comment,
                        struct job_status *status, struct error *err)
{
    (void)folder;
    job_info_msg_t *answer = NULL;
    char said[2048];
    talk_begin();
    int rc = slurm_load_job(&answer, (uint32_t)status->job_id,
                            SHOW_ALL | SHOW_LOCAL);
    int code = rc == SLURM_SUCCESS ? 0 : slurm_get_errno();
    talk_end(said, sizeof said);
    if (rc == SLURM_SUCCESS && answer->record_count > 0) {
        status->state = STATE_UNKNOWN;
        if (!is_other(answer->job_array[0].comment, comment))
            fill(&answer->job_array[0], status);
        slurm_free_job_info_msg(answer);
        return 0;
    }
    slurm_free_job_info_msg(answer);
    if (rc == SLURM_SUCCESS || code == ESLURM_INVALID_JOB_ID)
        return ask_accounting(comment, status, err);
    return error_set(err, "no answer from Slurm's controller: %s",
                     said[0] ? said : slurm_strerror(code));
}

const struct backend backend_slurm = {
    .name = "slurm",
    .open = slurm_open,
    .submit = slurm_submit,
    .status = slurm_status,
};
