/* SPDX-License-Identifier: BSD-3-Clause */
#include "run.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "script.h"
#include "word.h"

enum { RUN_SCHEMA = 1, RUN_JSON_LIMIT = 1 << 16 };

/* The folder may have been there before: only what is missing is made. */
static int make_folders(char *path, struct error *err)
{
    if (path[0] == '\0')
        return error_set(err, "--output-dir: the value is empty: name a "
                              "folder, or leave the option out");
    for (char *slash = path + 1;; slash++) {
        char end = *slash;
        if (end != '/' && end != '\0')
            continue;
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return error_set(err,
                             "cannot make the folder %s: %s: choose another "
                             "with --output-dir",
                             path, strerror(errno));
        *slash = end;
        if (end == '\0')
            return 0;
    }
}

int run_make_folder(const char *parent, const char *label, const char *token,
                    char folder[PATH_MAX], char submitted[32],
                    struct error *err)
{
    char base[PATH_MAX], stamp[32];
    time_t now = time(NULL);
    struct tm utc;
    if (snprintf(base, sizeof base, "%s", parent) >= (int)sizeof base)
        return error_set(err, "--output-dir: the path is too long");
    if (make_folders(base, err) != 0)
        return -1;
    char *absolute = realpath(base, NULL);
    if (!absolute)
        return error_set(err, "cannot find the folder %s: %s", base,
                         strerror(errno));
    gmtime_r(&now, &utc);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
    strftime(submitted, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
    int length = snprintf(folder, PATH_MAX, "%s/%s-%s-%s", absolute, label,
                          stamp, token);
    free(absolute);
    /* Room for the names of the files in it. */
    if (length >= PATH_MAX - 64)
        return error_set(err, "--output-dir: the path is too long");
    if (mkdir(folder, 0777) == 0)
        return 0;
    int reason = errno;
    rmdir(folder); /* of a network: made, and the answer was lost */
    return error_set(err,
                     "cannot make the run folder %s: %s: choose another "
                     "place with --output-dir",
                     folder, strerror(reason));
}

/* Puts `json` (taken over, NULL = out of memory) at <folder>/<name>. */
static int write_json(const struct run *run, const char *name, json_t *json,
                      struct error *err)
{
    char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
    json_decref(json);
    if (!text)
        return error_set(err, "%s/%s: out of memory", run->folder, name);
    int rc = file_write(run->folder, name, text, FILE_PLAIN, err);
    free(text);
    return rc;
}

static json_t *request_json(const struct run *run)
{
    return json_pack(
        "{si ss ss ss ss ss ss ss sI sI sI sI sI sI ss ss* ss}", "schema",
        RUN_SCHEMA, "version", INTEG2D_VERSION, "site", run->site, "scheme",
        run->scheme, "backend", run->backend, "token", run->token, "account",
        run->account, "name", run->name, "workers", (json_int_t)run->workers,
        "nodes", (json_int_t)run->nodes, "cpus_per_task",
        (json_int_t)run->cpus_per_task, "time_min", (json_int_t)run->time_min,
        "grid", (json_int_t)run->grid, "repeat", (json_int_t)run->repeat,
        "math", run->math, "mode", run->mode[0] ? run->mode : NULL, "submitted",
        run->submitted);
}

void run_describe(const struct job *job, const char *backend, struct run *run)
{
    *run = (struct run){.workers = job->workers,
                        .nodes = job->nodes,
                        .cpus_per_task = job->cpus_per_task,
                        .time_min = job->time_min,
                        .grid = job->grid,
                        .repeat = job->repeat};
    snprintf(run->site, sizeof run->site, "%s", job->site.name);
    snprintf(run->scheme, sizeof run->scheme, "%s", job->scheme.name);
    snprintf(run->backend, sizeof run->backend, "%s", backend);
    snprintf(run->token, sizeof run->token, "%s", job->token);
    snprintf(run->account, sizeof run->account, "%s", job->account);
    snprintf(run->name, sizeof run->name, "%s", job->name);
    snprintf(run->math, sizeof run->math, "%s", job->math);
    snprintf(run->mode, sizeof run->mode, "%s", job->mode);
}

char *run_text(const struct run *run)
{
    json_t *json = request_json(run);
    char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
    json_decref(json);
    return text;
}

int run_create(const char *parent, const struct job *job, const char *backend,
               const char *script, struct run *run, struct error *err)
{
    char label[128];
    run_describe(job, backend, run);
    snprintf(label, sizeof label, "%s-%s-n%ld", job->site.name,
             job->scheme.name, job->workers);
    if (run_make_folder(parent, label, job->token, run->folder, run->submitted,
                        err) != 0)
        return -1;
    if (file_write(run->folder, "job.sbatch", script, FILE_PLAIN, err) == 0 &&
        write_json(run, "run.json", request_json(run), err) == 0)
        return 0;
    run_remove(run);
    return -1;
}

int run_sync(const struct run *run, struct error *err)
{
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s", run->folder);
    *strrchr(parent, '/') = '\0';
    if (file_sync(run->folder, "run.json", err) != 0 ||
        file_sync(run->folder, "", err) != 0)
        return -1;
    return file_sync(parent, "", err);
}

int run_save(const struct run *run, struct error *err)
{
    const struct job_status *status = &run->status;
    return write_json(
        run, "state.json",
        json_pack("{sI sI ss ss ss si si si sI sI sI}", "job_id",
                  (json_int_t)status->job_id, "array_id",
                  (json_int_t)status->array_id, "state",
                  state_name(status->state), "reason", status->reason, "by",
                  status->by, "exit_code", status->exit_code, "signal",
                  status->signal, "attempt", status->attempt, "nodes",
                  (json_int_t)status->nodes, "start", (json_int_t)status->start,
                  "end", (json_int_t)status->end),
        err);
}

/* Copies a JSON text into a field; -1 when it is too long for it, or no word
 * of those that run_create writes: whoever collects somebody else's run prints
 * them. */
static int text_field(const char *text, char *field, size_t size)
{
    if (text[0] != '\0' && !word_fits(text, "._:-"))
        return -1;
    return snprintf(field, size, "%s", text) < (int)size ? 0 : -1;
}

/* The same for a text that may hold anything but control characters. */
static int line_field(const char *text, char *field, size_t size)
{
    file_visible(text, field, size);
    return strcmp(text, field) == 0 ? 0 : -1;
}

static int unpack_request(json_t *json, struct run *run, json_error_t *why)
{
    const char *site, *scheme, *backend, *token, *account, *name, *math,
        *submitted, *mode = "";
    int schema;
    json_int_t workers, nodes, cpus, time_min, grid, repeat;
    if (json_unpack_ex(
            json, why, 0, "{si ss ss ss ss ss ss sI sI sI sI sI sI ss s?s ss}",
            "schema", &schema, "site", &site, "scheme", &scheme, "backend",
            &backend, "token", &token, "account", &account, "name", &name,
            "workers", &workers, "nodes", &nodes, "cpus_per_task", &cpus,
            "time_min", &time_min, "grid", &grid, "repeat", &repeat, "math",
            &math, "mode", &mode, "submitted", &submitted) != 0)
        return -1;
    snprintf(
        why->text, sizeof why->text, "%s",
        schema == RUN_SCHEMA
            ? "a text is too long or has characters that do not belong there"
            : "written by another version of integ2d");
    run->workers = workers;
    run->nodes = nodes;
    run->cpus_per_task = cpus;
    run->time_min = time_min;
    run->grid = grid;
    run->repeat = repeat;
    if (schema != RUN_SCHEMA || text_field(site, run->site, sizeof run->site) ||
        text_field(scheme, run->scheme, sizeof run->scheme) ||
        text_field(backend, run->backend, sizeof run->backend) ||
        text_field(token, run->token, sizeof run->token) ||
        text_field(account, run->account, sizeof run->account) ||
        text_field(name, run->name, sizeof run->name) ||
        text_field(math, run->math, sizeof run->math) ||
        text_field(mode, run->mode, sizeof run->mode) ||
        text_field(submitted, run->submitted, sizeof run->submitted))
        return -1;
    return 0;
}

static int unpack_state(json_t *json, struct run *run, json_error_t *why)
{
    const char *state, *reason, *by;
    json_int_t id, array_id = 0, nodes, start, end;
    struct job_status *status = &run->status;
    if (json_unpack_ex(json, why, 0, "{sI s?I ss ss ss si si si sI sI sI}",
                       "job_id", &id, "array_id", &array_id, "state", &state,
                       "reason", &reason, "by", &by, "exit_code",
                       &status->exit_code, "signal", &status->signal, "attempt",
                       &status->attempt, "nodes", &nodes, "start", &start,
                       "end", &end) != 0)
        return -1;
    status->job_id = id;
    status->array_id = array_id;
    status->state = state_find(state);
    status->nodes = nodes;
    status->start = start;
    status->end = end;
    snprintf(why->text, sizeof why->text,
             "a text is too long or has characters that do not belong there");
    return line_field(by, status->by, sizeof status->by) ||
                   line_field(reason, status->reason, sizeof status->reason)
               ? -1
               : 0;
}

typedef int unpack_fn(json_t *json, struct run *run, json_error_t *why);

/* Returns 0, or -1; a missing file is one, too, with errno ENOENT. */
static int read_json(struct run *run, const char *name, unpack_fn *unpack,
                     struct error *err)
{
    char *text;
    char file[PATH_MAX], shown[PATH_MAX], reason[4 * JSON_ERROR_TEXT_LENGTH];
    json_error_t why;
    if (snprintf(file, sizeof file, "%s/%s", run->folder, name) >=
        (int)sizeof file)
        return error_set(err, "%s: the path is too long", run->folder);
    if (file_read(file, RUN_JSON_LIMIT, &text, NULL, err) != 0)
        return -1;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    free(text);
    int rc = json ? unpack(json, run, &why) : -1;
    json_decref(json);
    errno = 0;
    if (rc == 0)
        return 0;
    /* jansson quotes what it stumbled over. */
    file_visible(file, shown, sizeof shown);
    file_visible(why.text, reason, sizeof reason);
    return error_set(err, "%s: not what integ2d-submit wrote: %s", shown,
                     reason);
}

int run_load_state(struct run *run, struct error *err)
{
    if (read_json(run, "state.json", unpack_state, err) != 0 && errno != ENOENT)
        return -1;
    return 0;
}

int run_load(const char *path, struct run *run, struct error *err)
{
    *run = (struct run){0};
    if (!realpath(path, run->folder))
        return error_set(err, "no run folder at %s: %s", path, strerror(errno));
    if (read_json(run, "run.json", unpack_request, err) != 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? error_prefix(err, "%s is no run folder", path)
                   : -1;
    /* Without a state, the submission was cut short. */
    return run_load_state(run, err);
}

/* Workers as the script asks for them. */
static long script_workers(const struct script *script, enum scheme_kind kind)
{
    long tasks = script->tasks > 0 ? script->tasks : 1;
    long cpus = script->cpus_per_task > 0 ? script->cpus_per_task : 1;
    switch (kind) {
    case SCHEME_SERIAL:
        return 1;
    case SCHEME_THREADS:
        return script->omp_num_threads > 0 ? script->omp_num_threads : cpus;
    case SCHEME_MPI:
        return tasks;
    default:
        return tasks * cpus;
    }
}

void run_adopt(struct run *run, long job_id)
{
    const struct scheme *scheme;
    struct script script;
    struct error ignored;
    run->status = (struct job_status){.job_id = job_id};
    run->by_hand = true;
    if (script_read(run->folder, &script, &ignored) != 0)
        return;
    if (scheme_find(script.scheme, &scheme, &ignored) == 0) {
        snprintf(run->scheme, sizeof run->scheme, "%s", scheme->name);
        run->workers = script_workers(&script, scheme->kind);
    }
    run->nodes = script.nodes;
    if (script.cpus_per_task > 0)
        run->cpus_per_task = script.cpus_per_task;
    if (script.time_min > 0)
        run->time_min = script.time_min;
    if (script.grid > 0)
        run->grid = script.grid;
    if (script.repeat > 0)
        run->repeat = script.repeat;
    script_release(&script);
}

/* The smallest number in the names of what a script leaves. */
long run_find_job(const struct run *run)
{
    static const char *const forms[] = {"exit_%ld%n", "record_%ld.json%n",
                                        "output_%ld.out%n"};
    long found = 0;
    DIR *dir = opendir(run->folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
            long id;
            int length = 0;
            if (sscanf(entry->d_name, forms[i], &id, &length) == 1 &&
                length > 0 && entry->d_name[length] == '\0' && id > 0 &&
                (found == 0 || id < found))
                found = id;
        }
    }
    if (dir)
        closedir(dir);
    return found;
}

bool run_sweep_folder(const struct run *run, char folder[PATH_MAX])
{
    char token[TOKEN_TEXT];
    snprintf(folder, PATH_MAX, "%s", run->folder);
    if (token_split(run->token, token) == 0)
        return false;
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(folder, '/');
        if (!slash || slash == folder)
            return false;
        *slash = '\0';
    }
    return true;
}

long run_task(const struct run *run)
{
    const struct job_status *status = &run->status;
    char token[TOKEN_TEXT];
    return status->job_id && status->array_id == status->job_id &&
                   status->start == 0
               ? token_split(run->token, token)
               : 0;
}

void run_job_name(const struct run *run, char name[RUN_JOB_NAME])
{
    long task = run_task(run);
    if (task)
        snprintf(name, RUN_JOB_NAME, "%ld_%ld", run->status.job_id, task);
    else
        snprintf(name, RUN_JOB_NAME, "%ld", run->status.job_id);
}

void run_remove(const struct run *run)
{
    static const char *const names[] = {"job.sbatch", "run.json", "state.json"};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (snprintf(path, sizeof path, "%s/%s", run->folder, names[i]) <
            (int)sizeof path)
            unlink(path);
    }
    rmdir(run->folder);
}

/* A run folder, or a sweep's, and when its run.json was written, for two runs
 * of the same second. */
struct listed {
    char *folder;
    struct timespec written;
};

struct listing {
    struct listed *run;
    size_t count, room;
};

/* "submitted" would need every run.json read: the time in the folder's name
 * sorts well enough. */
static int by_time(const void *a, const void *b)
{
    const struct listed *first = a, *second = b;
    const char *left = first->folder, *right = second->folder;
    const size_t stamp = sizeof "-20261122T074500Z" - 1;
    const size_t tail = JOB_TOKEN + 1 + stamp;
    size_t left_length = strlen(left), right_length = strlen(right);
    int order = 0;
    if (left_length > tail && right_length > tail)
        order = strncmp(left + left_length - tail, right + right_length - tail,
                        stamp);
    if (order != 0)
        return order;
    if (first->written.tv_sec != second->written.tv_sec)
        return first->written.tv_sec < second->written.tv_sec ? -1 : 1;
    if (first->written.tv_nsec != second->written.tv_nsec)
        return first->written.tv_nsec < second->written.tv_nsec ? -1 : 1;
    return strcmp(left, right);
}

static void listing_release(struct listing *listing)
{
    while (listing->count > 0)
        free(listing->run[--listing->count].folder);
    free(listing->run);
    *listing = (struct listing){0};
}

/* Returns 0, or -1 when out of memory. */
static int add_listed(struct listing *listing, const char *path,
                      const struct timespec *written)
{
    if (listing->count == listing->room) {
        size_t room = listing->room ? 2 * listing->room : 64;
        struct listed *more =
            reallocarray(listing->run, room, sizeof *listing->run);
        if (!more)
            return -1;
        listing->run = more;
        listing->room = room;
    }
    struct listed *run = &listing->run[listing->count];
    *run = (struct listed){strdup(path), *written};
    listing->count += run->folder != NULL;
    return run->folder ? 0 : -1;
}

/* Adds the runs and sweeps in the open folder `dir`. A run folder is one with a
 * run.json, a sweep's has a sweep.json; anything else is passed over. */
static int list_runs(DIR *dir, const char *parent, struct listing *listing)
{
    char path[PATH_MAX], file[NAME_MAX + sizeof "/sweep.json"];
    struct stat about;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.' || entry->d_type == DT_REG ||
            snprintf(path, sizeof path, "%s/%s", parent, entry->d_name) >=
                (int)sizeof path)
            continue;
        snprintf(file, sizeof file, "%s/run.json", entry->d_name);
        if (fstatat(dirfd(dir), file, &about, 0) != 0) {
            snprintf(file, sizeof file, "%s/sweep.json", entry->d_name);
            if (fstatat(dirfd(dir), file, &about, 0) != 0)
                continue;
        }
        if (add_listed(listing, path, &about.st_mtim) != 0)
            return -1;
    }
    return 0;
}

int run_list(const char *parent, char ***folders, size_t *count,
             struct error *err)
{
    struct listing listing = {0};
    *folders = NULL;
    *count = 0;
    DIR *dir = opendir(parent);
    if (!dir)
        return error_set(err, "cannot read the folder %s: %s", parent,
                         strerror(errno));
    int rc = list_runs(dir, parent, &listing);
    closedir(dir);
    if (rc == 0)
        *folders = calloc(listing.count + 1, sizeof **folders);
    if (!*folders) {
        listing_release(&listing);
        return error_set(err, "out of memory for the runs in %s", parent);
    }
    if (listing.count > 1)
        qsort(listing.run, listing.count, sizeof *listing.run, by_time);
    while (*count < listing.count) {
        (*folders)[*count] = listing.run[*count].folder;
        ++*count;
    }
    free(listing.run);
    return 0;
}

void run_file(const struct run *run, const char *stem, const char *ending,
              char path[PATH_MAX])
{
    /* run_create kept room for this. */
    if (snprintf(path, PATH_MAX, "%s/%s%ld%s", run->folder, stem,
                 run->status.job_id, ending) >= PATH_MAX)
        path[0] = '\0';
}

int run_read_progress(const struct run *run, struct run_progress *progress)
{
    char path[PATH_MAX];
    struct stat about;
    run_file(run, "progress_", "", path);
    FILE *file = fopen(path, "re");
    if (!file)
        return -1;
    int fields = fscanf(file, "%ld %ld %lf", &progress->done,
                        &progress->repeats, &progress->elapsed_s);
    bool present = run->status.start > 0 && fstat(fileno(file), &about) == 0 &&
                   about.st_mtime >= run->status.start;
    fclose(file);
    return fields == 3 && present && progress->done >= 0 &&
                   progress->repeats >= progress->done
               ? 0
               : -1;
}
