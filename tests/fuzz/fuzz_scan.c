/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON without a tree: whatever the text, what is taken from it ends where it
 * should, and what is refused is told by a word. A checksum that holds is that
 * of a text whose last lines say so. */
#include "scan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "checksum.h"
#include "fuzz.h"

struct inside {
    char verdict[SCAN_TEXT];
    long rows_done;
};

struct target {
    char scheme[SCAN_TEXT], job_id[SCAN_TEXT];
    long grid, attempt;
    double best_s;
    struct scan_reals time_s;
    size_t workers;
    struct scan_list parts;
    struct inside check;
};

static const struct scan_key inside_keys[] = {
    {"verdict", SCAN_WORDS, offsetof(struct inside, verdict), false, NULL},
    {"rows_done", SCAN_WHOLE, offsetof(struct inside, rows_done), true, NULL},
    {0},
};

static const struct scan_key keys[] = {
    {"scheme", SCAN_STRING, offsetof(struct target, scheme), false, NULL},
    {"job_id", SCAN_WORDS, offsetof(struct target, job_id), true, NULL},
    {"grid", SCAN_WHOLE, offsetof(struct target, grid), true, NULL},
    {"attempt", SCAN_WHOLE, offsetof(struct target, attempt), true, NULL},
    {"best_s", SCAN_REAL, offsetof(struct target, best_s), true, NULL},
    {"time_s", SCAN_REALS, offsetof(struct target, time_s), true, NULL},
    {"worker", SCAN_COUNT, offsetof(struct target, workers), true, NULL},
    {"part", SCAN_LIST, offsetof(struct target, parts), true, inside_keys},
    {"check", SCAN_OBJECT, offsetof(struct target, check), true, inside_keys},
    {0},
};

static bool ends(const char *text)
{
    return memchr(text, '\0', SCAN_TEXT) != NULL;
}

static void check_seal(const char *text, size_t size)
{
    if (!checksum_holds(text, size))
        return;
    REQUIRE(size > 3 && memcmp(text + size - 3, "\n}\n", 3) == 0);
    REQUIRE(memmem(text, size, "\n  \"checksum\": \"", 16) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct target target = {.parts.size = sizeof(struct inside)};
    struct fuzz_parts parts;

    fuzz_split(data, size, &parts);
    const char *wrong = scan(parts.text[0], parts.size[0], keys, &target);
    REQUIRE(ends(target.scheme) && ends(target.job_id) &&
            ends(target.check.verdict));
    REQUIRE(target.time_s.count <= target.time_s.room);
    REQUIRE(target.parts.count <= target.parts.room);
    for (size_t i = 0; !wrong && i < target.parts.count; i++)
        REQUIRE(ends(((struct inside *)target.parts.item)[i].verdict));
    if (wrong) {
        REQUIRE(wrong[0] != '\0');
    } else {
        REQUIRE(parts.size[0] > 1 && strchr(parts.text[0], '{') != NULL);
        REQUIRE(target.workers < parts.size[0]);
    }
    check_seal(parts.text[0], parts.size[0]);
    free(target.time_s.value);
    free(target.parts.item);
    fuzz_release(&parts);
    return 0;
}
