/* SPDX-License-Identifier: BSD-3-Clause */
/* The states of a job, named as Slurm names them, and what they mean. */
#ifndef INTEG2D_STATE_H
#define INTEG2D_STATE_H

#include <stdbool.h>

enum job_state {
    STATE_UNKNOWN, /* nobody could say: never taken for success */
    STATE_PENDING,
    STATE_RUNNING,
    STATE_SUSPENDED,
    STATE_COMPLETING,
    STATE_COMPLETED,
    STATE_CANCELLED,
    STATE_FAILED,
    STATE_TIMEOUT,
    STATE_NODE_FAIL,
    STATE_PREEMPTED,
    STATE_BOOT_FAIL,
    STATE_DEADLINE,
    STATE_OUT_OF_MEMORY,
    STATE_COUNT
};

/* "RUNNING" and so on; never NULL. */
const char *state_name(enum job_state state);

/* What the state means, in words: "ran into its time limit". */
const char *state_words(enum job_state state);

/* The state of that name; STATE_UNKNOWN for any other text. sacct's
 * "CANCELLED by 1000" is CANCELLED. */
enum job_state state_find(const char *name);

/* Whether the job is over. */
bool state_is_final(enum job_state state);

/* Slurm's reason for a pending job, in words; the reason itself when there
 * are none for it. */
const char *state_reason_words(const char *reason);

#endif
