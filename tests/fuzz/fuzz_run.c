/* SPDX-License-Identifier: BSD-3-Clause */
/* A run folder: run.json, state.json and what a job leaves about its end.
 * Input: these four, with a NUL between. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_file.h"
#include "fuzz.h"
#include "result.h"
#include "table.h"

/* What has been loaded is saved and loaded as it was. */
static void save_and_load(const struct run *run)
{
    struct error err;
    struct run again;

    REQUIRE(run_save(run, &err) == 0);
    REQUIRE(run_load("/", &again, &err) == 0);
    REQUIRE(memcmp(&run->status, &again.status, sizeof again.status) == 0);
    REQUIRE(strcmp(run->token, again.token) == 0);
}

/* What a job with that number has written, asked of the back end. */
static void ask_local(struct run *run)
{
    struct inquiry job = {
        .folder = run->folder, .token = run->token, .job_id = 42};
    struct error err = {""};
    long requests = 0;

    if (backend_local.ask(&job, 1, &requests, &err) != 0)
        fuzz_require_visible(err.text);
    else if (job.answer == ANSWER_FOUND)
        REQUIRE(job.status.state < STATE_COUNT && job.status.job_id == 42);
    else
        REQUIRE(job.answer == ANSWER_ABSENT);
    if (job.answer == ANSWER_FOUND)
        run->status = job.status;
}

/* What its script said at its end. */
static void read_exit(struct run *run)
{
    struct job_status before = run->status;

    if (exit_file_read(run, &run->status) != 0) {
        REQUIRE(memcmp(&before, &run->status, sizeof before) == 0);
        return;
    }
    REQUIRE(run->status.exit_code >= 0 && run->status.exit_code <= 255);
    REQUIRE((run->status.exit_code == 0) ==
            (run->status.state == STATE_COMPLETED));
    REQUIRE(run->status.attempt >= before.attempt);
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

static void print_result(const struct run *run)
{
    struct result result;
    struct table_row row;
    char *table = NULL;
    size_t size;
    FILE *out = open_memstream(&table, &size);

    REQUIRE(out != NULL);
    result_collect(run, 0, &result);
    REQUIRE(result.verdict != RESULT_RIGHT); /* there is no record */
    print_json(&result);
    table_print_one(&result, out);
    table_explain_one(&result, out);
    REQUIRE(table_row_make(&result, &row) == 0);
    table_print_csv(&row, 1, out);
    table_row_release(&row);
    REQUIRE(fclose(out) == 0);
    fuzz_require_visible(table);
    result_release(&result);
    free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = {""};
    struct run run;
    struct fuzz_parts parts;

    fuzz_split(data, size, &parts);
    fuzz_put("run.json", parts.text[0], parts.size[0]);
    if (parts.count > 1)
        fuzz_put("state.json", parts.text[1], parts.size[1]);
    fuzz_put("local_42.json", parts.text[2], parts.size[2]);
    fuzz_put("exit_42", parts.text[3], parts.size[3]);
    if (run_load("/", &run, &err) == 0) {
        save_and_load(&run);
        print_result(&run);
        run.status.job_id = 42;
        ask_local(&run);
        print_result(&run);
        read_exit(&run);
        save_and_load(&run);
    } else {
        fuzz_require_visible(err.text);
    }
    fuzz_clear();
    fuzz_release(&parts);
    return 0;
}
