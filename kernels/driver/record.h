/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The record of a run: one JSON file, record_<id>.json in the folder that
 * INTEG2D_RECORD names; while the run goes on, progress_<id> beside it.
 * id: SLURM_JOB_ID, else INTEG2D_JOB_ID, else "pid" and the process's id.
 * A record in place is the proof of a complete run. Its last key is a checksum
 * over all lines before it, as cksum(1) prints it ("head -n -2 FILE | cksum"):
 * it tells a file that was changed, by a slip or by a disk, and is no help
 * against somebody who wants to deceive.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stddef.h>

struct run;

/* Is one asked for? */
int record_is_wanted(void);

/* Before computing: can a record be written? 0 (also when none is asked for),
 * or -1 with a message that names the folder and the reason. */
int record_probe(char *message, size_t size);

/* Tell how far the run is: a line of timed repeats done, asked for, and
 * seconds since the first one began. Failing is no reason to stop a run. */
void record_progress(const struct run *run, long done);

/* Write the record whole or not at all, and remove the progress file. 0, or
 * -1 with a message; then nothing half-written is left. */
int record_write(const struct run *run, char *message, size_t size);

#endif
