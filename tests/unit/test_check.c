/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../kernels/driver/check.h"
#include "../../kernels/driver/driver.h"
#include "../../kernels/driver/row.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GRID = 301, WORKERS = 3 };

static double rows[GRID];
static uint64_t marks[GRID];
static struct worker workers[WORKERS];
static struct run run;
static struct check check;

/* A sound repeat: worker w has rows w, w + 3, w + 6 ... */
static int sound(void **state)
{
    (void)state;
    memset(workers, 0, sizeof workers);
    run = (struct run){.grid = GRID,
                       .workers = WORKERS,
                       .ranks = 1,
                       .repeat = 1,
                       .pass = 1,
                       .h = M_PI / GRID,
                       .rows = rows,
                       .marks = marks,
                       .worker = workers};
    for (long i = 0; i < GRID; i++) {
        const int w = (int)(i % WORKERS);

        rows[i] = row_plain(0.0, run.h * ((double)i + 0.5), run.h, GRID);
        marks[i] = (uint64_t)(w + 1) << 32 | 1;
        workers[w].sum += rows[i];
        workers[w].rows++;
        workers[w].starts = 1;
    }
    return 0;
}

static void fails_with(const char *words)
{
    check_repeat(&check, &run);
    assert_true(check.failed);
    if (strstr(check.text, words) == NULL)
        fail_msg("expected '%s' in '%s'", words, check.text);
}

static void closed_form_is_the_sum(void **state)
{
    const long blocks[][3] = {{1, 0, 1},   {2, 0, 1},     {7, 2, 7},
                              {64, 0, 64}, {101, 13, 14}, {250, 40, 199}};

    (void)state;
    for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) {
        const long n = blocks[k][0];
        const long double h = 3.14159265358979323846264338327950288L / n;
        long double sum = 0.0L;

        for (long i = blocks[k][1]; i < blocks[k][2]; i++)
            for (long j = 0; j < n; j++)
                sum += sinl(h * ((long double)(i + j) + 1.0L));
        assert_true(fabsl(sum - (long double)check_exact(n, blocks[k][1],
                                                         blocks[k][2])) <=
                    1e-15L * n * n);
    }
}

static void sound_run_passes(void **state)
{
    (void)state;
    check_repeat(&check, &run);
    assert_false(check.failed);
    assert_int_equal(check.rows_done, GRID);
    assert_true(check.tolerance > 0.0);
    assert_true(check.worst_error <= check.tolerance);
    assert_true(fabs(workers[1].expected - workers[1].sum) <= 1e-9);
}

static void nothing_done_fails(void **state)
{
    (void)state;
    memset(rows, 0, sizeof rows);
    memset(marks, 0, sizeof marks);
    for (int w = 0; w < WORKERS; w++)
        workers[w] = (struct worker){.starts = 1};
    fails_with("row 0 was done 0 times, expected once");
    fails_with("(rows not right: 301 of 301)");
    assert_int_equal(check.rows_done, 0);
}

static void dropped_row_fails(void **state)
{
    (void)state;
    /* The middle row, which adds nothing to the integral. */
    marks[GRID / 2] = 0;
    rows[GRID / 2] = 0.0;
    workers[(GRID / 2) % WORKERS].rows--;
    fails_with("row 150 was done 0 times, expected once");
}

static void doubled_row_fails(void **state)
{
    (void)state;
    marks[15] += (uint64_t)1 << 32 | 1;
    fails_with("row 15 was done 2 times, expected once (rows not right: 1 of");
}

/* One term left out of one row, of any size a sound row cannot miss by. */
static void dropped_term_fails(void **state)
{
    (void)state;
    rows[40] -= 2.0 * check_row_tolerance(GRID);
    fails_with("the sum of row 40 is ");
}

static void nan_and_infinity_fail(void **state)
{
    (void)state;
    rows[GRID - 1] = NAN;
    fails_with("the sum of row 300 is nan");
    rows[GRID - 1] = INFINITY;
    fails_with("the sum of row 300 is inf");
}

/* A lost update on a sum that threads share. */
static void wrong_sum_of_a_worker_fails(void **state)
{
    (void)state;
    workers[2].sum -= rows[2];
    fails_with("worker 2 adds up to ");
    workers[2].sum = NAN;
    fails_with("worker 2 adds up to nan");
}

static void lost_count_of_a_worker_fails(void **state)
{
    (void)state;
    workers[1].rows--;
    fails_with("worker 1: rows counted: 99, owned: 100");
}

static void missing_worker_fails(void **state)
{
    (void)state;
    workers[1].starts = 0;
    fails_with("worker 1 took part in 0 of 1 repeat: ");
}

static void row_of_no_worker_fails(void **state)
{
    (void)state;
    marks[5] = (uint64_t)(WORKERS + 1) << 32 | 1;
    fails_with("row 5 ");
}

static void wrong_integral_fails(void **state)
{
    (void)state;
    run.integral = 1e-9;
    fails_with("the integral is 1e-09, expected 0");
    run.integral = NAN;
    fails_with("the integral is nan");
}

static void running_sum_needs_no_rows(void **state)
{
    (void)state;
    memset(rows, 0, sizeof rows);
    run.sum = SUM_RUNNING;
    check_repeat(&check, &run);
    assert_false(check.failed);
    workers[0].sum += 0.5;
    fails_with("worker 0 adds up to ");
}

static void other_bits_in_a_later_repeat_fail(void **state)
{
    (void)state;
    check_repeat(&check, &run);
    run.first = 0.0;
    run.integral = -0.0;
    check_same(&check, &run);
    assert_true(check.failed);
}

static void first_failure_is_kept(void **state)
{
    struct check kept = {0};
    const struct check far = {.worst_error = 1.0, .tolerance = 9.0};
    const struct check near = {.worst_error = 2.0, .tolerance = 3.0};
    const struct check bad = {.failed = 1, .text = "first"};
    const struct check worse = {.failed = 1, .text = "second"};

    (void)state;
    check_keep(&kept, &near);
    check_keep(&kept, &far);
    assert_true(kept.tolerance < 4.0);
    check_keep(&kept, &bad);
    check_keep(&kept, &worse);
    check_keep(&kept, &near);
    assert_string_equal(kept.text, "first");
}

#define REPEAT_TEST(test) cmocka_unit_test_setup(test, sound)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_form_is_the_sum),
        REPEAT_TEST(sound_run_passes),
        REPEAT_TEST(nothing_done_fails),
        REPEAT_TEST(dropped_row_fails),
        REPEAT_TEST(doubled_row_fails),
        REPEAT_TEST(dropped_term_fails),
        REPEAT_TEST(nan_and_infinity_fail),
        REPEAT_TEST(wrong_sum_of_a_worker_fails),
        REPEAT_TEST(lost_count_of_a_worker_fails),
        REPEAT_TEST(missing_worker_fails),
        REPEAT_TEST(row_of_no_worker_fails),
        REPEAT_TEST(wrong_integral_fails),
        REPEAT_TEST(running_sum_needs_no_rows),
        REPEAT_TEST(other_bits_in_a_later_repeat_fail),
        cmocka_unit_test(first_failure_is_kept),
    };

    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
