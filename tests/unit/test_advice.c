/* SPDX-License-Identifier: BSD-3-Clause */
#include "scratch.h"

#include "advice.h"

static struct facts facts;
static struct rules rules;
static struct advice_list list;

/* <folder>/<name>.ini with this text. */
static void put_file(const char *name, const char *text)
{
    snprintf(path, sizeof path, "%s/%s.ini", folder, name);
    put(text, strlen(text));
}

static int set_up(void **state)
{
    facts = (struct facts){0};
    rules = (struct rules){0};
    list = (struct advice_list){0};
    facts_number(&facts, FACT_EXIT_CODE, 7);
    facts_number(&facts, FACT_BEST_S, 0.25);
    facts_text(&facts, FACT_STATE, "FAILED");
    facts_text(&facts, FACT_ERROR, "no module Foo/1.0 here");
    return enter(state);
}

static int tear_down(void **state)
{
    facts_release(&facts);
    rules_release(&rules);
    advice_release(&list);
    snprintf(path, sizeof path, "%s/site.ini", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/all.ini", folder);
    return leave(state);
}

/* Reads the rules and finds the advice in *list. */
static void find(const char *all, const char *site)
{
    struct error err;
    put_file("all", all);
    if (site)
        put_file("site", site);
    if (rules_load(folder, "site", &rules, &err) != 0 ||
        advice_find(&rules, &facts, &list, &err) != 0)
        fail_msg("%s", err.text);
}

static void a_rule_holds_when_all_its_conditions_do(void **state)
{
    (void)state;
    find("[one]\nseverity = hint\nwhen = exit_code = 7\nsay = One.\n"
         "[two]\nseverity = error\nwhen = exit_code = 7\n"
         "when = state = \"COMPLETED\"\nsay = Two.\n"
         "[three]\nseverity = error\nwhen = exit_code = 7\n"
         "when = signal = 0\nsay = Three.\n"
         "[four]\nseverity = warning\nwhen = exit_code = 7\n"
         "when = state = \"FAILED\"\nsay = Four.\n",
         NULL);
    /* The worst first. */
    assert_int_equal(list.count, 2);
    assert_string_equal(list.advice[0].name, "four");
    assert_string_equal(list.advice[1].name, "one");
    assert_string_equal(advice_mark(&list), "warning");
}

static void values_are_put_in_and_lines_without_data_left_out(void **state)
{
    (void)state;
    find("[a]\nseverity = error\nwhen = error ~ \"module ([^ ]+)\"\n"
         "say = It is @1@, @exit_code@ and @best_s@.\nsay = Signal: @signal@.\n"
         "change = ml spider @1@\nchange = @signal@\nchange = last @state@\n"
         "read = @signal@\n",
         NULL);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.advice[0].say,
                        "It is Foo/1.0, 7 and 0.25. Signal: no data.");
    assert_string_equal(list.advice[0].change,
                        "ml spider Foo/1.0\nlast FAILED");
    assert_string_equal(list.advice[0].read, "");
}

static void control_characters_are_shown_as_what_they_are(void **state)
{
    (void)state;
    facts_text(&facts, FACT_REASON, "a\033[31mb");
    facts_text(&facts, FACT_ERROR, "x \033(y) \xff");
    find("[a]\nseverity = error\nwhen = error ~ \"x (.*)\"\n"
         "say = @reason@ @1@\n",
         NULL);
    assert_string_equal(list.advice[0].say, "a\\x1b[31mb \\x1b(y) \\xff");
}

static void a_long_value_is_cut_between_letters(void **state)
{
    static char text[4000];
    json_t *json;
    (void)state;
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    facts_text(&facts, FACT_REASON, text);
    find("[a]\nseverity = error\nwhen = exit_code = 7\n"
         "say = x@reason@@reason@@reason@@reason@@reason@\n"
         "say = @reason@@reason@@reason@@reason@@reason@\n"
         "change = x@reason@@reason@@reason@@reason@@reason@\n"
         "read = x@reason@@reason@\n",
         NULL);
    json = advice_json(&list);
    assert_non_null(json);
    assert_int_equal(json_array_size(json), 1);
    json_decref(json);
}

static void a_site_adds_replaces_and_removes_rules(void **state)
{
    (void)state;
    find("[one]\nseverity = hint\nwhen = exit_code = 7\nsay = One.\n"
         "change = old\n"
         "[two]\nseverity = hint\nwhen = exit_code = 7\nsay = Two.\n",
         "[one]\nseverity = error\nwhen = exit_code = 7\nsay = Site's.\n"
         "[two]\nseverity = off\n"
         "[new]\nseverity = hint\nwhen = exit_code = 7\nsay = New.\n");
    assert_int_equal(list.count, 2);
    assert_string_equal(list.advice[0].say, "Site's.");
    assert_string_equal(list.advice[0].change, "");
    assert_string_equal(list.advice[1].say, "New.");
}

static void no_advice_is_an_empty_list(void **state)
{
    json_t *json;
    (void)state;
    find("[one]\nseverity = hint\nwhen = exit_code = 0\nsay = One.\n", NULL);
    assert_int_equal(list.count, 0);
    assert_string_equal(advice_mark(&list), "-");
    json = advice_json(&list);
    assert_int_equal(json_array_size(json), 0);
    json_decref(json);
}

static void facts_without_data_are_null(void **state)
{
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    (void)state;
    assert_non_null(file);
    facts_print(&facts, 0, file);
    assert_int_equal(fclose(file), 0);
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    free(text);
    assert_true(json_is_null(json_object_get(json, "signal")));
    assert_true(json_is_null(json_object_get(json, "reason")));
    assert_true(json_real_value(json_object_get(json, "exit_code")) == 7);
    assert_null(json_object_get(json, "error"));
    json_decref(json);
}

static void numbers_that_are_none_are_no_data(void **state)
{
    char shown[20];
    (void)state;
    facts_number(&facts, FACT_SIGNAL, 0.0 / 0.0);
    facts_show(&facts, FACT_SIGNAL, shown, sizeof shown);
    assert_string_equal(shown, "no data");
    facts_text(&facts, FACT_STATE, NULL);
    facts_show(&facts, FACT_STATE, shown, sizeof shown);
    assert_string_equal(shown, "no data");
}

#define RULE "[a]\nseverity = hint\nwhen = exit_code = 7\nsay = x\n"

static void what_is_no_rule_is_named_with_its_line(void **state)
{
    static const struct {
        const char *text, *line, *words;
    } rows[] = {
        {"when = exit_code = 7\n", ":1:", "before the first [rule]"},
        {"[A]\n", ":1:", "lower case letters"},
        {"[a234567890123456789012345678901234567890]\n", ":1:", "at most 39"},
        {"[a]\n", ":1:", "no line 'severity"},
        {"[a]\nseverity = hint\n", ":1:", "no line 'when"},
        {"[a]\nseverity = hint\nwhen = exit_code = 7\n", ":1:", "no line 'say"},
        {"[a]\nseverity = bad\n", ":2:", "error, warning, hint and off"},
        {"[a]\nseverity =\n", ":2:", "has no value"},
        {"[a]\nseverity = off\nseverity = off\n", ":3:", "twice"},
        {RULE "[aa]\nseverity = off\n", ":5:", "did you mean [a]?"},
        {"[x]\nseverity = off\n", ":1:", "no rule [x] to turn off"},
        {RULE "wen = x\n", ":5:", "did you mean when?"},
        {RULE "read = x\nread = x\n", ":6:", "twice"},
        {RULE "say = @\n", ":5:", "no part of an @fact@"},
        {RULE "say = me@home\n", ":5:", "no part of an @fact@"},
        {RULE "say = @@\n", ":5:", "no part of an @fact@"},
        {RULE "say = @exit_cod@\n", ":5:", "did you mean exit_code?"},
        {RULE "change = @1@\n", ":5:", "no 'when' above"},
        {RULE "when = exit_code = 7 ; or\nwhen = x\n", ":6:", "'x'"},
        {RULE "say=1\nsay=2\nsay=3\nsay=4\nsay=5\nsay=6\nsay=7\nsay=8\n",
         ":12:", "more than 8 lines"},
        {RULE RULE, ":5:", "twice"},
        {"[a]\nseverity = hint\nwhen = exit_code = 7\nsay = x",
         ":4:", "half written"},
    };
    struct error err;
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        put_file("all", rows[i].text);
        if (rules_load(folder, "", &rules, &err) != -1)
            fail_msg("'%s' was taken", rows[i].text);
        if (!strstr(err.text, rows[i].words) ||
            !strstr(err.text, rows[i].line) || !strstr(err.text, path))
            fail_msg("'%s': %s", rows[i].text, err.text);
        assert_int_equal(rules.count, 0);
    }
}

static void a_missing_file_is_an_error_for_all_and_none_for_a_site(void **state)
{
    struct error err;
    (void)state;
    assert_int_equal(rules_load(folder, "", &rules, &err), -1);
    put_file("all", RULE);
    assert_int_equal(rules_load(folder, "nosuch", &rules, &err), 0);
    rules_release(&rules);
    put_file("site", "[x]\nseverity = huge\n");
    assert_int_equal(rules_load(folder, "site", &rules, &err), -1);
    assert_non_null(strstr(err.text, "site.ini:2:"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_rule_holds_when_all_its_conditions_do),
        TEST(values_are_put_in_and_lines_without_data_left_out),
        TEST(control_characters_are_shown_as_what_they_are),
        TEST(a_long_value_is_cut_between_letters),
        TEST(a_site_adds_replaces_and_removes_rules),
        TEST(no_advice_is_an_empty_list),
        TEST(facts_without_data_are_null),
        TEST(numbers_that_are_none_are_no_data),
        TEST(what_is_no_rule_is_named_with_its_line),
        TEST(a_missing_file_is_an_error_for_all_and_none_for_a_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
