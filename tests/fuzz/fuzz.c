/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

static struct {
    char name[256];
    char *text;
    size_t size;
} files[FUZZ_PARTS];

void fuzz_broken(const char *file, int line, const char *promise)
{
    fprintf(stderr, "%s:%d: broken: %s\n", file, line, promise);
    abort();
}

static char *copy(const void *data, size_t size)
{
    char *text = malloc(size + 1);

    REQUIRE(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

void fuzz_split(const uint8_t *data, size_t size, struct fuzz_parts *parts)
{
    parts->count = 0;
    for (size_t i = 0; i < FUZZ_PARTS; i++) {
        const uint8_t *end = size > 0 ? memchr(data, '\0', size) : NULL;
        size_t length = end != NULL ? (size_t)(end - data) : size;

        parts->text[i] = copy(data, length);
        parts->size[i] = length;
        if (size > 0 || i == 0)
            parts->count = i + 1;
        length += end != NULL;
        data += length;
        size -= length;
    }
}

void fuzz_release(struct fuzz_parts *parts)
{
    for (size_t i = 0; i < FUZZ_PARTS; i++)
        free(parts->text[i]);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* Where the file is, or would be; -1 = neither. */
static int find(const char *path)
{
    const char *name = last_part(path);

    for (int i = 0; i < FUZZ_PARTS; i++) {
        if (files[i].text == NULL || strcmp(files[i].name, name) == 0)
            return i;
    }
    return -1;
}

void fuzz_put(const char *name, const char *text, size_t size)
{
    int i = find(name);

    REQUIRE(i >= 0 && strlen(last_part(name)) < sizeof files[i].name);
    free(files[i].text);
    strcpy(files[i].name, last_part(name));
    files[i].text = copy(text, size);
    files[i].size = size;
}

const char *fuzz_file(const char *name)
{
    int i = find(name);

    return i >= 0 ? files[i].text : NULL;
}

void fuzz_clear(void)
{
    for (int i = 0; i < FUZZ_PARTS; i++) {
        free(files[i].text);
        files[i].text = NULL;
    }
}

/* The linker puts these in the place of the functions named behind __wrap_
 * (see the Makefile): millions of inputs a minute need no disk. */
int __wrap_file_read(const char *path, size_t limit, char **text, size_t *size,
                     struct error *err);
int __wrap_file_write(const char *folder, const char *name, const char *text,
                      enum file_safety safety, struct error *err);
int __wrap_access(const char *path, int mode);
int __wrap_stat(const char *path, struct stat *status);
int __real_stat(const char *path, struct stat *status);

int __wrap_file_read(const char *path, size_t limit, char **text, size_t *size,
                     struct error *err)
{
    int i = find(path);

    *text = NULL;
    if (i < 0 || files[i].text == NULL) {
        errno = ENOENT;
        return error_set(err, "%s: cannot be opened", last_part(path));
    }
    if (files[i].size > limit || strlen(files[i].text) != files[i].size)
        return error_set(err, "%s: too long or no text", last_part(path));
    *text = copy(files[i].text, files[i].size);
    if (size != NULL)
        *size = files[i].size;
    return 0;
}

int __wrap_file_write(const char *folder, const char *name, const char *text,
                      enum file_safety safety, struct error *err)
{
    (void)folder;
    (void)safety;
    (void)err;
    fuzz_put(name, text, strlen(text));
    return 0;
}

int __wrap_access(const char *path, int mode)
{
    (void)mode;
    if (fuzz_file(last_part(path)) != NULL)
        return 0;
    errno = ENOENT;
    return -1;
}

int __wrap_stat(const char *path, struct stat *status)
{
    /* libFuzzer calls it, too, for folders of its own. */
    if (fuzz_file(last_part(path)) == NULL)
        return __real_stat(path, status);
    *status = (struct stat){.st_mode = S_IFREG | 0644};
    return 0;
}

void fuzz_require_visible(const char *text)
{
    struct error err;

    REQUIRE(file_check_text("", text, &err) == 0);
    REQUIRE(strpbrk(text, "\t\r") == NULL);
}

/* How often c is in the text. A constraint may have & and |, the name of an
 * output file %, which mean nothing to a shell in the comment that a #SBATCH
 * line is. */
static size_t count_of(const char *text, char c)
{
    size_t count = 0;
    bool comment = text[0] == '#';

    for (; *text != '\0'; text++) {
        if (*text == c && !(comment && strchr("&|%", c)))
            count++;
        if (*text == '\n')
            comment = text[1] == '#';
    }
    return count;
}

void fuzz_require_script(const char *script, const char *template)
{
    static const char special[] = "\n\r;&|<>$`\\\"'()*?[]{}!#%^";

    for (const char *c = special; *c != '\0'; c++)
        REQUIRE(count_of(script, *c) <= count_of(template, *c));
}

char *fuzz_source(const char *path)
{
    char text[FILE_TEXT_MAX];
    FILE *file = fopen(path, "r");
    size_t size;

    if (file == NULL) {
        fprintf(stderr, "%s: %s: run this in the root of the sources\n", path,
                strerror(errno));
        exit(2);
    }
    size = fread(text, 1, sizeof text, file);
    fclose(file);
    return copy(text, size);
}
