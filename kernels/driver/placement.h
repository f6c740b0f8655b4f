/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Where workers run: pinned to cores, found again, drawn as a map.
 */
#ifndef PLACEMENT_H
#define PLACEMENT_H

struct run;
struct worker;

/* Before the first repeat: choose a core for each worker of this process, if
 * it holds exactly as many cores as it has workers. With more, or fewer, the
 * system's scheduler places better than a fixed choice could; and a binding
 * that the user, Slurm or the MPI launcher set stays as it is. */
void placement_choose(struct run *run);

/* Take the calling thread (or process) to its worker's core, if there is one.
 * For the worker itself to call: what is pinned before a fork or before threads
 * are made is inherited, and all would sit on one core. */
void placement_pin(const struct worker *me);

/* Outside the timed part: which cores and NUMA nodes the CPUs of this process's
 * workers belong to. Costs some milliseconds. */
void placement_locate(struct run *run);

/* A map of all workers to standard output. */
void placement_print(const struct run *run);

#endif
