/* SPDX-License-Identifier: BSD-3-Clause */
/* The states of a job, named as Slurm names them, and what they mean. Slurm's
 * flags (COMPLETING, REQUEUED ...) go before its base states: a job that is
 * completing is not over, whatever its base says. */
#ifndef INTEG2D_STATE_H
#define INTEG2D_STATE_H

#include <stdbool.h>

enum job_state {
    STATE_UNKNOWN, /* nobody could say: never taken for success */
    /* not over */
    STATE_PENDING,
    STATE_RUNNING,
    STATE_SUSPENDED,
    STATE_COMPLETING,
    STATE_CONFIGURING,
    STATE_RESIZING,
    STATE_SIGNALING,
    STATE_STAGE_OUT,
    STATE_STOPPED,
    STATE_REQUEUED,
    STATE_REQUEUE_FED,
    STATE_REQUEUE_HOLD,
    STATE_RESV_DEL_HOLD,
    STATE_SPECIAL_EXIT,
    STATE_REVOKED, /* here; another cluster of a federation has it */
    /* over */
    STATE_COMPLETED,
    STATE_CANCELLED,
    STATE_FAILED,
    STATE_TIMEOUT,
    STATE_NODE_FAIL,
    STATE_PREEMPTED,
    STATE_BOOT_FAIL,
    STATE_DEADLINE,
    STATE_OUT_OF_MEMORY,
    STATE_NEVER_CREATED, /* ours: Slurm never had such a job */
    STATE_COUNT
};

/* "RUNNING" and so on; never NULL. */
const char *state_name(enum job_state state);

/* What the state means, in words: "ran into its time limit". */
const char *state_words(enum job_state state);

/* What to do about it, a sentence or more; "" = nothing. */
const char *state_advice(enum job_state state);

/* The state of that name; STATE_UNKNOWN for any other text. sacct's
 * "CANCELLED by 1000" is CANCELLED. */
enum job_state state_find(const char *name);

/* Whether the job is over. */
bool state_is_final(enum job_state state);

/* Whether it waits in the queue, for a reason that Slurm gives. */
bool state_is_waiting(enum job_state state);

#endif
