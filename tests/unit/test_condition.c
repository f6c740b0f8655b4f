/* SPDX-License-Identifier: BSD-3-Clause */
#include "scratch.h"

#include "condition.h"

static struct facts facts;

static int set_up(void **state)
{
    (void)state;
    facts = (struct facts){0};
    facts_number(&facts, FACT_EXIT_CODE, 7);
    facts_number(&facts, FACT_TASKS, 4);
    facts_number(&facts, FACT_CPUS_BUSY, 0.5);
    facts_text(&facts, FACT_STATE, "FAILED");
    facts_text(&facts, FACT_SCHEME, "mpi");
    facts_text(&facts, FACT_KIND, "mpi");
    facts_text(&facts, FACT_ERROR, "first line\nexecve(): x: no\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    facts_release(&facts);
    return 0;
}

static enum truth judge(const char *text, char found[CONDITION_WORD])
{
    struct condition condition;
    struct error err;
    if (condition_parse(text, &condition, &err) != 0)
        fail_msg("%s: %s", text, err.text);
    found[0] = '\0';
    enum truth truth = condition_judge(&condition, &facts, found);
    condition_release(&condition);
    return truth;
}

static void conditions_are_true_false_or_without_data(void **state)
{
    static const struct {
        const char *text;
        enum truth truth;
    } rows[] = {
        {"exit_code = 7", TRUTH_TRUE},
        {"exit_code=7", TRUTH_TRUE},
        {" exit_code  = 7 ", TRUTH_TRUE},
        {"exit_code != 7", TRUTH_FALSE},
        {"exit_code < 7", TRUTH_FALSE},
        {"exit_code <= 7", TRUTH_TRUE},
        {"exit_code > 6.5", TRUTH_TRUE},
        {"exit_code >= 8", TRUTH_FALSE},
        {"exit_code > -1", TRUTH_TRUE},
        {"exit_code > tasks", TRUTH_TRUE},
        {"cpus_busy < 0.75", TRUTH_TRUE},
        {"state = \"FAILED\"", TRUTH_TRUE},
        {"state = 'FAILED'", TRUTH_TRUE},
        {"state != \"FAILED\"", TRUTH_FALSE},
        {"scheme = kind", TRUTH_TRUE},
        {"scheme != kind", TRUTH_FALSE},
        {"scheme = state", TRUTH_FALSE},
        {"state ~ \"^FAIL\"", TRUTH_TRUE},
        {"state !~ \"^FAIL\"", TRUTH_FALSE},
        {"state ~ \"^fail\"", TRUTH_FALSE},
        /* A line at a time. */
        {"error ~ \"^execve\"", TRUTH_TRUE},
        {"error ~ \"line.execve\"", TRUTH_FALSE},
        {"error ~ \"a{2,255}\"", TRUTH_FALSE},
        /* Not known is neither. */
        {"signal = 0", TRUTH_NO_DATA},
        {"signal != 0", TRUTH_NO_DATA},
        {"exit_code > signal", TRUTH_NO_DATA},
        {"reason = \"\"", TRUTH_NO_DATA},
        {"reason ~ \"x\"", TRUTH_NO_DATA},
        {"reason !~ \"x\"", TRUTH_NO_DATA},
        {"reason !~ \"x\" or exit_code = 7", TRUTH_TRUE},
        {"exit_code = 7 or reason !~ \"x\"", TRUTH_TRUE},
        {"exit_code = 8 or reason !~ \"x\"", TRUTH_NO_DATA},
        {"exit_code = 8 or tasks = 8", TRUTH_FALSE},
        {"exit_code = 8 or tasks = 4 or signal = 1", TRUTH_TRUE},
    };
    char found[CONDITION_WORD];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (judge(rows[i].text, found) != rows[i].truth)
            fail_msg("%s is not %d", rows[i].text, (int)rows[i].truth);
    }
}

static void a_group_tells_what_it_found(void **state)
{
    char found[CONDITION_WORD];
    (void)state;
    judge("error ~ \"execve..: ([a-z]+)\"", found);
    assert_string_equal(found, "x");
    judge("state = \"X\" or error ~ \"^(first)|(none)\"", found);
    assert_string_equal(found, "first");
    judge("error ~ \"none|(no)one\"", found);
    assert_string_equal(found, "");
    judge("error !~ \"(nothing)\"", found);
    assert_string_equal(found, "");
}

static void what_is_no_condition_is_named(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"", "the end of the line"},
        {"   ", "expected the name of a fact"},
        {"exit_cod = 1", "did you mean exit_code?"},
        {"Exit_code = 1", "expected the name"},
        {"exit_code", "expected = != <"},
        {"exit_code == 1", "'= 1': expected a number"},
        {"exit_code ! 1", "expected = !="},
        {"exit_code =", "the end of the line"},
        {"exit_code = 1.", "expected a number"},
        {"exit_code = -", "expected a number"},
        {"exit_code = .5", "expected a number, a text in quotes, or"},
        {"exit_code = 1e9", "expected 'or'"},
        {"exit_code = 1234567890123456789", "expected a number"},
        {"exit_code = 1 and tasks = 1", "expected 'or'"},
        {"exit_code = 1or tasks = 1", "expected 'or'"},
        {"exit_code = 1 ortasks = 1", "expected 'or'"},
        {"exit_code = 1 or", "expected 'or' and another test"},
        {"exit_code = 1 or ", "the end of the line"},
        {"exit_code = \"1\"", "exit_code is a number and is compared with"},
        {"state = 1", "state is a text"},
        {"state = tasks", "compared with a number"},
        {"tasks = state", "compared with a text"},
        {"state < \"A\"", "can be compared with =, !=, ~"},
        {"state = \"A", "closing \" is missing"},
        {"state = \"A'", "closing \" is missing"},
        {"state = 'A", "closing ' is missing"},
        {"state ~ FAILED", "a text in quotes"},
        {"state = failed", "no fact called 'failed'"},
        {"state ~ scheme", "regular expression in quotes"},
        {"tasks ~ \"1\"", "tasks is a number"},
        {"state ~ \"(\"", "no regular expression"},
        {"state ~ \"[\"", "no regular expression"},
        {"state ~ \"(a)\\1\"", "\\1 is not possible"},
        {"state ~ \"a{255}{255}{255}\"", "repetitions, written out"},
        {"state ~ \"x+++++++++++++++++\"", "repetitions, written out"},
        {"tasks=1 or tasks=1 or tasks=1 or tasks=1 or tasks=1 or tasks=1 or "
         "tasks=1 or tasks=1 or tasks=1",
         "more than 8 tests"},
    };
    struct condition condition;
    struct error err;
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (condition_parse(rows[i].text, &condition, &err) != -1)
            fail_msg("'%s' was taken", rows[i].text);
        if (!strstr(err.text, rows[i].words))
            fail_msg("'%s': '%s' is not in: %s", rows[i].text, rows[i].words,
                     err.text);
        assert_int_equal(condition.count, 0);
    }
}

/* Any bytes are taken or refused, and nothing is left behind. */
static void bytes_at_random_do_no_harm(void **state)
{
    static const char bits[][12] = {
        "exit_code", "state", "error", " ",    "=", "!=",   "~", "!~", "<",
        "\"",        "'",     "or",    " or ", "1", "2.5",  "(", ")",  "[",
        "{",         "9",     "}",     "\\",   "*", "\xff", "-"};
    unsigned int seed = 1;
    char text[CONDITION_WORD], found[CONDITION_WORD];
    struct condition condition;
    struct error err;
    int taken = 0;
    (void)state;
    for (int round = 0; round < 100000; round++) {
        size_t used = 0;
        int parts = rand_r(&seed) % 12;
        snprintf(text, sizeof text, "%s",
                 round % 2 ? "error ~ \"" : "exit_code ");
        used = strlen(text);
        for (int i = 0; i < parts; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s",
                                     bits[(size_t)rand_r(&seed) % COUNT(bits)]);
        if (condition_parse(text, &condition, &err) != 0)
            continue;
        taken++;
        condition_judge(&condition, &facts, found);
        condition_release(&condition);
    }
    assert_true(taken > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            conditions_are_true_false_or_without_data, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_group_tells_what_it_found, set_up,
                                        tear_down),
        cmocka_unit_test(what_is_no_condition_is_named),
        cmocka_unit_test_setup_teardown(bytes_at_random_do_no_harm, set_up,
                                        tear_down),
    };
    /* Used by other tests of scratch.h. */
    (void)enter, (void)leave, (void)put;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
