/* SPDX-License-Identifier: BSD-3-Clause */
/* Many run folders out of a few real ones, to measure what reads them:
 * copies COUNT TO FROM... puts COUNT folders below TO, copies of the run
 * folders FROM in turn with job numbers and tokens of their own. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "checksum.h"

enum { FILES = 16, TEXT = 1 << 20, NAME = 256 };

/* A file of a run folder with its job number, if it has one, cut out. */
struct original {
    char stem[NAME], ending[NAME];
    int numbered;
    char *text;
};

struct folder {
    char name[NAME]; /* without the token */
    char id[32], token[32];
    struct original file[FILES];
    int files;
};

static void stop(const char *what)
{
    perror(what);
    exit(1);
}

static char *read_text(const char *path)
{
    char *text = malloc(TEXT);
    FILE *file = fopen(path, "r");
    if (!text || !file)
        stop(path);
    text[fread(text, 1, TEXT - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* The value of a key in a JSON text that integ2d wrote. */
static void value_of(const char *text, const char *key, char value[32])
{
    const char *at = strstr(text, key);
    if (!at || sscanf(at + strlen(key), "\": %*[\"]%31[0-9a-f]", value) != 1) {
        if (!at || sscanf(at + strlen(key), "\": %31[0-9]", value) != 1)
            stop(key);
    }
}

static void add(struct folder *folder, const char *from, const char *name)
{
    char path[4096];
    struct original *file = &folder->file[folder->files++];
    const char *id = strstr(name, folder->id);
    snprintf(path, sizeof path, "%s/%s", from, name);
    file->text = read_text(path);
    file->numbered = id != NULL;
    snprintf(file->stem, NAME, "%.*s", id ? (int)(id - name) : NAME - 1, name);
    snprintf(file->ending, NAME, "%s", id ? id + strlen(folder->id) : "");
}

static void load(const char *from, struct folder *folder)
{
    char path[4096];
    const char *slash = strrchr(from, '/');
    snprintf(path, sizeof path, "%s/state.json", from);
    value_of(read_text(path), "job_id", folder->id);
    snprintf(path, sizeof path, "%s/run.json", from);
    value_of(read_text(path), "token", folder->token);
    snprintf(folder->name, NAME, "%s", slash ? slash + 1 : from);
    *strstr(folder->name, folder->token) = '\0';
    DIR *dir = opendir(from);
    if (!dir)
        stop(from);
    for (struct dirent *entry;
         (entry = readdir(dir)) && folder->files < FILES;) {
        if (entry->d_name[0] != '.')
            add(folder, from, entry->d_name);
    }
    closedir(dir);
}

/* Writes `text` with every `old` replaced. */
static void put(FILE *file, const char *text, const char *old, const char *new,
                const char *old2, const char *new2)
{
    while (*text) {
        if (strncmp(text, old, strlen(old)) == 0) {
            fputs(new, file);
            text += strlen(old);
        } else if (strncmp(text, old2, strlen(old2)) == 0) {
            fputs(new2, file);
            text += strlen(old2);
        } else {
            fputc(*text++, file);
        }
    }
}

/* A record whose last key is its checksum gets that of what it says now. */
static char *seal(char *text)
{
    static const char key[] = "  \"checksum\": ";
    char *line = strstr(text, key), *sealed;
    if (!line)
        return text;
    size_t size = (size_t)(line - text);
    if (asprintf(&sealed, "%.*s%s\"%u %zu\"\n}\n", (int)size, text, key,
                 checksum_of(text, size), size) < 0)
        stop("asprintf");
    free(text);
    return sealed;
}

static void copy(const struct folder *folder, const char *to, long number)
{
    char path[8192], id[32], token[32];
    snprintf(id, sizeof id, "%ld", 1000000 + number);
    snprintf(token, sizeof token, "%012lx", (unsigned long)number);
    int length =
        snprintf(path, sizeof path, "%s/%s%s", to, folder->name, token);
    if (mkdir(path, 0777) != 0)
        stop(path);
    for (int i = 0; i < folder->files; i++) {
        const struct original *original = &folder->file[i];
        snprintf(path + length, sizeof path - (size_t)length, "/%s%s%s",
                 original->stem, original->numbered ? id : "",
                 original->ending);
        char *text;
        size_t size;
        FILE *memory = open_memstream(&text, &size);
        if (!memory)
            stop("memory");
        put(memory, original->text, folder->id, id, folder->token, token);
        fclose(memory);
        text = seal(text);
        FILE *file = fopen(path, "w");
        if (!file || fputs(text, file) == EOF || fclose(file) != 0)
            stop(path);
        free(text);
    }
}

int main(int argc, char **argv)
{
    static struct folder folders[64];
    int count = argc - 3;
    if (count < 1 || count > 64) {
        fprintf(stderr, "copies COUNT TO FROM...\n");
        return 2;
    }
    for (int i = 0; i < count; i++)
        load(argv[i + 3], &folders[i]);
    for (long number = 0; number < atol(argv[1]); number++)
        copy(&folders[number % count], argv[2], number);
    return 0;
}
