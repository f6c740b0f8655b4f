/* SPDX-License-Identifier: BSD-3-Clause */
#include "result.h"

#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "reason.h"

enum { TAIL_LINES = 5, TAIL_BYTES = 4096 };

static void say(struct result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct result *result, const char *format, ...)
{
    va_list arguments;
    size_t used = strlen(result->text);
    va_start(arguments, format);
    vsnprintf(result->text + used, sizeof result->text - used, format,
              arguments);
    va_end(arguments);
}

/* The end of a file in *text, at most TAIL_BYTES, as text: a NUL becomes a
 * question mark. Returns its size, 0 = nothing there. */
static size_t read_tail(const char *path, char *text)
{
    struct stat about;
    text[0] = '\0';
    /* Not waiting, should it be a pipe. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return 0;
    FILE *file = fdopen(fd, "r");
    if (!file || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        if (file)
            fclose(file);
        else
            close(fd);
        return 0;
    }
    if (fseek(file, -(long)TAIL_BYTES, SEEK_END) != 0)
        rewind(file);
    size_t size = fread(text, 1, TAIL_BYTES, file);
    fclose(file);
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\0')
            text[i] = '?';
    }
    while (size > 0 && text[size - 1] == '\n')
        size--;
    text[size] = '\0';
    return size;
}

/* The last lines of the job's error file, without control characters. */
static void say_tail(struct result *result)
{
    char path[PATH_MAX], text[TAIL_BYTES + 1], line[256], visible[512];
    run_file(&result->run, "error_", ".err", path);
    const char *from = text + read_tail(path, text);
    for (int lines = 0; from > text; from--) {
        if (from[-1] == '\n' && ++lines == TAIL_LINES)
            break;
    }
    if (*from)
        say(result, "\nThe end of %s:", path);
    while (*from) {
        size_t length = strcspn(from, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, from);
        file_visible(line, visible, sizeof visible);
        say(result, "\n  %s", visible);
        from += length + (from[length] == '\n');
    }
}

static void say_reason(struct result *result, const char *before)
{
    char words[300];
    reason_words(result->run.status.reason, words, sizeof words);
    if (words[0])
        say(result, "%s%s", before, words);
}

static void judge_failed(struct result *result)
{
    const struct job_status *status = &result->run.status;
    result->verdict = RESULT_FAILED;
    char sweep[PATH_MAX];
    if (status->state == STATE_NEVER_CREATED &&
        run_sweep_folder(&result->run, sweep)) {
        say(result,
            "%s: it was never created (%s). Go on with the sweep: "
            "integ2d-submit --resume %s",
            result->run.folder, state_name(status->state), sweep);
        return;
    }
    if (status->state == STATE_NEVER_CREATED) {
        say(result,
            "%s: its submission was cut short and Slurm has no such job: it "
            "was never created (%s). Submit it again",
            result->run.folder, state_name(status->state));
        return;
    }
    say(result, "job %ld %s (%s", status->job_id, state_words(status->state),
        state_name(status->state));
    if (status->exit_code)
        say(result, ", exit status %d", status->exit_code);
    if (status->signal == 53) /* Slurm's own, for an output file */
        say(result, ", its run folder could not be written");
    /* Slurm's own, too, for what the state says already. */
    else if (status->signal && status->state != STATE_OUT_OF_MEMORY)
        say(result, ", signal %d", status->signal);
    say_reason(result, ", ");
    say(result, ")");
    if (status->by[0])
        say(result, " by %s", status->by);
    /* A program whose check fails says so with its exit status, too. */
    if (result->record.json && !result->record.passed) {
        say(result, ": the check failed: %s", result->record.check);
        return;
    }
    if (status->state == STATE_TIMEOUT)
        say(result, ": it had %ld minute%s; ask for more with -t",
            result->run.time_min, result->run.time_min == 1 ? "" : "s");
    else if (state_advice(status->state)[0])
        say(result, ". %s", state_advice(status->state));
    say_tail(result);
}

static void judge_open(struct result *result)
{
    const struct job_status *status = &result->run.status;
    const char *advice = state_advice(status->state);
    result->verdict = RESULT_OPEN;
    if (status->job_id == 0) {
        say(result,
            "no job number is known for %s: it is being submitted, or "
            "Slurm's answer was lost and cannot be had now. Collect it again "
            "later",
            result->run.folder);
        return;
    }
    if (status->state == STATE_UNKNOWN) {
        say(result, "job %ld is not known any more, to %s", status->job_id,
            strcmp(result->run.backend, "local") == 0
                ? "this machine"
                : "Slurm's controller or its accounting");
        say_reason(result, ": ");
        return;
    }
    say(result, "job %ld %s", status->job_id, state_words(status->state));
    say_reason(result, ": ");
    if (!advice[0] && state_is_waiting(status->state))
        advice = reason_advice(status->reason);
    if (advice[0])
        say(result, ". %s", advice);
}

/* The job ended well, so its record must be there and whole. */
static void judge_record(struct result *result, int rc, const struct error *err)
{
    long id = result->run.status.job_id;
    char others[500] = "";
    result->verdict = RESULT_FAILED;
    if (rc > 0)
        record_others(&result->run, others, sizeof others);
    if (rc > 0)
        say(result,
            "job %ld ended without an error and left no record in %s: there "
            "is no result%s%s%s",
            id, result->run.folder, others[0] ? " (of other jobs: " : "",
            others, others[0] ? ")" : "");
    else if (rc < 0)
        say(result, "job %ld: %s", id, err->text);
    else if (!result->record.passed)
        say(result, "job %ld: the check failed: %s", id, result->record.check);
    else
        result->verdict = RESULT_RIGHT;
    if (result->verdict == RESULT_FAILED)
        say_tail(result);
}

/* A folder may have any name, and a text may have been cut in the middle of
 * a letter: what is shown and what goes into JSON is UTF-8, line by line. */
static void clean_text(struct result *result)
{
    char text[sizeof result->text], visible[4 * sizeof result->text];
    char *rest = text;
    memcpy(text, result->text, sizeof text);
    result->text[0] = '\0';
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        file_visible(line, visible, sizeof visible);
        say(result, "%s%s", result->text[0] ? "\n" : "", visible);
    }
}

void result_collect(const struct run *run, long wait_ms, struct result *result)
{
    struct error err;
    const struct timespec pause = {.tv_nsec = 50 * 1000000L};
    *result = (struct result){.run = *run, .cpu_efficiency = NAN};
    int rc = 1;
    if (run->status.job_id)
        rc = record_load(run, &result->record, &err);
    for (long waited = 0; (rc > 0 || result->record.cut) && waited < wait_ms &&
                          run->status.state == STATE_COMPLETED;
         waited += 50) {
        nanosleep(&pause, NULL);
        rc = record_load(run, &result->record, &err);
    }
    if (!state_is_final(run->status.state))
        judge_open(result);
    else if (run->status.state != STATE_COMPLETED ||
             run->status.exit_code != 0 || run->status.signal != 0)
        judge_failed(result);
    else
        judge_record(result, rc, &err);
    clean_text(result);
    if (rc == 0 && result->record.cpu_available_s > 0)
        result->cpu_efficiency =
            result->record.cpu_used_s / result->record.cpu_available_s;
}

void result_release(struct result *result)
{
    record_release(&result->record);
    advice_release(&result->advice);
    facts_release(&result->facts);
}

static const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"right", "failed", "open"};
    return names[verdict];
}

/* jansson has no NaN. */
static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *result_json(const struct result *result)
{
    const struct run *run = &result->run;
    const struct job_status *status = &run->status;
    const struct record *record = &result->record;
    bool right = result->verdict == RESULT_RIGHT;
    char folder[4 * PATH_MAX];
    const char *check = !record->json    ? "none"
                        : record->passed ? "passed"
                                         : "failed";
    file_visible(run->folder, folder, sizeof folder);
    json_t *json = json_pack(
        "{si ss ss ss ss sI ss ss si si sI sI sI ss ss? sI so so so so so ss "
        "ss sO?}",
        "schema", 1, "folder", folder, "site", run->site, "scheme", run->scheme,
        "backend", run->backend, "job_id", (json_int_t)status->job_id, "state",
        state_name(status->state), "verdict", verdict_name(result->verdict),
        "exit_code", status->exit_code, "signal", status->signal, "workers",
        (json_int_t)run->workers, "nodes", (json_int_t)status->nodes, "grid",
        (json_int_t)run->grid, "math", run->math, "mode",
        run->mode[0] ? run->mode : NULL, "repeat", (json_int_t)run->repeat,
        "best_s", real(right ? record->best_s : NAN), "median_s",
        real(right ? record->median_s : NAN), "integral",
        real(right ? record->integral : NAN), "error",
        real(right ? record->error : NAN), "cpu_efficiency",
        real(result->cpu_efficiency), "check", check, "text", result->text,
        "record", record->json);
    if (json &&
        (json_object_set_new(json, "advice", advice_json(&result->advice)) !=
             0 ||
         json_object_set_new(json, "facts", facts_json(&result->facts)) != 0)) {
        json_decref(json);
        return NULL;
    }
    return json;
}
