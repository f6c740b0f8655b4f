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
#include "json_out.h"
#include "reason.h"

enum { RESULT_SCHEMA = 1, TAIL_LINES = 5, TAIL_BYTES = 4096 };

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
    char sweep[PATH_MAX], name[RUN_JOB_NAME];
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
    run_job_name(&result->run, name);
    say(result, "job %s %s (%s", name, state_words(status->state),
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
    char name[RUN_JOB_NAME];
    result->verdict = RESULT_OPEN;
    run_job_name(&result->run, name);
    if (status->job_id == 0) {
        say(result,
            "no job number is known for %s: it is being submitted, or "
            "Slurm's answer was lost and cannot be had now. Collect it again "
            "later",
            result->run.folder);
        return;
    }
    if (status->state == STATE_UNKNOWN) {
        say(result, "job %s is not known any more, to %s", name,
            strcmp(result->run.backend, "local") == 0
                ? "this machine"
                : "Slurm's controller or its accounting");
        say_reason(result, ": ");
        return;
    }
    say(result, "job %s %s", name, state_words(status->state));
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

/* What of a record that is proved is not in its tree. */
static int take_record(const struct proof *proof, struct record *record)
{
    const struct measured *found = &proof->found;
    *record = (struct record){.size = proof->size,
                              .workers = found->workers,
                              .best_s = found->best_s,
                              .median_s = found->median_s,
                              .integral = found->integral,
                              .error = found->error,
                              .build_s = NAN,
                              .cpu_used_s = found->cpu_used_s,
                              .cpu_available_s = found->cpu_available_s,
                              .passed = true};
    record->text = malloc(proof->size + 1);
    if (record->text)
        memcpy(record->text, proof->file, proof->size + 1);
    return record->text ? 0 : -1;
}

/* proof_holds has seen to it that the texts fit. */
static void take_run(const struct proof *proof, struct run *run)
{
    const struct request *asked = &proof->asked;
    const struct ending *ending = &proof->ending;
    *run = (struct run){.workers = asked->workers,
                        .nodes = asked->nodes,
                        .cpus_per_task = asked->cpus_per_task,
                        .time_min = asked->time_min,
                        .grid = asked->grid,
                        .repeat = asked->repeat};
    run->status = (struct job_status){.job_id = ending->job_id,
                                      .array_id = ending->array_id,
                                      .state = STATE_COMPLETED,
                                      .attempt = (int)ending->attempt,
                                      .nodes = ending->nodes,
                                      .start = ending->start,
                                      .end = ending->end};
    strcpy(run->site, asked->site);
    strcpy(run->scheme, asked->scheme);
    strcpy(run->backend, asked->backend);
    strcpy(run->token, asked->token);
    strcpy(run->account, asked->account);
    strcpy(run->name, asked->name);
    strcpy(run->math, asked->math);
    strcpy(run->mode, asked->mode);
    strcpy(run->submitted, asked->submitted);
    strcpy(run->status.reason, ending->reason);
    strcpy(run->status.by, ending->by);
}

bool result_prove(const struct proof *proof, const char *folder,
                  struct result *result)
{
    const struct measured *found = &proof->found;
    char absolute[PATH_MAX];
    if (!realpath(folder, absolute))
        return false;
    *result = (struct result){.verdict = RESULT_RIGHT, .cpu_efficiency = NAN};
    take_run(proof, &result->run);
    memcpy(result->run.folder, absolute, sizeof absolute);
    if (found->cpu_available_s > 0)
        result->cpu_efficiency = found->cpu_used_s / found->cpu_available_s;
    return take_record(proof, &result->record) == 0;
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

/* Keys of the object that is being printed. */
struct output {
    FILE *file;
    const char *before;
};

static void put_key(struct output *output, const char *key)
{
    json_out_key(&output->before, 2, key, output->file);
}

static void put_text(struct output *output, const char *key, const char *text)
{
    put_key(output, key);
    json_out_text(text, output->file);
}

static void put_whole(struct output *output, const char *key, long number)
{
    put_key(output, key);
    fprintf(output->file, "%ld", number);
}

static void put_real(struct output *output, const char *key, double number)
{
    put_key(output, key);
    json_out_real(number, output->file);
}

static void put_run(struct output *output, const struct result *result)
{
    const struct run *run = &result->run;
    const struct job_status *status = &run->status;
    char folder[4 * PATH_MAX];
    file_visible(run->folder, folder, sizeof folder);
    put_whole(output, "schema", RESULT_SCHEMA);
    put_text(output, "folder", folder);
    put_text(output, "site", run->site);
    put_text(output, "scheme", run->scheme);
    put_text(output, "backend", run->backend);
    put_whole(output, "job_id", status->job_id);
    put_text(output, "state", state_name(status->state));
    put_text(output, "verdict", verdict_name(result->verdict));
    put_whole(output, "exit_code", status->exit_code);
    put_whole(output, "signal", status->signal);
    put_whole(output, "workers", run->workers);
    put_whole(output, "nodes", status->nodes);
    put_whole(output, "grid", run->grid);
    put_text(output, "math", run->math);
    put_text(output, "mode", run->mode[0] ? run->mode : NULL);
    put_whole(output, "repeat", run->repeat);
}

/* Figures only of a result that is right. */
static void put_figures(struct output *output, const struct result *result)
{
    const struct record *record = &result->record;
    bool right = result->verdict == RESULT_RIGHT;
    put_real(output, "best_s", right ? record->best_s : NAN);
    put_real(output, "median_s", right ? record->median_s : NAN);
    put_real(output, "integral", right ? record->integral : NAN);
    put_real(output, "error", right ? record->error : NAN);
    put_real(output, "cpu_efficiency", result->cpu_efficiency);
    put_text(output, "check",
             !record->text    ? "none"
             : record->passed ? "passed"
                              : "failed");
    put_text(output, "text", result->text);
    put_key(output, "record");
    if (record->text)
        json_out_lines(record->text, record->size, 2, output->file);
    else
        json_out_text(NULL, output->file);
}

static int put_advice(struct output *output, const struct advice_list *list)
{
    json_t *json = list->count > 0 ? advice_json(list) : NULL;
    char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
    put_key(output, "advice");
    if (text)
        json_out_lines(text, strlen(text), 2, output->file);
    else
        fputs("[]", output->file);
    json_decref(json);
    free(text);
    return text || list->count == 0 ? 0 : -1;
}

int result_print(const struct result *result, FILE *file)
{
    struct output output = {file, "{"};
    put_run(&output, result);
    put_figures(&output, result);
    int rc = put_advice(&output, &result->advice);
    put_key(&output, "facts");
    facts_print(&result->facts, 2, file);
    fputs("\n}", file);
    return rc == 0 && !ferror(file) ? 0 : -1;
}
