/* SPDX-License-Identifier: BSD-3-Clause */
#include <jansson.h>
#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scan.h"

struct inside {
    long deep;
};

struct target {
    char words[SCAN_TEXT];
    long whole;
    double real;
    struct scan_reals reals;
    size_t count;
    struct inside inside;
    struct scan_list list;
    long extra;
};

static const struct scan_key inside_keys[] = {
    {"deep", SCAN_WHOLE, offsetof(struct inside, deep), false, NULL},
    {0},
};

static const struct scan_key keys[] = {
    {"words", SCAN_WORDS, offsetof(struct target, words), false, NULL},
    {"whole", SCAN_WHOLE, offsetof(struct target, whole), false, NULL},
    {"real", SCAN_REAL, offsetof(struct target, real), false, NULL},
    {"reals", SCAN_REALS, offsetof(struct target, reals), false, NULL},
    {"count", SCAN_COUNT, offsetof(struct target, count), false, NULL},
    {"inside", SCAN_OBJECT, offsetof(struct target, inside), false,
     inside_keys},
    {"list", SCAN_LIST, offsetof(struct target, list), true, inside_keys},
    {"extra", SCAN_WHOLE, offsetof(struct target, extra), true, NULL},
    {0},
};

static const char good[] = " {\"other\": [1, {\"a\": null}, \"}\", true, "
                           "false], \"words\": \"a \\\"b\\\""
                           " \\u0041\\n\",\n\"whole\": -12, \"real\": 1.5e-3, "
                           "\"reals\": [1, 2.5, null, "
                           "0.1], \"count\": [{}, [], {\"x\": [1]}], "
                           "\"inside\": {\"y\": 1, \"deep\": 7}, "
                           "\"list\": [{\"deep\": 5}, "
                           "{\"z\": [], \"deep\": 6}]"
                           "}\n";

static struct target target;

static int done(void **state)
{
    (void)state;
    free(target.reals.value);
    free(target.list.item);
    target = (struct target){0};
    return 0;
}

static const char *scan_text(const char *text)
{
    target.list.size = sizeof(struct inside);
    return scan(text, strlen(text), keys, &target);
}

static void wanted_values_are_taken_and_others_passed_over(void **state)
{
    (void)state;
    target.extra = 99;
    assert_null(scan_text(good));
    assert_string_equal(target.words, "a \"b\" A\n");
    assert_int_equal(target.whole, -12);
    assert_true(target.real == 1.5e-3);
    assert_int_equal(target.reals.count, 4);
    assert_true(target.reals.value[1] == 2.5 && isnan(target.reals.value[2]) &&
                target.reals.value[3] == 0.1);
    assert_int_equal(target.count, 3);
    assert_int_equal(target.inside.deep, 7);
    assert_int_equal(target.extra, 99);
    const struct inside *items = target.list.item;
    assert_int_equal(target.list.count, 2);
    assert_true(items[0].deep == 5 && items[1].deep == 6);
    /* Again, into the same memory. */
    assert_null(scan_text(good));
    assert_int_equal(target.reals.count, 4);
    assert_int_equal(target.list.count, 2);
    assert_true(target.list.item == items);
}

/* Cut short anywhere, or with any character replaced: refused where jansson
 * refuses it, and never read beyond its end. */
static void what_jansson_refuses_is_refused(void **state)
{
    static const char marks[] = "{}[]\",:0-.eE\\un \x01\x80\xff";
    char *text = strdup(good);
    size_t size = strlen(good);
    (void)state;
    for (size_t i = 0; i + 2 < size; i++) {
        char *cut = strndup(good, i);
        assert_non_null(cut);
        assert_non_null(scan_text(cut));
        free(cut);
    }
    for (size_t i = 0; i < size; i++) {
        for (const char *mark = marks; *mark; mark++) {
            text[i] = *mark;
            json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
            if (!json && !scan_text(text))
                fail_msg("taken for JSON: %s", text);
            json_decref(json);
        }
        text[i] = good[i];
    }
    free(text);
}

static void expect(const char *text, const char *wrong)
{
    const char *found = scan_text(text);
    if (!found)
        fail_msg("was taken: %s", text);
    assert_string_equal(found, wrong);
}

static void the_key_that_is_wrong_is_named(void **state)
{
    (void)state;
    expect("{}", "words");
    expect("{\"words\": 1}", "words");
    expect("{\"whole\": 1.0}", "whole");
    expect("{\"whole\": 99999999999999999999}", "whole");
    expect("{\"whole\": null}", "whole");
    expect("{\"whole\": 1, \"whole\": 1}", "whole");
    expect("{\"real\": \"1\"}", "real");
    expect("{\"reals\": [true]}", "reals");
    expect("{\"inside\": {}}", "inside");
    expect("{\"list\": {}}", "list");
    expect("{\"list\": [{\"deep\": 1}, {}]}", "list");
    expect("{\"list\": [1]}", "list");
    expect("{\"words\": \"\", \"whole\": 01}", "whole");
    expect("[]", "something that is no JSON");
    expect("", "something that is no JSON");
}

static void nothing_may_stand_behind_the_end(void **state)
{
    char text[sizeof good + 8];
    (void)state;
    snprintf(text, sizeof text, "%sx", good);
    expect(text, "something behind the end");
    /* A NUL within the text ends it too early. */
    snprintf(text, sizeof text, "%s", good);
    assert_string_equal(scan(text, sizeof good + 3, keys, &target),
                        "something behind the end");
}

static void long_texts_are_cut_and_deep_ones_refused(void **state)
{
    char text[4096];
    size_t used = (size_t)snprintf(text, sizeof text, "{\"words\": \"");
    (void)state;
    memset(text + used, 'x', 1000);
    snprintf(text + used + 1000, sizeof text - used - 1000, "\"}");
    expect(text, "whole");
    assert_int_equal(strlen(target.words), SCAN_TEXT - 1);
    memset(text, '[', 1000);
    memset(text + 1000, ']', 1000);
    text[2000] = '\0';
    expect(text, "something that is no JSON");
    snprintf(text, sizeof text, "{\"o\": %s%s", "[[[[[[[[[[[[[[[[[[[[",
             "[[[[[[[[[[[[[[[[[[[[");
    expect(text, "something that is no JSON");
}

#define TEST(name) cmocka_unit_test_teardown(name, done)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wanted_values_are_taken_and_others_passed_over),
        TEST(what_jansson_refuses_is_refused),
        TEST(the_key_that_is_wrong_is_named),
        TEST(nothing_may_stand_behind_the_end),
        TEST(long_texts_are_cut_and_deep_ones_refused),
    };

    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
