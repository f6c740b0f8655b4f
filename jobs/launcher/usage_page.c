/* SPDX-License-Identifier: BSD-3-Clause */
#include "usage_page.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "sheet.h"
#include "tally.h"
#include "usage_view.h"

/* The folder and the name of a file. */
static int split(const char *path, char folder[PATH_MAX], const char **name,
                 struct error *err)
{
    const char *slash = strrchr(path, '/');
    char shown[600];
    *name = slash ? slash + 1 : path;
    size_t length = slash ? (size_t)(slash - path) : 0;
    file_visible(path, shown, sizeof shown);
    if (length >= PATH_MAX || (*name)[0] == '\0')
        return error_set(err, "--html=%s: that is no file's name", shown);
    snprintf(folder, PATH_MAX, "%.*s", (int)length, path);
    if (!slash)
        snprintf(folder, PATH_MAX, ".");
    else if (length == 0)
        snprintf(folder, PATH_MAX, "/");
    return 0;
}

int usage_page_check(const char *path, struct error *err)
{
    char folder[PATH_MAX], shown[600];
    const char *name;
    struct stat about;
    if (split(path, folder, &name, err) != 0)
        return -1;
    file_visible(path, shown, sizeof shown);
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
        return error_set(err, "--html=%s: that is there, and no file", shown);
    if (access(folder, W_OK | X_OK) != 0)
        return error_set(err,
                         "--html=%s: no file can be made there: %s. Choose "
                         "another folder",
                         shown, strerror(errno));
    return 0;
}

int usage_page_write(const struct usage *usage, const char *path,
                     struct error *err)
{
    char folder[PATH_MAX], *text = NULL;
    const char *name;
    size_t size;
    if (split(path, folder, &name, err) != 0)
        return -1;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        return error_set(err, "out of memory for the page");
    usage_page_print(usage, memory);
    int rc = fclose(memory) == 0
                 ? file_write(folder, name, text, FILE_PLAIN, err)
                 : error_set(err, "out of memory for the page");
    free(text);
    return rc;
}

void usage_page_print(const struct usage *usage, FILE *file)
{
    (void)usage;
    fputs("<!DOCTYPE html>\n", file);
}
