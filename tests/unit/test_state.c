/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "state.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* As the manual page of squeue names them (the last is our own), and which of
 * them are an end. */
static const struct {
    enum job_state state;
    const char *name;
    bool final;
} known[] = {
    {STATE_CONFIGURING, "CONFIGURING", false},
    {STATE_RESIZING, "RESIZING", false},
    {STATE_SIGNALING, "SIGNALING", false},
    {STATE_STAGE_OUT, "STAGE_OUT", false},
    {STATE_STOPPED, "STOPPED", false},
    {STATE_REQUEUED, "REQUEUED", false},
    {STATE_REQUEUE_FED, "REQUEUE_FED", false},
    {STATE_REQUEUE_HOLD, "REQUEUE_HOLD", false},
    {STATE_RESV_DEL_HOLD, "RESV_DEL_HOLD", false},
    {STATE_SPECIAL_EXIT, "SPECIAL_EXIT", false},
    {STATE_REVOKED, "REVOKED", false},
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
    {STATE_NEVER_CREATED, "NEVER_CREATED", true},
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
                                        "REQUEUE",
                                        "?",
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

static void only_a_job_in_the_queue_waits(void **state)
{
    static const enum job_state waiting[] = {
        STATE_PENDING,      STATE_REQUEUED,     STATE_REQUEUE_FED,
        STATE_REQUEUE_HOLD, STATE_SPECIAL_EXIT, STATE_RESV_DEL_HOLD};
    size_t count = 0;

    (void)state;
    for (int i = 0; i < STATE_COUNT; i++)
        count += state_is_waiting((enum job_state)i);
    assert_int_equal(count, COUNT(waiting));
    for (size_t i = 0; i < COUNT(waiting); i++)
        assert_true(state_is_waiting(waiting[i]));
}

static void held_jobs_and_broken_nodes_have_advice(void **state)
{
    (void)state;
    assert_non_null(strstr(state_advice(STATE_REQUEUE_HOLD), "release"));
    assert_non_null(strstr(state_advice(STATE_SPECIAL_EXIT), "release"));
    assert_non_null(strstr(state_advice(STATE_NODE_FAIL), "submit it again"));
    assert_non_null(strstr(state_advice(STATE_OUT_OF_MEMORY), "--mem"));
    assert_string_equal(state_advice(STATE_COMPLETED), "");
    assert_string_equal(state_advice(STATE_RUNNING), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_slurms_name_and_is_found_by_it),
        cmocka_unit_test(every_state_has_words_of_its_own),
        cmocka_unit_test(sacct_may_say_who_cancelled_a_job),
        cmocka_unit_test(any_other_text_is_the_unknown_state),
        cmocka_unit_test(only_a_job_in_the_queue_waits),
        cmocka_unit_test(held_jobs_and_broken_nodes_have_advice),
    };

    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
