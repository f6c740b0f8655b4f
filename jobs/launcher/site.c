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
#include "site_file.h"
#include "word.h"

enum { MESSAGE = 512 }; /* part of an error text */

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The site a file's name stands for, or an empty name. */
static void read_name(const char *file, char name[32])
{
    size_t length = strlen(file);

    name[0] = '\0';
    if (length < 5 || length - 4 > 31 || strcmp(file + length - 4, ".ini") != 0)
        return;
    memcpy(name, file, length - 4);
    name[length - 4] = '\0';
    if (!site_file_name(name) || strcmp(name, "example") == 0)
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

/* Adds a name to a list as in "hpc2n, local, uppmax", if it has room. */
static void add_name(const char *name, char list[MESSAGE])
{
    size_t used = strlen(list);
    size_t room = MESSAGE - used;

    if (snprintf(list + used, room, "%s%s", used > 0 ? ", " : "", name) >=
        (int)room)
        list[used] = '\0';
}

/* The sites that are not retired. One whose file is broken is among them: to
 * choose it tells what is wrong. */
static void list_active(const char *folder, char names[SITE_LIST][32],
                        int count, char list[MESSAGE])
{
    struct error ignored = {""};
    struct site site;

    list[0] = '\0';
    for (int i = 0; i < count; i++) {
        if (site_file_load(folder, names[i], &site, &ignored) != 0 ||
            !site.retired)
            add_name(names[i], list);
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
    list_active(folder, names, count, list);
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
            return site_file_load(folder, name, site, err);
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

/* Whether the regular expression fits the text, or all of it (`whole`;
 * anchors alone would not do: "a|b$" has both). It was checked when its site
 * file was read. */
static bool matches(const char *pattern, const char *text, bool whole)
{
    regex_t regex;
    regmatch_t span;
    bool fits;

    if (regcomp(&regex, pattern, REG_EXTENDED) != 0)
        return false;
    fits = regexec(&regex, text, 1, &span, 0) == 0;
    regfree(&regex);
    return fits && (!whole || (span.rm_so == 0 && text[span.rm_eo] == '\0'));
}

/* What reading each site file once has to say about a host. */
struct search {
    struct site found[2];
    int count;            /* of found; two are too many */
    char active[MESSAGE]; /* as list_active has it */
    struct error broken;  /* of a file that cannot be loaded, or "" */
};

/* A file that cannot be loaded must not stop the users of another site: its
 * error is kept for when nothing else is found. */
static void search_host(const char *folder, const char *host,
                        char names[SITE_LIST][32], int count,
                        struct search *search)
{
    struct site site;

    search->count = 0;
    search->active[0] = '\0';
    search->broken.text[0] = '\0';
    for (int i = 0; i < count && search->count < 2; i++) {
        bool loaded =
            site_file_load(folder, names[i], &site, &search->broken) == 0;

        if (!loaded || !site.retired)
            add_name(names[i], search->active);
        if (loaded && site.login_hosts[0] != '\0' &&
            matches(site.login_hosts, host, false))
            search->found[search->count++] = site;
    }
}

int site_find_host(const char *folder, const char *host, const char *lab,
                   struct site *site, char *source, size_t source_size,
                   struct error *err)
{
    char names[SITE_LIST][32];
    char shown[MESSAGE];
    struct search search;
    int count;

    if (site_list(folder, names, &count, err) != 0)
        return -1;
    search_host(folder, host, names, count, &search);
    file_visible(host, shown, sizeof(shown));
    if (search.count == 2)
        return error_set(err,
                         "the host name %s fits two sites, %s and %s; say "
                         "which with --site=NAME",
                         shown, search.found[0].name, search.found[1].name);
    if (search.count == 1) {
        *site = search.found[0];
        snprintf(source, source_size, "login host %s", shown);
        return 0;
    }
    if (lab != NULL && lab[0] != '\0') {
        snprintf(source, source_size, "INTEG2D_LAB_SITE");
        if (site_load(folder, lab, site, err) != 0)
            return error_prefix(err, "INTEG2D_LAB_SITE");
        return 0;
    }
    if (search.broken.text[0] != '\0') {
        *err = search.broken;
        return -1;
    }
    return error_set(err,
                     "this machine, %s, is no site's login node; say which "
                     "site with --site=NAME (sites: %s)",
                     shown, search.active);
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

const char *site_extra_modules(const struct site *site, const char *scheme)
{
    for (int i = 0; i < site->extra_count; i++) {
        if (strcmp(site->extras[i].scheme, scheme) == 0)
            return site->extras[i].modules;
    }
    return "";
}

int site_check_account(const struct site *site, const char *account,
                       const char *source, struct error *err)
{
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
    if (word_fits(account, "_.-") &&
        matches(site->account_pattern, account, true))
        return 0;
    file_visible(account, shown, sizeof(shown));
    return error_set(err,
                     "%s: '%s' is no account of %s; accounts there look "
                     "like %s",
                     source, shown, site->name, site->account_example);
}
