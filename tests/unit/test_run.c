/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "file.h"
#include "run.h"
#include "scratch.h"

static struct job job;
static struct run made;
static struct error err;

static int remove_one(const char *file, const struct stat *status, int kind,
                      struct FTW *place)
{
    (void)status;
    (void)kind;
    return place->level > 0 ? remove(file) : 0;
}

static int clear(void **state)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return leave(state);
}

/* Every field has a value that no other one has. */
static int start(void **state)
{
    job = (struct job){.site = {.name = "hpc2n"},
                       .scheme = {.name = "openmp"},
                       .token = "0123456789ab",
                       .name = "My.job",
                       .account = "hpc2n2026-042",
                       .math = "simd",
                       .workers = 4,
                       .nodes = 2,
                       .cpus_per_task = 3,
                       .time_min = 90,
                       .grid = 10000,
                       .repeat = 5};
    made = (struct run){0};
    err = (struct error){""};
    return enter(state);
}

static void create(void)
{
    if (run_create(folder, &job, "slurm", "#!/bin/bash\necho x\n", &made,
                   &err) != 0)
        fail_msg("%s", err.text);
}

/* put() writes to <run folder>/<name> from now on. */
static void point_to(const char *name)
{
    int length = snprintf(path, sizeof(path), "%s/%s", made.folder, name);

    assert_true(length > 0 && length < (int)sizeof(path));
}

static void expect_no_load(const char *part)
{
    struct run run;

    err = (struct error){""};
    if (run_load(made.folder, &run, &err) != -1)
        fail_msg("was loaded; expected '%s'", part);
    if (strstr(err.text, part) == NULL)
        fail_msg("expected '%s', got: %s", part, err.text);
}

static struct run load(void)
{
    struct run run;

    memset(&run, 0x55, sizeof(run));
    if (run_load(made.folder, &run, &err) != 0)
        fail_msg("%s", err.text);
    return run;
}

static void expect_equal(const struct run *a, const struct run *b)
{
    assert_string_equal(a->folder, b->folder);
    assert_string_equal(a->site, b->site);
    assert_string_equal(a->scheme, b->scheme);
    assert_string_equal(a->backend, b->backend);
    assert_string_equal(a->token, b->token);
    assert_string_equal(a->account, b->account);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->math, b->math);
    assert_string_equal(a->submitted, b->submitted);
    assert_int_equal(a->workers, b->workers);
    assert_int_equal(a->nodes, b->nodes);
    assert_int_equal(a->cpus_per_task, b->cpus_per_task);
    assert_int_equal(a->time_min, b->time_min);
    assert_int_equal(a->grid, b->grid);
    assert_int_equal(a->repeat, b->repeat);
    assert_int_equal(a->status.job_id, b->status.job_id);
    assert_int_equal(a->status.array_id, b->status.array_id);
    assert_int_equal(a->status.state, b->status.state);
    assert_string_equal(a->status.reason, b->status.reason);
    assert_string_equal(a->status.by, b->status.by);
    assert_int_equal(a->status.attempt, b->status.attempt);
    assert_int_equal(a->status.exit_code, b->status.exit_code);
    assert_int_equal(a->status.signal, b->status.signal);
    assert_int_equal(a->status.nodes, b->status.nodes);
    assert_int_equal(a->status.start, b->status.start);
    assert_int_equal(a->status.end, b->status.end);
}

static void save_state(void)
{
    made.status = (struct job_status){.job_id = 1234567890123,
                                      .array_id = 1234567890122,
                                      .state = STATE_OUT_OF_MEMORY,
                                      .reason = "OutOfMemory",
                                      .by = "maria",
                                      .attempt = 3,
                                      .exit_code = 125,
                                      .signal = 9,
                                      .nodes = 7,
                                      .start = 5000000001,
                                      .end = 5000000002};
    assert_int_equal(run_save(&made, &err), 0);
}

static size_t count_files(const char *where)
{
    size_t count = 0;
    DIR *dir = opendir(where);

    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count +=
            strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return count;
}

static void a_run_comes_back_as_it_was_made(void **state)
{
    struct run loaded;

    (void)state;
    create();
    assert_string_equal(made.site, "hpc2n");
    assert_string_equal(made.scheme, "openmp");
    assert_string_equal(made.backend, "slurm");
    assert_string_equal(made.token, "0123456789ab");
    assert_string_equal(made.account, "hpc2n2026-042");
    assert_string_equal(made.name, "My.job");
    assert_string_equal(made.math, "simd");
    assert_int_equal(made.workers, 4);
    assert_int_equal(made.nodes, 2);
    assert_int_equal(made.cpus_per_task, 3);
    assert_int_equal(made.time_min, 90);
    assert_int_equal(made.grid, 10000);
    assert_int_equal(made.repeat, 5);
    save_state();
    loaded = load();
    expect_equal(&loaded, &made);
    assert_int_equal(loaded.status.job_id, 1234567890123);
    assert_int_equal(loaded.status.state, STATE_OUT_OF_MEMORY);
}

static void every_state_comes_back(void **state)
{
    (void)state;
    create();
    for (int i = 0; i < STATE_COUNT; i++) {
        made.status.state = (enum job_state)i;
        assert_int_equal(run_save(&made, &err), 0);
        assert_int_equal(load().status.state, i);
    }
    assert_int_equal(count_files(made.folder), 3);
}

static void the_folder_is_named_after_the_run(void **state)
{
    char start_text[128], stamp[32], script[64];
    const char *name;
    char *text = NULL;
    struct tm utc = {0};
    struct stat status;

    (void)state;
    create();
    snprintf(start_text, sizeof(start_text), "%s/hpc2n-openmp-n4-", folder);
    assert_int_equal(strncmp(made.folder, start_text, strlen(start_text)), 0);
    name = made.folder + strlen(start_text);
    assert_non_null(strptime(made.submitted, "%Y-%m-%dT%H:%M:%SZ", &utc));
    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ-", &utc);
    assert_int_equal(strncmp(name, stamp, strlen(stamp)), 0);
    assert_string_equal(name + strlen(stamp), "0123456789ab");
    assert_true(labs(time(NULL) - timegm(&utc)) < 300);
    point_to("job.sbatch");
    assert_int_equal(file_read(path, sizeof(script), &text, NULL, &err), 0);
    assert_string_equal(text, "#!/bin/bash\necho x\n");
    free(text);
    point_to("run.json");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(count_files(made.folder), 2);
}

static void folders_above_are_made(void **state)
{
    char parent[128];

    (void)state;
    snprintf(parent, sizeof(parent), "%s/a//b/c/", folder);
    assert_int_equal(run_create(parent, &job, "local", "x", &made, &err), 0);
    assert_int_equal(run_create(parent, &job, "local", "x", &made, &err), -1);
    assert_non_null(strstr(err.text, "cannot make the run folder"));
    snprintf(parent, sizeof(parent), "%s/a/b/c/hpc2n-", folder);
    assert_int_equal(strncmp(made.folder, parent, strlen(parent)), 0);
}

static void a_folder_is_absolute_wherever_it_is_asked_for(void **state)
{
    char before[PATH_MAX];
    int rc;

    (void)state;
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(folder), 0);
    rc = run_create("runs", &job, "local", "x", &made, &err);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(rc, 0);
    assert_int_equal(strncmp(made.folder, folder, strlen(folder)), 0);
    assert_string_equal(load().folder, made.folder);
}

static void a_moved_run_folder_is_still_that_run(void **state)
{
    struct run loaded;
    char moved[128];

    (void)state;
    create();
    save_state();
    snprintf(moved, sizeof(moved), "%s/kept for later", folder);
    assert_int_equal(rename(made.folder, moved), 0);
    snprintf(made.folder, sizeof(made.folder), "%s", moved);
    loaded = load();
    expect_equal(&loaded, &made);
}

static void without_a_state_the_submission_was_cut_short(void **state)
{
    struct run loaded;

    (void)state;
    create();
    loaded = load();
    assert_int_equal(loaded.status.job_id, 0);
    assert_int_equal(loaded.status.state, STATE_UNKNOWN);
    expect_equal(&loaded, &made);
}

static void a_folder_without_a_run_is_no_run_folder(void **state)
{
    (void)state;
    snprintf(made.folder, sizeof(made.folder), "%s", folder);
    expect_no_load("is no run folder");
    snprintf(made.folder, sizeof(made.folder), "%s/none", folder);
    expect_no_load("no run folder at ");
    put("x", 1);
    snprintf(made.folder, sizeof(made.folder), "%s", path);
    expect_no_load("cannot be opened: Not a directory");
}

static json_t *read_file(const char *name)
{
    json_error_t why;
    json_t *json;

    point_to(name);
    json = json_load_file(path, 0, &why);
    if (json == NULL)
        fail_msg("%s: %s", path, why.text);
    return json;
}

static void write_file(const char *name, const json_t *json)
{
    char *text = json_dumps(json, JSON_INDENT(2) | JSON_ENCODE_ANY);

    assert_non_null(text);
    point_to(name);
    put(text, strlen(text));
    free(text);
}

/* With each key of a file in turn away, null, and of another type. */
static void expect_each_key_needed(const char *name)
{
    json_t *whole = read_file(name);
    size_t keys = 0;
    const char *key;
    json_t *value;

    json_object_foreach(whole, key, value)
    {
        json_t *other =
            json_is_string(value) ? json_integer(1) : json_string("1");
        json_t *edited = json_copy(whole);

        if (strcmp(key, "version") == 0) {
            json_decref(other);
            json_decref(edited);
            continue;
        }
        json_object_set_new(edited, key, json_null());
        write_file(name, edited);
        expect_no_load(name);
        json_object_set_new(edited, key, other);
        write_file(name, edited);
        expect_no_load("not what integ2d-submit wrote");
        json_object_del(edited, key);
        write_file(name, edited);
        if (strcmp(key, "array_id") == 0)
            load(); /* of a version that did not write it */
        else
            expect_no_load(key);
        json_decref(edited);
        keys++;
    }
    assert_true(keys > 7);
    write_file(name, whole);
    load();
    json_decref(whole);
}

static void every_key_is_needed_and_has_its_type(void **state)
{
    (void)state;
    create();
    save_state();
    expect_each_key_needed("run.json");
    expect_each_key_needed("state.json");
}

static void a_truncated_file_is_never_believed(void **state)
{
    static const char *const names[] = {"run.json", "state.json"};

    (void)state;
    create();
    save_state();
    for (size_t i = 0; i < COUNT(names); i++) {
        json_t *json = read_file(names[i]);
        char *text = json_dumps(json, JSON_INDENT(2));

        json_decref(json);
        for (size_t length = 0; length < strlen(text); length++) {
            put(text, length);
            expect_no_load(names[i]);
        }
        put(text, strlen(text));
        load();
        free(text);
    }
}

static void what_is_no_json_of_ours_is_refused(void **state)
{
    static const char *const texts[] = {"[]",
                                        "null",
                                        "1",
                                        "{}",
                                        "\"text\"",
                                        "{} {}",
                                        "[[[[[[[[",
                                        "\xff\xfe",
                                        "{\"schema\": 1, \"schema\": 1}",
                                        "{\"site\": \"\\u0000\"}"};
    static const char *const names[] = {"run.json", "state.json"};

    (void)state;
    create();
    save_state();
    for (size_t i = 0; i < COUNT(names); i++) {
        json_t *json = read_file(names[i]);

        for (size_t j = 0; j < COUNT(texts); j++) {
            put(texts[j], strlen(texts[j]));
            expect_no_load("not what integ2d-submit wrote");
        }
        write_file(names[i], json);
        json_decref(json);
    }
}

static void a_key_that_is_there_twice_is_refused(void **state)
{
    static const char text[] =
        "{\"job_id\": 1, \"job_id\": 2, \"state\": \"RUNNING\", \"reason\": "
        "\"\", \"by\": \"\", \"exit_code\": 0, \"signal\": 0, \"attempt\": 0, "
        "\"nodes\": 0, \"start\": 0, "
        "\"end\": 0}";

    (void)state;
    create();
    point_to("state.json");
    put(text, strlen(text));
    expect_no_load("duplicate");
}

static void a_state_by_hand_may_have_an_unknown_name(void **state)
{
    json_t *json;

    (void)state;
    create();
    save_state();
    json = read_file("state.json");
    json_object_set_new(json, "state", json_string("completed?"));
    json_object_set_new(json, "mine", json_string("a note"));
    write_file("state.json", json);
    json_decref(json);
    assert_int_equal(load().status.state, STATE_UNKNOWN);
    assert_int_equal(load().status.job_id, 1234567890123);
}

static void another_schema_is_refused(void **state)
{
    static const int schemas[] = {-1, 0, 2, 1000000};
    json_t *json;

    (void)state;
    create();
    json = read_file("run.json");
    for (size_t i = 0; i < COUNT(schemas); i++) {
        json_object_set_new(json, "schema", json_integer(schemas[i]));
        write_file("run.json", json);
        expect_no_load("run.json: not what integ2d-submit wrote: written by "
                       "another version of integ2d");
    }
    json_decref(json);
}

static void expect_text_limit(const char *name, const char *key, size_t size)
{
    char *text = calloc(1, size + 1);
    json_t *json = read_file(name);
    struct run ignored;

    assert_non_null(text);
    memset(text, 'x', size);
    json_object_set_new(json, key, json_string(text));
    write_file(name, json);
    expect_no_load("a text is too long");
    text[size - 1] = '\0';
    json_object_set_new(json, key, json_string(text));
    write_file(name, json);
    if (run_load(made.folder, &ignored, &err) != 0)
        fail_msg("%s: %s", key, err.text);
    json_decref(json);
    free(text);
}

static void texts_that_do_not_fit_are_refused_not_cut(void **state)
{
    (void)state;
    create();
    save_state();
    expect_text_limit("run.json", "site", sizeof(made.site));
    expect_text_limit("run.json", "scheme", sizeof(made.scheme));
    expect_text_limit("run.json", "backend", sizeof(made.backend));
    expect_text_limit("run.json", "token", sizeof(made.token));
    expect_text_limit("run.json", "account", sizeof(made.account));
    expect_text_limit("run.json", "name", sizeof(made.name));
    expect_text_limit("run.json", "math", sizeof(made.math));
    expect_text_limit("run.json", "submitted", sizeof(made.submitted));
    expect_text_limit("state.json", "reason", sizeof(made.status.reason));
    expect_text_limit("state.json", "by", sizeof(made.status.by));
}

/* A run may be somebody else's: its texts are printed on our terminal. */
static void control_characters_never_reach_the_terminal(void **state)
{
    static const char *const texts[] = {"\x1b[31m", "a\nb", "a b", "-x", "a,b"};
    static const char *const keys[] = {"site",  "scheme",   "backend",
                                       "token", "name",     "account",
                                       "math",  "submitted"};
    static const char broken[] = "{\n  \x1b[31m";

    (void)state;
    create();
    save_state();
    for (size_t i = 0; i < COUNT(keys); i++) {
        for (size_t j = 0; j < COUNT(texts); j++) {
            json_t *json = read_file("run.json");
            json_t *changed = json_copy(json);

            json_object_set_new(changed, keys[i], json_string(texts[j]));
            write_file("run.json", changed);
            expect_no_load("characters that do not belong there");
            write_file("run.json", json);
            json_decref(changed);
            json_decref(json);
        }
    }
    json_t *json = read_file("state.json");
    json_object_set_new(json, "reason", json_string("ReqNodeNotAvail, n[1-3]"));
    write_file("state.json", json);
    assert_string_equal(load().status.reason, "ReqNodeNotAvail, n[1-3]");
    json_object_set_new(json, "reason", json_string(texts[0]));
    write_file("state.json", json);
    expect_no_load("characters that do not belong there");
    json_decref(json);
    point_to("state.json");
    put(broken, sizeof(broken) - 1);
    expect_no_load("\\x1b");
    assert_null(strchr(err.text, '\x1b'));
}

static void what_is_no_file_is_refused_and_never_waited_for(void **state)
{
    static const char *const names[] = {"state.json", "run.json"};

    (void)state;
    create();
    for (size_t i = 0; i < COUNT(names); i++) {
        point_to(names[i]);
        unlink(path);
        assert_int_equal(mkdir(path, 0700), 0);
        expect_no_load("this is a folder; a file was expected");
        assert_int_equal(rmdir(path), 0);
        assert_int_equal(mkfifo(path, 0600), 0);
        expect_no_load("this is a named pipe");
        unlink(path);
        put("{}\0", 3);
        expect_no_load("this is no text file");
        assert_int_equal(truncate(path, 1 << 20), 0);
        expect_no_load("the file is too long");
        unlink(path);
    }
}

static void make_run(const char *name, bool with_file)
{
    snprintf(path, sizeof(path), "%.24s/%.48s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
    if (!with_file)
        return;
    snprintf(path, sizeof(path), "%.24s/%.48s/run.json", folder, name);
    put("", 0);
}

static void runs_are_listed_oldest_first(void **state)
{
    static const char *const names[] = {
        "uppmax-mpi-n16-20251231T235959Z-ffffffffffff",
        "local-serial-n1-20260101T000000Z-000000000000",
        "hpc2n-mpi-n100-20260101T000000Z-000000000001",
        "hpc2n-mpi-n2-20260101T000001Z-000000000000",
        "a-mpi-n4-20260102T000000Z-aaaaaaaaaaaa",
        "b-mpi-n4-20260102T000000Z-aaaaaaaaaaaa",
    };
    /* Of the same second, the one written first comes first. */
    static const size_t order[COUNT(names)] = {3, 1, 0, 2, 4, 5};
    const struct timespec pause = {.tv_nsec = 20000000};
    char **folders = NULL;
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        make_run(names[order[i]], true);
        nanosleep(&pause, NULL);
    }
    make_run(".hidden-20260101T000000Z-000000000000", true);
    make_run("no-run-20260101T000000Z-000000000000", false);
    snprintf(path, sizeof(path), "%s/text", folder);
    put("x", 1);
    assert_int_equal(run_list(folder, &folders, &count, &err), 0);
    assert_int_equal(count, COUNT(names));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(strrchr(folders[i], '/') + 1, names[i]);
        assert_int_equal(strncmp(folders[i], folder, strlen(folder)), 0);
        free(folders[i]);
    }
    free(folders);
}

/* The sweep's own folder is none of them, and nothing below a run is looked
 * at. */
static void sweeps_are_listed_with_the_runs(void **state)
{
    static const char *const names[] = {
        "b-sweep-20260101T000000Z-000000000000",
        "a-mpi-n2-20260102T000000Z-000000000000",
    };
    char **folders = NULL;
    size_t count = 0;

    (void)state;
    make_run(names[0], false);
    make_run(names[1], true);
    make_run("b-sweep-20260101T000000Z-000000000000/t", true);
    assert_int_equal(run_list(folder, &folders, &count, &err), 0);
    assert_int_equal(count, 1);
    free(folders[0]);
    free(folders);
    snprintf(path, sizeof(path), "%.24s/%s/sweep.json", folder, names[0]);
    put("{}", 2);
    assert_int_equal(run_list(folder, &folders, &count, &err), 0);
    assert_int_equal(count, COUNT(names));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(folders[i] + strlen(folder) + 1, names[i]);
        free(folders[i]);
    }
    free(folders);
}

static void many_runs_are_all_listed(void **state)
{
    char **folders = NULL;
    size_t count = 0;

    (void)state;
    for (int i = 199; i >= 0; i--) {
        snprintf(job.token, sizeof(job.token), "%012d", i);
        create();
    }
    assert_int_equal(run_list(folder, &folders, &count, &err), 0);
    assert_int_equal(count, 200);
    for (size_t i = 0; i < count; i++) {
        struct run run;

        assert_int_equal(run_load(folders[i], &run, &err), 0);
        assert_string_equal(run.folder, folders[i]);
        free(folders[i]);
    }
    free(folders);
}

static void a_folder_without_runs_is_an_empty_list(void **state)
{
    char **folders = &(char *){NULL};
    size_t count = 7;
    char missing[128];

    (void)state;
    assert_int_equal(run_list(folder, &folders, &count, &err), 0);
    assert_int_equal(count, 0);
    free(folders);
    snprintf(missing, sizeof(missing), "%s/none", folder);
    folders = &(char *){NULL};
    count = 7;
    assert_int_equal(run_list(missing, &folders, &count, &err), -1);
    assert_int_equal(count, 0);
    assert_null(folders);
    assert_non_null(strstr(err.text, "/none: No such file or directory"));
}

static void expect_no_create(const char *parent, const char *part)
{
    err = (struct error){""};
    assert_int_equal(run_create(parent, &job, "slurm", "x", &made, &err), -1);
    if (strstr(err.text, part) == NULL)
        fail_msg("expected '%s', got: %s", part, err.text);
}

static void a_place_that_takes_no_folder_is_named(void **state)
{
    char below[128];

    (void)state;
    put("x", 1);
    expect_no_create(path, "/text/hpc2n-openmp-n4-");
    assert_non_null(strstr(err.text, "choose another place with --output-dir"));
    snprintf(below, sizeof(below), "%s/below", path);
    expect_no_create(below, "below: Not a directory: choose another");
    expect_no_create("/proc/integ2d", "cannot make the folder /proc/integ2d");
    expect_no_create("/proc", "cannot make the run folder /proc/hpc2n-");
}

static void a_path_that_is_too_long_is_refused(void **state)
{
    char parent[PATH_MAX + 100];
    size_t length;

    (void)state;
    memset(parent, 'x', sizeof(parent) - 1);
    parent[sizeof(parent) - 1] = '\0';
    expect_no_create(parent, "--output-dir: the path is too long");
    /* One that can be made, but has no room for the files in it. */
    length = (size_t)snprintf(parent, sizeof(parent), "%s", folder);
    while (length < PATH_MAX - 100) {
        memcpy(parent + length, "/xxxxxxxxxxxxxxx", 17);
        length += 16;
    }
    expect_no_create(parent, "--output-dir: the path is too long");
}

/* A full disk, for as long as run_create takes. */
static void a_run_that_cannot_be_written_leaves_no_folder(void **state)
{
    struct rlimit limit, none;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    int rc;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    rc = run_create(folder, &job, "slurm", "x", &made, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(rc, -1);
    assert_non_null(strstr(err.text, "job.sbatch: cannot be written"));
    assert_int_equal(count_files(folder), 0);
    /* The script has room here, but run.json has not. */
    none.rlim_cur = 8;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    rc = run_create(folder, &job, "slurm", "x", &made, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(rc, -1);
    assert_non_null(strstr(err.text, "run.json: cannot be written"));
    assert_int_equal(count_files(folder), 0);
}

static void a_state_that_cannot_be_saved_leaves_the_old_one(void **state)
{
    struct rlimit limit, none;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    int rc;

    (void)state;
    create();
    save_state();
    made.status.state = STATE_RUNNING;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    none = limit;
    none.rlim_cur = 8;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    rc = run_save(&made, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(rc, -1);
    assert_int_equal(load().status.state, STATE_OUT_OF_MEMORY);
    assert_int_equal(count_files(made.folder), 3);
}

static void a_state_is_not_saved_where_there_is_no_folder(void **state)
{
    (void)state;
    create();
    point_to("state.json");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(run_save(&made, &err), -1);
    assert_non_null(strstr(err.text, "state.json: cannot be written"));
    assert_int_equal(count_files(made.folder), 3);
    assert_int_equal(rmdir(path), 0);
    run_remove(&made);
    assert_int_equal(run_save(&made, &err), -1);
    assert_non_null(strstr(err.text, "the folder cannot be opened"));
}

static void a_run_is_on_disk_only_if_its_file_is_there(void **state)
{
    (void)state;
    create();
    if (run_sync(&made, &err) != 0)
        fail_msg("%s", err.text);
    point_to("run.json");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(run_sync(&made, &err), -1);
    assert_non_null(strstr(err.text, "/run.json: cannot be kept on disk: No"));
    run_remove(&made);
    assert_int_equal(run_sync(&made, &err), -1);
}

static void removing_a_run_takes_its_own_files_only(void **state)
{
    struct stat status;

    (void)state;
    create();
    save_state();
    run_remove(&made);
    assert_int_equal(count_files(folder), 0);
    create();
    point_to("notes");
    put("mine", 4);
    run_remove(&made);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(count_files(made.folder), 1);
}

static void a_task_has_its_arrays_number_until_it_begins(void **state)
{
    static const struct {
        const char *token, *name;
        long job_id, array_id;
        time_t start;
    } cases[] = {{"0123456789ab", "12", 12, 0, 0},
                 {"0123456789ab:3", "12_3", 12, 12, 0},
                 {"0123456789ab:3", "12", 12, 12, 1},
                 {"0123456789ab:3", "14", 14, 12, 0},
                 {"0123456789ab:3", "0", 0, 0, 0}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct run run = {.status = {.job_id = cases[i].job_id,
                                     .array_id = cases[i].array_id,
                                     .start = cases[i].start}};
        char name[RUN_JOB_NAME];
        snprintf(run.token, sizeof(run.token), "%s", cases[i].token);
        run_job_name(&run, name);
        assert_string_equal(name, cases[i].name);
    }
}

static void files_of_a_job_have_its_number(void **state)
{
    char file[PATH_MAX], expected[PATH_MAX + 32];

    (void)state;
    create();
    made.status.job_id = 12;
    run_file(&made, "output_", ".out", file);
    snprintf(expected, sizeof(expected), "%s/output_12.out", made.folder);
    assert_string_equal(file, expected);
    run_file(&made, "progress_", "", file);
    snprintf(expected, sizeof(expected), "%s/progress_12", made.folder);
    assert_string_equal(file, expected);
    memset(made.folder, 'x', sizeof(made.folder) - 1);
    run_file(&made, "output_", ".out", file);
    assert_string_equal(file, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_run_comes_back_as_it_was_made),
        TEST(every_state_comes_back),
        TEST(the_folder_is_named_after_the_run),
        TEST(folders_above_are_made),
        TEST(a_folder_is_absolute_wherever_it_is_asked_for),
        TEST(a_moved_run_folder_is_still_that_run),
        TEST(without_a_state_the_submission_was_cut_short),
        TEST(a_folder_without_a_run_is_no_run_folder),
        TEST(every_key_is_needed_and_has_its_type),
        TEST(a_truncated_file_is_never_believed),
        TEST(what_is_no_json_of_ours_is_refused),
        TEST(a_key_that_is_there_twice_is_refused),
        TEST(a_state_by_hand_may_have_an_unknown_name),
        TEST(another_schema_is_refused),
        TEST(texts_that_do_not_fit_are_refused_not_cut),
        TEST(control_characters_never_reach_the_terminal),
        TEST(what_is_no_file_is_refused_and_never_waited_for),
        TEST(runs_are_listed_oldest_first),
        TEST(sweeps_are_listed_with_the_runs),
        TEST(many_runs_are_all_listed),
        TEST(a_folder_without_runs_is_an_empty_list),
        TEST(a_place_that_takes_no_folder_is_named),
        TEST(a_path_that_is_too_long_is_refused),
        TEST(a_run_that_cannot_be_written_leaves_no_folder),
        TEST(a_state_that_cannot_be_saved_leaves_the_old_one),
        TEST(a_state_is_not_saved_where_there_is_no_folder),
        TEST(a_run_is_on_disk_only_if_its_file_is_there),
        TEST(removing_a_run_takes_its_own_files_only),
        TEST(files_of_a_job_have_its_number),
        TEST(a_task_has_its_arrays_number_until_it_begins),
    };

    return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
