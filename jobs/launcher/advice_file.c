/* SPDX-License-Identifier: BSD-3-Clause */
#include "advice.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "ini_file.h"
#include "parse.h"

static const char *const keys[] = {"when",   "severity", "say",
                                   "change", "read",     NULL};

/* A file of rules on its way in. */
struct reading {
    struct rules *rules;
    struct rule *rule;    /* the section's, NULL before the first one */
    char where[PATH_MAX]; /* the section starts */
    bool has_severity;
    bool is_new; /* no file before has a rule of that name */
};

static void rule_release(struct rule *rule)
{
    for (size_t i = 0; i < ADVICE_LINES; i++) {
        if (rule->when[i])
            condition_release(rule->when[i]);
        free(rule->when[i]);
        free(rule->say[i]);
        free(rule->change[i]);
    }
    free(rule->read);
    *rule = (struct rule){0};
}

void rules_release(struct rules *rules)
{
    for (size_t i = 0; i < rules->count; i++)
        rule_release(&rules->rule[i]);
    free(rules->rule);
    *rules = (struct rules){0};
}

/* A rule that nobody has made cannot be turned off: a slip of the fingers. */
static int check_off(const struct reading *reading, struct error *err)
{
    const struct rules *rules = reading->rules;
    const char **names = calloc(rules->count, sizeof *names);
    if (!names)
        return error_set(err, "%s: out of memory", reading->where);
    for (size_t i = 0; i + 1 < rules->count; i++) /* it is the last one */
        names[i] = rules->rule[i].name;
    const char *nearest = parse_nearest(reading->rule->name, names);
    free(names);
    return error_set(err, "%s: there is no rule [%s] to turn off%s%s%s",
                     reading->where, reading->rule->name,
                     nearest ? "; did you mean [" : "", nearest ? nearest : "",
                     nearest ? "]?" : "");
}

/* What a rule must have, when its section ends. */
static int finish_rule(struct reading *reading, struct error *err)
{
    const struct rule *rule = reading->rule;
    const char *missing = !rule                    ? NULL
                          : !reading->has_severity ? "severity"
                          : rule->off              ? NULL
                          : rule->whens == 0       ? "when"
                          : rule->says == 0        ? "say"
                                                   : NULL;
    if (rule && rule->off && reading->is_new)
        return check_off(reading, err);
    if (!missing)
        return 0;
    return error_set(err, "%s: the rule [%s] has no line '%s = ...'",
                     reading->where, rule->name, missing);
}

/* The rule of that name, emptied, or a new one. */
static int start_rule(struct reading *reading, const char *name,
                      struct error *err)
{
    struct rules *rules = reading->rules;
    reading->has_severity = false;
    reading->is_new = false;
    for (size_t i = 0; i < rules->count; i++) {
        if (strcmp(rules->rule[i].name, name) == 0) {
            reading->rule = &rules->rule[i];
            rule_release(reading->rule);
            strcpy(reading->rule->name, name);
            return 0;
        }
    }
    struct rule *more =
        reallocarray(rules->rule, rules->count + 1, sizeof *more);
    if (!more)
        return error_set(err, "%s: out of memory", reading->where);
    rules->rule = more;
    reading->rule = &more[rules->count++];
    reading->is_new = true;
    *reading->rule = (struct rule){0};
    strcpy(reading->rule->name, name);
    return 0;
}

static int take_section(struct reading *reading, const struct ini_item *item,
                        struct error *err)
{
    char shown[200];
    size_t length = strlen(item->section);
    if (finish_rule(reading, err) != 0)
        return -1;
    if (length >= ADVICE_NAME ||
        strspn(item->section, "abcdefghijklmnopqrstuvwxyz0123456789-") !=
            length) {
        file_visible(item->section, shown, sizeof shown);
        return error_set(err,
                         "%s: [%s]: a rule's name has lower case letters, "
                         "digits and dashes, at most %d",
                         item->where, shown, ADVICE_NAME - 1);
    }
    snprintf(reading->where, sizeof reading->where, "%s", item->where);
    return start_rule(reading, item->section, err);
}

static int take_when(struct rule *rule, const struct ini_item *item,
                     struct error *err)
{
    struct condition *condition = malloc(sizeof *condition);
    if (!condition)
        return error_set(err, "%s: out of memory", item->where);
    if (condition_parse(item->value, condition, err) != 0) {
        free(condition);
        return error_prefix(err, "%s: when", item->where);
    }
    rule->when[rule->whens++] = condition;
    return 0;
}

/* Each @...@ must be a fact, or @1@ where a condition has a (...). */
static int check_places(const struct rule *rule, const struct ini_item *item,
                        struct error *err)
{
    enum fact fact;
    const char *nearest;
    char key[64];
    bool groups = false;
    for (size_t i = 0; i < rule->whens; i++) {
        for (size_t j = 0; j < rule->when[i]->count; j++) {
            const struct test *test = &rule->when[i]->test[j];
            groups |= test->comparison == LIKE && test->regex.re_nsub > 0;
        }
    }
    for (const char *at = strchr(item->value, '@'); at; at = strchr(at, '@')) {
        size_t length = strcspn(at + 1, "@");
        if (at[1 + length] == '\0' || length == 0 || length >= sizeof key)
            return error_set(err, "%s: an @ that is no part of an @fact@",
                             item->where);
        snprintf(key, sizeof key, "%.*s", (int)length, at + 1);
        at += length + 2;
        if (groups && strcmp(key, "1") == 0)
            continue;
        if (strcmp(key, "1") == 0)
            return error_set(err,
                             "%s: @1@ stands for what a (...) has found, and "
                             "no 'when' above has one",
                             item->where);
        if (fact_find(key, &fact, &nearest) != 0)
            return error_set(err, "%s: there is no fact called '%s'%s%s%s",
                             item->where, key, nearest ? "; did you mean " : "",
                             nearest ? nearest : "", nearest ? "?" : "");
    }
    return 0;
}

static int take_text(const struct rule *rule, const struct ini_item *item,
                     char **text, struct error *err)
{
    if (*text)
        return error_set(err, "%s: '%s' is in this rule twice", item->where,
                         item->key);
    if (check_places(rule, item, err) != 0)
        return -1;
    *text = strdup(item->value);
    return *text ? 0 : error_set(err, "%s: out of memory", item->where);
}

static int take_severity(struct reading *reading, const struct ini_item *item,
                         struct error *err)
{
    static const char *const words[] = {"error", "warning", "hint", "off"};
    char shown[100];
    if (reading->has_severity)
        return error_set(err, "%s: 'severity' is in this rule twice",
                         item->where);
    reading->has_severity = true;
    for (int i = 0; i < 4; i++) {
        if (strcmp(item->value, words[i]) != 0)
            continue;
        reading->rule->off = i == SEVERITIES;
        reading->rule->severity = i == SEVERITIES ? 0 : (enum severity)i;
        return 0;
    }
    file_visible(item->value, shown, sizeof shown);
    return error_set(err,
                     "%s: severity '%s' is none of error, warning, hint and "
                     "off",
                     item->where, shown);
}

/* 0 while there is room for one more line of its kind. */
static int full(size_t count, const struct ini_item *item, struct error *err)
{
    if (count < ADVICE_LINES)
        return 0;
    return error_set(err, "%s: more than %d lines '%s' in a rule", item->where,
                     (int)ADVICE_LINES, item->key);
}

static int take_key(struct reading *reading, const struct ini_item *item,
                    struct error *err)
{
    struct rule *rule = reading->rule;
    const char *nearest = parse_nearest(item->key, keys);
    char shown[100];
    if (item->value[0] == '\0')
        return error_set(err, "%s: '%s' has no value", item->where, item->key);
    if (strcmp(item->key, "when") == 0)
        return full(rule->whens, item, err) || take_when(rule, item, err);
    if (strcmp(item->key, "severity") == 0)
        return take_severity(reading, item, err);
    if (strcmp(item->key, "say") == 0)
        return full(rule->says, item, err) ||
               take_text(rule, item, &rule->say[rule->says++], err);
    if (strcmp(item->key, "change") == 0)
        return full(rule->changes, item, err) ||
               take_text(rule, item, &rule->change[rule->changes++], err);
    if (strcmp(item->key, "read") == 0)
        return take_text(rule, item, &rule->read, err);
    file_visible(item->key, shown, sizeof shown);
    return error_set(err,
                     "%s: a rule has no key '%s'%s%s%s (keys: when, severity, "
                     "say, change, read)",
                     item->where, shown, nearest ? "; did you mean " : "",
                     nearest ? nearest : "", nearest ? "?" : "");
}

static int take_item(void *user, const struct ini_item *item, struct error *err)
{
    struct reading *reading = user;
    if (!item->section)
        return finish_rule(reading, err);
    if (!item->key)
        return take_section(reading, item, err);
    if (!reading->rule)
        return error_set(err, "%s: a line before the first [rule]",
                         item->where);
    return take_key(reading, item, err);
}

/* ENOENT in errno: there is no such file. */
static int read_file(const char *folder, const char *name, struct rules *rules,
                     struct error *err)
{
    char path[PATH_MAX];
    struct reading reading = {.rules = rules};
    if (snprintf(path, sizeof path, "%s/%s.ini", folder, name) >=
        (int)sizeof path)
        return error_set(err, "%s: the path is too long", folder);
    return ini_file_read(path, true, take_item, &reading, err);
}

int rules_load(const char *folder, const char *site, struct rules *rules,
               struct error *err)
{
    *rules = (struct rules){0};
    if (read_file(folder, "all", rules, err) == 0 &&
        (!site[0] || read_file(folder, site, rules, err) == 0 ||
         errno == ENOENT))
        return 0;
    rules_release(rules);
    return -1;
}
