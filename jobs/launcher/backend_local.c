/* SPDX-License-Identifier: BSD-3-Clause */
/* No Slurm at all: the same script, run on this machine. A job is a process
 * of its own session that starts the script, waits for it, keeps its time
 * limit and writes what became of it to local_<jobid>.json; its process id
 * is the job id, and ending it (kill) cancels the job. */
#include "backend.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"

enum { GRACE_S = 5, STATE_JSON_LIMIT = 1 << 16 };

static int local_open(void (*at_end)(void), struct error *err)
{
    (void)at_end;
    (void)err;
    return 0;
}

/* When a process began, in clock ticks since this machine started: with its
 * number the only name a process has. 0 = it has ended. */
static unsigned long long began(long pid)
{
    char path[64], text[1024];
    char state = 'Z';
    unsigned long long ticks = 0;
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    /* The name in parentheses may hold anything: count from its end. */
    const char *rest = strrchr(text, ')');
    if (!rest ||
        sscanf(rest + 1,
               " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u"
               " %*d %*d %*d %*d %*d %*d %llu",
               &state, &ticks) != 2 ||
        state == 'Z')
        return 0;
    return ticks;
}

static void boot_id(char *text, size_t size)
{
    text[0] = '\0';
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (!file)
        return;
    if (!fgets(text, (int)size, file))
        text[0] = '\0';
    fclose(file);
}

/* What the script and all it waited for have used so far, with
 * local_account.h. */
static double used_cpu_s(double *mem_mib)
{
    struct rusage usage = {0};
    getrusage(RUSAGE_CHILDREN, &usage);
    *mem_mib = (double)usage.ru_maxrss / 1024;
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static int write_state(const char *folder, const struct job_status *status,
                       struct error *err)
{
    char boot[64], name[64];
    double mem_mib, cpu_s = used_cpu_s(&mem_mib);
    boot_id(boot, sizeof boot);
    json_t *json = json_pack(
        "{ss si si sI sI sI ss sf sf}", "state", state_name(status->state),
        "exit_code", status->exit_code, "signal", status->signal, "start",
        (json_int_t)status->start, "end", (json_int_t)status->end, "began",
        (json_int_t)began(status->job_id), "boot", boot, "cpu_s", cpu_s,
        "mem_task_mib", mem_mib);
    char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
    json_decref(json);
    if (!text)
        return error_set(err, "out of memory");
    snprintf(name, sizeof name, "local_%ld.json", status->job_id);
    int rc = file_write(folder, name, text, FILE_KEPT, err);
    free(text);
    return rc;
}

/* What the job's process says of its start, once, through a pipe: less than
 * PIPE_BUF, so that all of it arrives or nothing. */
struct report {
    long job_id; /* 0 = the job could not be started: see err */
    struct error err;
};

static void report_send(int pipe, const struct report *report)
{
    /* Whoever submitted it may be gone by now: the job goes on, and is found
     * by its file. */
    ssize_t ignored = write(pipe, report, sizeof *report);
    (void)ignored;
    close(pipe);
}

/* The files for what the script prints, named as Slurm would name them. The
 * working folder becomes the run folder. */
static int open_outputs(const char *folder, long job_id, int outputs[2],
                        struct error *err)
{
    static const char *const names[] = {"output_%ld.out", "error_%ld.err"};
    char name[64];
    if (chdir(folder) != 0)
        return error_set(err, "%s: cannot be entered: %s", folder,
                         strerror(errno));
    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, names[i], job_id);
        outputs[i] = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (outputs[i] < 0)
            return error_set(err, "%s/%s: cannot be written: %s", folder, name,
                             strerror(errno));
    }
    return 0;
}

/* Nothing stays of a job that could not be started. */
_Noreturn static void give_up(const char *folder, long job_id, int pipe,
                              struct report *report)
{
    static const char *const names[] = {"local_%ld.json", "output_%ld.out",
                                        "error_%ld.err"};
    char name[64], path[PATH_MAX];
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, names[i], job_id);
        if (snprintf(path, sizeof path, "%s/%s", folder, name) <
            (int)sizeof path)
            unlink(path);
    }
    report->job_id = 0;
    report_send(pipe, report);
    _exit(1);
}

/* In the script's process. */
_Noreturn static void run_script(const int outputs[2], long job_id)
{
    char id[32];
    snprintf(id, sizeof id, "%ld", job_id);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    if (dup2(outputs[0], 1) < 0 || dup2(outputs[1], 2) < 0)
        _exit(126);
    setenv("INTEG2D_JOB_ID", id, 1);
    if (geteuid() == 0) { /* which mpirun asks about */
        setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
        setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    }
    execlp("bash", "bash", "job.sbatch", (char *)NULL);
    _exit(127);
}

/* Waits for the script: its end, the time limit, or a signal to end it. */
static void wait_script(pid_t script, long limit_s, struct job_status *status)
{
    sigset_t set;
    siginfo_t info;
    int code;
    struct timespec limit = {.tv_sec = limit_s};
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    status->state = STATE_COMPLETED;
    pid_t ended;
    while ((ended = waitpid(script, &code, WNOHANG)) == 0) {
        int got = sigtimedwait(&set, &info, &limit);
        if (got == SIGCHLD || (got < 0 && errno != EAGAIN))
            continue;
        if (status->state != STATE_COMPLETED) { /* asked once already */
            kill(-script, SIGKILL);
            continue;
        }
        status->state = got < 0 ? STATE_TIMEOUT : STATE_CANCELLED;
        kill(-script, SIGTERM);
        limit = (struct timespec){.tv_sec = GRACE_S};
    }
    kill(-script, SIGKILL); /* what it left behind */
    if (ended < 0)          /* it cannot be said how it ended */
        code = 1 << 8;
    status->exit_code = WIFEXITED(code) ? WEXITSTATUS(code) : 0;
    status->signal = WIFSIGNALED(code) ? WTERMSIG(code) : 0;
    if (status->state == STATE_COMPLETED && code != 0)
        status->state = STATE_FAILED;
}

/* What the submitting program has open is not for the job: a lock, say. */
static void close_others(int kept)
{
    if (kept > 3)
        close_range(3, (unsigned)kept - 1, 0);
    close_range((unsigned)kept + 1, ~0U, 0);
}

/* No terminal, no standard files of whoever submits. */
static int stand_alone(struct error *err)
{
    setsid();
    int null = open("/dev/null", O_RDWR);
    if (null >= 0 && dup2(null, 0) >= 0 && dup2(null, 1) >= 0 &&
        dup2(null, 2) >= 0)
        return 0;
    return error_set(err, "/dev/null cannot be used: %s", strerror(errno));
}

/* In the job's own process. It reports its number once the script runs. */
_Noreturn static void supervise(const struct job *job, const char *folder,
                                int pipe)
{
    int outputs[2] = {-1, -1};
    sigset_t set;
    struct report report = {.job_id = getpid()};
    struct job_status status = {.job_id = getpid(),
                                .state = STATE_RUNNING,
                                .nodes = 1,
                                .start = time(NULL)};
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    close_others(pipe);
    if (stand_alone(&report.err) != 0 ||
        open_outputs(folder, status.job_id, outputs, &report.err) != 0 ||
        write_state(folder, &status, &report.err) != 0)
        give_up(folder, status.job_id, pipe, &report);
    pid_t script = fork();
    if (script == 0)
        run_script(outputs, status.job_id);
    if (script < 0) {
        error_set(&report.err, "no new process: %s", strerror(errno));
        give_up(folder, status.job_id, pipe, &report);
    }
    setpgid(script, script); /* here, too: before anybody may end the group */
    report_send(pipe, &report);
    wait_script(script, job->time_min * 60, &status);
    status.end = time(NULL);
    _exit(write_state(folder, &status, &report.err) == 0 ? 0 : 1);
}

/* Twice a new process, so that the job is nobody's child and outlives this
 * program. Returns 0 or errno. */
static int start_process(const struct job *job, const char *folder,
                         const int ends[2])
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        pid_t job_process = fork();
        if (job_process == 0)
            supervise(job, folder, ends[1]);
        _exit(job_process < 0 ? errno : 0);
    }
    if (child < 0)
        return errno;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return 0; /* the report will tell */
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

static enum submitted local_submit(const struct job *job, const char *script,
                                   const char *folder, long *job_id,
                                   struct error *err)
{
    int ends[2], reason;
    struct report report;
    ssize_t got;
    (void)script; /* it lies in the folder */
    if (pipe2(ends, O_CLOEXEC) != 0) {
        error_set(err, "cannot start the job: no pipe: %s", strerror(errno));
        return SUBMIT_REFUSED;
    }
    reason = start_process(job, folder, ends);
    close(ends[1]);
    do
        got = read(ends[0], &report, sizeof report);
    while (got < 0 && errno == EINTR);
    close(ends[0]);
    if (reason != 0) {
        error_set(err, "cannot start the job: no new process: %s",
                  strerror(reason));
        return SUBMIT_REFUSED;
    }
    if (got != (ssize_t)sizeof report) {
        error_set(err, "the job's process ended before it could say whether "
                       "the job runs");
        return SUBMIT_UNSURE;
    }
    *job_id = report.job_id;
    if (report.job_id != 0)
        return SUBMIT_OK;
    error_set(err, "cannot start the job: %s", report.err.text);
    return SUBMIT_REFUSED;
}

/* *gone: by the file it runs, but there is no such process. */
static int read_state(const char *folder, struct job_status *status, bool *gone,
                      struct error *err)
{
    *gone = false;
    char path[PATH_MAX], boot[64], *text;
    const char *state, *its_boot;
    json_int_t start, end, its_begin;
    json_error_t why;
    if (snprintf(path, sizeof path, "%s/local_%ld.json", folder,
                 status->job_id) >= (int)sizeof path)
        return error_set(err, "%s: the path is too long", folder);
    status->state = STATE_UNKNOWN;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return 0;
    if (file_read(path, STATE_JSON_LIMIT, &text, NULL, err) != 0)
        return -1;
    json_t *json = json_loads(text, 0, &why);
    free(text);
    if (!json ||
        json_unpack_ex(json, &why, 0, "{ss si si sI sI sI ss}", "state", &state,
                       "exit_code", &status->exit_code, "signal",
                       &status->signal, "start", &start, "end", &end, "began",
                       &its_begin, "boot", &its_boot) != 0) {
        char shown[4 * JSON_ERROR_TEXT_LENGTH];
        json_decref(json);
        /* jansson quotes what it stumbled over. */
        file_visible(why.text, shown, sizeof shown);
        return error_set(err, "%s: not what a job wrote: %s", path, shown);
    }
    status->state = state_find(state);
    status->start = start;
    status->end = end;
    status->nodes = 1;
    boot_id(boot, sizeof boot);
    *gone = !state_is_final(status->state) &&
            (strcmp(boot, its_boot) != 0 ||
             began(status->job_id) != (unsigned long long)its_begin);
    json_decref(json);
    return 0;
}

/* The number of the job whose file lies in the folder, 0 = none: the first
 * that was started, should there be several. */
static long find_number(const char *folder)
{
    long found = 0;
    struct error ignored;
    struct job_status status, first = {0};
    bool gone;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        int length = 0;
        long job_id;
        if (sscanf(entry->d_name, "local_%ld.json%n", &job_id, &length) != 1 ||
            length == 0 || entry->d_name[length] != '\0')
            continue;
        status = (struct job_status){.job_id = job_id};
        if (read_state(folder, &status, &gone, &ignored) == 0 &&
            (found == 0 || status.start < first.start)) {
            first = status;
            found = job_id;
        }
    }
    if (dir)
        closedir(dir);
    return found;
}

static int ask_one(struct inquiry *job, struct error *err)
{
    bool gone;
    struct job_status *status = &job->status;
    *status = (struct job_status){.job_id = job->job_id};
    job->answer = ANSWER_ABSENT;
    if (!job->job_id)
        status->job_id = find_number(job->folder);
    if (!status->job_id)
        return 0;
    if (read_state(job->folder, status, &gone, err) != 0)
        return -1;
    /* It may have written its end after the file was read and before the
     * process was looked for: now it cannot write any more. */
    if (gone && read_state(job->folder, status, &gone, err) != 0)
        return -1;
    if (gone) {
        status->state = STATE_FAILED;
        snprintf(status->reason, sizeof status->reason, "its process is gone");
    }
    if (status->state != STATE_UNKNOWN)
        job->answer = ANSWER_FOUND;
    return 0;
}

/* What a job wrote lies in its own folder, so nobody is asked. */
static int local_ask(struct inquiry *jobs, size_t count, long *requests,
                     struct error *err)
{
    (void)requests;
    for (size_t i = 0; i < count; i++) {
        if (ask_one(&jobs[i], err) != 0)
            return -1;
    }
    return 0;
}

/* The job's own process ends the script, and says so in its file. */
static int local_cancel(const struct inquiry *job, struct error *err)
{
    bool gone;
    struct job_status status = {.job_id = job->job_id};
    if (read_state(job->folder, &status, &gone, err) != 0)
        return -1;
    if (gone || state_is_final(status.state) ||
        kill((pid_t)status.job_id, SIGTERM) == 0 || errno == ESRCH)
        return 0;
    return error_set(err, "job %ld was not cancelled: %s", status.job_id,
                     strerror(errno));
}

const struct backend backend_local = {
    .name = "local",
    .open = local_open,
    .submit = local_submit,
    .ask = local_ask,
    .cancel = local_cancel,
};
