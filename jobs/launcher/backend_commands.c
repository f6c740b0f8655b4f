/* SPDX-License-Identifier: BSD-3-Clause */
/* Slurm through its commands, for where libslurm cannot be used: sbatch,
 * squeue, sacct and scancel, Slurm 22.05 and newer. */
#include "backend.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounting.h"
#include "inquiry.h"
#include "queue_line.h"
#include "slurm_command.h"

enum { SUBMIT_S = 120, ASK_S = 60 }; /* longer than the commands try */

static int commands_fits(struct error *err)
{
    static const char *const needed[] = {"sbatch", "squeue", "scancel"};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (!command_exists(needed[i]))
            return error_set(err,
                             "there is no command %s on PATH: is this a login "
                             "node?",
                             needed[i]);
    }
    return 0;
}

static int commands_open(void (*at_end)(void), struct error *err)
{
    (void)at_end;
    return commands_fits(err);
}

/* What a failed sbatch leaves open: whether its request was taken. Its words
 * are those of Slurm's error numbers (slurm_errno.c). */
static bool is_unsure(const char *complaint)
{
    static const char *const words[] = {
        "Socket timed out",
        "Zero Bytes were transmitted",
        "Message receive failure",
        "Message send failure",
        "Unexpected message received",
        "send/recv operation",
        "communications shutdown failure",
        "Transport endpoint",
        "Connection reset",
        "Header lengths",
        "Rate limit exceeded", /* from 23.02 on */
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasestr(complaint, words[i]))
            return true;
    }
    return false;
}

/* sbatch's words without "sbatch: error: " on every line. */
static void plain_words(const char *complaint, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    while (*complaint && used < size) {
        size_t length = strcspn(complaint, "\n");
        const char *from = complaint, *mark = strstr(complaint, "error: ");
        if (!mark || mark >= complaint + length)
            mark = strstr(complaint, "fatal: ");
        if (mark && mark < complaint + length)
            from = mark + strlen("error: ");
        used += (size_t)snprintf(text + used, size - used, "%s%.*s",
                                 used ? "\n" : "",
                                 (int)(complaint + length - from), from);
        complaint += length + (complaint[length] == '\n');
    }
}

static enum submitted refused(const struct command *command, struct error *err)
{
    char words[sizeof command->complaint];
    plain_words(command->complaint, words, sizeof words);
    if (command->status >= 128 || is_unsure(command->complaint)) {
        error_set(err, "no answer from Slurm's controller: %s",
                  words[0] ? words : "sbatch was ended");
        return SUBMIT_UNSURE;
    }
    if (strcasestr(words, "Unable to contact slurm controller"))
        error_set(err,
                  "Slurm's controller does not answer: %s\n"
                  "Nothing was submitted. Try `scontrol ping`; when it "
                  "answers again, type the same command once more",
                  words);
    else if (strcasestr(words, "configuration source"))
        error_set(err,
                  "Slurm's configuration cannot be used: %s\n"
                  "Is this a login node? Run integ2d on one, or without Slurm: "
                  "--site=local",
                  words);
    else
        error_set(err, "Slurm refused the job: %s", words);
    return SUBMIT_REFUSED;
}

/* The script in the folder has all that the request needs. */
static enum submitted commands_submit(const struct job *job, const char *script,
                                      const char *folder, long *job_id,
                                      struct error *err)
{
    char *const argv[] = {"sbatch", "--parsable", (char *)job_script_name(job),
                          NULL};
    struct command command;
    (void)script;
    char **environment = slurm_command_environment();
    if (!environment) {
        error_set(err, "cannot run sbatch: out of memory");
        return SUBMIT_REFUSED;
    }
    int rc = command_run(argv, folder, environment, SUBMIT_S, &command, err);
    int code = errno;
    free(environment);
    if (rc != 0)
        return code == ETIMEDOUT ? SUBMIT_UNSURE : SUBMIT_REFUSED;
    char *end;
    *job_id = strtol(command.output, &end, 10);
    bool good = command.status == 0 && *job_id > 0 &&
                (*end == '\n' || *end == ';' || *end == '\0');
    enum submitted result = SUBMIT_OK;
    if (!good) {
        *job_id = 0;
        result = refused(&command, err);
        if (command.status == 0) { /* it says yes and gives no number */
            error_set(err, "sbatch gave no job number");
            result = SUBMIT_UNSURE;
        }
    }
    free(command.output);
    return result;
}

/* One job by its number, or all of this user's. */
static int ask_queue(struct inquiry *jobs, size_t count, long *requests,
                     struct error *err)
{
    char id[48];
    struct command command;
    snprintf(id, sizeof id, "--jobs=%ld", jobs[0].job_id);
    bool one = count == 1 && jobs[0].job_id != 0;
    char *const argv[] = {
        "squeue",          "--noheader",
        "--states=all",    "--array", /* a line for each task */
        QUEUE_LINE_FORMAT, "--me",
        one ? id : NULL,   NULL};
    (*requests)++;
    if (slurm_command(argv, ASK_S, &command, err) != 0)
        return one && strstr(err->text, "Invalid job id") ? 0 : -1;
    queue_line_read(command.output, jobs, count);
    free(command.output);
    return 0;
}

static int commands_ask(struct inquiry *jobs, size_t count, long *requests,
                        struct error *err)
{
    for (size_t i = 0; i < count; i++)
        jobs[i].answer = ANSWER_DOUBT;
    if (ask_queue(jobs, count, requests, err) != 0)
        return error_prefix(err, "no answer from Slurm's controller");
    accounting_ask(jobs, count, requests);
    return 0;
}

/* A job's number, "7", or a task's, "7_3". */
static int cancel_named(char *id, struct error *err)
{
    struct command command;
    char *const argv[] = {"scancel", id, NULL};
    if (slurm_command(argv, ASK_S, &command, err) == 0) {
        free(command.output);
        return 0;
    }
    if (strstr(err->text, "already completing") ||
        strstr(err->text, "already done"))
        return 0;
    return error_prefix(err, "job %s was not cancelled", id);
}

static int commands_cancel(const struct inquiry *job, struct error *err)
{
    char name[INQUIRY_NAME];
    inquiry_name(job, name);
    return cancel_named(name, err);
}

static int commands_cancel_array(long array_id, struct error *err)
{
    char name[INQUIRY_NAME];
    snprintf(name, sizeof name, "%ld", array_id);
    return cancel_named(name, err);
}

/* MaxArraySize is one more than the largest number of a task. */
static int commands_array_limit(long *tasks, long *requests, struct error *err)
{
    char *const argv[] = {"scontrol", "show", "config", NULL};
    struct command command;
    long size = 0;
    (*requests)++;
    if (slurm_command(argv, ASK_S, &command, err) != 0)
        return -1;
    const char *found = strstr(command.output, "MaxArraySize");
    bool good = found && sscanf(found, "MaxArraySize = %ld", &size) == 1;
    free(command.output);
    if (!good || size < 2)
        return error_set(err, "scontrol show config has no MaxArraySize");
    *tasks = size - 1;
    return 0;
}

const struct backend backend_commands = {
    .name = "commands",
    .fits = commands_fits,
    .open = commands_open,
    .submit = commands_submit,
    .ask = commands_ask,
    .cancel = commands_cancel,
    .find = allotment_ask,
    .measure = steps_ask_live,
    .cancel_array = commands_cancel_array,
    .array_limit = commands_array_limit,
};
