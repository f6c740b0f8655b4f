/* SPDX-License-Identifier: BSD-3-Clause */
#include "script.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "job.h"
#include "parse.h"

enum { NUMBER_MAX = 100000000, COMMANDS_MAX = 16 << 20 };

/* How an option's value is to be read. */
enum kind { NUMBER, MINUTES, MEMORY, WORD };

static const struct option {
    const char *name; /* --name */
    char letter;      /* -l, 0 = none */
    enum kind kind;
    size_t offset; /* of the member in struct script */
} options[] = {
#define MEMBER(member) offsetof(struct script, member)
    {"ntasks", 'n', NUMBER, MEMBER(tasks)},
    {"cpus-per-task", 'c', NUMBER, MEMBER(cpus_per_task)},
    {"nodes", 'N', NUMBER, MEMBER(nodes)},
    {"time", 't', MINUTES, MEMBER(time_min)},
    {"mem", 0, MEMORY, MEMBER(mem_mib)},
    {"account", 'A', WORD, MEMBER(account)},
    {"partition", 'p', WORD, MEMBER(partition)},
    {"constraint", 'C', WORD, MEMBER(constraint)},
    {"reservation", 0, WORD, MEMBER(reservation)},
#undef MEMBER
};

enum { OPTIONS = sizeof options / sizeof options[0] };

/* A value that cannot be read leaves what was said before. */
static void take_value(const struct option *option, const char *value,
                       struct script *script)
{
    struct error ignored;
    void *member = (char *)script + option->offset;
    switch (option->kind) {
    case NUMBER:
        parse_number(value, "", 1, NUMBER_MAX, member, &ignored);
        break;
    case MINUTES:
        parse_time_min(value, "", member, &ignored);
        break;
    case MEMORY:
        parse_mem_mib(value, "", member, &ignored);
        break;
    case WORD:
        snprintf(member, SCRIPT_TEXT, "%s", value);
    }
}

/* The next word of *text in `word`, without its quotes; "" at the end or at
 * a comment. */
static void next_word(const char **text, char word[SCRIPT_TEXT])
{
    size_t used = 0;
    char quote = '\0';
    *text += strspn(*text, " \t\r");
    while (**text && **text != '#') {
        char c = *(*text)++;
        if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? '\0' : c;
            continue;
        }
        if (!quote && (c == ' ' || c == '\t' || c == '\r'))
            break;
        if (used + 1 < SCRIPT_TEXT)
            word[used++] = c;
    }
    word[used] = '\0';
}

/* The value in --name=value, -nvalue, or the word behind --name or -n; NULL
 * when `word` is another option. */
static const char *value_of(const struct option *option, const char *word,
                            const char **rest, char next[SCRIPT_TEXT])
{
    size_t length = strlen(option->name);
    const char *value;
    if (strncmp(word, "--", 2) == 0) {
        if (strncmp(word + 2, option->name, length) != 0)
            return NULL;
        value = word + 2 + length;
        if (*value == '=')
            return value + 1;
        if (*value)
            return NULL;
    } else if (option->letter && word[0] == '-' && word[1] == option->letter) {
        value = word + 2;
        if (*value)
            return value;
    } else {
        return NULL;
    }
    next_word(rest, next);
    return next;
}

static void take_directive(const char *line, struct script *script)
{
    char word[SCRIPT_TEXT], next[SCRIPT_TEXT];
    for (next_word(&line, word); word[0]; next_word(&line, word)) {
        for (size_t i = 0; i < OPTIONS; i++) {
            const char *value = value_of(&options[i], word, &line, next);
            if (!value)
                continue;
            take_value(&options[i], value, script);
            break;
        }
    }
}

/* The number behind `name` in a command, or 0. */
static long number_in(const char *command, const char *name)
{
    struct error ignored;
    char digits[32];
    long number = 0;
    const char *found = strstr(command, name);
    if (found) {
        found += strlen(name);
        snprintf(digits, sizeof digits, "%.*s",
                 (int)strspn(found, "0123456789"), found);
        parse_number(digits, "", 1, NUMBER_MAX, &number, &ignored);
    }
    return number;
}

static void take_command(const char *line, struct script *script)
{
    static const char omp[] = "export OMP_NUM_THREADS=";
    if (strncmp(line, omp, sizeof omp - 1) == 0)
        script->omp_num_threads =
            strstr(line, "SLURM_CPUS_PER_TASK")
                ? (script->cpus_per_task ? script->cpus_per_task : 1)
                : number_in(line, omp);
    snprintf(script->launch, sizeof script->launch, "%s", line);
}

/* The program and its options in the last command. */
static void look_into_launch(struct script *script)
{
    const char *program = strstr(script->launch, "integ2d-");
    if (!program)
        return;
    program += strlen("integ2d-");
    snprintf(script->scheme, sizeof script->scheme, "%.*s",
             (int)strspn(program, "abcdefghijklmnopqrstuvwxyz-"), program);
    script->grid = number_in(program, "--grid=");
    script->repeat = number_in(program, "--repeat=");
}

void script_parse(char *text, struct script *script)
{
    static const char directive[] = "#SBATCH";
    char line[1024];
    bool commands = false;
    *script = (struct script){.text = text};
    for (const char *from = text; *from;) {
        size_t length = strcspn(from, "\n");
        const char *start = from + strspn(from, " \t");
        snprintf(line, sizeof line, "%.*s", (int)(from + length - start),
                 start < from + length ? start : "");
        from += length + (from[length] == '\n');
        if (line[0] == '\0' || line[0] == '\r')
            continue;
        if (line[0] != '#') {
            commands = true;
            take_command(line, script);
        } else if (!commands &&
                   strncmp(line, directive, sizeof directive - 1) == 0) {
            take_directive(line + sizeof directive - 1, script);
        }
    }
    look_into_launch(script);
}

/* Line number `task` of the commands beside the script of an array; the caller
 * frees it. NULL = there is none. */
static char *task_command(const char *folder, long task)
{
    char path[PATH_MAX], *text, *line;
    struct error ignored;
    if (snprintf(path, sizeof path, "%s/../" JOB_ARRAY_COMMANDS, folder) >=
            (int)sizeof path ||
        file_read(path, COMMANDS_MAX, &text, NULL, &ignored) != 0)
        return NULL;
    char *rest = text;
    while ((line = strsep(&rest, "\n")) != NULL && --task > 0)
        ;
    char *copy = line ? strdup(line) : NULL;
    free(text);
    return copy;
}

/* An array's script as it is for one task: the last line is the task's. */
static char *array_text(const char *folder, long task, struct error *err)
{
    char path[PATH_MAX], *text, *own = NULL;
    if (snprintf(path, sizeof path, "%s/../" JOB_ARRAY_SCRIPT, folder) >=
        (int)sizeof path) {
        error_set(err, "%s: the path is too long", folder);
        return NULL;
    }
    if (file_read(path, FILE_TEXT_MAX, &text, NULL, err) != 0)
        return NULL;
    char *command = task_command(folder, task);
    char *last = strstr(text, "\neval ");
    if (!command || !last)
        error_set(err, "%s: has no command for task %ld", path, task);
    else if (asprintf(&own, "%.*s\n%s\n", (int)(last - text), text, command) <
             0)
        own = NULL;
    free(command);
    free(text);
    return own;
}

int script_text(const char *folder, char **text, struct error *err)
{
    char path[PATH_MAX];
    struct error ignored;
    long task = 0;
    *text = NULL;
    if (snprintf(path, sizeof path, "%s/job.sbatch", folder) >=
        (int)sizeof path)
        return error_set(err, "%s: the path is too long", folder);
    if (file_read(path, FILE_TEXT_MAX, text, NULL, err) == 0)
        return 0;
    const char *name = strrchr(folder, '/');
    if (name && sscanf(name, "/" JOB_TASK_FOLDER "%9ld", &task) == 1)
        *text = array_text(folder, task, &ignored);
    return *text ? 0 : -1;
}

int script_read(const char *folder, struct script *script, struct error *err)
{
    char *text;
    *script = (struct script){0};
    if (script_text(folder, &text, err) != 0)
        return -1;
    script_parse(text, script);
    return 0;
}

void script_release(struct script *script)
{
    free(script->text);
    *script = (struct script){0};
}
