/* SPDX-License-Identifier: BSD-3-Clause */
#include "gather.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "named.h"
#include "run.h"
#include "sweep.h"

static int add(struct gathering *gathering, char **folders, size_t count,
               struct error *err)
{
    size_t total = gathering->count + count;
    char **more =
        reallocarray(gathering->folder, total ? total : 1, sizeof(char *));
    if (!more) {
        for (size_t i = 0; i < count; i++)
            free(folders[i]);
        return error_set(err, "out of memory for %zu runs", total);
    }
    if (count > 0)
        memcpy(more + gathering->count, folders, count * sizeof(char *));
    gathering->folder = more;
    gathering->count = total;
    return 0;
}

static int add_one(struct gathering *gathering, const char *folder,
                   struct error *err)
{
    char *list[] = {strdup(folder)};
    return list[0] ? add(gathering, list, 1, err)
                   : error_set(err, "out of memory");
}

/* All runs in `parent`; an error if there are none. */
static int add_all(struct gathering *gathering, const char *parent,
                   struct error *err)
{
    char **folders, shown[PATH_MAX];
    size_t count, missing;
    struct error why;
    if (run_list(parent, &folders, &count, err) != 0)
        return -1;
    int expanded = sweep_expand(&folders, &count, &missing, &why);
    gathering->missing += missing;
    file_visible(parent, shown, sizeof shown);
    int rc = count > 0 ? add(gathering, folders, count, err)
                       : error_set(err,
                                   "%s: no run folder is in it (a run folder "
                                   "has a run.json): name one, or the folder "
                                   "that integ2d-submit put them in",
                                   shown);
    free(folders);
    if (rc == 0 && expanded != 0)
        return error_set(err, "%s", why.text);
    return rc;
}

/* All runs of one sweep. */
static int add_sweep(struct gathering *gathering, const char *name,
                     struct error *err)
{
    size_t count = 1, missing;
    char **folders = calloc(1, sizeof *folders);
    if (folders)
        folders[0] = strdup(name);
    if (!folders || !folders[0]) {
        free(folders);
        return error_set(err, "out of memory");
    }
    int rc = sweep_expand(&folders, &count, &missing, err);
    gathering->missing += missing;
    if (rc == 0 && count == 0)
        rc = error_set(err,
                       "%s: none of the sweep's jobs was submitted: go on "
                       "with it: integ2d-submit --resume %s",
                       name, name);
    if (rc == 0)
        rc = add(gathering, folders, count, err);
    free(folders);
    return rc;
}

static bool is_run(const char *folder)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/run.json", folder);
    return length < (int)sizeof path && access(path, F_OK) == 0;
}

int gather_add(struct gathering *gathering, const char *name, struct error *err)
{
    struct stat about;
    struct run run;
    if (is_run(name))
        return add_one(gathering, name, err);
    if (sweep_is(name))
        return add_sweep(gathering, name, err);
    if (stat(name, &about) == 0 && S_ISDIR(about.st_mode))
        return add_all(gathering, name, err);
    if (named_load(name, &run, err) != 0)
        return -1;
    return add_one(gathering, run.folder, err);
}

int gather_default(struct gathering *gathering, struct error *err)
{
    struct error ignored;
    if (is_run("."))
        return add_one(gathering, ".", err);
    if (sweep_is("."))
        return add_sweep(gathering, ".", err);
    if (access(named_parent, F_OK) != 0 &&
        add_all(gathering, ".", &ignored) == 0)
        return 0;
    if (add_all(gathering, named_parent, err) == 0)
        return 0;
    return error_set(err,
                     "no runs in ./%s, nor here: name a run folder, a job "
                     "number or a folder of runs, or type this where the jobs "
                     "were submitted",
                     named_parent);
}

struct place {
    dev_t device;
    ino_t number;
    size_t index;
};

static int by_place(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    if (left->device != right->device)
        return left->device < right->device ? -1 : 1;
    if (left->number != right->number)
        return left->number < right->number ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

void gather_unify(struct gathering *gathering)
{
    struct place *places = calloc(gathering->count + 1, sizeof *places);
    size_t kept = 0;
    for (size_t i = 0; places && i < gathering->count; i++) {
        struct stat about = {0};
        stat(gathering->folder[i], &about);
        places[i] = (struct place){about.st_dev, about.st_ino, i};
    }
    if (places)
        qsort(places, gathering->count, sizeof *places, by_place);
    for (size_t i = 1; places && i < gathering->count; i++) {
        if (places[i].device != places[i - 1].device ||
            places[i].number != places[i - 1].number || places[i].number == 0)
            continue;
        free(gathering->folder[places[i].index]);
        gathering->folder[places[i].index] = NULL;
    }
    free(places);
    for (size_t i = 0; i < gathering->count; i++) {
        if (gathering->folder[i])
            gathering->folder[kept++] = gathering->folder[i];
    }
    gathering->count = kept;
}

void gather_release(struct gathering *gathering)
{
    for (size_t i = 0; i < gathering->count; i++)
        free(gathering->folder[i]);
    free(gathering->folder);
    *gathering = (struct gathering){0};
}
