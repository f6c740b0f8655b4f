/* SPDX-License-Identifier: BSD-3-Clause */
/* How often Slurm is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "watch.h"

enum { MINUTE_MS = 60000 };

/* Requests in a wait of that length in which nothing changes. */
static long requests(long wait_ms, size_t open)
{
    long count = 0, interval = 0;

    for (long age = 0; age < wait_ms; age += interval, count++)
        interval = watch_interval_ms(interval, age, 1, open, age == 0, false);
    return count;
}

static void the_interval_grows_with_the_age_of_the_wait(void **state)
{
    long before = 0, interval = 0;

    (void)state;
    for (long age = 0; age < 60 * MINUTE_MS; age += interval) {
        interval = watch_interval_ms(interval, age, 1, 1, age == 0, false);
        assert_true(interval >= before);
        before = interval;
    }
    assert_int_equal(before, MINUTE_MS);
    assert_in_range(requests(MINUTE_MS, 1), 10, 25);
    assert_in_range(requests(60 * MINUTE_MS, 1), 60, 130);
}

static void news_makes_it_short_again(void **state)
{
    (void)state;
    assert_int_equal(watch_interval_ms(5000, MINUTE_MS, 1, 1, true, false),
                     200);
    assert_int_equal(watch_interval_ms(5000, MINUTE_MS, 0, 1, true, true), 10);
    assert_true(watch_interval_ms(5000, MINUTE_MS, 1, 1000, true, false) >
                2000);
}

static void a_busy_controller_is_asked_less(void **state)
{
    (void)state;
    assert_true(watch_interval_ms(200, 0, 2000, 1, true, false) >= 20000);
    assert_true(watch_interval_ms(200, 0, 100, 1, true, true) >= 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_interval_grows_with_the_age_of_the_wait),
        cmocka_unit_test(news_makes_it_short_again),
        cmocka_unit_test(a_busy_controller_is_asked_less),
    };

    return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
