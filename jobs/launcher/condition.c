/* SPDX-License-Identifier: BSD-3-Clause */
#include "condition.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "pattern.h"

#define DIGITS "0123456789"
#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyz_" DIGITS

/* Longer ones first: the first that fits is taken. */
static const struct {
    const char *sign;
    enum relation comparison;
} signs[] = {
    {"!=", UNEQUAL}, {"!~", UNLIKE}, {"<=", LESS_EQUAL}, {">=", MORE_EQUAL},
    {"=", EQUAL},    {"~", LIKE},    {"<", LESS},        {">", MORE},
};

enum { SIGNS = sizeof signs / sizeof signs[0] };

static void skip_blanks(const char **text)
{
    *text += strspn(*text, " \t");
}

/* What stands at `text`, fit for a message. */
static const char *shown(const char *text)
{
    static char visible[100];
    if (text[0] == '\0')
        return "the end of the line";
    file_visible(text, visible, sizeof visible);
    return visible;
}

static int take_name(const char **text, enum fact *fact, struct error *err)
{
    char name[64];
    const char *nearest;
    size_t length = strspn(*text, NAME_LETTERS);
    if (length == 0 || length >= sizeof name)
        return error_set(err, "'%s': expected the name of a fact",
                         shown(*text));
    memcpy(name, *text, length);
    name[length] = '\0';
    if (fact_find(name, fact, &nearest) != 0)
        return error_set(err, "there is no fact called '%s'%s%s%s", name,
                         nearest ? "; did you mean " : "",
                         nearest ? nearest : "", nearest ? "?" : "");
    *text += length;
    return 0;
}

static int take_sign(const char **text, struct test *test, struct error *err)
{
    for (size_t i = 0; i < SIGNS; i++) {
        size_t length = strlen(signs[i].sign);
        if (strncmp(*text, signs[i].sign, length) != 0)
            continue;
        test->comparison = signs[i].comparison;
        *text += length;
        return 0;
    }
    return error_set(err, "'%s': expected = != < <= > >= ~ or !~ after %s",
                     shown(*text), fact_name(test->fact));
}

static int take_quoted(const char **text, struct test *test, struct error *err)
{
    char quote = (*text)[0];
    const char *end = strchr(*text + 1, quote);
    if (!end)
        return error_set(err,
                         "%s: the closing %c is missing (a semicolon behind a "
                         "blank starts a comment)",
                         shown(*text), quote);
    size_t length = (size_t)(end - *text) - 1;
    if (length >= sizeof test->text)
        return error_set(err, "the text has %zu bytes; at most %zu are read",
                         length, sizeof test->text - 1);
    memcpy(test->text, *text + 1, length);
    test->text[length] = '\0';
    test->value = VALUE_TEXT;
    *text = end + 1;
    return 0;
}

/* Digits with at most one point between them, and a minus sign before. */
static int take_number(const char **text, struct test *test, struct error *err)
{
    const char *from = *text + (**text == '-');
    size_t length = strspn(from, DIGITS);
    if (length > 0 && from[length] == '.') {
        size_t places = strspn(from + length + 1, DIGITS);
        length = places > 0 ? length + 1 + places : 0;
    }
    if (length == 0 || length > 18)
        return error_set(err, "'%s': expected a number such as 4 or 0.5",
                         shown(*text));
    test->number = strtod(*text, NULL);
    test->value = VALUE_NUMBER;
    *text = from + length;
    return 0;
}

static int take_value(const char **text, struct test *test, struct error *err)
{
    skip_blanks(text);
    if (**text == '"' || **text == '\'')
        return take_quoted(text, test, err);
    if (**text == '-' || (**text >= '0' && **text <= '9'))
        return take_number(text, test, err);
    test->value = VALUE_FACT;
    if (strspn(*text, NAME_LETTERS) == 0)
        return error_set(err,
                         "'%s': expected a number, a text in quotes, or the "
                         "name of a fact",
                         shown(*text));
    return take_name(text, &test->other, err);
}

static int make_regex(struct test *test, struct error *err)
{
    char reason[128];
    if (test->value != VALUE_TEXT || !fact_is_text(test->fact))
        return error_set(err,
                         "~ compares a text with a regular expression in "
                         "quotes, and %s is a %s",
                         fact_name(test->fact),
                         fact_is_text(test->fact) ? "text" : "number");
    if (pattern_check(test->text, err) != 0)
        return error_prefix(err, "\"%s\" is no regular expression",
                            shown(test->text));
    int rc = regcomp(&test->regex, test->text, REG_EXTENDED | REG_NEWLINE);
    if (rc != 0) {
        regerror(rc, &test->regex, reason, sizeof reason);
        return error_set(err, "\"%s\" is no regular expression: %s",
                         shown(test->text), reason);
    }
    test->value = VALUE_REGEX;
    return 0;
}

/* Numbers with numbers, texts with texts. */
static int check_kinds(const struct test *test, struct error *err)
{
    bool text = fact_is_text(test->fact);
    bool other = test->value == VALUE_TEXT ||
                 (test->value == VALUE_FACT && fact_is_text(test->other));
    if (text != other)
        return error_set(err, "%s is a %s and is compared with a %s",
                         fact_name(test->fact), text ? "text" : "number",
                         other ? "text" : "number");
    if (text && test->comparison != EQUAL && test->comparison != UNEQUAL)
        return error_set(err,
                         "%s is a text: it can be compared with =, !=, ~ "
                         "and !~ only",
                         fact_name(test->fact));
    return 0;
}

static int take_test(const char **text, struct test *test, struct error *err)
{
    skip_blanks(text);
    if (take_name(text, &test->fact, err) != 0)
        return -1;
    skip_blanks(text);
    if (take_sign(text, test, err) != 0 || take_value(text, test, err) != 0)
        return -1;
    if (test->comparison == LIKE || test->comparison == UNLIKE)
        return make_regex(test, err);
    return check_kinds(test, err);
}

/* "or" before the next test, or the end. */
static int take_or(const char **text, struct error *err)
{
    const char *from = *text;
    skip_blanks(text);
    if (**text == '\0')
        return 0;
    if (*text > from && strncmp(*text, "or", 2) == 0 &&
        ((*text)[2] == ' ' || (*text)[2] == '\t')) {
        *text += 2;
        return 1;
    }
    return error_set(err,
                     "'%s': expected 'or' and another test, or the end (what "
                     "must hold besides goes on a line 'when' of its own)",
                     shown(*text));
}

int condition_parse(const char *text, struct condition *condition,
                    struct error *err)
{
    int more = 1;
    condition->count = 0;
    while (more > 0) {
        if (condition->count == CONDITION_TESTS) {
            more = error_set(err, "more than %d tests in one line",
                             (int)CONDITION_TESTS);
            break;
        }
        struct test *test = &condition->test[condition->count];
        *test = (struct test){0};
        more = take_test(&text, test, err);
        if (more != 0)
            break;
        condition->count++;
        more = take_or(&text, err);
    }
    if (more == 0)
        return 0;
    condition_release(condition);
    return -1;
}

static enum truth truth(bool is_true)
{
    return is_true ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth judge_regex(const struct test *test, const char *text,
                              char found[CONDITION_WORD])
{
    regmatch_t match[2] = {{-1, -1}, {-1, -1}};
    bool matched = regexec(&test->regex, text, 2, match, 0) == 0;
    if (matched && test->comparison == LIKE && match[1].rm_so >= 0)
        snprintf(found, CONDITION_WORD, "%.*s",
                 (int)(match[1].rm_eo - match[1].rm_so), text + match[1].rm_so);
    return truth(matched == (test->comparison == LIKE));
}

static enum truth compare(enum relation comparison, double a, double b)
{
    switch (comparison) {
    case EQUAL:
        return truth(a == b);
    case UNEQUAL:
        return truth(a != b);
    case LESS:
        return truth(a < b);
    case LESS_EQUAL:
        return truth(a <= b);
    case MORE:
        return truth(a > b);
    default:
        return truth(a >= b);
    }
}

static enum truth judge_test(const struct test *test, const struct facts *facts,
                             char found[CONDITION_WORD])
{
    bool other = test->value == VALUE_FACT;
    if (!facts->known[test->fact] || (other && !facts->known[test->other]))
        return TRUTH_NO_DATA;
    if (test->value == VALUE_REGEX)
        return judge_regex(test, facts->text[test->fact], found);
    if (!fact_is_text(test->fact))
        return compare(test->comparison, facts->number[test->fact],
                       other ? facts->number[test->other] : test->number);
    const char *text = other ? facts->text[test->other] : test->text;
    return truth((strcmp(facts->text[test->fact], text) == 0) ==
                 (test->comparison == EQUAL));
}

enum truth condition_judge(const struct condition *condition,
                           const struct facts *facts,
                           char found[CONDITION_WORD])
{
    enum truth all = TRUTH_FALSE;
    for (size_t i = 0; i < condition->count; i++) {
        enum truth one = judge_test(&condition->test[i], facts, found);
        if (one == TRUTH_TRUE)
            return TRUTH_TRUE;
        if (one == TRUTH_NO_DATA)
            all = TRUTH_NO_DATA;
    }
    return all;
}

void condition_release(struct condition *condition)
{
    for (size_t i = 0; i < condition->count; i++) {
        if (condition->test[i].value == VALUE_REGEX)
            regfree(&condition->test[i].regex);
    }
    condition->count = 0;
}
