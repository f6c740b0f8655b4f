/* SPDX-License-Identifier: BSD-3-Clause */
#include "grant.h"

#include "options.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

long grant_number(const char *name)
{
    const char *text = getenv(name);
    char *end;
    long number;

    if (text == NULL || text[0] < '0' || text[0] > '9')
        return -1;
    errno = 0;
    number = strtol(text, &end, 10);
    if (errno != 0 || (*end != '\0' && *end != ',') || number > 1000000000)
        return -1;
    return number;
}

int grant_workers(void)
{
    const char *const names[] = {"OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK"};
    cpu_set_t cpus;

    for (int i = 0; i < 2; i++) {
        const long number = grant_number(names[i]);

        if (number >= 1 && number <= OPTIONS_MAX_WORKERS)
            return (int)number;
    }
    return sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1;
}

long grant_cpus(int workers)
{
    const long tasks = grant_number("SLURM_NTASKS");
    const long each = grant_number("SLURM_CPUS_PER_TASK");

    if (tasks < 1)
        return workers;
    return tasks * (each < 1 ? 1 : each);
}

int grant_allowed(void)
{
    cpu_set_t cpus;

    return sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 0;
}

/* A process's parent, and whether it is Slurm's own that started a job's or a
 * step's; -1: it cannot be looked at. */
static pid_t parent_of(pid_t process, int *is_slurm)
{
    char path[64], text[512];
    const char *rest;
    FILE *file;
    int parent;

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)process);
    file = fopen(path, "re");
    if (file == NULL)
        return -1;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    *is_slurm = strstr(text, " (slurmstepd) ") != NULL;
    /* The name in parentheses may hold anything: look from its end. */
    rest = strrchr(text, ')');
    return rest != NULL && sscanf(rest + 1, " %*c %d", &parent) == 1 ? parent
                                                                     : -1;
}

int grant_reachable(void)
{
    pid_t process = getppid();
    int most = grant_allowed(), is_slurm = 0;
    cpu_set_t cpus;

    while (process > 1 && !is_slurm) {
        const pid_t parent = parent_of(process, &is_slurm);

        if (parent < 0) /* hidden from this user: what was seen counts */
            return most;
        if (sched_getaffinity(process, sizeof cpus, &cpus) == 0 &&
            CPU_COUNT(&cpus) > most)
            most = CPU_COUNT(&cpus);
        process = parent;
    }
    return is_slurm ? most : 0;
}

int grant_odds(int workers, int typed, char *message, size_t size)
{
    const long granted = grant_number("SLURM_CPUS_PER_TASK");
    const char *source = typed ? "-n or -c" : "OMP_NUM_THREADS";

    if (granted < 1 || workers == granted || (typed && workers < granted) ||
        (!typed && grant_number("OMP_NUM_THREADS") != workers))
        return 0;
    if (workers > granted)
        snprintf(message, size,
                 "%s says %d, but Slurm granted this task %ld CPU%s, so that "
                 "workers wait for each other: ask for -c %d in the job, or "
                 "export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK",
                 source, workers, granted, granted == 1 ? "" : "s", workers);
    else
        snprintf(message, size,
                 "%s says %d, but Slurm granted this task %ld CPUs, so that "
                 "%ld stay idle: export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK",
                 source, workers, granted, granted - workers);
    return 1;
}

/* Open MPI's own number comes first: its ranks may also carry Slurm's, which
 * counts the daemons that started them. */
long grant_copies(int *first, const char **launcher)
{
    static const struct {
        const char *size, *rank, *launcher;
    } launchers[] = {
        {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "Open MPI's mpirun"},
        {"PMI_SIZE", "PMI_RANK", "the mpiexec of MPICH or Intel MPI"},
        {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "srun"},
    };

    for (size_t l = 0; l < sizeof launchers / sizeof launchers[0]; l++) {
        const long copies = grant_number(launchers[l].size);

        if (copies >= 1) {
            *first = grant_number(launchers[l].rank) <= 0;
            *launcher = launchers[l].launcher;
            return copies > 1 ? copies : 0;
        }
    }
    return 0;
}

int grant_is_first(void)
{
    const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK",
                                 "PMI_RANK", "SLURM_PROCID"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const long rank = grant_number(names[i]);

        if (rank >= 0)
            return rank == 0;
    }
    return 1;
}

/* What could be had without swapping, by the kernel's own estimate. */
static double free_memory_mib(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    double kib = INFINITY;
    char line[128];

    if (file == NULL)
        return INFINITY;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "MemAvailable: %lf kB", &kib) == 1)
            break;
    fclose(file);
    return kib / 1024.0;
}

/* How much of its address space this process has taken. */
static double taken_mib(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    double pages = 0.0;

    if (file == NULL)
        return 0.0;
    if (fscanf(file, "%lf", &pages) != 1)
        pages = 0.0;
    fclose(file);
    return pages * (double)sysconf(_SC_PAGESIZE) / 0x1p20;
}

double grant_memory_mib(void)
{
    const long node_mib = grant_number("SLURM_MEM_PER_NODE");
    const long cpu_mib = grant_number("SLURM_MEM_PER_CPU");
    const long cpus = grant_number("SLURM_CPUS_ON_NODE");
    double least = free_memory_mib();
    struct rlimit limit;

    if (node_mib > 0)
        least = fmin(least, (double)node_mib);
    if (cpu_mib > 0 && cpus > 0)
        least = fmin(least, (double)cpu_mib * (double)cpus);
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        least = fmin(least, (double)limit.rlim_cur / 0x1p20 - taken_mib());
    return fmax(least, 0.0);
}
