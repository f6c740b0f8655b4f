/* SPDX-License-Identifier: BSD-3-Clause */
#include "sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "range.h"
#include "sweep_file.h"

enum { PART = 64, PATHS = PATH_MAX - 160 }; /* room for what is in the folder */

bool sweep_is(const char *path)
{
    char file[PATH_MAX];
    return snprintf(file, sizeof file, "%s/" SWEEP_JSON, path) <
               (int)sizeof file &&
           access(file, F_OK) == 0;
}

void sweep_array_folder(const struct sweep *sweep, size_t array,
                        char folder[PATH_MAX])
{
    /* sweep_create and sweep_load have made sure of the room. */
    if (snprintf(folder, PATH_MAX, "%s/array_%zu-%s", sweep->folder, array + 1,
                 sweep->array[array].token) >= PATH_MAX)
        folder[0] = '\0';
}

/* Where the runs of the sweep are now. */
static void place_runs(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->count; i++) {
        struct run *run = &sweep->run[i];
        char folder[PATH_MAX];
        if (sweep->task[i] == 0)
            continue;
        sweep_array_folder(sweep, sweep->in[i], folder);
        if (snprintf(run->folder, sizeof run->folder,
                     "%s/" JOB_TASK_FOLDER "%zu", folder,
                     sweep->task[i]) >= (int)sizeof run->folder)
            run->folder[0] = '\0';
    }
}

/* ---- A new sweep --------------------------------------------------------- */

static int copy_runs(struct sweep *sweep, const struct plan *plan,
                     struct error *err)
{
    sweep->run = calloc(plan->count, sizeof *sweep->run);
    sweep->group = calloc(plan->count, sizeof *sweep->group);
    sweep->task = calloc(plan->count, sizeof *sweep->task);
    sweep->in = calloc(plan->count, sizeof *sweep->in);
    if (!sweep->run || !sweep->group || !sweep->task || !sweep->in)
        return error_set(err, "out of memory for %zu runs", plan->count);
    for (size_t i = 0; i < plan->count; i++) {
        struct run *run = &sweep->run[i];
        *run = plan->run[i].run;
        snprintf(run->backend, sizeof run->backend, "%s", sweep->backend);
        snprintf(run->submitted, sizeof run->submitted, "%s", sweep->submitted);
        sweep->group[i] = plan->run[i].group;
    }
    sweep->count = plan->count;
    return 0;
}

static int add_array(struct sweep *sweep, const size_t *runs, size_t count,
                     struct error *err)
{
    char token[JOB_TOKEN + 1];
    if (job_token(token, err) != 0)
        return -1;
    return sweep_file_array(sweep, token, runs, count, err);
}

/* Each group in arrays as large as they may be. */
static int divide(struct sweep *sweep, const struct plan *plan, size_t most,
                  struct error *err)
{
    size_t *runs = calloc(plan->count, sizeof *runs);
    int rc = runs ? 0 : error_set(err, "out of memory for the arrays");
    for (size_t group = 0; rc == 0 && group < plan->groups; group++) {
        size_t count = 0, left = plan->group[group].count;
        for (size_t i = 0; rc == 0 && left > 0; i++) {
            if (plan->run[i].group != group)
                continue;
            runs[count++] = i;
            left--;
            if (count < most && left > 0)
                continue;
            rc = add_array(sweep, runs, count, err);
            count = 0;
        }
    }
    free(runs);
    return rc;
}

/* The line of an array in the journal; the caller frees it. */
static char *array_line(const struct sweep *sweep, size_t index)
{
    const struct sweep_array *array = &sweep->array[index];
    size_t size = 64 + 12 * array->count;
    long *numbers = calloc(array->count, sizeof *numbers);
    char *line = malloc(size);
    for (size_t i = 0; numbers && i < array->count; i++)
        numbers[i] = (long)array->run[i] + 1;
    if (numbers && line) {
        int length =
            snprintf(line, size, "array %zu %s ", index + 1, array->token);
        range_text(numbers, array->count, line + length,
                   size - (size_t)length - 1);
        strcat(line, "\n");
    }
    free(numbers);
    return line;
}

static int write_files(struct sweep *sweep, const struct plan *plan,
                       struct error *err)
{
    char *journal = NULL;
    size_t size;
    FILE *out = open_memstream(&journal, &size);
    for (size_t i = 0; out && i < sweep->arrays; i++) {
        char *line = array_line(sweep, i);
        fputs(line ? line : "", out);
        free(line);
    }
    char *json = sweep_file_text(sweep, plan);
    int rc = -1;
    if (!out || fclose(out) != 0 || !json)
        error_set(err, "out of memory for the sweep");
    else if (file_write(sweep->folder, SWEEP_JOURNAL, journal, FILE_PLAIN,
                        err) == 0)
        rc = file_write(sweep->folder, SWEEP_JSON, json, FILE_PLAIN, err);
    sweep->journal = size;
    free(journal);
    free(json);
    return rc;
}

int sweep_create(const char *parent, const struct plan *plan,
                 const struct options *options, const char *backend, long most,
                 struct sweep *sweep, struct error *err)
{
    const struct job *job = &plan->group[0].job;
    char label[PART];
    *sweep = (struct sweep){.options = *options};
    snprintf(sweep->site, sizeof sweep->site, "%s", job->site.name);
    snprintf(sweep->backend, sizeof sweep->backend, "%s", backend);
    snprintf(sweep->token, sizeof sweep->token, "%s", job->token);
    snprintf(sweep->account, sizeof sweep->account, "%s", job->account);
    snprintf(sweep->name, sizeof sweep->name, "%s", plan->run[0].run.name);
    snprintf(label, sizeof label, "%s-sweep", job->site.name);
    if (run_make_folder(parent, label, sweep->token, sweep->folder,
                        sweep->submitted, err) != 0)
        return -1;
    int rc = strlen(sweep->folder) < PATHS
                 ? 0
                 : error_set(err, "--output-dir: the path is too long");
    if (rc == 0)
        rc = copy_runs(sweep, plan, err);
    if (rc == 0)
        rc = divide(sweep, plan, (size_t)most, err);
    if (rc == 0)
        rc = write_files(sweep, plan, err);
    if (rc == 0) {
        place_runs(sweep);
        return 0;
    }
    sweep_remove(sweep);
    sweep_release(sweep);
    return -1;
}

int sweep_sync(const struct sweep *sweep, struct error *err)
{
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s", sweep->folder);
    *strrchr(parent, '/') = '\0';
    if (file_sync(sweep->folder, SWEEP_JSON, err) != 0 ||
        file_sync(sweep->folder, SWEEP_JOURNAL, err) != 0 ||
        file_sync(sweep->folder, "", err) != 0)
        return -1;
    return file_sync(parent, "", err);
}

/* ---- One that is there --------------------------------------------------- */

/* What was never created may have been asked for again since. */
static int load_state(struct run *run, struct error *err)
{
    long job_id = run->status.job_id;
    if (run_load_state(run, err) != 0)
        return -1;
    if (run->status.state == STATE_NEVER_CREATED)
        run->status = (struct job_status){.job_id = job_id};
    return 0;
}

int sweep_load(const char *path, struct sweep *sweep, struct error *err)
{
    *sweep = (struct sweep){0};
    if (!realpath(path, sweep->folder))
        return error_set(err, "no sweep at %s: %s", path, strerror(errno));
    if (strlen(sweep->folder) >= PATHS)
        return error_set(err, "%s: the path is too long", path);
    if (sweep_file_read(sweep, err) != 0)
        return -1;
    place_runs(sweep);
    for (size_t i = 0; i < sweep->count; i++) {
        if (sweep->task[i] && load_state(&sweep->run[i], err) != 0) {
            sweep_release(sweep);
            return -1;
        }
    }
    return 0;
}

bool sweep_agrees(const struct sweep *sweep, const struct plan *plan)
{
    if (sweep->count != plan->count)
        return false;
    for (size_t i = 0; i < plan->count; i++) {
        const struct run *a = &sweep->run[i], *b = &plan->run[i].run;
        if (strcmp(a->scheme, b->scheme) != 0 ||
            strcmp(a->math, b->math) != 0 || strcmp(a->mode, b->mode) != 0 ||
            a->workers != b->workers || a->nodes != b->nodes ||
            a->cpus_per_task != b->cpus_per_task ||
            a->time_min != b->time_min || a->grid != b->grid ||
            a->repeat != b->repeat || sweep->group[i] != plan->run[i].group)
            return false;
    }
    return true;
}

/* ---- The journal --------------------------------------------------------- */

/* All of it, however often it takes. */
static bool write_whole(int fd, const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        ssize_t put = write(fd, text, left);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        text += put;
        left -= (size_t)put;
    }
    return true;
}

static int append(struct sweep *sweep, const char *line, bool sync,
                  struct error *err)
{
    char path[PATH_MAX];
    struct stat about;
    snprintf(path, sizeof path, "%.*s/" SWEEP_JOURNAL, PATHS, sweep->folder);
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    /* A line that was cut short must not become a part of this one. */
    bool good = fd >= 0 && fstat(fd, &about) == 0 &&
                (about.st_size <= (off_t)sweep->journal ||
                 ftruncate(fd, (off_t)sweep->journal) == 0) &&
                write_whole(fd, line) && (!sync || fsync(fd) == 0);
    int reason = errno;
    if (good)
        sweep->journal += strlen(line);
    if (fd >= 0 && close(fd) != 0 && good) {
        reason = errno;
        good = false;
    }
    if (good)
        return 0;
    return error_set(err, "%s: cannot be written: %s", path, strerror(reason));
}

int sweep_add_array(struct sweep *sweep, const size_t *runs, size_t count,
                    struct error *err)
{
    if (add_array(sweep, runs, count, err) != 0)
        return -1;
    char *line = array_line(sweep, sweep->arrays - 1);
    int rc = line ? append(sweep, line, false, err)
                  : error_set(err, "out of memory for an array");
    free(line);
    place_runs(sweep);
    return rc;
}

int sweep_note_asked(struct sweep *sweep, size_t array, struct error *err)
{
    char line[PART];
    snprintf(line, sizeof line, "asked %zu\n", array + 1);
    if (append(sweep, line, true, err) != 0)
        return -1;
    sweep->array[array].asked = true;
    return 0;
}

int sweep_note_job(struct sweep *sweep, size_t array, long job_id,
                   struct error *err)
{
    char line[PART];
    sweep->array[array].job_id = job_id;
    snprintf(line, sizeof line, "job %zu %ld\n", array + 1, job_id);
    return append(sweep, line, false, err);
}

/* ---- Stopping ------------------------------------------------------------ */

static void stop_path(const struct sweep *sweep, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%.*s/stop", PATHS, sweep->folder);
}

int sweep_stop(const struct sweep *sweep, bool stop)
{
    char path[PATH_MAX];
    stop_path(sweep, path);
    if (!stop)
        return unlink(path) == 0 || errno == ENOENT ? 0 : -1;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    return fd >= 0 ? close(fd) : -1;
}

bool sweep_is_stopped(const struct sweep *sweep)
{
    char path[PATH_MAX];
    stop_path(sweep, path);
    return access(path, F_OK) == 0;
}

/* ---- Run folders --------------------------------------------------------- */

bool sweep_has_asked(const struct sweep *sweep, size_t run)
{
    return sweep->task[run] && sweep->array[sweep->in[run]].asked;
}

/* The run.json of a task, from what the sweep knows; the folder is made again
 * where a crash has taken it back. */
static int complete_run(const struct run *run, struct error *err)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/run.json", run->folder) >=
        (int)sizeof path)
        return error_set(err, "%s: the path is too long", run->folder);
    if (access(path, F_OK) == 0)
        return 0;
    char *text = run_text(run), array[PATH_MAX];
    snprintf(array, sizeof array, "%s", run->folder);
    mkdir(dirname(array), 0777);
    mkdir(run->folder, 0777);
    int rc = text ? file_write(run->folder, "run.json", text, FILE_PLAIN, err)
                  : error_set(err, "out of memory for a run");
    free(text);
    return rc;
}

int sweep_complete(const struct sweep *sweep, struct error *err)
{
    for (size_t i = 0; i < sweep->count; i++) {
        if (sweep_has_asked(sweep, i) && complete_run(&sweep->run[i], err) != 0)
            return -1;
    }
    return 0;
}

/* ---- Lists of runs ------------------------------------------------------- */

struct list {
    char **folder;
    size_t count, room;
};

/* Takes the text over; NULL = out of memory already. */
static int list_add(struct list *list, char *folder)
{
    if (folder && list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 64;
        char **more = reallocarray(list->folder, room, sizeof *more);
        if (more) {
            list->folder = more;
            list->room = room;
        }
    }
    if (!folder || list->count == list->room) {
        free(folder);
        return -1;
    }
    list->folder[list->count++] = folder;
    return 0;
}

static int list_sweep(struct list *list, const char *path, size_t *missing,
                      struct error *err)
{
    struct sweep sweep;
    int rc = 0;
    if (sweep_load(path, &sweep, err) != 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < sweep.count; i++) {
        const struct run *run = &sweep.run[i];
        if (!sweep_has_asked(&sweep, i))
            (*missing)++;
        else if ((rc = complete_run(run, err)) == 0 &&
                 list_add(list, strdup(run->folder)) != 0)
            rc = error_set(err, "out of memory for the runs of a sweep");
    }
    sweep_release(&sweep);
    return rc;
}

void sweep_say_missing(size_t missing, FILE *file)
{
    if (missing > 0)
        fprintf(file,
                "%zu job%s of sweeps %s not been submitted; go on with: "
                "integ2d-submit --resume SWEEP\n",
                missing, missing == 1 ? "" : "s",
                missing == 1 ? "has" : "have");
}

int sweep_expand(char ***folders, size_t *count, size_t *missing,
                 struct error *err)
{
    struct list list = {0};
    int rc = 0;
    *missing = 0;
    for (size_t i = 0; i < *count; i++) {
        char *folder = (*folders)[i];
        if (!sweep_is(folder)) {
            if (list_add(&list, folder) != 0)
                rc = error_set(err, "out of memory for the list of runs");
            continue;
        }
        if (list_sweep(&list, folder, missing, err) != 0)
            rc = -1;
        free(folder);
    }
    free(*folders);
    *folders = list.folder;
    *count = list.count;
    return rc;
}

/* ---- Folders ------------------------------------------------------------- */

/* A new file, or one that a crash has left empty; any other stays. */
static int write_missing(int folder, const char *name, const char *text)
{
    struct stat about;
    int fd =
        openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST && fstatat(folder, name, &about, 0) == 0 &&
        about.st_size == 0)
        fd = openat(folder, name, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == EEXIST ? 0 : -1;
    bool good = write_whole(fd, text);
    int reason = errno;
    if (close(fd) != 0 && good)
        return -1;
    if (good)
        return 0;
    unlinkat(folder, name, 0);
    errno = reason;
    return -1;
}

/* The folder of one task: with its own script where there is no array. */
static int make_task(const struct sweep *sweep, int folder, size_t run,
                     const struct plan *plan, const char *script)
{
    char name[PART], file[2 * PART];
    snprintf(name, sizeof name, JOB_TASK_FOLDER "%zu", sweep->task[run]);
    if (mkdirat(folder, name, 0777) != 0 && errno != EEXIST)
        return -1;
    if (script)
        return 0;
    snprintf(file, sizeof file, "%s/job.sbatch", name);
    return write_missing(folder, file, plan->run[run].script);
}

/* A line for each task. */
static char *commands_text(const struct sweep_array *array,
                           const struct plan *plan)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; out && i < array->count; i++)
        fprintf(out, "%s\n", plan->run[array->run[i]].command);
    return out && fclose(out) == 0 ? text : NULL;
}

static int fill_array(const struct sweep *sweep, size_t index, int folder,
                      const struct plan *plan, const char *script)
{
    const struct sweep_array *array = &sweep->array[index];
    int rc = 0;
    if (script) {
        char *commands = commands_text(array, plan);
        rc =
            commands ? write_missing(folder, JOB_ARRAY_COMMANDS, commands) : -1;
        free(commands);
        if (rc == 0)
            rc = write_missing(folder, JOB_ARRAY_SCRIPT, script);
    }
    for (size_t i = 0; rc == 0 && i < array->count; i++) {
        if (sweep->in[array->run[i]] == index)
            rc = make_task(sweep, folder, array->run[i], plan, script);
    }
    return rc;
}

int sweep_make_array(const struct sweep *sweep, size_t array,
                     const struct plan *plan, const char *script,
                     struct error *err)
{
    char path[PATH_MAX];
    sweep_array_folder(sweep, array, path);
    int folder = -1, rc = -1;
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0)
        rc = fill_array(sweep, array, folder, plan, script);
    if (rc != 0)
        error_set(err, "%s: cannot be written: %s", path, strerror(errno));
    if (folder >= 0)
        close(folder);
    return rc;
}

/* Everything in it is ours, two folders deep. */
static void remove_below(int parent, const char *name, int depth)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(fd, entry->d_name, 0) != 0 && depth > 0)
            remove_below(fd, entry->d_name, depth - 1);
    }
    if (dir)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
    unlinkat(parent, name, AT_REMOVEDIR);
}

void sweep_remove(const struct sweep *sweep)
{
    remove_below(AT_FDCWD, sweep->folder, 2);
}

void sweep_release(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->arrays; i++)
        free(sweep->array[i].run);
    free(sweep->array);
    free(sweep->run);
    free(sweep->group);
    free(sweep->task);
    free(sweep->in);
    json_decref(sweep->json);
    *sweep = (struct sweep){0};
}
