/* SPDX-License-Identifier: BSD-3-Clause */
/* file.c: bytes from anywhere into messages, and files from disk. */
#include "file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

enum { LIMIT = 512 };

int __real_file_read(const char *path, size_t limit, char **text, size_t *size,
                     struct error *err);

/* Whatever the room, it is filled with whole characters and made visible
 * once: a second time changes nothing. */
static void make_visible(const char *text, size_t room)
{
    char *visible = malloc(room);
    char *again = malloc(room);

    REQUIRE(visible != NULL && again != NULL);
    file_visible(text, visible, room);
    REQUIRE(strlen(visible) < room);
    fuzz_require_visible(visible);
    REQUIRE(strchr(visible, '\n') == NULL);
    file_visible(visible, again, room);
    REQUIRE(strcmp(visible, again) == 0);
    free(visible);
    free(again);
}

static void check_text(const char *text)
{
    struct error err;
    size_t room = 4 * strlen(text) + 1;
    char *visible = malloc(room);

    REQUIRE(visible != NULL);
    file_visible(text, visible, room);
    if (file_check_text("", text, &err) != 0) {
        fuzz_require_visible(err.text);
        REQUIRE(strcmp(visible, text) != 0);
    } else if (strpbrk(text, "\n\t\r") == NULL) {
        REQUIRE(strcmp(visible, text) == 0);
    }
    free(visible);
}

static int in_memory(const uint8_t *data, size_t size)
{
    static int fd = -1;

    if (fd < 0)
        fd = memfd_create("fuzz", MFD_CLOEXEC);
    REQUIRE(fd >= 0 && ftruncate(fd, 0) == 0);
    REQUIRE(size == 0 || pwrite(fd, data, size, 0) == (ssize_t)size);
    return fd;
}

static void read_back(const uint8_t *data, size_t size)
{
    char path[64], *text;
    struct error err;
    size_t got = 0;
    int rc;

    snprintf(path, sizeof path, "/proc/self/fd/%d", in_memory(data, size));
    rc = __real_file_read(path, LIMIT, &text, &got, &err);
    REQUIRE((rc == 0) ==
            (size <= LIMIT && (size == 0 || memchr(data, 0, size) == NULL)));
    if (rc == 0) {
        REQUIRE(got == size && text[size] == '\0');
        REQUIRE(size == 0 || memcmp(text, data, size) == 0);
    } else {
        REQUIRE(text == NULL);
        fuzz_require_visible(err.text);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_parts parts;

    fuzz_split(data, size, &parts);
    make_visible(parts.text[0], 1 + size % 40);
    make_visible(parts.text[0], 4 * size + 1);
    check_text(parts.text[0]);
    /* System calls take ten times as long as the rest together. */
    if (size % 16 == 0)
        read_back(data, size);
    fuzz_release(&parts);
    return 0;
}
