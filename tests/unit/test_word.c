/* SPDX-License-Identifier: BSD-3-Clause */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "word.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void a_word_has_letters_digits_and_the_given_marks_only(void **state)
{
    static const struct {
        const char *text, *marks;
        bool fits;
    } rows[] = {
        {"a", "", true},
        {"azAZ09", "", true},
        {"0", "", true},
        {"a-b_c.d", "._-", true},
        {"a-b", "_", false},
        {"a b", "._-", false},
        {"a b", " ", true},
        {"zen3|zen4&x", "|&", true},
        {"a\nb", " ._-", false},
        {"a\n", "._-", false},
        {"\na", "._-", false},
        {"a\tb", " ", false},
        {"a\x7f", "._-", false},
        {"\xc3\xa5", "._-", false},
        {"a\xc3\xa5", "._-", false},
        {"a\x01", "._-", false},
        {"", "._-", false},
        {"", "", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (word_fits(rows[i].text, rows[i].marks) != rows[i].fits)
            fail_msg("row %zu: '%s'", i, rows[i].text);
    }
}

/* Every character, at the start and behind it, with every mark allowed. */
static void no_word_starts_as_an_option_does(void **state)
{
    static const char marks[] = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ";

    (void)state;
    for (int c = 1; c <= UCHAR_MAX; c++) {
        const char first[] = {(char)c, 'a', '\0'};
        const char second[] = {'a', (char)c, '\0'};
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                     (c >= 'A' && c <= 'Z');

        assert_int_equal(word_fits(first, ""), plain);
        assert_int_equal(word_fits(second, ""), plain);
        assert_int_equal(word_fits(first, marks),
                         plain || c == '.' || c == '_' || c == '/');
        assert_int_equal(word_fits(second, marks),
                         plain || strchr(marks, c) != NULL);
    }
}

static void a_number_has_digits_only(void **state)
{
    static const char *const bad[] = {"",   "0",  "01", "-1", "+1", " 1",
                                      "1 ", "1.", "1e", "a",  "1\n"};

    (void)state;
    assert_true(word_fits("1", NULL));
    assert_true(word_fits("9876543210", NULL));
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (word_fits(bad[i], NULL))
            fail_msg("'%s' is taken as a number", bad[i]);
    }
}

static void the_rule_is_put_into_plain_words(void **state)
{
    static const struct {
        const char *marks, *rule;
    } rows[] = {
        {NULL, "digits, the first of them not 0"},
        {"", "letters and digits, starting with a letter or a digit"},
        {":-", "letters, digits and : -, starting with a letter or a digit"},
        {" ", "letters, digits and blanks, starting with a letter or a digit"},
        {"._ -", "letters, digits and . _ blanks -, starting with a letter, "
                 "a digit or one of . _"},
    };
    char rule[200];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        word_rule(rows[i].marks, rule, sizeof(rule));
        assert_string_equal(rule, rows[i].rule);
    }
    word_rule("._", rule, 8);
    assert_string_equal(rule, "letters");
    /* More marks than there is room for. */
    word_rule("................................................", rule,
              sizeof(rule));
    assert_int_equal(strncmp(rule, "letters, digits and . .", 23), 0);
}

static void every_mark_is_replaced_or_none(void **state)
{
    static const struct {
        const char *text, *out;
    } rows[] = {
        {"", ""},
        {"srun", "srun"},
        {"@N@", "12"},
        {"a @N@ b@N@@N@", "a 12 b1212"},
        {"@@N@N@", "@12N@"},
        {"@N", "@N"},
    };
    char out[12] = "";

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(
            word_replace(rows[i].text, "@N@", "12", out, sizeof(out)), 0);
        assert_string_equal(out, rows[i].out);
    }
    assert_int_equal(word_replace("abcdefghijk", "@", "", out, sizeof(out)), 0);
    assert_string_equal(out, "abcdefghijk");
    assert_int_equal(word_replace("abcdefghijkl", "@", "", out, sizeof(out)),
                     -1);
    assert_string_equal(out, "");
    assert_int_equal(word_replace("abcdefghij@", "@", "xy", out, sizeof(out)),
                     -1);
    assert_string_equal(out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_has_letters_digits_and_the_given_marks_only),
        cmocka_unit_test(no_word_starts_as_an_option_does),
        cmocka_unit_test(a_number_has_digits_only),
        cmocka_unit_test(the_rule_is_put_into_plain_words),
        cmocka_unit_test(every_mark_is_replaced_or_none),
    };

    return cmocka_run_group_tests_name("word", tests, NULL, NULL);
}
