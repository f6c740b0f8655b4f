/* SPDX-License-Identifier: BSD-3-Clause
 *
 * When each worker was busy: for the record, from what the workers note of
 * each repeat. Only the first timed repeats are kept.
 */
#ifndef TIMELINE_H
#define TIMELINE_H

#include <jansson.h>

struct run;

enum { TIMELINE_REPEATS = 64, TIMELINE_SPELLS = 4096 };

/* Make room (rank 0, with a record wanted). */
void timeline_start(struct run *run);

/* Before a repeat: nobody has taken part in it. */
void timeline_begin(struct run *run);

/* After a repeat, outside the timed part: keep it. */
void timeline_keep(struct run *run);

/* As "start+busy" in microseconds, a text for each worker, or NULL when out of
 * memory: see kernels/README.md. */
json_t *timeline_json(const struct run *run);

void timeline_release(struct run *run);

#endif
