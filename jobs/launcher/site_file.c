/* SPDX-License-Identifier: BSD-3-Clause */
#include "site_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "ini_file.h"
#include "parse.h"
#include "pattern.h"
#include "word.h"

/* Besides letters and digits (word.h). */
#define LAUNCH_MARKS "_.+/=:,- "

enum {
    MESSAGE = 512,        /* part of an error text */
    MINUTES_MAX = 527040, /* 366 days: longest limit a site file may set */
    CORES_MAX = 65536,
    SECONDS_MAX = 600, /* longest wait between requests a site may set */
};

/* When a key must be there and have a value. */
enum need { OPTIONAL, ACTIVE, ALWAYS };

struct row;

/* Whether a text member's value is what its key takes. */
typedef bool fits_fn(const char *text, const char *marks);

/* Puts `value` in the row's member of *site. `where` is "<file>:<line>:
 * [section] key". Returns 0 or -1. */
typedef int row_fn(const struct row *row, const char *value, const char *where,
                   struct site *site, struct error *err);

struct row {
    const char *section;
    const char *key;
    enum need need;
    row_fn *take;
    size_t offset;       /* of the member in struct site */
    size_t size;         /* of a text member */
    fits_fn *fits;       /* of a text member, NULL = any text */
    const char *marks;   /* for fits */
    const char *allowed; /* the values allowed, in words */
};

static void *member(const struct row *row, struct site *site)
{
    return (char *)site + row->offset;
}

static int refuse(const struct row *row, const char *value, const char *where,
                  struct error *err)
{
    char shown[MESSAGE];

    file_visible(value, shown, sizeof(shown));
    return error_set(err, "%s: '%s' is not allowed; expected: %s", where, shown,
                     row->allowed);
}

static bool fits_ascii(const char *text, const char *marks)
{
    (void)marks;
    while (*text >= ' ' && *text <= '~')
        text++;
    return *text == '\0';
}

/* A month as 2026-04. */
static bool fits_month(const char *text, const char *marks)
{
    long month;

    (void)marks;
    if (strlen(text) != 7 || strncmp(text, "20", 2) != 0 || text[4] != '-' ||
        strspn(text, "0123456789") != 4 || strspn(text + 5, "0123456789") != 2)
        return false;
    month = strtol(text + 5, NULL, 10);
    return month >= 1 && month <= 12;
}

static bool fits_name(const char *text, const char *marks)
{
    (void)marks;
    return site_file_name(text);
}

/* Words with one blank between, none of which looks like an option. */
static bool fits_words(const char *text, const char *marks)
{
    char word[SITE_TEXT];

    for (;;) {
        size_t length = strcspn(text, " ");

        snprintf(word, sizeof(word), "%.*s", (int)length, text);
        if (!word_fits(word, marks))
            return false;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
}

/* A command with @RANKS@ and @THREADS@ anywhere but at its start: the '=' that
 * takes their place for the check may not stand there either. */
static bool fits_launch(const char *text, const char *marks)
{
    char ranks[SITE_TEXT];
    char plain[SITE_TEXT];

    return word_replace(text, "@RANKS@", "=", ranks, sizeof(ranks)) == 0 &&
           word_replace(ranks, "@THREADS@", "=", plain, sizeof(plain)) == 0 &&
           word_fits(plain, marks) && strstr(plain, "  ") == NULL;
}

bool site_file_name(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && length < sizeof(((struct site *)0)->name) &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static int copy(const struct row *row, const char *value, const char *where,
                struct site *site, struct error *err)
{
    if (strlen(value) >= row->size)
        return error_set(err,
                         "%s: the value has %zu characters; at most %zu "
                         "are allowed",
                         where, strlen(value), row->size - 1);
    memcpy(member(row, site), value, strlen(value) + 1);
    return 0;
}

static int take_text(const struct row *row, const char *value,
                     const char *where, struct site *site, struct error *err)
{
    if (row->fits != NULL && !row->fits(value, row->marks))
        return refuse(row, value, where, err);
    return copy(row, value, where, site, err);
}

/* A regular expression: tried here so that no job meets a bad one. */
static int take_regex(const struct row *row, const char *value,
                      const char *where, struct site *site, struct error *err)
{
    struct error why;

    if (!fits_ascii(value, NULL))
        return refuse(row, value, where, err);
    if (pattern_check(value, &why) != 0)
        return error_set(err, "%s: '%s' is no regular expression: %s", where,
                         value, why.text);
    return copy(row, value, where, site, err);
}

/* The place of value in a NULL-terminated list of words, or -1. */
static int choose(const struct row *row, const char *value,
                  const char *const *words, const char *where,
                  struct error *err)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], value) == 0)
            return i;
    }
    return refuse(row, value, where, err);
}

/* One of two words, the second of which means true; "allowed" is exactly
 * "<first> or <second>". */
static int take_bool(const struct row *row, const char *value,
                     const char *where, struct site *site, struct error *err)
{
    const char *second = strstr(row->allowed, " or ");
    size_t first_length = (size_t)(second - row->allowed);
    bool *field = member(row, site);

    if (strcmp(value, second + strlen(" or ")) == 0)
        *field = true;
    else if (strlen(value) == first_length &&
             strncmp(value, row->allowed, first_length) == 0)
        *field = false;
    else
        return refuse(row, value, where, err);
    return 0;
}

static int take_use(const struct row *row, const char *value, const char *where,
                    struct site *site, struct error *err)
{
    static const char *const words[] = {"forbidden", "optional", "required",
                                        NULL};
    enum site_use *field = member(row, site);
    int found = choose(row, value, words, where, err);

    if (found < 0)
        return -1;
    *field = (enum site_use)found;
    return 0;
}

static int take_minutes(const struct row *row, const char *value,
                        const char *where, struct site *site, struct error *err)
{
    return parse_number(value, where, 1, MINUTES_MAX, member(row, site), err);
}

static int take_seconds(const struct row *row, const char *value,
                        const char *where, struct site *site, struct error *err)
{
    return parse_number(value, where, 1, SECONDS_MAX, member(row, site), err);
}

/* One "name:cores" of the list of node types. */
static int take_type(const struct row *row, char *word, const char *where,
                     struct site *site, struct error *err)
{
    struct site_node_type *type = &site->types[site->type_count];
    char *colon = strchr(word, ':');

    if (site->type_count == SITE_TYPES)
        return error_set(err, "%s: more than %d node types", where,
                         (int)SITE_TYPES);
    if (colon == NULL)
        return refuse(row, word, where, err);
    *colon = '\0';
    if (!word_fits(word, "_.-") || strlen(word) >= sizeof(type->name))
        return refuse(row, word, where, err);
    for (int i = 0; i < site->type_count; i++) {
        if (strcmp(site->types[i].name, word) == 0)
            return error_set(err, "%s: the node type %s is there twice", where,
                             word);
    }
    if (parse_number(colon + 1, where, 1, CORES_MAX, &type->cores, err) != 0)
        return -1;
    snprintf(type->name, sizeof(type->name), "%s", word);
    site->type_count++;
    return 0;
}

static int take_types(const struct row *row, const char *value,
                      const char *where, struct site *site, struct error *err)
{
    char list[SITE_TEXT];
    char *rest = NULL;

    snprintf(list, sizeof(list), "%s", value);
    for (char *word = strtok_r(list, " \t", &rest); word != NULL;
         word = strtok_r(NULL, " \t", &rest)) {
        if (take_type(row, word, where, site, err) != 0)
            return -1;
    }
    return 0;
}

/* A key of [modules] that is a scheme's name. */
static int take_extra(const struct row *row, const char *value,
                      const char *where, struct site *site, struct error *err)
{
    struct site_extra *extra = &site->extras[site->extra_count];

    if (site->extra_count == SITE_EXTRAS)
        return error_set(err, "%s: more than %d schemes", where,
                         (int)SITE_EXTRAS);
    if (value[0] != '\0' && !row->fits(value, row->marks))
        return refuse(row, value, where, err);
    snprintf(extra->scheme, sizeof(extra->scheme), "%s", row->key);
    snprintf(extra->modules, sizeof(extra->modules), "%s", value);
    site->extra_count++;
    return 0;
}

#define MEMBER(name) offsetof(struct site, name)
#define TEXT(name) offsetof(struct site, name), sizeof(((struct site *)0)->name)
#define LAUNCH_ALLOWED                                                         \
    "a command and its options: letters, digits and _ . + / = : , - @RANKS@ "  \
    "for the MPI ranks and @THREADS@ for the threads of each"
#define MODULES_MARKS "_.+/-"
#define MODULES_ALLOWED                                                        \
    "module names with one blank between: letters, digits and _ . + / -"
#define USE_ALLOWED "required, optional or forbidden"

/* Every key there is. site/example.ini describes them one by one. */
static const struct row rows[] = {
    {"site", "title", ALWAYS, take_text, TEXT(title), NULL, NULL, NULL},
    {"site", "status", ALWAYS, take_bool, MEMBER(retired), 0, NULL, NULL,
     "active or retired"},
    {"site", "successor", OPTIONAL, take_text, TEXT(successor), fits_name, NULL,
     "a site's name: lower case letters, digits and dashes, at most 31"},
    {"site", "as_of", ALWAYS, take_text, TEXT(as_of), fits_month, NULL,
     "year and month as YYYY-MM"},
    {"site", "source", ALWAYS, take_text, TEXT(source), fits_ascii, NULL,
     "plain ASCII text"},
    {"site", "scheduler", ACTIVE, take_bool, MEMBER(slurm), 0, NULL, NULL,
     "none or slurm"},
    {"site", "login_hosts", OPTIONAL, take_regex, TEXT(login_hosts), NULL, NULL,
     "a regular expression in plain ASCII"},
    {"site", "monitor", OPTIONAL, take_text, TEXT(monitor), word_fits, "_./ =-",
     "a command: letters, digits and _ . / = -"},
    {"site", "monitor_shows", OPTIONAL, take_bool, MEMBER(monitor_url), 0, NULL,
     NULL, "text or address"},
    {"site", "comments", OPTIONAL, take_bool, MEMBER(no_comments), 0, NULL,
     NULL, "kept or stripped"},
    {"account", "use", ACTIVE, take_use, MEMBER(account), 0, NULL, NULL,
     USE_ALLOWED},
    {"account", "pattern", OPTIONAL, take_regex, TEXT(account_pattern), NULL,
     NULL, "a regular expression in plain ASCII"},
    {"account", "example", OPTIONAL, take_text, TEXT(account_example),
     word_fits, "_.-", "letters, digits and _ . -"},
    {"partition", "use", ACTIVE, take_use, MEMBER(partition), 0, NULL, NULL,
     USE_ALLOWED},
    {"partition", "default", OPTIONAL, take_text, TEXT(partition_default),
     word_fits, "_.-", "one partition: letters, digits and _ . -"},
    {"limits", "default_min", ACTIVE, take_minutes, MEMBER(default_min), 0,
     NULL, NULL, NULL},
    {"limits", "longest_min", ACTIVE, take_minutes, MEMBER(longest_min), 0,
     NULL, NULL, NULL},
    {"limits", "node_types", OPTIONAL, take_types, 0, 0, NULL, NULL,
     "name:cores, with blanks between: skylake:28 zen3:128"},
    {"limits", "cpu_unit", ACTIVE, take_bool, MEMBER(cpu_is_thread), 0, NULL,
     NULL, "core or thread"},
    {"limits", "one_node", ACTIVE, take_bool, MEMBER(one_node), 0, NULL, NULL,
     "no or yes"},
    {"limits", "poll_s", OPTIONAL, take_seconds, MEMBER(poll_s), 0, NULL, NULL,
     NULL},
    {"modules", "load", OPTIONAL, take_text, TEXT(modules), fits_words,
     MODULES_MARKS, MODULES_ALLOWED},
    {"launch", "serial", OPTIONAL, take_text, TEXT(launch[SCHEME_SERIAL]),
     fits_launch, LAUNCH_MARKS, LAUNCH_ALLOWED},
    {"launch", "threads", OPTIONAL, take_text, TEXT(launch[SCHEME_THREADS]),
     fits_launch, LAUNCH_MARKS, LAUNCH_ALLOWED},
    {"launch", "mpi_one_node", OPTIONAL, take_text, TEXT(mpi_one_node),
     fits_launch, LAUNCH_MARKS, LAUNCH_ALLOWED},
    {"launch", "mpi", ACTIVE, take_text, TEXT(launch[SCHEME_MPI]), fits_launch,
     LAUNCH_MARKS, LAUNCH_ALLOWED},
    {"launch", "hybrid", ACTIVE, take_text, TEXT(launch[SCHEME_HYBRID]),
     fits_launch, LAUNCH_MARKS, LAUNCH_ALLOWED},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), WORDS = ROWS + SITE_EXTRAS };

/* A site file on its way into a struct site. */
struct loading {
    struct site *site;
    bool filled[ROWS]; /* has a value */
    bool seen[ROWS];   /* is in the file */
};

static const char twice[] = "the key is in this file twice";

struct site_key site_file_key(size_t index)
{
    if (index >= ROWS)
        return (struct site_key){NULL, NULL};
    return (struct site_key){rows[index].section, rows[index].key};
}

static int unknown_key(const struct ini_item *item, struct error *err)
{
    const char *words[WORDS + 1];
    const char *nearest;
    char shown[MESSAGE];
    int count = 0;

    for (int i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].section, item->section) == 0)
            words[count++] = rows[i].key;
    }
    for (const struct scheme *scheme = scheme_table;
         scheme->name != NULL && count < WORDS &&
         strcmp(item->section, "modules") == 0;
         scheme++)
        words[count++] = scheme->name;
    words[count] = NULL;
    nearest = parse_nearest(item->key, words);
    file_visible(item->key, shown, sizeof(shown));
    return error_set(err,
                     "%s: there is no key '%s' in [%s]%s%s%s (site/"
                     "example.ini describes every key)",
                     item->where, shown, item->section,
                     nearest == NULL ? "" : "; did you mean ",
                     nearest == NULL ? "" : nearest,
                     nearest == NULL ? "" : "?");
}

static int check_section(const struct ini_item *item, struct error *err)
{
    char shown[MESSAGE];

    for (int i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].section, item->section) == 0)
            return 0;
    }
    if (item->section[0] == '\0')
        return error_set(err,
                         "%s: a key before the first [section]; start "
                         "with [site]",
                         item->where);
    file_visible(item->section, shown, sizeof(shown));
    return error_set(err,
                     "%s: there is no section [%s]; expected one of [site], "
                     "[account], [partition], [limits], [modules], [launch]",
                     item->where, shown);
}

/* A key of [modules] that names a scheme: its modules. */
static int take_scheme(struct loading *loading, const struct ini_item *item,
                       const char *where, struct error *err)
{
    const struct row row = {
        "modules", item->key,  OPTIONAL,      take_extra,     0,
        0,         fits_words, MODULES_MARKS, MODULES_ALLOWED};
    const struct scheme *scheme;

    if (strcmp(item->section, "modules") != 0 ||
        scheme_find(item->key, &scheme, err) != 0)
        return unknown_key(item, err);
    for (int i = 0; i < loading->site->extra_count; i++) {
        if (strcmp(loading->site->extras[i].scheme, item->key) == 0)
            return error_set(err, "%s: %s", where, twice);
    }
    return take_extra(&row, item->value, where, loading->site, err);
}

static int take_key(struct loading *loading, const struct ini_item *item,
                    struct error *err)
{
    char where[2 * MESSAGE];
    int i = 0;

    while (i < ROWS && (strcmp(rows[i].section, item->section) != 0 ||
                        strcmp(rows[i].key, item->key) != 0))
        i++;
    snprintf(where, sizeof(where), "%s: [%s] %s", item->where, item->section,
             item->key);
    if (i == ROWS)
        return take_scheme(loading, item, where, err);
    if (loading->seen[i])
        return error_set(err, "%s: %s", where, twice);
    loading->seen[i] = true;
    if (item->value[0] == '\0')
        return 0; /* as if it were not there */
    loading->filled[i] = true;
    return rows[i].take(&rows[i], item->value, where, loading->site, err);
}

/* What no key says alone. */
static int check_together(const struct site *site, const char *where,
                          struct error *err)
{
    const char *problem = NULL;

    if (site->retired && site->successor[0] == '\0')
        problem = "[site] successor is missing: a retired site names the "
                  "one to use now";
    else if (!site->retired && site->successor[0] != '\0')
        problem = "[site] successor belongs to a retired site only";
    else if (strcmp(site->successor, site->name) == 0)
        problem = "[site] successor names the site itself";
    else if (site->retired)
        problem = NULL; /* nothing else of it is used */
    else if (site->account != SITE_FORBIDDEN &&
             (site->account_pattern[0] == '\0' ||
              site->account_example[0] == '\0'))
        problem = "[account] pattern and example are missing: they say "
                  "what an account looks like";
    else if (site->partition == SITE_FORBIDDEN &&
             site->partition_default[0] != '\0')
        problem = "[partition] default cannot be set where use = forbidden";
    else if (!site->slurm && (site->account != SITE_FORBIDDEN ||
                              site->partition != SITE_FORBIDDEN))
        problem = "[account] use and [partition] use must be forbidden "
                  "where scheduler = none";
    else if (site->default_min > site->longest_min)
        problem = "[limits] default_min is more than longest_min";
    if (problem == NULL)
        return 0;
    return error_set(err, "%s: %s", where, problem);
}

static int check_missing(const struct loading *loading, const char *where,
                         struct error *err)
{
    for (int i = 0; i < ROWS; i++) {
        if (loading->filled[i] || rows[i].need == OPTIONAL ||
            (rows[i].need == ACTIVE && loading->site->retired))
            continue;
        return error_set(err,
                         "%s: the file ends here without a value for %s in "
                         "[%s]; add it (site/example.ini describes it)",
                         where, rows[i].key, rows[i].section);
    }
    return 0;
}

static int take_item(void *user, const struct ini_item *item, struct error *err)
{
    struct loading *loading = user;

    if (item->section == NULL) {
        if (check_missing(loading, item->where, err) != 0)
            return -1;
        return check_together(loading->site, item->where, err);
    }
    if (check_section(item, err) != 0)
        return -1;
    return item->key == NULL ? 0 : take_key(loading, item, err);
}

int site_file_load(const char *folder, const char *name, struct site *site,
                   struct error *err)
{
    char path[PATH_MAX];
    struct loading loading = {.site = site};
    int length = snprintf(path, sizeof(path), "%s/%s.ini", folder, name);

    if (length < 0 || (size_t)length >= sizeof(path))
        return error_set(err, "the folder of the site files has too long a "
                              "name");
    memset(site, 0, sizeof(*site));
    snprintf(site->name, sizeof(site->name), "%s", name);
    return ini_file_read(path, true, take_item, &loading, err);
}
