/* SPDX-License-Identifier: BSD-3-Clause */
/* parse.c, word.c and state.c: single values as people type them, and as
 * Slurm prints them. Input: a value, then words to compare it with, each
 * ended by a NUL. */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "parse.h"
#include "site_file.h"
#include "state.h"
#include "word.h"

static void parse_a_number(const char *text, long min, long max)
{
    struct error err;
    char again[32];
    long value = LONG_MIN, other;

    if (parse_number(text, "-n", min, max, &value, &err) != 0) {
        REQUIRE(value == LONG_MIN);
        fuzz_require_visible(err.text);
        return;
    }
    REQUIRE(value >= min && value <= max);
    REQUIRE(text[strspn(text, "-0123456789")] == '\0');
    snprintf(again, sizeof again, "%ld", value);
    REQUIRE(parse_number(again, "-n", min, max, &other, &err) == 0);
    REQUIRE(other == value);
}

static void parse_a_time(const char *text)
{
    struct error err;
    char again[32];
    long value_min = -1, other_min;

    if (parse_time_min(text, "-t", &value_min, &err) != 0) {
        REQUIRE(value_min == -1);
        fuzz_require_visible(err.text);
        return;
    }
    REQUIRE(value_min >= 1 && value_min <= 9999 * 24 * 60L);
    REQUIRE(text[strspn(text, "-:0123456789")] == '\0');
    parse_time_text(value_min, again, sizeof again);
    REQUIRE(word_fits(again, ":-"));
    REQUIRE(parse_time_min(again, "-t", &other_min, &err) == 0);
    REQUIRE(other_min == value_min);
}

static void parse_a_size(const char *text)
{
    struct error err;
    char again[32];
    long value_mib = -1, other_mib;

    if (parse_mem_mib(text, "--mem", &value_mib, &err) != 0) {
        REQUIRE(value_mib == -1);
        fuzz_require_visible(err.text);
        return;
    }
    REQUIRE(value_mib >= 1 && value_mib <= 1L << 30);
    snprintf(again, sizeof again, "%ldM", value_mib);
    REQUIRE(parse_mem_mib(again, "--mem", &other_mib, &err) == 0);
    REQUIRE(other_mib == value_mib);
}

/* The nearest word is one of the list, and the word itself if it is there. */
static void find_nearest(const struct fuzz_parts *parts)
{
    const char *list[FUZZ_PARTS];
    const char *found;
    bool known = false, same = false;
    size_t length = strlen(parts->text[0]);

    for (size_t i = 1; i < FUZZ_PARTS; i++)
        list[i - 1] = i < parts->count ? parts->text[i] : NULL;
    list[FUZZ_PARTS - 1] = NULL;
    found = parse_nearest(parts->text[0], list);
    for (size_t i = 0; list[i] != NULL; i++) {
        known |= list[i] == found;
        same |= strcmp(list[i], parts->text[0]) == 0;
    }
    REQUIRE(found == NULL || known);
    if (same && length > 0 && length < 64)
        REQUIRE(found != NULL);
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
}

/* The rule of word.h, said in another way. */
static void check_word(const char *text, const char *marks)
{
    bool fits = is_plain(text[0]) ||
                (is_one_of(text[0], "._/") && is_one_of(text[0], marks));
    char rule[200];

    for (size_t i = 0; text[i] != '\0'; i++)
        fits = fits && (is_plain(text[i]) || is_one_of(text[i], marks));
    REQUIRE(word_fits(text, marks) == fits);
    word_rule(marks, rule, sizeof rule);
    REQUIRE(strncmp(rule, "letters", 7) == 0);
}

static void check_digits(const char *text)
{
    struct error err;
    long value;

    if (word_fits(text, NULL) && strlen(text) < 19)
        REQUIRE(parse_number(text, "", 1, LONG_MAX, &value, &err) == 0);
}

static void replace(const char *text, const char *from, const char *to,
                    size_t room)
{
    char *out = malloc(room);

    REQUIRE(out != NULL);
    if (word_replace(text, from, to, out, room) != 0) {
        REQUIRE(out[0] == '\0');
    } else {
        REQUIRE(strlen(out) < room);
        if (strstr(text, from) == NULL)
            REQUIRE(strcmp(out, text) == 0);
        else if (strcmp(from, to) != 0)
            REQUIRE(strstr(out, to) != NULL);
    }
    free(out);
}

static void find_state(const char *text)
{
    enum job_state state = state_find(text);

    REQUIRE(state < STATE_COUNT && state_words(state) != NULL);
    REQUIRE(state_find(state_name(state)) == state);
    /* Nothing is over because of a word that nobody knows. */
    if (state_is_final(state))
        REQUIRE(strncmp(text, state_name(state), strlen(state_name(state))) ==
                0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_parts parts;
    const char *text;

    fuzz_split(data, size, &parts);
    text = parts.text[0];
    parse_a_number(text, 1, 65535);
    parse_a_number(text, -5, LONG_MAX);
    parse_a_time(text);
    parse_a_size(text);
    find_nearest(&parts);
    check_word(text, "");
    check_word(text, "._-");
    check_word(text, " ._/:=,+-");
    check_word(text, parts.text[1]);
    check_digits(text);
    if (parts.size[1] > 0)
        replace(text, parts.text[1], parts.text[2], 1 + size % 50);
    replace(text, "@WORKERS@", "4", parts.size[0] + 1);
    find_state(text);
    if (site_file_name(text))
        REQUIRE(strlen(text) < 32 && text[strcspn(text, "/. \n")] == '\0');
    fuzz_release(&parts);
    return 0;
}
