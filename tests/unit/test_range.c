/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists and ranges of numbers, lists of words, and Slurm's lists of tasks. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "range.h"

static struct error err;

/* The numbers a text stands for, with blanks between; the error else. */
static const char *numbers(const char *text, long max)
{
    static char shown[4000];
    struct range range;
    size_t used = 0;

    shown[0] = '\0';
    if (range_read(text, "-n", 1, max, &range, &err) != 0)
        return err.text;
    for (size_t i = 0; i < range.count; i++)
        used += (size_t)snprintf(shown + used, sizeof shown - used, "%s%ld",
                                 i ? " " : "", range.number[i]);
    range_release(&range);
    return shown;
}

static void lists_and_ranges_are_numbers_in_their_order(void **state)
{
    (void)state;
    assert_string_equal(numbers("4", 9), "4");
    assert_string_equal(numbers("1,2,4,8", 9), "1 2 4 8");
    assert_string_equal(numbers("8,1", 9), "8 1");
    assert_string_equal(numbers("1-8", 9), "1 2 3 4 5 6 7 8");
    assert_string_equal(numbers("1-9:2", 9), "1 3 5 7 9");
    assert_string_equal(numbers("1-8:3", 9), "1 4 7");
    assert_string_equal(numbers("1-16:x2", 16), "1 2 4 8 16");
    assert_string_equal(numbers("3-20:x2,1", 99), "3 6 12 1");
    assert_string_equal(numbers("5-5", 9), "5");
    assert_string_equal(numbers("5-5:x2", 9), "5");
}

static void what_is_no_range_is_named_with_what_is_expected(void **state)
{
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"", "'' is an empty place"},
        {",", "empty place"},
        {"1,,2", "empty place"},
        {"1,", "empty place"},
        {"8-1", "'8-1' runs backwards; expected numbers such as"},
        {"1-16:x1", "'1-16:x1' has a factor"},
        {"1-16:x0", "has a factor"},
        {"1-16:x", "has a factor"},
        {"1-16:0", "has a step"},
        {"1-16:-2", "has a step"},
        {"1-16:", "has a step"},
        {"1-16:2:3", "has a step"},
        {"4:2", "'4:2' has a step and no range"},
        {":x2", "no range"},
        {"1-16:x99999999999999999999", "has a factor"},
        {"2,1-3", "2 is there twice"},
        {"1,2,1", "1 is there twice"},
        {"0-3", "-n"},
        {"1-99999999999999999999", "-n"},
        {"1-100", "-n"},
        {"-1", "-n"},
        {"a-b", "-n"},
        {"1 -2", "-n"},
        {"1-", "-n"},
        {"1\n", "-n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err.text[0] = '\0';
        if (strstr(numbers(bad[i].text, 16), bad[i].words) == NULL ||
            err.text[0] == '\0')
            fail_msg("'%s': expected '%s', found '%s'", bad[i].text,
                     bad[i].words, err.text);
    }
}

static void no_range_is_too_large_for_memory_or_a_number(void **state)
{
    struct range range;

    (void)state;
    assert_int_equal(
        range_read("1-10000000", "--grid", 1, 10000000, &range, &err), -1);
    assert_non_null(strstr(err.text, "--grid: more than 10000 numbers"));
    assert_int_equal(range_read("1-9223372036854775807:x1000000000", "x", 1,
                                LONG_MAX, &range, &err),
                     0);
    assert_int_equal(range.count, 3);
    assert_int_equal(range.number[2], 1000000000000000000);
    range_release(&range);
}

static void only_lists_and_ranges_are_several(void **state)
{
    static const char *const one[] = {"4", "", "-4", "4x", "x", "1e3", "+1-2"};
    static const char *const several[] = {"1,2", "1-2", "1-",
                                          "4:2", ",",   "8-1"};

    (void)state;
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
        assert_false(range_is_several(one[i]));
    for (size_t i = 0; i < sizeof several / sizeof several[0]; i++)
        assert_true(range_is_several(several[i]));
}

static void numbers_become_the_form_that_sbatch_takes(void **state)
{
    const long mixed[] = {1, 2, 3, 4, 7, 9, 10};
    char text[64];

    (void)state;
    assert_int_equal(range_text(mixed, 7, text, sizeof text), 0);
    assert_string_equal(text, "1-4,7,9-10");
    assert_int_equal(range_text(mixed, 1, text, sizeof text), 0);
    assert_string_equal(text, "1");
    assert_int_equal(range_text(mixed, 7, text, 6), -1);
}

static void slurms_lists_of_tasks_are_understood(void **state)
{
    (void)state;
    assert_true(range_holds("1-4,7%2", 1));
    assert_true(range_holds("1-4,7%2", 7));
    assert_false(range_holds("1-4,7%2", 5));
    assert_false(range_holds("1-4,7%2", 2000));
    assert_true(range_holds("5-63:2%2", 63));
    assert_false(range_holds("5-63:2%2", 6));
    assert_true(range_holds("4-7,9]", 9));
    assert_true(range_holds("3", 3));
    assert_false(range_holds("3", 33));
    assert_false(range_holds("1,3,...", 5));
    assert_false(range_holds("1,3...%2", 4));
    assert_false(range_holds("", 0));
    assert_false(range_holds("N/A", 0));
    assert_false(range_holds("1-9:0", 1));
}

static void words_are_split_at_commas(void **state)
{
    char **words;
    size_t count;

    (void)state;
    assert_int_equal(
        range_words("openmp,mpi", "--scheme", &words, &count, &err), 0);
    assert_int_equal(count, 2);
    assert_string_equal(words[1], "mpi");
    range_words_release(words, count);
    assert_int_equal(range_words("mpi,mpi", "--scheme", &words, &count, &err),
                     -1);
    assert_string_equal(err.text,
                        "--scheme: 'mpi' is there twice: name each once");
    assert_int_equal(range_words("mpi,", "--scheme", &words, &count, &err), -1);
    assert_non_null(strstr(err.text, "empty place"));
    assert_int_equal(range_words("", "--math", &words, &count, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_and_ranges_are_numbers_in_their_order),
        cmocka_unit_test(what_is_no_range_is_named_with_what_is_expected),
        cmocka_unit_test(no_range_is_too_large_for_memory_or_a_number),
        cmocka_unit_test(only_lists_and_ranges_are_several),
        cmocka_unit_test(numbers_become_the_form_that_sbatch_takes),
        cmocka_unit_test(slurms_lists_of_tasks_are_understood),
        cmocka_unit_test(words_are_split_at_commas),
    };

    return cmocka_run_group_tests_name("range", tests, NULL, NULL);
}
