/* SPDX-License-Identifier: BSD-3-Clause */
#include "advice.h"

#include <stdlib.h>
#include <string.h>

#include "file.h"

static const char *const severities[SEVERITIES] = {"error", "warning", "hint"};

/* Where a text is put together. */
struct room {
    char *text;
    size_t size;
    size_t used;
};

static void put(struct room *room, const char *text, size_t length)
{
    size_t left = room->size - room->used - 1;
    if (length > left) {
        length = left;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--; /* not in the middle of a letter */
    }
    memcpy(room->text + room->used, text, length);
    room->used += length;
    room->text[room->used] = '\0';
}

/* The value that stands for `key`: a fact's, or what a (...) has found.
 * Returns whether there is one. */
static bool value_of(const char *key, const struct facts *facts,
                     const char *found, char *value, size_t size)
{
    enum fact fact;
    const char *ignored;
    if (strcmp(key, "1") == 0) {
        file_visible(found, value, size);
        return found[0] != '\0';
    }
    snprintf(value, size, "no data");
    if (fact_find(key, &fact, &ignored) != 0)
        return false;
    facts_show(facts, fact, value, size);
    return facts->known[fact];
}

/* Appends `from` with its @fact@ replaced. Returns whether all had data. */
static bool fill(const char *from, const struct facts *facts, const char *found,
                 struct room *room)
{
    bool complete = true;
    char key[64], value[256];
    while (*from) {
        size_t length = strcspn(from, "@");
        put(room, from, length);
        from += length;
        if (*from == '\0')
            break;
        length = strcspn(from + 1, "@");
        snprintf(key, sizeof key, "%.*s", (int)length, from + 1);
        if (!value_of(key, facts, found, value, sizeof value))
            complete = false;
        put(room, value, strlen(value));
        from += length + 2;
    }
    return complete;
}

/* Lines that need a value there is not are left out when `whole` says so. */
static void fill_lines(char *const *lines, size_t count, bool whole,
                       const char *between, const struct facts *facts,
                       const char *found, struct room *room)
{
    for (size_t i = 0; i < count; i++) {
        size_t before = room->used;
        if (before > 0)
            put(room, between, strlen(between));
        if (fill(lines[i], facts, found, room) || !whole)
            continue;
        room->used = before;
        room->text[before] = '\0';
    }
}

static void advise(const struct rule *rule, const struct facts *facts,
                   const char *found, struct advice *advice)
{
    struct room say = {advice->say, sizeof advice->say, 0};
    struct room change = {advice->change, sizeof advice->change, 0};
    struct room read = {advice->read, sizeof advice->read, 0};
    *advice = (struct advice){.severity = rule->severity};
    memcpy(advice->name, rule->name, sizeof advice->name);
    fill_lines(rule->say, rule->says, false, " ", facts, found, &say);
    fill_lines(rule->change, rule->changes, true, "\n", facts, found, &change);
    if (rule->read)
        fill_lines(&rule->read, 1, true, "", facts, found, &read);
}

static bool holds(const struct rule *rule, const struct facts *facts,
                  char found[CONDITION_WORD])
{
    found[0] = '\0';
    for (size_t i = 0; i < rule->whens; i++) {
        if (condition_judge(rule->when[i], facts, found) != TRUTH_TRUE)
            return false;
    }
    return !rule->off;
}

int advice_find(const struct rules *rules, const struct facts *facts,
                struct advice_list *list, struct error *err)
{
    char found[CONDITION_WORD];
    *list = (struct advice_list){0};
    for (int severity = 0; severity < SEVERITIES; severity++) {
        for (size_t i = 0; i < rules->count; i++) {
            const struct rule *rule = &rules->rule[i];
            if (rule->severity != (enum severity)severity ||
                !holds(rule, facts, found))
                continue;
            struct advice *more =
                reallocarray(list->advice, list->count + 1, sizeof *more);
            if (!more) {
                advice_release(list);
                return error_set(err, "out of memory for advice");
            }
            list->advice = more;
            advise(rule, facts, found, &more[list->count++]);
        }
    }
    return 0;
}

void advice_release(struct advice_list *list)
{
    free(list->advice);
    *list = (struct advice_list){0};
}

void advice_print(const struct advice_list *list, FILE *file)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct advice *advice = &list->advice[i];
        fprintf(file, "\nadvice, %s (%s): %s\n", severities[advice->severity],
                advice->name, advice->say);
        for (const char *line = advice->change; *line;) {
            size_t length = strcspn(line, "\n");
            fprintf(file, "    %.*s\n", (int)length, line);
            line += length + (line[length] == '\n');
        }
        if (advice->read[0])
            fprintf(file, "Read more: %s\n", advice->read);
    }
}

const char *advice_severity(enum severity severity)
{
    return severities[severity];
}

const char *advice_mark(const struct advice_list *list)
{
    return list->count ? severities[list->advice[0].severity] : "-";
}

json_t *advice_json(const struct advice_list *list)
{
    json_t *json = json_array();
    for (size_t i = 0; json && i < list->count; i++) {
        const struct advice *advice = &list->advice[i];
        if (json_array_append_new(
                json, json_pack("{ss ss ss ss ss}", "name", advice->name,
                                "severity", severities[advice->severity], "say",
                                advice->say, "change", advice->change, "read",
                                advice->read)) != 0) {
            json_decref(json);
            json = NULL;
        }
    }
    return json;
}
