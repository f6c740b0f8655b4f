/* SPDX-License-Identifier: BSD-3-Clause */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parse.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { UNTOUCHED = -77 };

/* A text, and its value or, if NULL is not said, part of the error. */
struct reading {
    const char *text;
    long value;
    const char *error;
};

typedef int parse_fn(const char *text, const char *what, long *value,
                     struct error *err);

static void check(parse_fn *parse, const struct reading *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct error err = {""};
        long value = UNTOUCHED;
        int rc = parse(rows[i].text, "-t", &value, &err);

        if (rows[i].error == NULL) {
            if (rc != 0 || value != rows[i].value)
                fail_msg("'%s' gave %d, %ld, %s", rows[i].text, rc, value,
                         err.text);
            continue;
        }
        if (rc != -1 || value != UNTOUCHED ||
            strstr(err.text, rows[i].error) == NULL ||
            strncmp(err.text, "-t: ", 4) != 0)
            fail_msg("'%s' gave %d, %ld, %s", rows[i].text, rc, value,
                     err.text);
    }
}

static int one_to_99(const char *text, const char *what, long *value,
                     struct error *err)
{
    return parse_number(text, what, 1, 99, value, err);
}

static void only_whole_numbers_in_range_are_numbers(void **state)
{
    static const struct reading rows[] = {
        {"1", 1, NULL},
        {"99", 99, NULL},
        {"007", 7, NULL},
        {"0", 0, "out of range"},
        {"-1", 0, "from 1 to 99"},
        {"100", 0, "from 1 to 99"},
        {"99999999999", 0, "out of range"},
        {"99999999999999999999999", 0, "out of range"},
        {"-99999999999999999999999", 0, "out of range"},
        {"", 0, "'' is not a whole number"},
        {"-", 0, "not a whole number"},
        {"4x", 0, "'4x' is not a whole number"},
        {"4 ", 0, "not a whole number"},
        {" 4", 0, "not a whole number"},
        {"+4", 0, "not a whole number"},
        {"4.0", 0, "not a whole number"},
        {"0x4", 0, "not a whole number"},
        {"4e1", 0, "not a whole number"},
        {"4\n", 0, "'4\\x0a' is not"},
        {"nan", 0, "not a whole number"},
    };

    (void)state;
    check(one_to_99, rows, COUNT(rows));
}

static void a_number_beyond_long_is_out_of_any_range(void **state)
{
    static const char *const texts[] = {"99999999999999999999",
                                        "-99999999999999999999"};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct error err = {""};
        long value = UNTOUCHED;

        assert_int_equal(
            parse_number(texts[i], "-n", LONG_MIN, LONG_MAX, &value, &err), -1);
        assert_int_equal(value, UNTOUCHED);
    }
}

static void times_are_read_as_sbatch_reads_them(void **state)
{
    static const struct reading rows[] = {
        {"5", 5, NULL},
        {"5:00", 5, NULL},
        {"5:30", 6, NULL},
        {"0:01", 1, NULL},
        {"90:00", 90, NULL},
        {"1:00:00", 60, NULL},
        {"1:00:01", 61, NULL},
        {"1:90:00", 150, NULL},
        {"168:00:00", 10080, NULL},
        {"1-0", 1440, NULL},
        {"1-12", 2160, NULL},
        {"1-12:30", 2190, NULL},
        {"10-0:0:0", 14400, NULL},
        {"0-0:0:1", 1, NULL},
        {"9999-0", 14398560, NULL},
    };

    (void)state;
    check(parse_time_min, rows, COUNT(rows));
}

static void what_is_no_time_is_told_the_forms(void **state)
{
    static const struct reading rows[] = {
        {"0", 0, "no limit at all"},
        {"0:00", 0, "no limit at all"},
        {"0-0", 0, "no limit at all"},
        {"", 0, "days-hours:minutes:seconds"},
        {"UNLIMITED", 0, "'UNLIMITED' is no time limit"},
        {"INFINITE", 0, "hours:minutes:seconds"},
        {"-1", 0, "no time limit"},
        {"5m", 0, "no time limit"},
        {"5 ", 0, "no time limit"},
        {" 5", 0, "no time limit"},
        {"+5", 0, "no time limit"},
        {"5:", 0, "no time limit"},
        {":5", 0, "no time limit"},
        {"5::5", 0, "no time limit"},
        {"1:2:3:4", 0, "no time limit"},
        {"1-", 0, "no time limit"},
        {"1-2-3", 0, "no time limit"},
        {"1-1:2:3:4", 0, "no time limit"},
        {"1:2-3", 0, "no time limit"},
        {"1.5", 0, "no time limit"},
        {"5\n", 0, "'5\\x0a'"},
        {"$(id)", 0, "no time limit"},
        {"99999999999999999999", 0, "no time limit"},
        {"9223372036854775807", 0, "no time limit"},
        /* times 60 this is 44, modulo 2 to the 64 */
        {"307445734561825861", 0, "no time limit"},
        {"9223372036854775807:9223372036854775807:1", 0, "no time limit"},
        {"14398561", 0, "no time limit"},
        {"99999999-0", 0, "no time limit"},
        {"-9223372036854775808", 0, "no time limit"},
    };

    (void)state;
    check(parse_time_min, rows, COUNT(rows));
}

static void memory_is_read_as_sbatch_reads_it(void **state)
{
    static const struct reading rows[] = {
        {"2000", 2000, NULL},
        {"2000M", 2000, NULL},
        {"4G", 4096, NULL},
        {"4g", 4096, NULL},
        {"1T", 1048576, NULL},
        {"1K", 1, NULL},
        {"1025K", 2, NULL},
        {"1024T", 1073741824, NULL},
        {"2000000000K", 1953125, NULL},
        {"1099511627776K", 1073741824, NULL},
        {"1099511627777K", 0, "more memory than there is"},
        {"1073741825", 0, "more memory than there is"},
        {"1099511627776T", 0, "more memory than there is"},
        {"1025T", 0, "more memory than there is"},
        {"99999999999999999999", 0, "more memory than there is"},
        {"9223372036854775807K", 0, "more memory than there is"},
        {"0", 0, "all of a node"},
        {"0G", 0, "all of a node"},
        {"", 0, "no amount of memory"},
        {"G", 0, "no amount of memory"},
        {"4GB", 0, "'4GB' is no amount"},
        {"4X", 0, "no amount of memory"},
        {"1.5G", 0, "no amount of memory"},
        {"-4G", 0, "no amount of memory"},
        {"4 G", 0, "no amount of memory"},
        {"+4", 0, "no amount of memory"},
        {"4;G", 0, "no amount of memory"},
    };

    (void)state;
    check(parse_mem_mib, rows, COUNT(rows));
}

static void a_written_time_reads_back_as_the_same(void **state)
{
    static const struct {
        long time_min;
        const char *text;
    } rows[] = {
        {1, "00:01:00"},
        {5, "00:05:00"},
        {61, "01:01:00"},
        {1439, "23:59:00"},
        {1440, "1-00:00:00"},
        {10080, "7-00:00:00"},
        {14400 + 61, "10-01:01:00"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err;
        char text[32];
        long back = 0;

        parse_time_text(rows[i].time_min, text, sizeof(text));
        assert_string_equal(text, rows[i].text);
        assert_int_equal(parse_time_min(text, "-t", &back, &err), 0);
        assert_int_equal(back, rows[i].time_min);
    }
}

static void a_slip_of_the_fingers_finds_its_word(void **state)
{
    static const char *const list[] = {"hpc2n", "local", "rackham", "uppmax",
                                       NULL};
    static const struct {
        const char *word;
        const char *nearest;
    } rows[] = {
        {"hpc2m", "hpc2n"},   {"hpcn2", "hpc2n"},
        {"HPC2N", "hpc2n"},   {"hpc2", "hpc2n"},
        {"hpc22n", "hpc2n"},  {"upmax", "uppmax"},
        {"locla", "local"},   {"rakcham", "rackham"},
        {"kebnekaise", NULL}, {"", NULL},
        {"x", NULL},          {"dardel", NULL},
        {"local", "local"},   {"lumi", NULL},
        {"../hpc2n", NULL},
    };
    static const char *const none[] = {NULL};
    char longest[5000];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *found = parse_nearest(rows[i].word, list);

        if ((found == NULL) != (rows[i].nearest == NULL) ||
            (found != NULL && strcmp(found, rows[i].nearest) != 0))
            fail_msg("'%s' found %s", rows[i].word, found ? found : "none");
    }
    memset(longest, 'h', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_null(parse_nearest(longest, list));
    assert_null(parse_nearest("local", none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_whole_numbers_in_range_are_numbers),
        cmocka_unit_test(a_number_beyond_long_is_out_of_any_range),
        cmocka_unit_test(times_are_read_as_sbatch_reads_them),
        cmocka_unit_test(what_is_no_time_is_told_the_forms),
        cmocka_unit_test(memory_is_read_as_sbatch_reads_it),
        cmocka_unit_test(a_written_time_reads_back_as_the_same),
        cmocka_unit_test(a_slip_of_the_fingers_finds_its_word),
    };

    return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
