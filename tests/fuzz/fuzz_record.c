/* SPDX-License-Identifier: BSD-3-Clause */
/* A kernel's record: one that is believed has every figure, and what is made
 * of it can be printed and is JSON. */
#include "record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checksum.h"
#include "fuzz.h"
#include "result.h"
#include "table.h"

/* The run that the records of the corpus are of. */
static const struct run run = {
    .folder = "/runs/1",
    .site = "local",
    .scheme = "serial",
    .backend = "local",
    .token = "0123456789ab",
    .workers = 1,
    .time_min = 5,
    .grid = 100,
    .repeat = 2,
    .math = "plain",
    .status = {.job_id = 42, .state = STATE_COMPLETED, .nodes = 1},
};

static void check_record(const struct record *record)
{
    REQUIRE(record->json != NULL && record->workers == run.workers);
    REQUIRE(strlen(record->check) < sizeof record->check);
    if (!record->passed)
        return;
    REQUIRE(isfinite(record->best_s) && isfinite(record->median_s));
    REQUIRE(isfinite(record->integral) && isfinite(record->error));
}

static void print_result(const struct result *result)
{
    struct table_row row;
    char *table = NULL;
    size_t size;
    FILE *out = open_memstream(&table, &size);

    REQUIRE(out != NULL);
    table_print_one(result, out);
    table_explain_one(result, out);
    REQUIRE(table_row_make(result, &row) == 0);
    table_print_csv(&row, 1, out);
    table_row_release(&row);
    REQUIRE(fclose(out) == 0);
    fuzz_require_visible(table);
    free(table);
}

static void print_json(const struct result *result)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    REQUIRE(out != NULL);
    REQUIRE(result_print(result, out) == 0);
    REQUIRE(fclose(out) == 0);
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    REQUIRE(json != NULL);
    json_decref(json);
    free(text);
}

static void check_result(const struct result *result)
{
    REQUIRE(result->verdict != RESULT_OPEN);
    if (result->verdict == RESULT_RIGHT)
        REQUIRE(result->record.json != NULL && result->record.passed);
    else
        REQUIRE(result->text[0] != '\0');
    print_json(result);
    print_result(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = {""};
    struct record record;
    struct result result;
    struct fuzz_parts parts;

    fuzz_split(data, size, &parts);
    fuzz_put("record_42.json", parts.text[0], parts.size[0]);
    if (record_load(&run, &record, &err) == 0) {
        check_record(&record);
        REQUIRE(record.unsealed ||
                checksum_holds(parts.text[0], parts.size[0]));
    } else
        REQUIRE(record.json == NULL && err.text[0] != '\0');
    record_release(&record);
    result_collect(&run, 0, &result);
    check_result(&result);
    result_release(&result);
    fuzz_clear();
    fuzz_release(&parts);
    return 0;
}
