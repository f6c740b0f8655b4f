/* SPDX-License-Identifier: BSD-3-Clause */
/* A sweep's two files. Input: sweep.json, the journal. What lies is found out
 * by a checksum; so that more than that is tried, a first part that begins
 * with "=" is given the right one. */
#include "sweep_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "word.h"

/* Its parsers are static. */
#include "../../jobs/launcher/sweep_file.c"

/* Promises of a sweep that has been read: whatever is printed or becomes a
 * part of a path is a plain word, and all indices are good. */
static void check(const struct sweep *sweep)
{
    char token[TOKEN_TEXT];

    REQUIRE(sweep->count >= 1 && sweep->count <= RANGE_MAX);
    REQUIRE(is_token(sweep->token));
    for (size_t i = 0; i < sweep->count; i++) {
        const struct run *run = &sweep->run[i];

        REQUIRE(run->workers > 0 && run->grid > 0 && run->repeat > 0);
        REQUIRE(run->scheme[0] == '\0' || word_fits(run->scheme, "._:-"));
        if (sweep->task[i] == 0)
            continue;
        REQUIRE(sweep->in[i] < sweep->arrays);
        REQUIRE(sweep->task[i] <= sweep->array[sweep->in[i]].count);
        REQUIRE(sweep->array[sweep->in[i]].run[sweep->task[i] - 1] == i);
        REQUIRE(token_split(run->token, token) == (long)sweep->task[i]);
    }
    for (size_t i = 0; i < sweep->arrays; i++) {
        REQUIRE(is_token(sweep->array[i].token));
        REQUIRE(sweep->array[i].job_id >= 0);
        REQUIRE(sweep->array[i].job_id == 0 || sweep->array[i].asked);
    }
}

/* The text behind the line with the checksum that belongs to it. */
static char *sign(const char *text)
{
    char sum[17], *signed_text = NULL;

    checksum(text, sum);
    REQUIRE(asprintf(&signed_text, CHECKSUM_LINE "%s", sum, text) > 0);
    return signed_text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = {""};
    struct sweep sweep = {.folder = "/sweep"};
    struct fuzz_parts parts;

    fuzz_split(data, size, &parts);
    char *text = parts.text[0][0] == '=' ? sign(parts.text[0] + 1) : NULL;
    if (text)
        fuzz_put("sweep.json", text, strlen(text));
    else
        fuzz_put("sweep.json", parts.text[0], parts.size[0]);
    fuzz_put("journal", parts.text[1], parts.size[1]);
    free(text);
    if (sweep_file_read(&sweep, &err) == 0) {
        check(&sweep);
        sweep_release(&sweep);
    } else {
        fuzz_require_visible(err.text);
        REQUIRE(sweep.run == NULL && sweep.array == NULL);
    }
    fuzz_clear();
    fuzz_release(&parts);
    return 0;
}
