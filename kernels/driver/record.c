/* SPDX-License-Identifier: BSD-3-Clause */
#include "record.h"

#include "clock.h"
#include "driver.h"
#include "grant.h"
#include "timeline.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *folder(void)
{
    const char *path = getenv("INTEG2D_RECORD");

    return path != NULL && path[0] != '\0' ? path : NULL;
}

/* The job's id, or NULL outside a job. */
static const char *job_id(void)
{
    const char *const names[] = {"SLURM_JOB_ID", "INTEG2D_JOB_ID"};

    for (int i = 0; i < 2; i++) {
        const char *id = getenv(names[i]);

        if (id != NULL && id[0] != '\0')
            return id;
    }
    return NULL;
}

/* <folder>/<prefix><id><suffix>; 0, or -1 when that is too long. */
static int name(char path[PATH_MAX], const char *prefix, const char *suffix)
{
    const char *id = job_id();
    char own[32];
    int length;

    snprintf(own, sizeof own, "pid%ld", (long)getpid());
    length = snprintf(path, PATH_MAX, "%s/%s%s%s", folder(), prefix,
                      id != NULL ? id : own, suffix);
    return length > 0 && length < PATH_MAX ? 0 : -1;
}

static int explain(char *message, size_t size, const char *what,
                   const char *path)
{
    snprintf(message, size, "%s %.160s: %s", what, path, strerror(errno));
    return -1;
}

/* An id becomes part of a file name, so it may not lead elsewhere. */
static int id_is_safe(const char *id)
{
    return id == NULL ||
           (strlen(id) <= 64 && id[0] != '.' &&
            strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                       "0123456789._-") == strlen(id));
}

int record_is_wanted(void)
{
    return folder() != NULL;
}

int record_probe(char *message, size_t size)
{
    char path[PATH_MAX];
    int file;

    if (folder() == NULL)
        return 0;
    if (!id_is_safe(job_id())) {
        snprintf(message, size,
                 "the job id '%.64s' cannot be part of a file name: letters, "
                 "digits, '.', '_' and '-' can",
                 job_id());
        return -1;
    }
    if (name(path, ".record_", ".XXXXXX") != 0) {
        errno = ENAMETOOLONG;
        return explain(message, size, "INTEG2D_RECORD: no file can go in",
                       folder());
    }
    file = mkstemp(path);
    if (file < 0)
        return explain(message, size, "INTEG2D_RECORD: no file can go in",
                       folder());
    close(file);
    unlink(path);
    return 0;
}

/* The line never gets shorter, so that writing over it leaves no remains. */
void record_progress(const struct run *run, long done)
{
    char path[PATH_MAX];
    char line[80];
    int file, length;

    if (folder() == NULL || name(path, "progress_", "") != 0)
        return;
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (done > 0 ? 0 : O_TRUNC),
                0666);
    if (file < 0)
        return;
    length = snprintf(line, sizeof line, "%ld %ld %.1f\n", done, run->repeat,
                      clock_wall_s() - run->start_s);
    if (write(file, line, (size_t)length) != length || close(file) != 0)
        unlink(path);
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* A place that is not known is null. */
static json_t *place_number(int place)
{
    return place >= 0 ? json_integer(place) : json_null();
}

static json_t *hex(double value)
{
    char text[40];

    if (!isfinite(value))
        return json_null();
    snprintf(text, sizeof text, "%a", value);
    return json_string(text);
}

static json_t *start_time(const struct run *run)
{
    const time_t second = (time_t)run->start_epoch_s;
    char text[40];
    struct tm utc;

    if (gmtime_r(&second, &utc) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        return json_null();
    return json_string(text);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Best, median and all of the timed repeats. */
static int add_times(json_t *record, const struct run *run)
{
    const size_t repeats = (size_t)run->repeat;
    double *sorted = malloc(repeats * sizeof *sorted);
    json_t *times = json_array();
    int status = times == NULL || sorted == NULL ? -1 : 0;

    for (size_t r = 0; status == 0 && r < repeats; r++) {
        sorted[r] = run->time_s[r];
        status = json_array_append_new(times, number(sorted[r]));
    }
    if (status == 0) {
        qsort(sorted, repeats, sizeof *sorted, ascending);
        status = json_object_set_new(record, "warmup_s", number(run->warmup_s));
        status |= json_object_set(record, "time_s", times);
        status |= json_object_set_new(record, "best_s", number(sorted[0]));
        status |= json_object_set_new(
            record, "median_s",
            number((sorted[(repeats - 1) / 2] + sorted[repeats / 2]) / 2.0));
    }
    json_decref(times);
    free(sorted);
    return status;
}

/* What the run used, against what it held. */
static int add_usage(json_t *record, const struct run *run)
{
    const long cpus = grant_cpus(run->workers);
    double cpu_s = 0.0, total_s = 0.0, mem_mib = 0.0, wall_s = 0.0;
    int status = 0;

    for (int w = 0; w < run->workers; w++) {
        cpu_s += run->worker[w].cpu_s;
        total_s += run->worker[w].total_s;
        mem_mib += run->worker[w].mem_mib;
    }
    for (long r = 0; r < run->repeat; r++)
        wall_s += run->time_s[r];
    status |= json_object_set_new(record, "cpu_used_s", number(cpu_s));
    status |= json_object_set_new(record, "cpu_total_s", number(total_s));
    status |= json_object_set_new(record, "cpu_available_s",
                                  number(wall_s * (double)cpus));
    status |= json_object_set_new(record, "cpus_granted", json_integer(cpus));
    status |= json_object_set_new(record, "cpus_allowed",
                                  json_integer(run->cpus_allowed));
    status |= json_object_set_new(record, "cpus_online",
                                  json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
    status |= json_object_set_new(record, "peak_mem_mib", number(mem_mib));
    return status;
}

static int add_workers(json_t *record, const struct run *run)
{
    const double cell = run->h * run->h;
    json_t *list = json_array();
    int status = list == NULL ? -1 : 0;

    for (int w = 0; status == 0 && w < run->workers; w++) {
        const struct worker *worker = &run->worker[w];

        status = json_array_append_new(
            list,
            json_pack("{sI so so so so ss so so}", "rows",
                      (json_int_t)worker->rows, "busy_s",
                      number(worker->busy_s), "cpu", place_number(worker->cpu),
                      "core", place_number(worker->core), "numa",
                      place_number(worker->numa), "host", worker->host, "sum",
                      number(worker->sum * cell), "expected",
                      number(worker->expected * cell)));
    }
    status |= json_object_set(record, "worker", list);
    json_decref(list);
    return status;
}

/* What only some schemes have. */
static int add_notes(json_t *record, const struct run *run)
{
    json_t *notes = json_object();
    int status = notes == NULL ? -1 : 0;

    for (int i = 0; status == 0 && i < run->notes; i++)
        status = json_object_set_new(notes, run->note[i].key,
                                     json_string(run->note[i].text));
    status |= json_object_set(record, "notes", notes);
    json_decref(notes);
    if (!isnan(run->build_s))
        status |= json_object_set_new(record, "build_s", number(run->build_s));
    return status;
}

static int add_check(json_t *record, const struct check *check)
{
    return json_object_set_new(
        record, "check",
        json_pack("{ss sI so so ss}", "verdict",
                  check->failed ? "failed" : "passed", "rows_done",
                  (json_int_t)check->rows_done, "worst_error",
                  number(check->worst_error), "tolerance",
                  number(check->tolerance), "text", check->text));
}

/* The first part: what was asked, where and when. */
static json_t *identity(const struct run *run)
{
    const long attempt = grant_number("SLURM_RESTART_COUNT");
    char program[64], host[65] = "";

    snprintf(program, sizeof program, "integ2d-%s", run->scheme);
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    return json_pack(
        "{si ss ss ss ss ss sI si sI ss? si ss so}", "schema", 1, "program",
        program, "version", INTEG2D_VERSION, "scheme", run->scheme, "math",
        run->math == MATH_PLAIN ? "plain" : "simd", "sum",
        run->sum == SUM_ROWS ? "rows" : "running", "grid",
        (json_int_t)run->grid, "workers", run->workers, "repeat",
        (json_int_t)run->repeat, "job_id", job_id(), "attempt",
        attempt < 0 ? 0 : (int)attempt, "host", host, "start", start_time(run));
}

/* The whole record, or NULL when there is no memory for it. */
static json_t *record_make(const struct run *run)
{
    json_t *record = identity(run);
    int status = record == NULL ? -1 : 0;

    if (status == 0) {
        status |= add_times(record, run);
        const double integral = run->result != NULL ? NAN : run->integral;

        status |= json_object_set_new(record, "integral", number(integral));
        status |= json_object_set_new(record, "integral_hex", hex(integral));
        status |= json_object_set_new(record, "error", number(fabs(integral)));
        status |= add_usage(record, run);
        status |= json_object_set_new(
            record, "pinned",
            json_boolean(run->pin != NULL && run->result == NULL));
        status |= json_object_set_new(record, "compiler",
                                      json_string(INTEG2D_COMPILER));
        status |=
            json_object_set_new(record, "flags", json_string(INTEG2D_FLAGS));
        status |= add_workers(record, run);
        if (run->spell != NULL)
            status |=
                json_object_set_new(record, "timeline", timeline_json(run));
        status |= add_notes(record, run);
        status |= add_check(record, &run->check);
    }
    if (status != 0) {
        json_decref(record);
        return NULL;
    }
    return record;
}

/* All of it; 0, or -1 with errno. */
static int write_all(int file, const char *text, size_t size)
{
    while (size > 0) {
        const ssize_t written = write(file, text, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        text += written;
        size -= (size_t)written;
    }
    return 0;
}

/* Text into the open file and onto the disk; 0, or -1 with errno. */
static int write_file(int file, const char *text)
{
    const mode_t mask = umask(0);
    int reason = 0;

    umask(mask);
    if (fchmod(file, 0666 & ~mask) != 0 ||
        write_all(file, text, strlen(text)) != 0 ||
        write_all(file, "\n", 1) != 0 || fsync(file) != 0)
        reason = errno;
    if (close(file) != 0 && reason == 0)
        reason = errno;
    errno = reason;
    return reason == 0 ? 0 : -1;
}

/* After a rename the folder itself has to reach the disk, on file systems that
 * can do so. */
static int sync_folder(void)
{
    const int file = open(folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int status;

    if (file < 0)
        return -1;
    status = fsync(file);
    if (status != 0 && errno == EINVAL)
        status = 0;
    return close(file) != 0 ? -1 : status;
}

/* Put the text in place; 0, or -1 with a message and nothing left behind. */
static int place(const char *text, char *message, size_t size)
{
    char path[PATH_MAX] = "", temporary[PATH_MAX] = "";
    int file, reason;

    if (name(path, "record_", ".json") != 0 ||
        name(temporary, ".record_", ".XXXXXX") != 0) {
        errno = ENAMETOOLONG;
        return explain(message, size, "the record cannot be written to", path);
    }
    file = mkstemp(temporary);
    if (file >= 0) {
        if (write_file(file, text) == 0 && rename(temporary, path) == 0) {
            if (sync_folder() == 0)
                return 0;
            memcpy(temporary, path, sizeof path);
        }
        reason = errno;
        unlink(temporary);
        errno = reason;
    }
    return explain(message, size, "the record cannot be written to", path);
}

int record_write(const struct run *run, char *message, size_t size)
{
    char progress[PATH_MAX];
    json_t *record;
    char *text;
    int status;

    if (folder() == NULL)
        return 0;
    record = record_make(run);
    text = record == NULL ? NULL : json_dumps(record, JSON_INDENT(2));
    if (text == NULL) {
        snprintf(message, size, "no memory left to make the record");
        status = -1;
    } else {
        status = place(text, message, size);
    }
    free(text);
    json_decref(record);
    if (name(progress, "progress_", "") == 0)
        unlink(progress);
    return status;
}
