/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What this program was granted: by Slurm, by OMP_NUM_THREADS, by the machine.
 */
#ifndef GRANT_H
#define GRANT_H

#include <stddef.h>

/* A whole number from 0 to 1,000,000,000 in the environment, or -1. Of a list
 * like "4,2" the first. */
long grant_number(const char *name);

/* How many workers when -n is not given: OMP_NUM_THREADS, else
 * SLURM_CPUS_PER_TASK, else the CPUs this process may run on. */
int grant_workers(void);

/* How many CPUs the whole job holds: Slurm's tasks x CPUs per task, else as
 * many as there are workers. */
long grant_cpus(int workers);

/* How many CPUs this process may run on now; 0: not known. */
int grant_allowed(void);

/* How many CPUs of this node its job could have used: the most of any process
 * between this one and Slurm's own, which has what the node's slurmd was given
 * (by a container, a cgroup or taskset). 0: not known, or no job of Slurm's. */
int grant_reachable(void);

/* Is the number of workers in this process at odds with what Slurm granted it?
 * 1 with a message that says what will happen and what to do about it. workers:
 * how many there are; typed: their number was given by an option. */
int grant_odds(int workers, int typed, char *message, size_t size);

/* Was this process started as one of several, though MPI says that it is alone?
 * Then their number, else 0. *first: is it the first of them? launcher: what
 * the number was read from. */
long grant_copies(int *first, const char **launcher);

/* Is this the first of the processes that its launcher started, or the only
 * one? Known before MPI is. */
int grant_is_first(void);

/* How much memory one more array may take, in MiB: the least of what is free,
 * what Slurm granted on this node, and the process's own limit. INFINITY when
 * nothing is known. */
double grant_memory_mib(void);

#endif
