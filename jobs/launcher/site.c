/* SPDX-License-Identifier: BSD-3-Clause */
#include "site.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "parse.h"

/* What may stand in a site's name, and in the values that reach a script:
 * nothing that a shell would read as more than a word. */
#define NAME_PATTERN "^[a-z0-9-]{1,31}$"
#define TYPE_PATTERN "^[A-Za-z0-9_.-]{1,31}$"
#define PARTITION_PATTERN "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$"
#define EXAMPLE_PATTERN "^[A-Za-z0-9_.-]{1,63}$"
#define MODULE "[A-Za-z0-9][A-Za-z0-9_.+/-]*"
#define MODULES_PATTERN "^" MODULE "( " MODULE ")*$"
#define ARGUMENT "([A-Za-z0-9_.+/=:,-]|@WORKERS@)"
#define LAUNCH_PATTERN "^[A-Za-z0-9_./]" ARGUMENT "*( " ARGUMENT "+)*$"
#define COMMAND_PATTERN "^[A-Za-z0-9_./][A-Za-z0-9_./ =-]*$"
#define MONTH_PATTERN "^20[0-9]{2}-(0[1-9]|1[0-2])$"
#define ASCII_PATTERN "^[ -~]*$"

enum {
    MESSAGE = 512,        /* part of an error text */
    MINUTES_MAX = 527040, /* 366 days: longest limit a site file may set */
    CORES_MAX = 65536,
};

/* When a key must be there and have a value. */
enum need { OPTIONAL, ACTIVE, ALWAYS };

struct row;

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
    const char *pattern; /* of a text member, NULL = any text */
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

/* Whether all of `text` matches. 1, 0, or -1 with *err filled when the
 * pattern is no ERE. Anchors alone would not do: "a|b$" has both. */
static int match_whole(const char *pattern, const char *text, struct error *err)
{
    regex_t regex;
    regmatch_t span;
    char reason[128];
    int rc = regcomp(&regex, pattern, REG_EXTENDED);

    if (rc != 0) {
        regerror(rc, &regex, reason, sizeof(reason));
        return error_set(err, "'%s' is no regular expression: %s", pattern,
                         reason);
    }
    rc = regexec(&regex, text, 1, &span, 0);
    regfree(&regex);
    return rc == 0 && span.rm_so == 0 && text[span.rm_eo] == '\0';
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
    if (row->pattern != NULL && match_whole(row->pattern, value, err) != 1)
        return refuse(row, value, where, err);
    return copy(row, value, where, site, err);
}

/* A regular expression: compiled here so that no job meets a bad one. */
static int take_regex(const struct row *row, const char *value,
                      const char *where, struct site *site, struct error *err)
{
    if (match_whole(ASCII_PATTERN, value, err) != 1)
        return refuse(row, value, where, err);
    if (match_whole(value, "", err) < 0)
        return error_prefix(err, "%s", where);
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
    if (match_whole(TYPE_PATTERN, word, err) != 1)
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

#define MEMBER(name) offsetof(struct site, name)
#define TEXT(name) offsetof(struct site, name), sizeof(((struct site *)0)->name)
#define LAUNCH_ALLOWED                                                         \
    "a command and its options: letters, digits and _ . + / = : , - and "      \
    "@WORKERS@ for the number of workers"
#define USE_ALLOWED "required, optional or forbidden"

/* Every key there is. site/example.ini describes them one by one. */
static const struct row rows[] = {
    {"site", "title", ALWAYS, take_text, TEXT(title), NULL, "any text"},
    {"site", "status", ALWAYS, take_bool, MEMBER(retired), 0, NULL,
     "active or retired"},
    {"site", "successor", OPTIONAL, take_text, TEXT(successor), NAME_PATTERN,
     "a site's name: lower case letters, digits and dashes, at most 31"},
    {"site", "as_of", ALWAYS, take_text, TEXT(as_of), MONTH_PATTERN,
     "year and month as YYYY-MM"},
    {"site", "source", ALWAYS, take_text, TEXT(source), ASCII_PATTERN,
     "plain ASCII text"},
    {"site", "scheduler", ACTIVE, take_bool, MEMBER(slurm), 0, NULL,
     "none or slurm"},
    {"site", "login_hosts", OPTIONAL, take_regex, TEXT(login_hosts), NULL,
     "a regular expression in plain ASCII"},
    {"site", "monitor", OPTIONAL, take_text, TEXT(monitor), COMMAND_PATTERN,
     "a command: letters, digits and _ . / = -"},
    {"account", "use", ACTIVE, take_use, MEMBER(account), 0, NULL, USE_ALLOWED},
    {"account", "pattern", OPTIONAL, take_regex, TEXT(account_pattern), NULL,
     "a regular expression in plain ASCII"},
    {"account", "example", OPTIONAL, take_text, TEXT(account_example),
     EXAMPLE_PATTERN, "letters, digits and _ . -"},
    {"partition", "use", ACTIVE, take_use, MEMBER(partition), 0, NULL,
     USE_ALLOWED},
    {"partition", "default", OPTIONAL, take_text, TEXT(partition_default),
     PARTITION_PATTERN, "one partition: letters, digits and _ . -"},
    {"limits", "default_min", ACTIVE, take_minutes, MEMBER(default_min), 0,
     NULL, NULL},
    {"limits", "longest_min", ACTIVE, take_minutes, MEMBER(longest_min), 0,
     NULL, NULL},
    {"limits", "node_types", OPTIONAL, take_types, 0, 0, NULL,
     "name:cores, with blanks between: skylake:28 zen3:128"},
    {"limits", "cpu_unit", ACTIVE, take_bool, MEMBER(cpu_is_thread), 0, NULL,
     "core or thread"},
    {"limits", "one_node", ACTIVE, take_bool, MEMBER(one_node), 0, NULL,
     "no or yes"},
    {"modules", "load", OPTIONAL, take_text, TEXT(modules), MODULES_PATTERN,
     "module names with one blank between: letters, digits and _ . + / -"},
    {"launch", "serial", OPTIONAL, take_text, TEXT(launch[SCHEME_SERIAL]),
     LAUNCH_PATTERN, LAUNCH_ALLOWED},
    {"launch", "threads", OPTIONAL, take_text, TEXT(launch[SCHEME_THREADS]),
     LAUNCH_PATTERN, LAUNCH_ALLOWED},
    {"launch", "mpi", ACTIVE, take_text, TEXT(launch[SCHEME_MPI]),
     LAUNCH_PATTERN, LAUNCH_ALLOWED},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* A site file on its way into a struct site. */
struct loading {
    struct site *site;
    bool filled[ROWS]; /* has a value */
    bool seen[ROWS];   /* is in the file */
};

struct site_key site_key_at(size_t index)
{
    if (index >= ROWS)
        return (struct site_key){NULL, NULL};
    return (struct site_key){rows[index].section, rows[index].key};
}

static int unknown_key(const struct file_ini *item, struct error *err)
{
    const char *words[ROWS + 1];
    const char *nearest;
    char shown[MESSAGE];
    int count = 0;

    for (int i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].section, item->section) == 0)
            words[count++] = rows[i].key;
    }
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

static int check_section(const struct file_ini *item, struct error *err)
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

static int take_key(struct loading *loading, const struct file_ini *item,
                    struct error *err)
{
    char where[2 * MESSAGE];
    int i = 0;

    while (i < ROWS && (strcmp(rows[i].section, item->section) != 0 ||
                        strcmp(rows[i].key, item->key) != 0))
        i++;
    if (i == ROWS)
        return unknown_key(item, err);
    snprintf(where, sizeof(where), "%s: [%s] %s", item->where, item->section,
             item->key);
    if (loading->seen[i])
        return error_set(err, "%s: the key is in this file twice", where);
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

static int take_item(void *user, const struct file_ini *item, struct error *err)
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

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The site a file's name stands for, or an empty name. */
static void read_name(const char *file, char name[32])
{
    size_t length = strlen(file);
    struct error ignored = {""};

    name[0] = '\0';
    if (length < 5 || length - 4 > 31 || strcmp(file + length - 4, ".ini") != 0)
        return;
    memcpy(name, file, length - 4);
    name[length - 4] = '\0';
    if (match_whole(NAME_PATTERN, name, &ignored) != 1 ||
        strcmp(name, "example") == 0)
        name[0] = '\0';
}

int site_list(const char *folder, char names[SITE_LIST][32], int *count,
              struct error *err)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    char shown[MESSAGE];

    *count = 0;
    file_visible(folder, shown, sizeof(shown));
    if (dir == NULL)
        return error_set(err,
                         "%s: the folder of the site files cannot be "
                         "opened: %s",
                         shown, strerror(errno));
    while (errno = 0, (entry = readdir(dir)) != NULL) {
        char name[32];

        read_name(entry->d_name, name);
        if (name[0] == '\0')
            continue;
        if (*count == SITE_LIST) {
            closedir(dir);
            return error_set(err, "%s: more than %d site files", shown,
                             (int)SITE_LIST);
        }
        memcpy(names[(*count)++], name, sizeof(name));
    }
    if (errno != 0) {
        error_set(err, "%s: cannot be read: %s", shown, strerror(errno));
        closedir(dir);
        return -1;
    }
    closedir(dir);
    qsort(names, (size_t)*count, sizeof(names[0]), compare_names);
    return 0;
}

static int load_file(const char *folder, const char *name, struct site *site,
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
    return file_read_ini(path, true, take_item, &loading, err);
}

/* "hpc2n, local, uppmax": the sites that are not retired. One whose file is
 * broken is among them: to choose it tells what is wrong. */
static void list_active(const char *folder, char names[SITE_LIST][32],
                        int count, char *list, size_t size)
{
    struct error ignored = {""};
    struct site site;
    size_t used = 0;

    list[0] = '\0';
    for (int i = 0; i < count && used < size; i++) {
        if (load_file(folder, names[i], &site, &ignored) == 0 && site.retired)
            continue;
        used += (size_t)snprintf(list + used, size - used, "%s%s",
                                 used > 0 ? ", " : "", names[i]);
    }
}

static int unknown_site(const char *folder, const char *name,
                        char names[SITE_LIST][32], int count, struct error *err)
{
    const char *words[SITE_LIST + 1];
    const char *nearest;
    char shown[80];
    char list[MESSAGE];

    for (int i = 0; i < count; i++)
        words[i] = names[i];
    words[count] = NULL;
    nearest = parse_nearest(name, words);
    list_active(folder, names, count, list, sizeof(list));
    file_visible(name, shown, sizeof(shown));
    if (nearest == NULL)
        return error_set(err, "no site called '%s' (sites: %s)", shown, list);
    return error_set(err, "no site called '%s'; did you mean %s? (sites: %s)",
                     shown, nearest, list);
}

int site_load(const char *folder, const char *name, struct site *site,
              struct error *err)
{
    char names[SITE_LIST][32];
    int count;

    /* Only a name that is in the list becomes part of a path. */
    if (site_list(folder, names, &count, err) != 0)
        return -1;
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return load_file(folder, name, site, err);
    }
    return unknown_site(folder, name, names, count, err);
}

int site_check_active(const struct site *site, struct error *err)
{
    if (!site->retired)
        return 0;
    return error_set(err, "%s was shut down (%s; as of %s); use --site=%s",
                     site->name, site->title, site->as_of, site->successor);
}

/* The sites among names whose login_hosts match `host` go to the front of
 * matches. A file that cannot be loaded must not stop the users of another
 * site: its error is kept for when nothing else is found. */
static int match_hosts(const char *folder, const char *host,
                       char names[SITE_LIST][32], int count,
                       struct site matches[2], struct error *broken)
{
    struct site site;
    regex_t regex;
    int found = 0;

    broken->text[0] = '\0';
    for (int i = 0; i < count && found < 2; i++) {
        if (load_file(folder, names[i], &site, broken) != 0 ||
            site.login_hosts[0] == '\0' ||
            regcomp(&regex, site.login_hosts, REG_EXTENDED | REG_NOSUB) != 0)
            continue;
        if (regexec(&regex, host, 0, NULL, 0) == 0)
            matches[found++] = site;
        regfree(&regex);
    }
    return found;
}

int site_find_host(const char *folder, const char *host, const char *lab,
                   struct site *site, char *source, size_t source_size,
                   struct error *err)
{
    char names[SITE_LIST][32];
    char list[MESSAGE];
    char shown[MESSAGE];
    struct site matches[2];
    struct error broken;
    int count;
    int found;

    if (site_list(folder, names, &count, err) != 0)
        return -1;
    found = match_hosts(folder, host, names, count, matches, &broken);
    file_visible(host, shown, sizeof(shown));
    if (found == 2)
        return error_set(err,
                         "the host name %s fits two sites, %s and %s; say "
                         "which with --site=NAME",
                         shown, matches[0].name, matches[1].name);
    if (found == 1) {
        *site = matches[0];
        snprintf(source, source_size, "login host %s", shown);
        return 0;
    }
    if (lab != NULL && lab[0] != '\0') {
        snprintf(source, source_size, "INTEG2D_LAB_SITE");
        if (site_load(folder, lab, site, err) != 0)
            return error_prefix(err, "INTEG2D_LAB_SITE");
        return 0;
    }
    if (broken.text[0] != '\0') {
        *err = broken;
        return -1;
    }
    list_active(folder, names, count, list, sizeof(list));
    return error_set(err,
                     "this machine, %s, is no site's login node; say which "
                     "site with --site=NAME (sites: %s)",
                     shown, list);
}

/* The name is the kernel's own, without a look-up that could wait for a
 * name server. Where it has no domain, login_hosts has to match it so. */
int site_find(const char *folder, struct site *site, char *source,
              size_t source_size, struct error *err)
{
    char host[HOST_NAME_MAX + 1];

    if (gethostname(host, sizeof(host)) != 0)
        return error_set(err, "this machine's name cannot be read: %s",
                         strerror(errno));
    host[sizeof(host) - 1] = '\0';
    return site_find_host(folder, host, getenv("INTEG2D_LAB_SITE"), site,
                          source, source_size, err);
}

/* Whether `name` is one of the words in `text`, as in "zen3|zen4". */
static bool names_type(const char *text, const char *name)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t length = strlen(name);

    while (*text != '\0') {
        size_t span = strspn(text, word);

        if (span == length && strncmp(text, name, length) == 0)
            return true;
        text += span > 0 ? span : 1;
    }
    return false;
}

long site_cores(const struct site *site, const char *constraint,
                const char *partition)
{
    long named = 0;
    long all = 0;

    for (int i = 0; i < site->type_count; i++) {
        const struct site_node_type *type = &site->types[i];

        if (type->cores > all)
            all = type->cores;
        if ((names_type(constraint, type->name) ||
             names_type(partition, type->name)) &&
            type->cores > named)
            named = type->cores;
    }
    return named > 0 ? named : all;
}

int site_check_account(const struct site *site, const char *account,
                       const char *source, struct error *err)
{
    struct error ignored = {""};
    char shown[MESSAGE];

    if (site->account == SITE_FORBIDDEN)
        return 0;
    if (account[0] == '\0' && site->account == SITE_OPTIONAL)
        return 0;
    if (account[0] == '\0')
        return error_set(err,
                         "%s needs an account (project): add -A %s with the "
                         "name of yours",
                         site->name, site->account_example);
    /* The first is for every site: an account goes into the script. */
    if (match_whole(EXAMPLE_PATTERN, account, &ignored) == 1 &&
        match_whole(site->account_pattern, account, &ignored) == 1)
        return 0;
    file_visible(account, shown, sizeof(shown));
    return error_set(err,
                     "%s: '%s' is no account of %s; accounts there look "
                     "like %s",
                     source, shown, site->name, site->account_example);
}
