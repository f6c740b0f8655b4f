/* SPDX-License-Identifier: BSD-3-Clause */
#include "state.h"

#include <string.h>

static const struct {
    const char *name;
    const char *words;
    bool final;
} states[STATE_COUNT] = {
    [STATE_UNKNOWN] = {"UNKNOWN", "its state is not known", false},
    [STATE_PENDING] = {"PENDING", "waits in the queue", false},
    [STATE_RUNNING] = {"RUNNING", "runs", false},
    [STATE_SUSPENDED] = {"SUSPENDED", "is suspended", false},
    [STATE_COMPLETING] = {"COMPLETING", "is ending", false},
    [STATE_COMPLETED] = {"COMPLETED", "ran to its end", true},
    [STATE_CANCELLED] = {"CANCELLED", "was cancelled", true},
    [STATE_FAILED] = {"FAILED", "ended with an error", true},
    [STATE_TIMEOUT] = {"TIMEOUT", "ran into its time limit", true},
    [STATE_NODE_FAIL] = {"NODE_FAIL", "lost a node", true},
    [STATE_PREEMPTED] = {"PREEMPTED", "had to make way for another job", true},
    [STATE_BOOT_FAIL] = {"BOOT_FAIL", "got a node that did not start", true},
    [STATE_DEADLINE] = {"DEADLINE", "could not end by its deadline", true},
    [STATE_OUT_OF_MEMORY] = {"OUT_OF_MEMORY", "used more memory than it had",
                             true},
};

static const struct {
    const char *reason;
    const char *words;
} reasons[] = {
    {"None", "not looked at by the scheduler yet"},
    {"Priority", "jobs with a higher priority go first"},
    {"Resources", "waits for cores or nodes to become free"},
    {"Dependency", "waits for another job"},
    {"BeginTime", "its start time has not come"},
    {"Reservation", "its reservation has not begun, or is full"},
    {"PartitionDown", "the partition is down"},
    {"PartitionInactive", "the partition takes no jobs now"},
    {"PartitionNodeLimit", "the partition has no nodes of that kind or size"},
    {"PartitionTimeLimit", "the time limit is above the partition's"},
    {"ReqNodeNotAvail", "the nodes it needs are not available"},
    {"BadConstraints", "no node has what -C asks for"},
    {"JobHeldUser", "held by its owner"},
    {"JobHeldAdmin", "held by the site's staff"},
    {"AssocGrpCPUMinutesLimit", "the project has used up its hours"},
    {"AssocMaxJobsLimit", "the project has as many jobs as it may have"},
    {"QOSMaxJobsPerUserLimit", "you have as many jobs as you may have"},
    {"Licenses", "waits for a licence"},
};

const char *state_name(enum job_state state)
{
    return states[state].name;
}

const char *state_words(enum job_state state)
{
    return states[state].words;
}

bool state_is_final(enum job_state state)
{
    return states[state].final;
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

const char *state_reason_words(const char *reason)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (strcmp(reason, reasons[i].reason) == 0)
            return reasons[i].words;
    }
    return reason;
}
