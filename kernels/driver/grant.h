/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What this program was granted: by Slurm, by OMP_NUM_THREADS, by the machine.
 */
#ifndef GRANT_H
#define GRANT_H

/* A whole number from 0 to 1,000,000,000 in the environment, or -1. Of a list
 * like "4,2" the first. */
long grant_number(const char *name);

/* How many workers when -n is not given: OMP_NUM_THREADS, else
 * SLURM_CPUS_PER_TASK, else the CPUs this process may run on. */
int grant_workers(void);

/* How many CPUs the whole job holds: Slurm's tasks x CPUs per task, else as
 * many as there are workers. */
long grant_cpus(int workers);

#endif
