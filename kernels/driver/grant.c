/* SPDX-License-Identifier: BSD-3-Clause */
#include "grant.h"

#include "options.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

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
