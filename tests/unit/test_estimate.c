/* SPDX-License-Identifier: BSD-3-Clause */
/* How long several jobs still take. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "estimate.h"

static void expect(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-6 * fabs(expected)))
        fail_msg("found %g, expected %g", value, expected);
}

static void without_a_job_that_is_over_nothing_is_said(void **state)
{
    const struct estimate_job jobs[] = {{1, NAN, NAN}, {1, 3, NAN}};

    (void)state;
    assert_true(isnan(estimate_left_s(jobs, 2, 5)));
}

static void equal_jobs_go_on_as_many_at_once_as_before(void **state)
{
    /* Two at a time, 10 s each. */
    const struct estimate_job jobs[] = {
        {1, 0, 10},    {1, 0, 10},    {1, 10, 20},   {1, 10, 20},
        {1, NAN, NAN}, {1, NAN, NAN}, {1, NAN, NAN}, {1, NAN, NAN},
    };

    (void)state;
    expect(estimate_left_s(jobs, 8, 20), 20);
}

static void what_runs_counts_as_far_as_it_has_come(void **state)
{
    const struct estimate_job jobs[] = {{1, 0, 10}, {1, 10, NAN}};
    const struct estimate_job late[] = {{1, 0, 10}, {1, 10, NAN}};

    (void)state;
    expect(estimate_left_s(jobs, 2, 14), 6);
    expect(estimate_left_s(late, 2, 40), 0);
}

static void time_is_a_start_and_the_work(void **state)
{
    /* 2 s and 1 s for each unit; one after the other. */
    const struct estimate_job jobs[] = {
        {1, 0, 3}, {4, 3, 9}, {8, NAN, NAN}, {16, NAN, NAN}};

    (void)state;
    expect(estimate_left_s(jobs, 4, 9), 10 + 18);
}

static void a_speed_is_never_negative(void **state)
{
    const struct estimate_job jobs[] = {{4, 0, 3}, {1, 3, 9}, {1000, NAN, NAN}};

    (void)state;
    expect(estimate_left_s(jobs, 3, 9), 4.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_job_that_is_over_nothing_is_said),
        cmocka_unit_test(equal_jobs_go_on_as_many_at_once_as_before),
        cmocka_unit_test(what_runs_counts_as_far_as_it_has_come),
        cmocka_unit_test(time_is_a_start_and_the_work),
        cmocka_unit_test(a_speed_is_never_negative),
    };

    return cmocka_run_group_tests_name("estimate", tests, NULL, NULL);
}
