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
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounting.h"
#include "backend.h"
#include "file.h"
#include "inquiry.h"
#include "munge.h"
#include "range.h"
#include "reason.h"
#include "token.h"
#include "tres.h"

extern const struct backend backend_slurm;

/* From Slurm 25.11 on the answer holds a step's id instead. */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
#define ANSWER_JOB_ID(answer) ((answer)->step_id.job_id)
#else
#define ANSWER_JOB_ID(answer) ((answer)->job_id)
#endif

/* What newer releases of sbatch add to a request and to its environment
 * (compared with sbatch 24.11; srun has --external-launcher since 23.11). */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(24, 5, 0)
enum { CORES_ARE_TRES = true };
#define LEAVE_TO_CLUSTER(request) ((request)->oom_kill_step = NO_VAL16)
#else
enum { CORES_ARE_TRES = false };
#define LEAVE_TO_CLUSTER(request) ((void)(request))
#endif
static const char *const launcher_variables[] = {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 11, 0)
    "HYDRA_BOOTSTRAP=slurm",
    "HYDRA_LAUNCHER_EXTRA_ARGS=--external-launcher",
    "I_MPI_HYDRA_BOOTSTRAP=slurm",
    "I_MPI_HYDRA_BOOTSTRAP_EXEC_EXTRA_ARGS=--external-launcher",
    "OMPI_MCA_plm_slurm_args=--external-launcher",
    "PRTE_MCA_plm_slurm_args=--external-launcher",
#endif
    NULL,
};

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

/* A list of variables, NULL at its end, that grows. */
struct variables {
    char **list;
    uint32_t count;
    bool failed;
};

static void add(struct variables *variables, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct variables *variables, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    size_t room = variables->count + 2;
    char **list = realloc(variables->list, room * sizeof *list);
    va_start(arguments, format);
    if (list && vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    if (list)
        variables->list = list;
    if (!list || !text) {
        variables->failed = true;
        return;
    }
    list[variables->count++] = text;
    list[variables->count] = NULL;
}

static void variables_free(struct variables *variables)
{
    for (uint32_t i = 0; i < variables->count; i++)
        free(variables->list[i]);
    free(variables->list);
}

/* Ours, but for what sbatch sets anew; what MPI's launchers are told, only
 * where it is not set already. */
static void add_own(struct variables *variables)
{
    char name[64];
    for (char **own = environ; *own; own++) {
        if (strncmp(*own, "SLURM_SUBMIT_", 13) != 0 &&
            strncmp(*own, "SLURM_JOB_NAME=", 15) != 0)
            add(variables, "%s", *own);
    }
    for (size_t i = 0; launcher_variables[i]; i++) {
        const char *text = launcher_variables[i];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(text, "="), text);
        if (!getenv(name))
            add(variables, "%s", text);
    }
}

/* What sbatch itself adds to a job's environment, so that a script finds
 * here what it finds there (resource limits apart: they stay those of the
 * compute node). */
static void environment(const struct job *job, const char *folder,
                        struct variables *variables)
{
    char host[256] = "";
    mode_t mask = umask(0);
    umask(mask);
    gethostname(host, sizeof host - 1);
    add_own(variables);
    add(variables, "SLURM_SUBMIT_DIR=%s", folder);
    add(variables, "SLURM_SUBMIT_HOST=%s", host);
    add(variables, "SLURM_OPEN_MODE=a");
    add(variables, "SLURM_JOB_NAME=%s", job->name);
    add(variables, "SLURM_UMASK=%04o", mask);
    add(variables, "SLURM_PRIO_PROCESS=%d", getpriority(PRIO_PROCESS, 0));
    add(variables, "SLURM_NTASKS=%ld", job->tasks);
    add(variables, "SLURM_NPROCS=%ld", job->tasks);
    add(variables, "SLURM_CPUS_PER_TASK=%ld", job->cpus_per_task);
    if (CORES_ARE_TRES)
        add(variables, "SLURM_TRES_PER_TASK=cpu=%ld", job->cpus_per_task);
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
    request->std_in = "/dev/null";
    request->open_mode = OPEN_MODE_APPEND;
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

/* To a release that is too far from its own, a controller says so, in many
 * words of which few matter, or only hangs up. */
static bool hung_up;

static void keep_code(int code, char *said, size_t size)
{
    const char *versions = slurm_strerror(SLURM_PROTOCOL_VERSION_ERROR);
    hung_up = code == SLURM_PROTOCOL_SOCKET_ZERO_BYTES_SENT;
    if (code != SLURM_PROTOCOL_VERSION_ERROR && !strstr(said, versions))
        return;
    hung_up = true;
    snprintf(said, size, "%s", versions);
}

static bool slurm_misfits(void)
{
    return hung_up;
}

enum { MUNGE_MS = 1000 };

/* Which libslurm knows only as a failed authentication, in many lines. */
static bool munge_is_gone(int code)
{
    return code == SLURM_PROTOCOL_AUTHENTICATION_ERROR &&
           !munge_answers(MUNGE_MS);
}

static int no_answer(int code, const char *said, struct error *err)
{
    if (munge_is_gone(code))
        return error_set(err, "no answer from Slurm: munge's daemon (munged) "
                              "does not answer on this machine");
    return error_set(err, "no answer from Slurm's controller: %s",
                     said[0] ? said : slurm_strerror(code));
}

static enum submitted refused(int code, const char *said, struct error *err)
{
    const char *why = said[0] ? said : slurm_strerror(code);
    if (munge_is_gone(code)) {
        error_set(err,
                  "munge, which vouches for you to Slurm, does not answer on "
                  "this machine\n"
                  "Nothing was submitted. Tell the site's staff, or try "
                  "another login node");
        return SUBMIT_REFUSED;
    }
    switch (code) {
    case SLURM_COMMUNICATIONS_CONNECTION_ERROR:
    case SLURMCTLD_COMMUNICATIONS_CONNECTION_ERROR:
        error_set(err,
                  "Slurm's controller does not answer: %s\n"
                  "Nothing was submitted. Try `scontrol ping`; when it "
                  "answers again, type the same command once more",
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
        break;
    }
    /* Newer controllers limit a user's requests. */
    if (hung_up || strcasestr(why, "rate limit")) {
        error_set(err, "no answer from Slurm's controller: %s", why);
        return SUBMIT_UNSURE;
    }
    error_set(err, "Slurm refused the job: %s", why);
    return SUBMIT_REFUSED;
}

static enum submitted slurm_submit(const struct job *job, const char *script,
                                   const char *folder, long *job_id,
                                   struct error *err)
{
    job_desc_msg_t request;
    submit_response_msg_t *answer = NULL;
    struct variables variables = {NULL, 0, false};
    char said[2048], command[4200], tres[40];
    char output[64], error[64], array[64];
    char *arguments[] = {command};
    snprintf(command, sizeof command, "%s/%s", folder, job_script_name(job));
    job_output(job, "output", "out", output, sizeof output);
    job_output(job, "error", "err", error, sizeof error);
    job_array_text(job, array, sizeof array);
    describe(job, script, folder, &request);
    request.std_out = output;
    request.std_err = error;
    request.array_inx = or_null(array);
    request.argc = 1;
    request.argv = arguments;
    snprintf(tres, sizeof tres, "cpu=%ld", job->cpus_per_task);
    if (CORES_ARE_TRES)
        request.tres_per_task = tres;
    LEAVE_TO_CLUSTER(&request);
    environment(job, folder, &variables);
    request.environment = variables.list;
    request.env_size = variables.count;
    if (variables.failed) {
        variables_free(&variables);
        error_set(err, "out of memory for the job's environment");
        return SUBMIT_REFUSED;
    }
    talk_begin();
    int rc = slurm_submit_batch_job(&request, &answer);
    int code = rc == SLURM_SUCCESS ? 0 : errno;
    talk_end(said, sizeof said);
    keep_code(code, said, sizeof said);
    variables_free(&variables);
    if (rc != SLURM_SUCCESS || !answer)
        return refused(code, said, err);
    *job_id = (long)ANSWER_JOB_ID(answer);
    slurm_free_submit_response_response_msg(answer);
    return SUBMIT_OK;
}

/* ---- State -------------------------------------------------------------- */

/* Flags go before the base, and in this order (as squeue has it). */
static enum job_state state_of(uint32_t slurm)
{
    static const struct {
        uint32_t flag;
        enum job_state state;
    } flags[] = {
        {JOB_COMPLETING, STATE_COMPLETING},
        {JOB_STAGE_OUT, STATE_STAGE_OUT},
        {JOB_CONFIGURING, STATE_CONFIGURING},
        {JOB_RESIZING, STATE_RESIZING},
        {JOB_REQUEUE, STATE_REQUEUED},
        {JOB_REQUEUE_FED, STATE_REQUEUE_FED},
        {JOB_REQUEUE_HOLD, STATE_REQUEUE_HOLD},
        {JOB_SPECIAL_EXIT, STATE_SPECIAL_EXIT},
        {JOB_STOPPED, STATE_STOPPED},
        {JOB_REVOKED, STATE_REVOKED},
        {JOB_RESV_DEL_HOLD, STATE_RESV_DEL_HOLD},
        {JOB_SIGNALING, STATE_SIGNALING},
    };
    static const enum job_state states[] = {
        [JOB_PENDING] = STATE_PENDING,     [JOB_RUNNING] = STATE_RUNNING,
        [JOB_SUSPENDED] = STATE_SUSPENDED, [JOB_COMPLETE] = STATE_COMPLETED,
        [JOB_CANCELLED] = STATE_CANCELLED, [JOB_FAILED] = STATE_FAILED,
        [JOB_TIMEOUT] = STATE_TIMEOUT,     [JOB_NODE_FAIL] = STATE_NODE_FAIL,
        [JOB_PREEMPTED] = STATE_PREEMPTED, [JOB_BOOT_FAIL] = STATE_BOOT_FAIL,
        [JOB_DEADLINE] = STATE_DEADLINE,   [JOB_OOM] = STATE_OUT_OF_MEMORY,
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (slurm & flags[i].flag)
            return flags[i].state;
    }
    uint32_t base = slurm & JOB_STATE_BASE;
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

static void fill(const slurm_job_info_t *info, struct job_status *status)
{
    int code = (int)info->exit_code;
    const char *reason =
        info->state_desc ? info->state_desc
                         : reason_of((enum job_state_reason)info->state_reason);
    *status = (struct job_status){
        .job_id = (long)info->job_id,
        .array_id = (long)info->array_job_id,
        .state = state_of(info->job_state),
        .exit_code = WIFEXITED(code) ? WEXITSTATUS(code) : 0,
        .signal = WIFSIGNALED(code) ? WTERMSIG(code) : 0,
        .attempt = (int)info->restart_cnt,
        .nodes = info->nodes && info->nodes[0] ? (long)info->num_nodes : 0,
        .start = info->start_time,
    };
    if (state_is_final(status->state))
        status->end = info->end_time;
    if (reason_is_news(status->state, reason))
        file_visible(reason, status->reason, sizeof status->reason);
}

/* Whether the record is that of this task, or has it among those that still
 * wait. Records without an array have no task. */
static bool has_task(const slurm_job_info_t *info, long task)
{
    if (info->array_job_id == 0)
        return task == 0;
    if (info->array_task_id != NO_VAL)
        return task == (long)info->array_task_id;
    return task > 0 && info->array_task_str &&
           range_holds(info->array_task_str, task);
}

/* Of several with the same token, the first is the run's own. */
static bool is_wanted(const struct inquiry *job, long task, const char *token,
                      const slurm_job_info_t *info)
{
    long id = (long)info->job_id, array_id = (long)info->array_job_id;
    if (array_id ? !inquiry_takes_task(job, id, array_id)
                 : !inquiry_takes_job(job, id))
        return false;
    return has_task(info, array_id ? task : 0) &&
           token_fits(array_id ? token : job->token, info->comment, info->name,
                      info->work_dir);
}

/* One job by its number, or all of this user's. */
static int load_jobs(const struct inquiry *jobs, size_t count,
                     job_info_msg_t **answer, struct error *err)
{
    char said[2048];
    uint16_t flags = SHOW_ALL | SHOW_LOCAL;
    *answer = NULL;
    talk_begin();
    setenv("SLURM_BITSTR_LEN", "0", 1); /* or lists of tasks are cut short */
    int rc = count == 1 && jobs[0].job_id
                 ? slurm_load_job(answer, (uint32_t)jobs[0].job_id, flags)
                 : slurm_load_job_user(answer, getuid(), flags);
    int code = rc == SLURM_SUCCESS ? 0 : errno;
    unsetenv("SLURM_BITSTR_LEN");
    talk_end(said, sizeof said);
    keep_code(code, said, sizeof said);
    if (rc == SLURM_SUCCESS || code == ESLURM_INVALID_JOB_ID)
        return 0;
    slurm_free_job_info_msg(*answer);
    return no_answer(code, said, err);
}

static int slurm_ask(struct inquiry *jobs, size_t count, long *requests,
                     struct error *err)
{
    job_info_msg_t *answer;
    (*requests)++;
    if (load_jobs(jobs, count, &answer, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        char token[TOKEN_TEXT];
        long task = token_split(jobs[i].token, token);
        jobs[i].answer = ANSWER_DOUBT;
        for (uint32_t k = 0; answer && k < answer->record_count; k++) {
            if (!is_wanted(&jobs[i], task, token, &answer->job_array[k]))
                continue;
            fill(&answer->job_array[k], &jobs[i].status);
            jobs[i].answer = ANSWER_FOUND;
        }
    }
    slurm_free_job_info_msg(answer);
    accounting_ask(jobs, count, requests);
    return 0;
}

/* A job's number, "7", or a task's, "7_3". */
static int kill_named(const char *name, struct error *err)
{
    char said[2048];
    talk_begin();
    int rc = slurm_kill_job2(name, SIGKILL, 0, NULL);
    int code = rc == SLURM_SUCCESS ? 0 : errno;
    talk_end(said, sizeof said);
    if (code == 0 || code == ESLURM_ALREADY_DONE ||
        code == ESLURM_TRANSITION_STATE_NO_UPDATE)
        return 0;
    return error_set(err, "job %s was not cancelled: %s", name,
                     said[0] ? said : slurm_strerror(code));
}

/* ---- Any job ------------------------------------------------------------- */

static void allot(const slurm_job_info_t *info, struct allotment *allotment)
{
    struct job_status status;
    fill(info, &status);
    *allotment = (struct allotment){
        .job_id = status.job_id,
        .state = status.state,
        .start = state_is_waiting(status.state) ? 0 : status.start,
        .end = status.end,
        .nodes = (long)info->num_nodes,
        .cpus = (long)info->num_cpus,
        .tasks = info->num_tasks == NO_VAL ? 0 : (long)info->num_tasks,
        .mem_mib = tres_list_mib(
            info->tres_alloc_str ? info->tres_alloc_str : "", "mem"),
    };
    if (info->time_limit != INFINITE && info->time_limit != NO_VAL)
        allotment->limit_min = (long)info->time_limit;
    const struct passwd *user = getpwuid(info->user_id);
    if (user)
        file_visible(user->pw_name, allotment->user, sizeof allotment->user);
    else
        snprintf(allotment->user, sizeof allotment->user, "%u", info->user_id);
    memcpy(allotment->reason, status.reason, sizeof status.reason);
    if (info->nodes)
        file_visible(info->nodes, allotment->node_list,
                     sizeof allotment->node_list);
    if (info->name)
        file_visible(info->name, allotment->name, sizeof allotment->name);
    snprintf(allotment->words, sizeof allotment->words, "%s|%s|%s",
             info->name ? info->name : "", info->comment ? info->comment : "",
             info->work_dir ? info->work_dir : "");
}

/* Whether this is job "12", or "12_3". */
static bool is_called(const slurm_job_info_t *info, long number, long task)
{
    return task < 0 ? (long)info->job_id == number
                    : (long)info->array_job_id == number &&
                          (long)info->array_task_id == task;
}

static int slurm_find(const char *id, struct allotment *allotment,
                      struct error *err)
{
    char *end;
    job_info_msg_t *answer;
    long number = strtol(id, &end, 10);
    long task = *end == '_' ? strtol(end + 1, NULL, 10) : -1;
    struct inquiry job = {.job_id = number};
    int rc = 1;
    if (load_jobs(&job, 1, &answer, err) != 0)
        return -1;
    for (uint32_t k = 0; rc == 1 && answer && k < answer->record_count; k++) {
        if (!is_called(&answer->job_array[k], number, task))
            continue;
        allot(&answer->job_array[k], allotment);
        rc = 0;
    }
    slurm_free_job_info_msg(answer);
    return rc;
}

static int slurm_cancel(const struct inquiry *job, struct error *err)
{
    char name[INQUIRY_NAME];
    inquiry_name(job, name);
    return kill_named(name, err);
}

static int slurm_cancel_array(long array_id, struct error *err)
{
    char name[INQUIRY_NAME];
    snprintf(name, sizeof name, "%ld", array_id);
    return kill_named(name, err);
}

/* The controller's MaxArraySize is one more than the largest number. */
static int slurm_array_limit(long *tasks, long *requests, struct error *err)
{
    char said[2048];
    slurm_conf_t *conf = NULL;
    (*requests)++;
    talk_begin();
    int rc = slurm_load_ctl_conf(0, &conf);
    int code = rc == SLURM_SUCCESS ? 0 : errno;
    talk_end(said, sizeof said);
    keep_code(code, said, sizeof said);
    if (rc != SLURM_SUCCESS || !conf)
        return no_answer(code, said, err);
    *tasks = (long)conf->max_array_sz - 1;
    slurm_free_ctl_conf(conf);
    return 0;
}

const struct backend backend_slurm = {
    .name = "slurm",
    .open = slurm_open,
    .submit = slurm_submit,
    .ask = slurm_ask,
    .misfits = slurm_misfits,
    .cancel = slurm_cancel,
    .find = slurm_find,
    /* slurm_job_step_stat hands out the figures in a type that no function of
     * libslurm reads (jobacctinfo_t), so sstat is asked here, too. */
    .measure = steps_ask_live,
    .cancel_array = slurm_cancel_array,
    .array_limit = slurm_array_limit,
};
