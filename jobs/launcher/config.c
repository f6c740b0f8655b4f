/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "ini_file.h"
#include "parse.h"

struct row {
    const char *key;
    size_t offset; /* of the setting in struct config */
};

static const struct row rows[] = {
    {"site", offsetof(struct config, site)},
    {"account", offsetof(struct config, account)},
    {"partition", offsetof(struct config, partition)},
    {"time", offsetof(struct config, time)},
    {"constraint", offsetof(struct config, constraint)},
    {"reservation", offsetof(struct config, reservation)},
    {"output-dir", offsetof(struct config, output_dir)},
};

enum {
    ROWS = sizeof(rows) / sizeof(rows[0]),
    SITE_ROW = 0,
    SHOWN = 240, /* of a word of the file, in a message */
};

static const char defaults[] = "defaults";

struct loading {
    const char *site;
    const char *const *known;
    struct config *config;
    bool seen[ROWS];      /* in this section */
    bool from_site[ROWS]; /* the site's own section has spoken */
};

static int take_section(struct loading *loading, const struct ini_item *item,
                        struct error *err)
{
    char shown[SHOWN];
    const char *nearest;

    memset(loading->seen, 0, sizeof(loading->seen));
    if (strcmp(item->section, defaults) == 0)
        return 0;
    for (const char *const *name = loading->known; *name != NULL; name++) {
        if (strcmp(item->section, *name) == 0)
            return 0;
    }
    nearest = parse_nearest(item->section, loading->known);
    file_visible(item->section, shown, sizeof(shown));
    return error_set(
        err, "%s: [%s] is neither [defaults] nor a site%s%s%s", item->where,
        shown, nearest == NULL ? "" : "; did you mean [",
        nearest == NULL ? "" : nearest, nearest == NULL ? "" : "]?");
}

static int unknown_key(const struct ini_item *item, struct error *err)
{
    const char *words[ROWS + 1] = {NULL};
    const char *nearest;
    char shown[SHOWN];

    for (int i = 0; i < ROWS; i++)
        words[i] = rows[i].key;
    nearest = parse_nearest(item->key, words);
    file_visible(item->key, shown, sizeof(shown));
    return error_set(
        err,
        "%s: there is no key '%s'%s%s%s (keys: site, account, "
        "partition, time, constraint, reservation, output-dir)",
        item->where, shown, nearest == NULL ? "" : "; did you mean ",
        nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
}

/* The site's own section goes before [defaults], whichever comes first. */
static void keep(struct loading *loading, int i, const struct ini_item *item)
{
    struct setting *setting =
        (struct setting *)((char *)loading->config + rows[i].offset);
    bool own =
        loading->site[0] != '\0' && strcmp(item->section, loading->site) == 0;

    if (!own && (strcmp(item->section, defaults) != 0 || loading->from_site[i]))
        return;
    loading->from_site[i] = own;
    snprintf(setting->value, sizeof(setting->value), "%s", item->value);
    snprintf(setting->source, sizeof(setting->source), "%s", item->where);
}

static int take_key(struct loading *loading, const struct ini_item *item,
                    struct error *err)
{
    int i = 0;

    if (item->section[0] == '\0')
        return error_set(err,
                         "%s: a key before the first [section]; start with "
                         "[defaults] or [SITE]",
                         item->where);
    while (i < ROWS && strcmp(rows[i].key, item->key) != 0)
        i++;
    if (i == ROWS)
        return unknown_key(item, err);
    if (loading->seen[i])
        return error_set(err, "%s: the key %s is in [%s] twice", item->where,
                         item->key, item->section);
    loading->seen[i] = true;
    if (i == SITE_ROW && strcmp(item->section, defaults) != 0)
        return error_set(err,
                         "%s: the key site belongs in [defaults], not "
                         "in [%s]",
                         item->where, item->section);
    keep(loading, i, item);
    return 0;
}

static int take_item(void *user, const struct ini_item *item, struct error *err)
{
    struct loading *loading = user;

    if (item->section == NULL)
        return 0;
    if (item->key == NULL)
        return take_section(loading, item, err);
    return take_key(loading, item, err);
}

int config_load(const char *path, const char *site, const char *const *known,
                struct config *config, struct error *err)
{
    struct loading loading = {.site = site, .known = known, .config = config};

    memset(config, 0, sizeof(*config));
    errno = 0;
    if (ini_file_read(path, false, take_item, &loading, err) == 0 ||
        errno == ENOENT || errno == ENOTDIR)
        return 0;
    memset(config, 0, sizeof(*config));
    return -1;
}

int config_path(char *path, size_t size, struct error *err)
{
    const char *xdg = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    int length;

    /* A relative XDG_CONFIG_HOME is to be ignored, says its specification. */
    if (xdg != NULL && xdg[0] == '/')
        length = snprintf(path, size, "%s/integ2d/config.ini", xdg);
    else if (home != NULL && home[0] != '\0')
        length = snprintf(path, size, "%s/.config/integ2d/config.ini", home);
    else
        length = snprintf(path, size, "%s", ""); /* no place, no file */
    if (length < 0 || (size_t)length >= size)
        return error_set(err, "the path of config.ini is too long (HOME or "
                              "XDG_CONFIG_HOME)");
    return 0;
}
