/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "state.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* As the manual page of squeue names them, and which of them are an end. */
static const struct {
    enum job_state state;
    const char *name;
    bool final;
} known[] = {
    {STATE_UNKNOWN, "UNKNOWN", false},
    {STATE_PENDING, "PENDING", false},
    {STATE_RUNNING, "RUNNING", false},
    {STATE_SUSPENDED, "SUSPENDED", false},
    {STATE_COMPLETING, "COMPLETING", false},
    {STATE_COMPLETED, "COMPLETED", true},
    {STATE_CANCELLED, "CANCELLED", true},
    {STATE_FAILED, "FAILED", true},
    {STATE_TIMEOUT, "TIMEOUT", true},
    {STATE_NODE_FAIL, "NODE_FAIL", true},
    {STATE_PREEMPTED, "PREEMPTED", true},
    {STATE_BOOT_FAIL, "BOOT_FAIL", true},
    {STATE_DEADLINE, "DEADLINE", true},
    {STATE_OUT_OF_MEMORY, "OUT_OF_MEMORY", true},
};

static void every_state_has_slurms_name_and_is_found_by_it(void **state)
{
    (void)state;
    assert_int_equal(COUNT(known), STATE_COUNT);
    for (size_t i = 0; i < COUNT(known); i++) {
        assert_string_equal(state_name(known[i].state), known[i].name);
        assert_int_equal(state_find(known[i].name), known[i].state);
        assert_int_equal(state_is_final(known[i].state), known[i].final);
    }
}

static void every_state_has_words_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(known); i++) {
        const char *words = state_words(known[i].state);

        assert_true(strlen(words) > 3);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(words, state_words(known[j].state));
    }
    assert_string_equal(state_words(STATE_TIMEOUT), "ran into its time limit");
    assert_string_equal(state_words(STATE_COMPLETED), "ran to its end");
    assert_string_equal(state_words(STATE_CANCELLED), "was cancelled");
    assert_string_equal(state_words(STATE_OUT_OF_MEMORY),
                        "used more memory than it had");
}

static void sacct_may_say_who_cancelled_a_job(void **state)
{
    (void)state;
    assert_int_equal(state_find("CANCELLED by 1000"), STATE_CANCELLED);
    assert_int_equal(state_find("CANCELLED by 0"), STATE_CANCELLED);
    assert_int_equal(state_find("CANCELLED+"), STATE_CANCELLED);
}

static void any_other_text_is_the_unknown_state(void **state)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "COMPLETED nonsense",
                                        "completed",
                                        " COMPLETED",
                                        "COMPLETE",
                                        "COMPLETEDX",
                                        "COMPLETED\n",
                                        "REQUEUED",
                                        "RESIZING",
                                        "REVOKED",
                                        "STOPPED",
                                        "R",
                                        "CD",
                                        "CANCELLEDby 1000",
                                        "COMPLETED,FAILED",
                                        "\xc3\xa5",
                                        "0"};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (state_find(texts[i]) != STATE_UNKNOWN)
            fail_msg("'%s' was taken for %s", texts[i],
                     state_name(state_find(texts[i])));
    }
}

static void reasons_have_words_and_unknown_ones_stay_as_they_are(void **state)
{
    static const char *const reasons[] = {
        "None",           "Priority",           "Resources",
        "Dependency",     "BeginTime",          "Reservation",
        "PartitionDown",  "PartitionInactive",  "PartitionNodeLimit",
        "Licenses",       "PartitionTimeLimit", "ReqNodeNotAvail",
        "JobHeldUser",    "JobHeldAdmin",       "AssocGrpCPUMinutesLimit",
        "BadConstraints", "AssocMaxJobsLimit",  "QOSMaxJobsPerUserLimit"};
    static const char *const others[] = {"", "priority", "NodeDown",
                                         "PriorityX", "Prio"};

    (void)state;
    for (size_t i = 0; i < COUNT(reasons); i++)
        assert_string_not_equal(state_reason_words(reasons[i]), reasons[i]);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_string_equal(state_reason_words(others[i]), others[i]);
    assert_string_equal(state_reason_words("Resources"),
                        "waits for cores or nodes to become free");
    assert_string_equal(state_reason_words("AssocGrpCPUMinutesLimit"),
                        "the project has used up its hours");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_slurms_name_and_is_found_by_it),
        cmocka_unit_test(every_state_has_words_of_its_own),
        cmocka_unit_test(sacct_may_say_who_cancelled_a_job),
        cmocka_unit_test(any_other_text_is_the_unknown_state),
        cmocka_unit_test(reasons_have_words_and_unknown_ones_stay_as_they_are),
    };

    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
