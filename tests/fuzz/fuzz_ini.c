/* SPDX-License-Identifier: BSD-3-Clause */
/* ini_file.c: what it gives, written down and read again, is the same. */
#include "ini_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* The items as an INI file. */
struct listing {
    FILE *out;
    char section[300];
    bool ended;
};

static int take_item(void *user, const struct ini_item *item, struct error *err)
{
    struct listing *listing = user;

    REQUIRE(!listing->ended && item->where[0] != '\0');
    fuzz_require_visible(item->where);
    listing->ended = item->section == NULL;
    if (item->section == NULL)
        return 0;
    if (item->key == NULL) {
        REQUIRE(item->section[0] != '\0' && strlen(item->section) < 200);
        REQUIRE(strpbrk(item->section, "]\n\r\t ;#") == NULL);
        strcpy(listing->section, item->section);
        fprintf(listing->out, "[%s]\n", item->section);
        return 0;
    }
    REQUIRE(strcmp(listing->section, item->section) == 0);
    REQUIRE(strpbrk(item->key, "\n\r=") == NULL);
    REQUIRE(strpbrk(item->value, "\n\r") == NULL);
    REQUIRE(item->value[0] != ' ' && item->value[0] != '\t');
    /* A caller may stop anywhere. */
    if (strcmp(item->key, "stop") == 0)
        return error_set(err, "%s: stopped", item->where);
    fprintf(listing->out, "%s=%s\n", item->key, item->value);
    return 0;
}

/* Returns what ini_file_read does; *text is the caller's to free. */
static int list(bool whole, char **text)
{
    struct listing listing = {.section = ""};
    struct error err = {""};
    size_t size;
    int rc;

    listing.out = open_memstream(text, &size);
    REQUIRE(listing.out != NULL);
    /* A byte order mark counts as none in the first line only. */
    fputs("; listing\n", listing.out);
    rc = ini_file_read("f.ini", whole, take_item, &listing, &err);
    REQUIRE(fclose(listing.out) == 0);
    REQUIRE(listing.ended == (rc == 0));
    if (rc != 0) {
        REQUIRE(strncmp(err.text, "f.ini:", 6) == 0);
        fuzz_require_visible(err.text);
    }
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_parts parts;
    char *first, *second;

    fuzz_split(data, size, &parts);
    fuzz_put("f.ini", parts.text[0], parts.size[0]);
    if (list(parts.count > 1, &first) == 0) {
        fuzz_put("f.ini", first, strlen(first));
        REQUIRE(list(true, &second) == 0);
        REQUIRE(strcmp(first, second) == 0);
        free(second);
    }
    free(first);
    fuzz_clear();
    fuzz_release(&parts);
    return 0;
}
