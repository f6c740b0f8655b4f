/* SPDX-License-Identifier: BSD-3-Clause */
#include "reason.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char held[] = "Release it: scontrol release and its number.";
static const char less[] = "Ask for less, or for what the partition has: sinfo "
                           "shows it.";
static const char staff[] = "Nothing you can change: ask the site's staff if "
                            "it lasts.";
static const char gone[] =
    "They are down, or reserved (for maintenance?): see sinfo -R and scontrol "
    "show reservation.";
static const char account[] = "Choose another account with -A, or ask the "
                              "site's staff.";

static const struct {
    const char *reason;
    const char *words;
    const char *advice;
} rows[] = {
    {"None", "not looked at by the scheduler yet", ""},
    {"Priority", "jobs with a higher priority go first", ""},
    {"Resources", "waits for cores or nodes to become free", ""},
    {"Dependency", "waits for another job", ""},
    {"DependencyNeverSatisfied", "the job it waits for did not end as it must",
     "It will never start: cancel it and submit again."},
    {"PartitionNodeLimit", "the partition has no nodes of that kind or size",
     less},
    {"PartitionTimeLimit", "the time limit is above the partition's",
     "Ask for less time with -t: scontrol show partition shows MaxTime."},
    {"PartitionDown", "the partition is down", staff},
    {"PartitionInactive", "the partition takes no jobs now", staff},
    {"PartitionConfig", "the partition's rules do not allow it", less},
    {"JobHeldAdmin", "held by the site's staff",
     "Ask the site's staff: only they can release it."},
    {"JobHeldUser", "held by its owner", held},
    {"JobHoldMaxRequeue", "held, because it failed to start too often",
     "Its nodes have trouble: release it later with scontrol release, or "
     "submit again."},
    {"BeginTime", "its start time has not come", ""},
    {"Licenses", "waits for a licence", ""},
    {"AssociationJobLimit", "the project has as many jobs as it may have", ""},
    {"AssociationResourceLimit", "the project has as much as it may have", ""},
    {"AssociationTimeLimit", "the project has used up its time", account},
    {"Reservation", "its reservation has not begun, or is full",
     "Look at: scontrol show reservation. Leave --reservation out to run now."},
    {"ReservationDeleted", "its reservation was deleted",
     "Cancel it and submit again without --reservation."},
    {"ReqNodeNotAvail", "the nodes it needs are not available", gone},
    {"FrontEndDown", "the front end is down", staff},
    {"SchedDefer", "the scheduler looks at it later", ""},
    {"NodeDown", "a node went down", ""},
    {"BadConstraints", "no node has what -C asks for",
     "It can never start: cancel it, and see sinfo -o %f for what there is."},
    {"SystemFailure", "Slurm itself failed", staff},
    {"Nodes required for job are DOWN, DRAINED or reserved for jobs in higher "
     "priority partitions",
     "the nodes it needs are not available", gone},
    {"job requeued in held state", "held after it was taken back", held},
    {"launch failed requeued held", "held, because its node could not start it",
     held},
    {"JobLaunchFailure", "it could not be started on its node",
     "Can its run folder be read and written there? If so, it is the node's "
     "fault: submit again."},
    {"NonZeroExitCode", "its exit status was not 0", ""},
    {"TimeLimit", "its time was up", ""},
    {"InactiveLimit", "it was idle for too long", ""},
    {"InvalidAccount", "the account is not valid", account},
    {"AccountNotAllowed", "the account may not use this partition", account},
    {"InvalidQOS", "the quality of service (QOS) is not valid", account},
    {"QOSNotAllowed", "the quality of service (QOS) may not be used here",
     account},
    {"QOSUsageThreshold", "the project's share is below what its QOS demands",
     account},
    {"QOSJobLimit", "as many jobs as its QOS allows are there", ""},
    {"QOSResourceLimit", "as much as its QOS allows is in use", ""},
    {"QOSTimeLimit", "the time of its QOS is used up", account},
    {"AccountingPolicy", "the site's accounting rules do not allow it now",
     account},
    {"Cleaning", "its last attempt is being cleaned up", ""},
    {"Prolog", "the site's preparations on its nodes run", ""},
    {"BlockMaxError", "part of the machine is in error", staff},
    {"BlockFreeAction", "part of the machine is being freed", ""},
    {"JobArrayTaskLimit", "as many of its array run as it allows", ""},
    {"BurstBufferResources", "waits for room in the burst buffer", ""},
    {"BurstBufferStageIn", "its files are copied to the burst buffer", ""},
    {"BurstBufferOperation", "the burst buffer failed", staff},
    {"PowerNotAvail", "waits for electric power", ""},
    {"PowerReserved", "electric power is reserved for others", ""},
    {"DeadLine", "it can no longer end by its deadline",
     "Give it a later deadline, or less time with -t."},
    {"FedJobLock", "the clusters of the federation agree on who runs it", ""},
    {"OutOfMemory", "it used more memory than it had", ""},
    {"MaxMemPerLimit", "more memory is asked for than a job may have",
     "Ask for less with --mem."},
    {"AssocGrpWallLimit", "the project has used up its time", account},
    {"QOSGrpWallLimit", "the time of its QOS is used up", account},
    {"AssocMaxWallDurationPerJobLimit",
     "the time limit is above the project's for one job",
     "Ask for less time with -t."},
    {"QOSMaxWallDurationPerJobLimit",
     "the time limit is above that of its QOS for one job",
     "Ask for less time with -t."},
};

/* A limit's name is built of words: who sets it, on how much, of what, for
 * whom, as in AssocGrpCPUMinutesLimit or MaxGRESPerAccount. */
struct word {
    const char *part;
    const char *words;
};

static const struct word owners[] = {{"Assoc", "the project"},
                                     {"QOS", "its quality of service (QOS)"},
                                     {"", "the account"}};
static const struct word things[] = {{"CPU", "cores"},
                                     {"Cpu", "cores"},
                                     {"Memory", "memory"},
                                     {"Mem", "memory"},
                                     {"Node", "nodes"},
                                     {"Energy", "energy"},
                                     {"GRES", "devices (GPUs)"},
                                     {"License", "licences"},
                                     {"BB", "burst buffer"},
                                     {"Billing", "billing units"},
                                     {"SubmitJobs", "jobs in the queue"},
                                     {"SubmitJob", "jobs in the queue"},
                                     {"Jobs", "jobs"},
                                     {"Unknown", "something"}};
static const struct word whom[] = {{"PerJob", " for one job"},
                                   {"PerNode", " for each node"},
                                   {"PerUser", " for each user"},
                                   {"PerAccount", " for each account"},
                                   {"", ""}};

#define ROWS(array) (sizeof(array) / sizeof((array)[0]))

/* Takes the first word of the list that *at starts with; NULL = none. */
static const char *take(const char **at, const struct word *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(list[i].part);
        if (strncmp(*at, list[i].part, length) == 0) {
            *at += length;
            return list[i].words;
        }
    }
    return NULL;
}

static bool skip(const char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

/* A limit's name taken apart. */
struct limit {
    const char *owner, *thing, *whom;
    bool least;   /* a smallest value, not reached */
    bool for_all; /* what everybody together may have */
    bool minutes; /* times the minutes it is used */
};

static bool limit_read(const char *reason, struct limit *limit)
{
    const char *at = reason;
    *limit = (struct limit){.owner = take(&at, owners, ROWS(owners))};
    limit->for_all = skip(&at, "Grp");
    limit->least = !limit->for_all && skip(&at, "Min");
    if (!limit->for_all && !limit->least && !skip(&at, "Max"))
        return false;
    limit->thing = take(&at, things, ROWS(things));
    if (!limit->thing)
        return false;
    limit->minutes = skip(&at, "RunMinutes") || skip(&at, "Minutes");
    limit->whom = take(&at, whom, ROWS(whom));
    if (!skip(&at, "NotSatisfied"))
        skip(&at, "Limit");
    return *at == '\0';
}

/* squeue writes a blank as _. */
static bool same(const char *reason, const char *row)
{
    while (*reason && (*reason == *row || (*reason == '_' && *row == ' '))) {
        reason++;
        row++;
    }
    return *reason == *row;
}

/* Only a whole row or a whole limit counts. */
static bool find(const char *reason, size_t *row, struct limit *limit)
{
    char name[64];
    for (*row = 0; *row < ROWS(rows); (*row)++) {
        if (same(reason, rows[*row].reason))
            return true;
    }
    snprintf(name, sizeof name, "%.*s", (int)strcspn(reason, " ,(_"), reason);
    for (*row = 0; *row < ROWS(rows); (*row)++) {
        if (strcmp(name, rows[*row].reason) == 0)
            return true;
    }
    return limit_read(name, limit);
}

void reason_words(const char *reason, char *text, size_t size)
{
    size_t row;
    struct limit limit;
    const char *more = reason + strcspn(reason, " ,(_");
    more += strspn(more, " ,_");
    if (!find(reason, &row, &limit)) {
        snprintf(text, size, "%s", reason);
    } else if (row < ROWS(rows) && same(reason, rows[row].reason)) {
        snprintf(text, size, "%s", rows[row].words);
    } else if (row < ROWS(rows)) {
        snprintf(text, size, "%s%s%s%s", rows[row].words, more[0] ? " (" : "",
                 more, more[0] ? ")" : "");
    } else if (limit.least) {
        snprintf(text, size, "%s wants more %s asked for", limit.owner,
                 limit.thing);
    } else {
        snprintf(text, size, "%s %s %s%s%s", limit.owner,
                 limit.for_all ? "has used up its" : "has a limit on",
                 limit.thing, limit.minutes ? " times minutes" : "",
                 limit.whom);
    }
}

const char *reason_advice(const char *reason)
{
    size_t row;
    struct limit limit;
    if (!find(reason, &row, &limit))
        return "";
    if (row < ROWS(rows))
        return rows[row].advice;
    if (limit.least)
        return "It can never start so: cancel it and ask for more.";
    if (strcmp(limit.whom, " for one job") == 0 ||
        strcmp(limit.whom, " for each node") == 0)
        return "It can never start so: cancel it and ask for less, or for "
               "less time with -t.";
    if (limit.for_all && limit.minutes)
        return account;
    return "It starts when other jobs of yours or of the project have ended.";
}

int reason_is_news(enum job_state state, const char *reason)
{
    /* A script that was killed has JobLaunchFailure: that says nothing. */
    static const char *const news[] = {"SystemFailure", "NodeDown",
                                       "InactiveLimit", "DeadLine",
                                       "BurstBufferOperation"};
    if (state == STATE_REQUEUE_HOLD || state == STATE_SPECIAL_EXIT ||
        state == STATE_RESV_DEL_HOLD)
        return 0;
    if (state_is_waiting(state))
        return reason[0] != '\0';
    if (!state_is_final(state) || state == STATE_COMPLETED || !reason[0])
        return 0;
    /* A job that has waited keeps why, however it ended. */
    for (size_t i = 0; i < ROWS(news); i++) {
        if (strcmp(reason, news[i]) == 0)
            return 1;
    }
    return 0;
}
