/* SPDX-License-Identifier: BSD-3-Clause */
#include "state.h"

#include <string.h>

enum phase { OPEN, WAITING, FINAL };

static const struct {
    const char *name;
    const char *words;
    enum phase phase;
    const char *advice;
} states[STATE_COUNT] = {
    [STATE_UNKNOWN] = {"UNKNOWN", "its state is not known", OPEN, ""},
    [STATE_PENDING] = {"PENDING", "waits in the queue", WAITING, ""},
    [STATE_RUNNING] = {"RUNNING", "runs", OPEN, ""},
    [STATE_SUSPENDED] = {"SUSPENDED", "is suspended", OPEN,
                         "Another job or the site's staff goes first; it "
                         "continues by itself."},
    [STATE_COMPLETING] = {"COMPLETING", "is ending", OPEN, ""},
    [STATE_CONFIGURING] = {"CONFIGURING", "waits for its nodes to start", OPEN,
                           ""},
    [STATE_RESIZING] = {"RESIZING", "changes its size", OPEN, ""},
    [STATE_SIGNALING] = {"SIGNALING", "is being sent a signal", OPEN, ""},
    [STATE_STAGE_OUT] = {"STAGE_OUT", "copies its files out", OPEN, ""},
    [STATE_STOPPED] = {"STOPPED", "was stopped and keeps its cores", OPEN,
                       "It goes on with: scontrol resume, or scancel -s CONT, "
                       "and its number."},
    [STATE_REQUEUED] = {"REQUEUED", "goes back to the queue", WAITING, ""},
    [STATE_REQUEUE_FED] = {"REQUEUE_FED", "goes back to the federation's queue",
                           WAITING, ""},
    [STATE_REQUEUE_HOLD] = {"REQUEUE_HOLD",
                            "went back to the queue and is held", WAITING,
                            "Nothing happens until it is released: scontrol "
                            "release and its number."},
    [STATE_RESV_DEL_HOLD] = {"RESV_DEL_HOLD",
                             "is held because its reservation was deleted",
                             WAITING,
                             "Cancel it and submit again without "
                             "--reservation."},
    [STATE_SPECIAL_EXIT] = {"SPECIAL_EXIT",
                            "ended with an exit status that the site treats "
                            "specially, and is held",
                            WAITING,
                            "Read its error file; then scontrol release and "
                            "its number starts it again."},
    [STATE_REVOKED] = {"REVOKED", "is with another cluster of the federation",
                       OPEN, "It shows there: squeue -M all --me."},
    [STATE_COMPLETED] = {"COMPLETED", "ran to its end", FINAL, ""},
    [STATE_CANCELLED] = {"CANCELLED", "was cancelled", FINAL, ""},
    [STATE_FAILED] = {"FAILED", "ended with an error", FINAL, ""},
    [STATE_TIMEOUT] = {"TIMEOUT", "ran into its time limit", FINAL, ""},
    [STATE_NODE_FAIL] = {"NODE_FAIL", "lost a node", FINAL,
                         "That was the machine's fault: submit it again."},
    [STATE_PREEMPTED] = {"PREEMPTED", "had to make way for another job", FINAL,
                         "Submit it again, or choose a partition whose jobs "
                         "are not preempted."},
    [STATE_BOOT_FAIL] = {"BOOT_FAIL", "got a node that did not start", FINAL,
                         "That was the machine's fault: submit it again."},
    [STATE_DEADLINE] = {"DEADLINE", "could not end by its deadline", FINAL,
                        "Give it a later deadline, or a shorter time limit "
                        "with -t."},
    [STATE_OUT_OF_MEMORY] = {"OUT_OF_MEMORY", "used more memory than it had",
                             FINAL, "Ask for more with --mem."},
    [STATE_NEVER_CREATED] = {"NEVER_CREATED", "was never created", FINAL,
                             "Submit it again."},
};

const char *state_name(enum job_state state)
{
    return states[state].name;
}

const char *state_words(enum job_state state)
{
    return states[state].words;
}

const char *state_advice(enum job_state state)
{
    return states[state].advice;
}

bool state_is_final(enum job_state state)
{
    return states[state].phase == FINAL;
}

bool state_is_waiting(enum job_state state)
{
    return states[state].phase == WAITING;
}

enum job_state state_find(const char *name)
{
    static const char by[] = "CANCELLED by ";
    size_t length = strlen(name);
    if (strncmp(name, by, sizeof by - 1) == 0 ||
        strcmp(name, "CANCELLED+") == 0)
        length = strlen("CANCELLED");
    for (int i = 0; i < STATE_COUNT; i++) {
        if (strlen(states[i].name) == length &&
            strncmp(name, states[i].name, length) == 0)
            return (enum job_state)i;
    }
    return STATE_UNKNOWN;
}
