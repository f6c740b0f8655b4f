/* SPDX-License-Identifier: BSD-3-Clause */
#include "processes.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ENVIRONMENT = 1 << 18 };

/* A thread is known by its number and when it began. */
struct thread {
    long process, id;
    unsigned long long began;
    double cpu_s;
    bool alive;
};

/* What one look finds of a thread, or of a process as a whole. */
struct stat_line {
    unsigned long long began, ticks;
    long parent;
    long rss_pages;
    int cpu;
    char state;
};

static double clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* At most size - 1 bytes, with a NUL behind them; 0 = nothing. */
static size_t slurp(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    size_t got = file ? fread(text, 1, size - 1, file) : 0;
    if (file)
        fclose(file);
    text[got] = '\0';
    return got;
}

/* The name in parentheses may hold anything: count from its end. */
static bool stat_read(const char *path, struct stat_line *line)
{
    char text[1024];
    unsigned long long user, system;
    if (slurp(path, text, sizeof text) == 0)
        return false;
    const char *rest = strrchr(text, ')');
    if (!rest || sscanf(rest + 1,
                        " %c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu "
                        "%llu %*d %*d %*d %*d %*d %*d %llu %*u %ld %*u %*u "
                        "%*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*d %d",
                        &line->state, &line->parent, &user, &system,
                        &line->began, &line->rss_pages, &line->cpu) != 7)
        return false;
    line->ticks = user + system;
    return true;
}

static const char *find_variable(const char *text, size_t size,
                                 const char *name)
{
    size_t length = strlen(name);
    for (const char *at = text; at < text + size; at += strlen(at) + 1) {
        if (strncmp(at, name, length) == 0)
            return at + length;
    }
    return NULL;
}

/* Several Slurms may number their jobs alike. */
static void config_path(const char *variable, char path[PATH_MAX])
{
    const char *name =
        variable && variable[0] ? variable : "/etc/slurm/slurm.conf";
    if (!realpath(name, path))
        snprintf(path, PATH_MAX, "%s", name);
}

void processes_start(struct processes *processes, long job_id, bool slurm)
{
    *processes = (struct processes){.begun_at_s = clock_s()};
    snprintf(processes->mark, sizeof processes->mark, "%s=%ld",
             slurm ? "SLURM_JOB_ID" : "INTEG2D_JOB_ID", job_id);
    if (slurm)
        config_path(getenv("SLURM_CONF"), processes->config);
}

/* Whether the process belongs to the job; *omp is its OMP_NUM_THREADS. */
static bool is_ours(const struct processes *processes, long process, char *text,
                    long *omp)
{
    char path[64], config[PATH_MAX];
    struct stat owner;
    snprintf(path, sizeof path, "/proc/%ld/environ", process);
    if (stat(path, &owner) != 0 || owner.st_uid != getuid())
        return false;
    size_t size = slurp(path, text, ENVIRONMENT);
    const char *rest = find_variable(text, size, processes->mark);
    if (!rest || *rest != '\0')
        return false;
    const char *threads = find_variable(text, size, "OMP_NUM_THREADS=");
    *omp = threads ? strtol(threads, NULL, 10) : 0;
    if (!processes->config[0])
        return true;
    config_path(find_variable(text, size, "SLURM_CONF="), config);
    return strcmp(config, processes->config) == 0;
}

/* "0-3,8" into the cores' flags. */
static void read_allowed(long process, bool allowed[PROCESSES_CORES])
{
    char path[64], text[8192];
    snprintf(path, sizeof path, "/proc/%ld/status", process);
    slurp(path, text, sizeof text);
    char *at = strstr(text, "Cpus_allowed_list:");
    if (!at)
        return;
    for (at += strlen("Cpus_allowed_list:"); *at == ',' || isspace(*at);) {
        char *end;
        long first = strtol(at + 1, &end, 10), last = first;
        if (end == at + 1)
            return;
        if (*end == '-')
            last = strtol(end + 1, &end, 10);
        for (long cpu = first; cpu >= 0 && cpu <= last && cpu < PROCESSES_CORES;
             cpu++)
            allowed[cpu] = true;
        if (*end != ',')
            return;
        at = end;
    }
}

static struct thread *find_thread(struct processes *processes, long process,
                                  long id, unsigned long long began)
{
    for (size_t i = 0; i < processes->count; i++) {
        struct thread *thread = &processes->thread[i];
        if (thread->id == id && thread->process == process &&
            thread->began == began)
            return thread;
    }
    return NULL;
}

static struct thread *add_thread(struct processes *processes)
{
    if (processes->count == processes->room) {
        size_t room = processes->room ? 2 * processes->room : 64;
        struct thread *more =
            realloc(processes->thread, room * sizeof *processes->thread);
        if (!more)
            return NULL;
        processes->thread = more;
        processes->room = room;
    }
    return &processes->thread[processes->count++];
}

/* What the thread took since the last look; all that it ever took, where it is
 * new. -1 = out of memory. */
static double since_last(struct processes *processes, long process, long id,
                         const struct stat_line *line)
{
    double now_s = (double)line->ticks / (double)sysconf(_SC_CLK_TCK);
    struct thread *thread = find_thread(processes, process, id, line->began);
    double before = thread ? thread->cpu_s : 0;
    if (!thread && !(thread = add_thread(processes)))
        return -1;
    *thread = (struct thread){.process = process,
                              .id = id,
                              .began = line->began,
                              .cpu_s = now_s,
                              .alive = true};
    return now_s > before ? now_s - before : 0;
}

/* The threads of one process; what they took goes to the cores on which they
 * are now. */
static int look_threads(struct processes *processes, long process,
                        double passed_s, struct look *look, double *took_s)
{
    char path[96];
    struct stat_line line;
    *took_s = 0;
    snprintf(path, sizeof path, "/proc/%ld/task", process);
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        long id = strtol(entry->d_name, NULL, 10);
        snprintf(path, sizeof path, "/proc/%ld/task/%ld/stat", process, id);
        if (id <= 0 || !stat_read(path, &line))
            continue;
        double took = since_last(processes, process, id, &line);
        if (took < 0) {
            closedir(dir);
            return -1;
        }
        look->threads++;
        look->ready_threads += line.state == 'R';
        look->busy_threads +=
            passed_s > 0 && (line.state == 'R' || took > passed_s / 10);
        if (line.cpu >= 0 && line.cpu < PROCESSES_CORES)
            look->core_s[line.cpu] += took;
        *took_s += took;
    }
    if (dir)
        closedir(dir);
    return 0;
}

/* Threads that have ended leave what they took. */
static double forget_gone(struct processes *processes)
{
    double alive_s = 0;
    size_t kept = 0;
    for (size_t i = 0; i < processes->count; i++) {
        struct thread *thread = &processes->thread[i];
        if (!thread->alive) {
            processes->gone_s += thread->cpu_s;
            continue;
        }
        alive_s += thread->cpu_s;
        thread->alive = false;
        processes->thread[kept++] = *thread;
    }
    processes->count = kept;
    return alive_s;
}

static int look_process(struct processes *processes, long process,
                        double passed_s, char *environment, struct look *look,
                        double *most_s)
{
    char path[64];
    long omp;
    double took_s;
    struct stat_line line;
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    if (!is_ours(processes, process, environment, &omp) ||
        !stat_read(path, &line))
        return 0;
    look->processes++;
    look->mem_mib +=
        (double)line.rss_pages * (double)sysconf(_SC_PAGESIZE) / 1048576;
    if (look_threads(processes, process, passed_s, look, &took_s) != 0)
        return -1;
    read_allowed(process, look->allowed);
    if (took_s >= *most_s) {
        *most_s = took_s;
        look->omp_threads = omp;
    }
    return 0;
}

long processes_look(struct processes *processes, struct look *look)
{
    char *environment = malloc(ENVIRONMENT);
    DIR *dir = environment ? opendir("/proc") : NULL;
    double most_s = 0, before = processes->last_s;
    int rc = environment ? 0 : -1;
    *look = (struct look){.at_s = clock_s()};
    for (struct dirent *entry; dir && rc == 0 && (entry = readdir(dir));) {
        long process = strtol(entry->d_name, NULL, 10);
        if (process > 0 && process != getpid())
            rc = look_process(processes, process,
                              before > 0 ? look->at_s - before : 0, environment,
                              look, &most_s);
    }
    if (dir)
        closedir(dir);
    free(environment);
    double alive_s = forget_gone(processes);
    if (look->processes > 0)
        processes->last_s = look->at_s;
    look->cpu_s = processes->last_s > 0 ? alive_s + processes->gone_s : NAN;
    return rc != 0 ? -1 : look->processes;
}

void processes_release(struct processes *processes)
{
    free(processes->thread);
    *processes = (struct processes){0};
}
