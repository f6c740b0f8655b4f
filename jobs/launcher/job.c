/* SPDX-License-Identifier: BSD-3-Clause */
#include "job.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "file.h"
#include "parse.h"
#include "template.h"
#include "word.h"

enum {
    WORKERS_MAX = 65535, /* what Slurm has room for in -c */
    NODES_MAX = 100000,
    GRID_MAX = 10000000,
    REPEAT_MAX = 100000,
};

int job_token(char token[JOB_TOKEN + 1], struct error *err)
{
    unsigned char bytes[JOB_TOKEN / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return error_set(err, "no random numbers for the job's token: %s",
                         strerror(errno));
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(token + 2 * i, 3, "%02x", (unsigned)bytes[i]);
    return 0;
}

/* What was typed, fit for a message. */
static const char *visible(const char *text)
{
    static char shown[512];
    file_visible(text, shown, sizeof shown);
    return shown;
}

/* Takes a number option, or leaves *value as it is. */
static int number(const char *text, const char *what, long max, long *value,
                  struct error *err)
{
    return text ? parse_number(text, what, 1, max, value, err) : 0;
}

static int text_copy(const char *text, const char *what, char *value,
                     struct error *err)
{
    if (snprintf(value, JOB_TEXT, "%s", text ? text : "") >= JOB_TEXT)
        return error_set(err, "%s: the value has more than %d characters", what,
                         JOB_TEXT - 1);
    return 0;
}

/* The command line goes before the user's file. */
static const char *setting(const char *typed, const struct setting *saved)
{
    return typed ? typed : saved->value;
}

static const char *source(const char *typed, const char *what,
                          const struct setting *saved)
{
    return typed || !saved->value[0] ? what : saved->source;
}

static int read_numbers(const struct options *options, struct job *job,
                        struct error *err)
{
    job->workers = job->cpus_per_task = job->nodes = job->mem_mib = 0;
    job->grid = job->scheme.grid ? job->scheme.grid : SCHEME_GRID;
    job->repeat = 6;
    if (number(options->workers, "-n", WORKERS_MAX, &job->workers, err) ||
        number(options->cpus_per_task, "-c", WORKERS_MAX, &job->cpus_per_task,
               err) ||
        number(options->nodes, "-N", NODES_MAX, &job->nodes, err) ||
        number(options->grid, "--grid", GRID_MAX, &job->grid, err) ||
        number(options->repeat, "--repeat", REPEAT_MAX, &job->repeat, err))
        return -1;
    if (options->mem &&
        parse_mem_mib(options->mem, "--mem", &job->mem_mib, err) != 0)
        return -1;
    return 0;
}

/* All modes of a scheme in one text, as in "race, padded". */
static void list_modes(const char *const *modes, char *list, size_t size)
{
    size_t used = 0;
    list[0] = '\0';
    for (int i = 0; modes[i] && used < size; i++)
        used += (size_t)snprintf(list + used, size - used, "%s%s",
                                 i ? ", " : "", modes[i]);
}

static int read_mode(const struct options *options, struct job *job,
                     struct error *err)
{
    const char *const *modes = job->scheme.modes;
    const char *mode = options->mode;
    char list[400];
    if (!modes && !mode)
        return 0;
    if (!modes)
        return error_set(err, "--mode: %s has no modes: leave '%s' out",
                         job->scheme.name, visible(mode));
    list_modes(modes, list, sizeof list);
    if (!mode)
        return error_set(err, "--mode is missing: say which of %s (%s)",
                         job->scheme.name, list);
    for (int i = 0; modes[i]; i++) {
        if (strcmp(modes[i], mode) == 0) {
            snprintf(job->mode, sizeof job->mode, "%s", mode);
            return 0;
        }
    }
    const char *nearest = parse_nearest(mode, modes);
    return error_set(err, "--mode: %s has no mode '%s'%s%s%s (modes: %s)",
                     job->scheme.name, visible(mode),
                     nearest ? "; did you mean " : "", nearest ? nearest : "",
                     nearest ? "?" : "", list);
}

/* What the program is told besides numbers. */
static int read_choices(const struct options *options, struct job *job,
                        struct error *err)
{
    const char *math = options->math ? options->math : "plain";
    if (strcmp(math, "plain") != 0 && strcmp(math, "simd") != 0)
        return error_set(err, "--math: '%s' is neither plain nor simd",
                         visible(math));
    if (job->scheme.plain_only && strcmp(math, "plain") != 0)
        return error_set(err,
                         "--math: %s has no fast row: leave '%s' out, or "
                         "choose another scheme, such as openmp",
                         job->scheme.name, math);
    strcpy(job->math, math);
    if (options->placement && job->scheme.no_placement)
        return error_set(err,
                         "--placement: where the threads of %s run is not "
                         "known to it: leave the option out",
                         job->scheme.name);
    job->placement = options->placement;
    return read_mode(options, job, err);
}

static int read_time(const struct options *options, const struct config *config,
                     struct job *job, struct error *err)
{
    const char *time = setting(options->time, &config->time);
    const char *what = source(options->time, "-t", &config->time);
    job->time_min = job->site.default_min;
    if (time[0] && parse_time_min(time, what, &job->time_min, err) != 0)
        return -1;
    if (job->time_min > job->site.longest_min) {
        char longest[32];
        parse_time_text(job->site.longest_min, longest, sizeof longest);
        return error_set(err,
                         "%s: %s is longer than any job may run on %s: ask "
                         "for at most %s",
                         what, time, job->site.name, longest);
    }
    return 0;
}

static int read_texts(const struct options *options,
                      const struct config *config, struct job *job,
                      struct error *err)
{
    char name[JOB_TEXT], marked[2 * JOB_TEXT];
    snprintf(name, sizeof name, "integ2d-%s", job->scheme.name);
    const char *asked = options->name ? options->name : name;
    if (job->site.no_comments &&
        snprintf(marked, sizeof marked, "%s-%s", asked, job->token) > 0)
        asked = marked;
    if (text_copy(asked, "--name", job->name, err) ||
        text_copy(setting(options->partition, &config->partition), "-p",
                  job->partition, err) ||
        text_copy(setting(options->constraint, &config->constraint), "-C",
                  job->constraint, err) ||
        text_copy(setting(options->reservation, &config->reservation),
                  "--reservation", job->reservation, err))
        return -1;
    return 0;
}

/* What only Slurm can give. A partition is refused here and not as one that
 * the site chooses: there is none. */
static int check_local(const struct options *options,
                       const struct config *config, const struct job *job,
                       struct error *err)
{
    const struct {
        const char *value, *what;
    } asked[] = {
        {job->nodes > 1 ? options->nodes : "", "-N"},
        {job->mem_mib ? options->mem : "", "--mem"},
        {job->partition, source(options->partition, "-p", &config->partition)},
        {job->constraint,
         source(options->constraint, "-C", &config->constraint)},
        {job->reservation,
         source(options->reservation, "--reservation", &config->reservation)},
    };
    if (job->site.slurm)
        return 0;
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        if (asked[i].value[0])
            return error_set(err,
                             "%s: '%s' is for Slurm, and --site=%s has none: "
                             "leave it out",
                             asked[i].what, asked[i].value, job->site.name);
    }
    return 0;
}

static int check_partition(const struct options *options,
                           const struct config *config, struct job *job,
                           struct error *err)
{
    const char *what = source(options->partition, "-p", &config->partition);
    switch (job->site.partition) {
    case SITE_FORBIDDEN:
        if (job->partition[0])
            return error_set(err,
                             "%s: %s chooses the partition itself: leave "
                             "'%s' out",
                             what, job->site.name, job->partition);
        return 0;
    case SITE_REQUIRED:
        if (!job->partition[0] && !job->site.partition_default[0])
            return error_set(err, "%s demands a partition: give one with -p",
                             job->site.name);
        break;
    case SITE_OPTIONAL:
        break;
    }
    if (!job->partition[0])
        snprintf(job->partition, sizeof job->partition, "%s",
                 job->site.partition_default);
    return 0;
}

/* Ranks (-n) and the threads of each (-c). */
static int set_hybrid(struct job *job, struct error *err)
{
    job->tasks = job->workers ? job->workers : 1;
    if (job->cpus_per_task == 0)
        job->cpus_per_task = 1;
    job->threads = job->cpus_per_task;
    job->workers = job->tasks * job->threads;
    if (job->workers <= WORKERS_MAX)
        return 0;
    return error_set(err,
                     "-n %ld -c %ld: that makes %ld workers; at most %d are "
                     "possible",
                     job->tasks, job->threads, job->workers, (int)WORKERS_MAX);
}

/* Workers become tasks or cores of one task, as the scheme has them. */
static int set_tasks(struct job *job, struct error *err)
{
    const char *scheme = job->scheme.name;
    job->tasks = 1;
    switch (job->scheme.kind) {
    case SCHEME_SERIAL:
        if (job->workers > 1)
            return error_set(err,
                             "-n: %s has one worker, and %ld were asked for: "
                             "leave -n out, or choose --scheme=openmp or "
                             "--scheme=mpi",
                             scheme, job->workers);
        job->workers = 1;
        break;
    case SCHEME_THREADS:
        if (job->workers == 0)
            job->workers = job->cpus_per_task ? job->cpus_per_task : 1;
        if (job->cpus_per_task == 0)
            job->cpus_per_task = job->workers;
        if (job->cpus_per_task < job->workers)
            return error_set(err,
                             "-c %ld: too few cores for the %ld workers of "
                             "-n: ask for -c %ld or leave -c out",
                             job->cpus_per_task, job->workers, job->workers);
        job->threads = job->workers;
        break;
    case SCHEME_HYBRID:
        return set_hybrid(job, err);
    default:
        if (job->workers == 0)
            job->workers = 1;
        job->tasks = job->workers;
    }
    if (job->cpus_per_task == 0)
        job->cpus_per_task = 1;
    return 0;
}

static long node_cores(const struct job *job)
{
    cpu_set_t mine;
    if (!job->site.slurm)
        return sched_getaffinity(0, sizeof mine, &mine) == 0 ? CPU_COUNT(&mine)
                                                             : 0;
    return site_cores(&job->site, job->constraint, job->partition);
}

/* Refuses what no node of the site can hold, and pins a job that fits on
 * one node to one where the site would scatter its tasks. */
static int set_nodes(struct job *job, struct error *err)
{
    const char *scheme = job->scheme.name;
    long cores = node_cores(job);
    long needed = job->tasks * job->cpus_per_task;
    if (job->nodes > job->tasks)
        return error_set(
            err, "-N: %s runs as %ld task%s, too few for %ld nodes", scheme,
            job->tasks, job->tasks == 1 ? "" : "s", job->nodes);
    if (cores <= 0)
        return 0;
    long on_node = job->nodes ? (job->tasks + job->nodes - 1) / job->nodes : 1;
    if (!job->site.slurm)
        on_node = job->tasks;
    if (on_node * job->cpus_per_task > cores)
        return error_set(
            err,
            "%s: %ld cores on one node are asked for, and %s "
            "has %ld%s%s: ask for fewer%s",
            job->scheme.kind == SCHEME_MPI ? "-n" : "-n, -c",
            on_node * job->cpus_per_task, job->site.name, cores,
            job->constraint[0] ? " with -C " : "", job->constraint,
            job->site.slurm && job->tasks > 1 ? ", or for more nodes" : "");
    if (job->nodes == 0 && job->site.slurm && job->site.one_node &&
        needed <= cores)
        job->nodes = 1;
    return 0;
}

/* Whether all tasks are sure to be on one node. */
static bool on_one_node(const struct job *job)
{
    return !job->site.slurm || job->nodes == 1 || job->tasks == 1;
}

/* The site's launch command for this job, with its numbers. */
static int fill_launch(const struct job *job, char *launch, size_t size)
{
    const struct site *site = &job->site;
    char ranks[32], threads[32], half[512];
    const char *from = site->launch[job->scheme.kind];
    if (job->scheme.kind == SCHEME_MPI && site->mpi_one_node[0] &&
        on_one_node(job))
        from = site->mpi_one_node;
    snprintf(ranks, sizeof ranks, "%ld", job->tasks);
    snprintf(threads, sizeof threads, "%ld", job->threads ? job->threads : 1);
    if (word_replace(from, "@RANKS@", ranks, half, sizeof half) != 0)
        return -1;
    return word_replace(half, "@THREADS@", threads, launch, size);
}

/* The script's last line: launcher of the site, program, its options. */
static int set_command(struct job *job, struct error *err)
{
    char launch[sizeof job->command], threads[32] = "";
    if (job->scheme.kind == SCHEME_HYBRID)
        snprintf(threads, sizeof threads, " -c %ld", job->threads);
    if (fill_launch(job, launch, sizeof launch) == 0 &&
        snprintf(job->command, sizeof job->command,
                 "%s%sinteg2d-%s%s%s%s --grid=%ld --repeat=%ld --math=%s%s",
                 launch, launch[0] ? " " : "", job->scheme.name, threads,
                 job->mode[0] ? " --mode=" : "", job->mode, job->grid,
                 job->repeat, job->math, job->placement ? " --placement" : "") <
            (int)sizeof job->command)
        return 0;
    return error_set(err, "the command line of the job is too long");
}

const char *job_script_name(const struct job *job)
{
    return job->array ? JOB_ARRAY_SCRIPT : "job.sbatch";
}

void job_output(const struct job *job, const char *stem, const char *ending,
                char *text, size_t size)
{
    snprintf(text, size, "%s%s_%%j.%s", job->array ? JOB_TASK_FOLDER "%a/" : "",
             stem, ending);
}

void job_array_text(const struct job *job, char *text, size_t size)
{
    text[0] = '\0';
    if (job->array && job->at_once && job->at_once < job->array)
        snprintf(text, size, "1-%ld%%%ld", job->array, job->at_once);
    else if (job->array)
        snprintf(text, size, "1-%ld", job->array);
}

/* Where comments are lost the name ends in the token, the old one until now. */
void job_set_token(struct job *job, const char *token)
{
    size_t length = strlen(job->name), tail = strlen(job->token);
    if (job->site.no_comments && length > tail &&
        strcmp(job->name + length - tail, job->token) == 0)
        snprintf(job->name + length - tail, sizeof job->name - length + tail,
                 "%s", token);
    if (token != job->token)
        snprintf(job->token, sizeof job->token, "%s", token);
    snprintf(job->comment, sizeof job->comment, "integ2d:%s", token);
}

/* The command of a task is its line of the list. */
int job_make_array(struct job *job, const char *token, long tasks,
                   struct error *err)
{
    job_set_token(job, token);
    job->array = tasks;
    job->at_once = job->site.tasks_at_once;
    if (snprintf(
            job->command, sizeof job->command, "%s",
            "eval \"$(sed -n ${SLURM_ARRAY_TASK_ID}p ../" JOB_ARRAY_COMMANDS
            ")\"") < (int)sizeof job->command)
        return 0;
    return error_set(err, "the command line of the array is too long");
}

int job_set_grid(struct job *job, long grid, struct error *err)
{
    if (grid > GRID_MAX)
        return error_set(err,
                         "--grid: %ld is more than the %ld that are "
                         "possible",
                         grid, (long)GRID_MAX);
    job->grid = grid;
    return set_command(job, err);
}

/* The site's modules, then the scheme's own. */
static void set_modules(struct job *job)
{
    const char *extra = site_extra_modules(&job->site, job->scheme.name);
    snprintf(job->modules, sizeof job->modules, "%s%s%s", job->site.modules,
             job->site.modules[0] && extra[0] ? " " : "", extra);
}

/* Rows of the template's keys, each with what its value may hold. Slurm gets
 * the same values in the request, so there the script needs them, too. */
enum { KEY_COUNT = 22, NUMBER_TEXT = 32, NAME_TEXT = 64 };

struct keys {
    struct template_value row[KEY_COUNT];
    char time[NUMBER_TEXT], nodes[NUMBER_TEXT], tasks[NUMBER_TEXT],
        cpus[NUMBER_TEXT], mem[NUMBER_TEXT], threads[NUMBER_TEXT],
        array[NUMBER_TEXT], output[NAME_TEXT], error[NAME_TEXT];
};

/* 0 = no value. */
static void number_text(long value, char text[NUMBER_TEXT])
{
    text[0] = '\0';
    if (value)
        snprintf(text, NUMBER_TEXT, "%ld", value);
}

static void keys_fill(const struct job *job, const char *bin_dir,
                      struct keys *keys)
{
    parse_time_text(job->time_min, keys->time, sizeof keys->time);
    number_text(job->nodes, keys->nodes);
    number_text(job->tasks, keys->tasks);
    number_text(job->cpus_per_task, keys->cpus);
    number_text(job->threads, keys->threads);
    if (job->mem_mib)
        snprintf(keys->mem, NUMBER_TEXT, "%ldM", job->mem_mib);
    else
        keys->mem[0] = '\0';
    job_array_text(job, keys->array, sizeof keys->array);
    job_output(job, "output", "out", keys->output, sizeof keys->output);
    job_output(job, "error", "err", keys->error, sizeof keys->error);
    const bool slurm = job->site.slurm;
    const struct template_value rows[KEY_COUNT] = {
        {"ACCOUNT", job->account, "._-", "-A", slurm},
        {"NAME", job->name, "._-", "--name", slurm},
        {"TIME", keys->time, ":-", "-t", slurm},
        {"PARTITION", job->partition, "._-", "-p", slurm},
        {"NODES", keys->nodes, NULL, "-N", slurm},
        {"TASKS", keys->tasks, NULL, "-n", slurm},
        {"CPUS_PER_TASK", keys->cpus, NULL, "-c", slurm},
        {"THREADS_PER_CORE", job->site.cpu_is_thread ? "1" : "", NULL,
         "cpu_unit", slurm},
        {"MEM", keys->mem, "", "--mem", slurm},
        {"CONSTRAINT", job->constraint, "._&|-", "-C", slurm},
        {"RESERVATION", job->reservation, "._-", "--reservation", slurm},
        {"COMMENT", job->comment, ":", "the comment", slurm},
        {"ARRAY", keys->array, "-%", "the array of a sweep", slurm},
        {"OUTPUT", keys->output, "_%/.", "the output file", slurm},
        {"ERROR", keys->error, "_%/.", "the error file", slurm},
        {"SCRIPT", job_script_name(job), ".", "the script's name", false},
        {"TASK_FOLDER", job->array ? JOB_TASK_FOLDER : "", "_",
         "the array of a sweep", slurm},
        {"MODULES", job->modules, "._/ +-", "[modules]", false},
        {"VERSION", INTEG2D_VERSION, "._-", "the version", false},
        {"THREADS", keys->threads, NULL, "-n", true},
        {"BIN_DIR", bin_dir, "._/ +,=@~-", "the folder of the programs", false},
        /* That of an array is ours alone: nothing typed is in it. */
        {"COMMAND", job->command, job->array ? " ._/:=,+-$(){}\"" : " ._/:=,+-",
         "[launch]", false},
    };
    memcpy(keys->row, rows, sizeof rows);
}

/* Every text that reaches the script, whether its site's template has the
 * key or not: a bad value is an error on every site. */
static int check_texts(const struct job *job, struct error *err)
{
    struct keys keys;
    keys_fill(job, "/", &keys);
    for (int i = 0; i < KEY_COUNT; i++) {
        const char *value = keys.row[i].value;
        if (value && value[0] && template_check(&keys.row[i], err) != 0)
            return -1;
    }
    return 0;
}

int job_make(const struct options *options, const struct config *config,
             const struct site *site, struct job *job, struct error *err)
{
    const struct scheme *scheme;
    *job = (struct job){.site = *site};
    if (!options->scheme)
        return error_set(err, "--scheme is missing: say what to run, such as "
                              "--scheme=mpi -n 4");
    if (scheme_find(options->scheme, &scheme, err) != 0)
        return -1;
    job->scheme = *scheme;
    if (job_token(job->token, err) != 0)
        return -1;
    job_set_token(job, job->token);
    set_modules(job);
    if (read_numbers(options, job, err) || read_choices(options, job, err) ||
        read_texts(options, config, job, err) || check_texts(job, err) ||
        read_time(options, config, job, err) ||
        check_local(options, config, job, err) ||
        check_partition(options, config, job, err) || set_tasks(job, err) ||
        set_nodes(job, err) || set_command(job, err))
        return -1;
    return 0;
}

int job_set_account(struct job *job, const char *account, const char *where,
                    struct error *err)
{
    if (job->site.account == SITE_FORBIDDEN) {
        job->account[0] = '\0';
        return 0;
    }
    if (site_check_account(&job->site, account, where, err) != 0)
        return -1;
    return text_copy(account, where, job->account, err);
}

int job_script(const struct job *job, const char *folder, const char *bin_dir,
               char **script, struct error *err)
{
    struct keys keys;
    char path[4200];
    keys_fill(job, bin_dir, &keys);
    int length =
        snprintf(path, sizeof path, "%s/%s.sbatch.in", folder, job->site.name);
    if (length >= (int)sizeof path)
        return error_set(err, "the path of the templates is too long: %s",
                         folder);
    return template_render(path, keys.row, KEY_COUNT, script, err);
}
