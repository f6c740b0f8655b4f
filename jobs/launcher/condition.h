/* SPDX-License-Identifier: BSD-3-Clause */
/* One line of a rule's condition: tests of facts, joined by "or".
 *
 *     condition = test { "or" test }
 *     test      = NAME ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
 *               | NAME ( "~" | "!~" ) TEXT
 *     value     = NUMBER | TEXT | NAME
 *
 * NAME is a fact (fact.h), TEXT is in "..." or '...' and has no quote of its
 * own kind inside, NUMBER is decimal. ~ asks whether a line of the text
 * matches an extended regular expression. Numbers are compared with numbers
 * and texts with texts, texts with = and != only. A test of a fact that is
 * not known is neither true nor false. */
#ifndef INTEG2D_CONDITION_H
#define INTEG2D_CONDITION_H

#include <regex.h>
#include <stddef.h>

#include "error.h"
#include "fact.h"

enum { CONDITION_TESTS = 8, CONDITION_WORD = 200 };

enum relation {
    EQUAL,
    UNEQUAL,
    LESS,
    LESS_EQUAL,
    MORE,
    MORE_EQUAL,
    LIKE,
    UNLIKE
};

/* What the value of a test is. */
enum value { VALUE_NUMBER, VALUE_TEXT, VALUE_FACT, VALUE_REGEX };

struct test {
    enum fact fact;
    enum relation comparison;
    enum value value;
    double number;
    char text[CONDITION_WORD];
    enum fact other;
    regex_t regex;
};

struct condition {
    struct test test[CONDITION_TESTS];
    size_t count;
};

enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_NO_DATA };

/* Reads a condition. Returns 0, or -1 with what was found, what was expected
 * and nothing to release. */
int condition_parse(const char *text, struct condition *condition,
                    struct error *err);

/* True when a test is, else no data when one has none, else false. When a ~
 * decided, `found` gets what its first (...) matched, if it has one. */
enum truth condition_judge(const struct condition *condition,
                           const struct facts *facts,
                           char found[CONDITION_WORD]);

void condition_release(struct condition *condition);

#endif
