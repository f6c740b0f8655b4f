/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Room for a run's arrays, asked for before it is taken. Where there is none,
 * run_stop() is called with the figures.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

struct run;

/* Would so much fit? The system promises more memory than it has, and ends the
 * program when it has to keep the promise. */
int memory_fits(struct run *run, double need_mib);

/* Zeroed room that child processes share, on whole pages; or NULL. */
void *memory_shared(struct run *run, size_t count, size_t size);

/* Give it back; NULL is allowed. size: in bytes. */
void memory_release(void *shared, size_t size);

#endif
