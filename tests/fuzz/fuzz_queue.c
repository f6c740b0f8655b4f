/* SPDX-License-Identifier: BSD-3-Clause */
/* What Slurm's commands print: whatever it is, an answer is about the job that
 * was asked for, and can be kept and shown. Input: squeue's lines, sacct's
 * lines, sbatch's complaint, each ended by a NUL. */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"

/* Its parsers are static. */
#include "../../jobs/launcher/backend_commands.c"
#include "reason.h"
#include "run.h"
#include "token.h"

enum { JOBS = 4 };

static const struct inquiry asked[JOBS] = {
    {.token = "0123456789ab", .job_id = 7, .answer = ANSWER_DOUBT},
    {.token = "0123456789ab", .answer = ANSWER_DOUBT},
    {.token = "ba9876543210", .answer = ANSWER_DOUBT},
    {.token = "0123456789ab:3", .answer = ANSWER_DOUBT},
};

/* What is kept of an answer is loaded as it was. */
static void save_and_load(const struct job_status *status)
{
    static const char request[] =
        "{\"schema\": 1, \"version\": \"0\", \"site\": \"s\", \"scheme\": "
        "\"s\", \"backend\": \"b\", \"token\": \"t\", \"account\": \"\", "
        "\"name\": \"n\", \"workers\": 1, \"nodes\": 0, \"cpus_per_task\": 1, "
        "\"time_min\": 1, \"grid\": 1, \"repeat\": 1, \"math\": \"plain\", "
        "\"submitted\": \"\"}";
    struct run run = {.folder = "/", .status = *status}, again;
    struct error err;

    fuzz_put("run.json", request, sizeof request - 1);
    REQUIRE(run_save(&run, &err) == 0);
    REQUIRE(run_load("/", &again, &err) == 0);
    again.status.array_id = status->array_id; /* asked each time anew */
    REQUIRE(memcmp(status, &again.status, sizeof *status) == 0);
    fuzz_clear();
}

static void check_job(const struct inquiry *job, long job_id, const char *text)
{
    const struct job_status *status = &job->status;
    char words[200], token[TOKEN_TEXT];

    REQUIRE(job->job_id == job_id);
    if (job->answer != ANSWER_FOUND)
        return;
    REQUIRE(status->job_id > 0 && (job_id == 0 || status->job_id == job_id));
    token_split(job->token, token);
    REQUIRE(strstr(text, token) != NULL);
    REQUIRE(status->state < STATE_COUNT);
    fuzz_require_visible(status->reason);
    fuzz_require_visible(status->by);
    reason_words(status->reason, words, sizeof words);
    fuzz_require_visible(words);
    reason_advice(status->reason);
    save_and_load(status);
}

typedef void read_fn(char *text, struct inquiry *jobs, size_t count);

static void read_lines(read_fn *read, char *text)
{
    struct inquiry jobs[JOBS];
    char *kept = strdup(text);

    REQUIRE(kept != NULL);
    memcpy(jobs, asked, sizeof jobs);
    read(text, jobs, JOBS);
    for (int i = 0; i < JOBS; i++)
        check_job(&jobs[i], asked[i].job_id, kept);
    free(kept);
}

/* Where the answer may have been lost nobody says that there is no job. */
static void read_complaint(const char *text)
{
    struct command command = {.status = 1};
    struct error err = {""};
    enum submitted submitted;

    snprintf(command.complaint, sizeof command.complaint, "%s", text);
    submitted = refused(&command, &err);
    REQUIRE(submitted != SUBMIT_OK && err.text[0] != '\0');
    if (strstr(command.complaint, "Socket timed out") != NULL)
        REQUIRE(submitted == SUBMIT_UNSURE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_parts parts;

    fuzz_split(data, size, &parts);
    read_lines(queue_line_read, parts.text[0]);
    read_lines(accounting_read, parts.text[1]);
    read_complaint(parts.text[2]);
    fuzz_release(&parts);
    return 0;
}
