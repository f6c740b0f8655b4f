/* SPDX-License-Identifier: BSD-3-Clause */
/* How a job's script ended, in its own words: exit_<jobid> in the run folder,
 * one line "<exit status> <attempt>". It answers where the controller has
 * forgotten a job and there is no accounting. */
#ifndef INTEG2D_EXIT_FILE_H
#define INTEG2D_EXIT_FILE_H

#include "run.h"

/* Fills state, exit_code, attempt and end of *status for its job_id. Returns
 * 0, or -1 when there is no such file, or it is of an earlier attempt, or
 * cannot be believed. */
int exit_file_read(const struct run *run, struct job_status *status);

#endif
