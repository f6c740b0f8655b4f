/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reason.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Every name that squeue of Slurm 22.05 prints for a value of enum
 * job_state_reason. */
static const char *const slurm[] = {"None",
                                    "Priority",
                                    "Dependency",
                                    "Resources",
                                    "PartitionNodeLimit",
                                    "PartitionTimeLimit",
                                    "PartitionDown",
                                    "PartitionInactive",
                                    "JobHeldAdmin",
                                    "BeginTime",
                                    "Licenses",
                                    "AssociationJobLimit",
                                    "AssociationResourceLimit",
                                    "AssociationTimeLimit",
                                    "Reservation",
                                    "ReqNodeNotAvail",
                                    "JobHeldUser",
                                    "FrontEndDown",
                                    "SchedDefer",
                                    "NodeDown",
                                    "BadConstraints",
                                    "SystemFailure",
                                    "JobLaunchFailure",
                                    "NonZeroExitCode",
                                    "TimeLimit",
                                    "InactiveLimit",
                                    "InvalidAccount",
                                    "InvalidQOS",
                                    "QOSUsageThreshold",
                                    "QOSJobLimit",
                                    "QOSResourceLimit",
                                    "QOSTimeLimit",
                                    "BlockMaxError",
                                    "BlockFreeAction",
                                    "Cleaning",
                                    "Prolog",
                                    "QOSNotAllowed",
                                    "AccountNotAllowed",
                                    "DependencyNeverSatisfied",
                                    "QOSGrpCpuLimit",
                                    "QOSGrpCPUMinutesLimit",
                                    "QOSGrpCPURunMinutesLimit",
                                    "QOSGrpJobsLimit",
                                    "QOSGrpMemLimit",
                                    "QOSGrpNodeLimit",
                                    "QOSGrpSubmitJobsLimit",
                                    "QOSGrpWallLimit",
                                    "QOSMaxCpuPerJobLimit",
                                    "QOSMaxCpuMinutesPerJobLimit",
                                    "QOSMaxNodePerJobLimit",
                                    "QOSMaxWallDurationPerJobLimit",
                                    "QOSMaxCpuPerUserLimit",
                                    "QOSMaxJobsPerUserLimit",
                                    "QOSMaxNodePerUserLimit",
                                    "QOSMaxSubmitJobPerUserLimit",
                                    "QOSMinCpuNotSatisfied",
                                    "AssocGrpCpuLimit",
                                    "AssocGrpCPUMinutesLimit",
                                    "AssocGrpCPURunMinutesLimit",
                                    "AssocGrpJobsLimit",
                                    "AssocGrpMemLimit",
                                    "AssocGrpNodeLimit",
                                    "AssocGrpSubmitJobsLimit",
                                    "AssocGrpWallLimit",
                                    "AssocMaxJobsLimit",
                                    "AssocMaxCpuPerJobLimit",
                                    "AssocMaxCpuMinutesPerJobLimit",
                                    "AssocMaxNodePerJobLimit",
                                    "AssocMaxWallDurationPerJobLimit",
                                    "AssocMaxSubmitJobLimit",
                                    "JobHoldMaxRequeue",
                                    "JobArrayTaskLimit",
                                    "BurstBufferResources",
                                    "BurstBufferStageIn",
                                    "BurstBufferOperation",
                                    "PowerNotAvail",
                                    "PowerReserved",
                                    "AssocGrpUnknown",
                                    "AssocGrpUnknownMinutes",
                                    "AssocGrpUnknownRunMinutes",
                                    "AssocMaxUnknownPerJob",
                                    "AssocMaxUnknownPerNode",
                                    "AssocMaxUnknownMinutesPerJob",
                                    "AssocMaxCpuPerNode",
                                    "AssocGrpMemMinutes",
                                    "AssocGrpMemRunMinutes",
                                    "AssocMaxMemPerJob",
                                    "AssocMaxMemPerNode",
                                    "AssocMaxMemMinutesPerJob",
                                    "AssocGrpNodeMinutes",
                                    "AssocGrpNodeRunMinutes",
                                    "AssocMaxNodeMinutesPerJob",
                                    "AssocGrpEnergy",
                                    "AssocGrpEnergyMinutes",
                                    "AssocGrpEnergyRunMinutes",
                                    "AssocMaxEnergyPerJob",
                                    "AssocMaxEnergyPerNode",
                                    "AssocMaxEnergyMinutesPerJob",
                                    "AssocGrpGRES",
                                    "AssocGrpGRESMinutes",
                                    "AssocGrpGRESRunMinutes",
                                    "AssocMaxGRESPerJob",
                                    "AssocMaxGRESPerNode",
                                    "AssocMaxGRESMinutesPerJob",
                                    "AssocGrpLicense",
                                    "AssocGrpLicenseMinutes",
                                    "AssocGrpLicenseRunMinutes",
                                    "AssocMaxLicensePerJob",
                                    "AssocMaxLicenseMinutesPerJob",
                                    "AssocGrpBB",
                                    "AssocGrpBBMinutes",
                                    "AssocGrpBBRunMinutes",
                                    "AssocMaxBBPerJob",
                                    "AssocMaxBBPerNode",
                                    "AssocMaxBBMinutesPerJob",
                                    "QOSGrpUnknown",
                                    "QOSGrpUnknownMinutes",
                                    "QOSGrpUnknownRunMinutes",
                                    "QOSMaxUnknownPerJob",
                                    "QOSMaxUnknownPerNode",
                                    "QOSMaxUnknownPerUser",
                                    "QOSMaxUnknownMinutesPerJob",
                                    "QOSMinUnknown",
                                    "QOSMaxCpuPerNode",
                                    "QOSGrpMemoryMinutes",
                                    "QOSGrpMemoryRunMinutes",
                                    "QOSMaxMemoryMinutesPerJob",
                                    "QOSMaxMemoryPerJob",
                                    "QOSMaxMemoryPerNode",
                                    "QOSMaxMemoryPerUser",
                                    "QOSMinMemory",
                                    "QOSGrpEnergy",
                                    "QOSGrpEnergyMinutes",
                                    "QOSGrpEnergyRunMinutes",
                                    "QOSMaxEnergyPerJob",
                                    "QOSMaxEnergyPerNode",
                                    "QOSMaxEnergyPerUser",
                                    "QOSMaxEnergyMinutesPerJob",
                                    "QOSMinEnergy",
                                    "QOSGrpNodeMinutes",
                                    "QOSGrpNodeRunMinutes",
                                    "QOSMaxNodeMinutesPerJob",
                                    "QOSMinNode",
                                    "QOSGrpGRES",
                                    "QOSGrpGRESMinutes",
                                    "QOSGrpGRESRunMinutes",
                                    "QOSMaxGRESPerJob",
                                    "QOSMaxGRESPerNode",
                                    "QOSMaxGRESPerUser",
                                    "QOSMaxGRESMinutesPerJob",
                                    "QOSMinGRES",
                                    "QOSGrpLicense",
                                    "QOSGrpLicenseMinutes",
                                    "QOSGrpLicenseRunMinutes",
                                    "QOSMaxLicensePerJob",
                                    "QOSMaxLicensePerUser",
                                    "QOSMaxLicenseMinutesPerJob",
                                    "QOSMinLicense",
                                    "QOSGrpBB",
                                    "QOSGrpBBMinutes",
                                    "QOSGrpBBRunMinutes",
                                    "QOSMaxBBPerJob",
                                    "QOSMaxBBPerNode",
                                    "QOSMaxBBPerUser",
                                    "QOSMinBB",
                                    "DeadLine",
                                    "MaxBBPerAccount",
                                    "MaxCpuPerAccount",
                                    "MaxEnergyPerAccount",
                                    "MaxGRESPerAccount",
                                    "MaxNodePerAccount",
                                    "MaxLicensePerAccount",
                                    "MaxMemoryPerAccount",
                                    "MaxUnknownPerAccount",
                                    "MaxJobsPerAccount",
                                    "MaxSubmitJobsPerAccount",
                                    "PartitionConfig",
                                    "AccountingPolicy",
                                    "FedJobLock",
                                    "OutOfMemory",
                                    "MaxMemPerLimit",
                                    "AssocGrpBilling",
                                    "AssocGrpBillingMinutes",
                                    "AssocGrpBillingRunMinutes",
                                    "AssocMaxBillingPerJob",
                                    "AssocMaxBillingPerNode",
                                    "AssocMaxBillingMinutesPerJob",
                                    "QOSGrpBilling",
                                    "QOSGrpBillingMinutes",
                                    "QOSGrpBillingRunMinutes",
                                    "QOSMaxBillingPerJob",
                                    "QOSMaxBillingPerNode",
                                    "QOSMaxBillingPerUser",
                                    "QOSMaxBillingMinutesPerJob",
                                    "MaxBillingPerAccount",
                                    "QOSMinBilling",
                                    "ReservationDeleted"};

static const char *words(const char *reason)
{
    static char text[300];

    reason_words(reason, text, sizeof(text));
    return text;
}

static void every_reason_of_slurm_has_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(slurm); i++) {
        if (strcmp(words(slurm[i]), slurm[i]) == 0 ||
            !strchr(words(slurm[i]), ' '))
            fail_msg("%s has no words", slurm[i]);
    }
}

static void limits_are_read_word_by_word(void **state)
{
    (void)state;
    assert_string_equal(words("AssocGrpCPUMinutesLimit"),
                        "the project has used up its cores times minutes");
    assert_string_equal(words("QOSMaxCpuPerUserLimit"),
                        "its quality of service (QOS) has a limit on cores "
                        "for each user");
    assert_string_equal(words("MaxGRESPerAccount"),
                        "the account has a limit on devices (GPUs) for each "
                        "account");
    assert_string_equal(words("QOSMinCpuNotSatisfied"),
                        "its quality of service (QOS) wants more cores asked "
                        "for");
    assert_string_equal(words("AssocGrpSubmitJobsLimit"),
                        "the project has used up its jobs in the queue");
}

static void what_slurm_adds_to_a_reason_is_kept(void **state)
{
    (void)state;
    assert_string_equal(words("ReqNodeNotAvail, UnavailableNodes:n1"),
                        "the nodes it needs are not available "
                        "(UnavailableNodes:n1)");
    assert_string_equal(words("job_requeued_in_held_state"),
                        "held after it was taken back");
    assert_string_equal(words("ReqNodeNotAvail,_UnavailableNodes:n1"),
                        "the nodes it needs are not available "
                        "(UnavailableNodes:n1)");
}

static void any_other_reason_stays_as_it_is(void **state)
{
    static const char *const texts[] = {"",
                                        "priority",
                                        "PriorityX",
                                        "Prio",
                                        "Max",
                                        "QOS",
                                        "AssocGrp",
                                        "MaxCpuX",
                                        "its process is gone",
                                        "QOSMaxCpuPerUserLimitX",
                                        "\xc3\xa5",
                                        ","};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_string_equal(words(texts[i]), texts[i]);
        assert_string_equal(reason_advice(texts[i]), "");
    }
}

static void what_can_never_start_is_said_to(void **state)
{
    static const char *const never[] = {"BadConstraints",
                                        "DependencyNeverSatisfied",
                                        "AssocMaxCpuPerJobLimit",
                                        "QOSMaxNodePerJobLimit",
                                        "QOSMinGRES",
                                        "AssocMaxMemPerNode"};

    (void)state;
    for (size_t i = 0; i < COUNT(never); i++) {
        if (!strstr(reason_advice(never[i]), "never start"))
            fail_msg("%s: %s", never[i], reason_advice(never[i]));
    }
    assert_string_equal(reason_advice("Priority"), "");
    assert_string_equal(reason_advice("Resources"), "");
    assert_non_null(strstr(reason_advice("JobHeldUser"), "scontrol release"));
    assert_non_null(strstr(reason_advice("PartitionTimeLimit"), "-t"));
}

static void only_what_the_state_does_not_say_is_news(void **state)
{
    (void)state;
    assert_true(reason_is_news(STATE_PENDING, "None"));
    assert_true(reason_is_news(STATE_REQUEUED, "BeginTime"));
    assert_false(reason_is_news(STATE_REQUEUE_HOLD, "JobHeldUser"));
    assert_false(reason_is_news(STATE_PENDING, ""));
    assert_false(reason_is_news(STATE_RUNNING, "Prolog"));
    assert_false(reason_is_news(STATE_COMPLETED, "NodeDown"));
    assert_false(reason_is_news(STATE_FAILED, "NonZeroExitCode"));
    assert_false(reason_is_news(STATE_TIMEOUT, "TimeLimit"));
    assert_false(reason_is_news(STATE_CANCELLED, "Priority"));
    assert_false(reason_is_news(STATE_FAILED, "JobLaunchFailure"));
    assert_true(reason_is_news(STATE_FAILED, "SystemFailure"));
    assert_true(reason_is_news(STATE_NODE_FAIL, "NodeDown"));
    assert_true(reason_is_news(STATE_CANCELLED, "DeadLine"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_of_slurm_has_words),
        cmocka_unit_test(limits_are_read_word_by_word),
        cmocka_unit_test(what_slurm_adds_to_a_reason_is_kept),
        cmocka_unit_test(any_other_reason_stays_as_it_is),
        cmocka_unit_test(what_can_never_start_is_said_to),
        cmocka_unit_test(only_what_the_state_does_not_say_is_news),
    };

    return cmocka_run_group_tests_name("reason", tests, NULL, NULL);
}
