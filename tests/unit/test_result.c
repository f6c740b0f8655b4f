/* SPDX-License-Identifier: BSD-3-Clause */
#include <ftw.h>
#include <math.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "result.h"
#include "scratch.h"

static struct run run;
static struct record record;
static struct result result;
static struct error err;
static json_t *whole; /* a record as a kernel writes it */

static int remove_one(const char *file, const struct stat *status, int kind,
                      struct FTW *place)
{
    (void)status;
    (void)kind;
    return place->level > 0 ? remove(file) : 0;
}

static int done(void **state)
{
    record_release(&record);
    result_release(&result);
    json_decref(whole);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return leave(state);
}

/* Files of job 12 in the run folder; put() fills the one that is named. */
static void point_to(const char *name)
{
    int length = snprintf(path, sizeof(path), "%s/%s", run.folder, name);

    assert_true(length > 0 && length < (int)sizeof(path));
}

static void put_record(const json_t *json)
{
    char *text = json_dumps(json, JSON_INDENT(2));

    assert_non_null(text);
    point_to("record_12.json");
    put(text, strlen(text));
    free(text);
}

static int begin(void **state)
{
    static const struct job job = {.site = {.name = "hpc2n"},
                                   .scheme = {.name = "openmp"},
                                   .token = "0123456789ab",
                                   .name = "test",
                                   .math = "simd",
                                   .workers = 2,
                                   .cpus_per_task = 2,
                                   .time_min = 90,
                                   .grid = 100,
                                   .repeat = 3};

    record = (struct record){0};
    result = (struct result){0};
    err = (struct error){""};
    if (enter(state) != 0 ||
        run_create(folder, &job, "local", "#!/bin/bash\nexit 3\n", &run,
                   &err) != 0)
        return -1;
    run.status =
        (struct job_status){.job_id = 12, .state = STATE_COMPLETED, .nodes = 1};
    whole = json_pack(
        "{si ss ss ss ss ss ss si si si ss si ss ss sf s[fff] sf sf sf ss sf"
        " sf sf si sf ss ss s[{si sf},{si sf}] s{ss si sf sf ss}}",
        "schema", 1, "program", "integ2d-openmp", "version", "0.1.0", "scheme",
        "openmp", "math", "simd", "sum", "rows", "host", "here", "grid", 100,
        "workers", 2, "repeat", 3, "job_id", "12", "attempt", 0, "start",
        "2026-11-22T07:45:00Z", "compiler", "gcc", "warmup_s", 0.5, "time_s",
        0.25, 0.5, 1.0, "best_s", 0.25, "median_s", 0.5, "integral", 4.25,
        "integral_hex", "0x1.1p+2", "error", 1.5e-13, "cpu_used_s", 3.0,
        "cpu_available_s", 4.0, "cpus_granted", 2, "peak_mem_mib", 20.5,
        "flags", "-O3", "kept", "for later", "worker", "rows", 50, "busy_s",
        1.0, "rows", 50, "busy_s", 1.0, "check", "verdict", "passed",
        "rows_done", 100, "worst_error", 1e-13, "tolerance", 1e-9, "text",
        "all rows are right");
    return whole == NULL ? -1 : 0;
}

static void expect_no_record(const char *part)
{
    err = (struct error){""};
    record_release(&record);
    if (record_load(&run, &record, &err) != -1)
        fail_msg("was loaded; expected '%s'", part);
    assert_null(record.json);
    if (strstr(err.text, part) == NULL)
        fail_msg("expected '%s', got: %s", part, err.text);
}

static void load(void)
{
    record_release(&record);
    if (record_load(&run, &record, &err) != 0)
        fail_msg("%s", err.text);
}

static void collect(void)
{
    result_release(&result);
    result_collect(&run, 0, &result);
}

static void expect_text(const char *part)
{
    if (strstr(result.text, part) == NULL)
        fail_msg("expected '%s', got: %s", part, result.text);
}

static void a_whole_record_is_read(void **state)
{
    (void)state;
    put_record(whole);
    load();
    assert_true(json_equal(record.json, whole));
    assert_int_equal(record.workers, 2);
    assert_true(record.best_s == 0.25);
    assert_true(record.median_s == 0.5);
    assert_true(record.integral == 4.25);
    assert_true(record.error == 1.5e-13);
    assert_true(record.cpu_used_s == 3.0);
    assert_true(record.cpu_available_s == 4.0);
    assert_true(record.passed);
    assert_string_equal(record.check, "all rows are right");
}

static void no_record_is_no_error(void **state)
{
    (void)state;
    assert_int_equal(record_load(&run, &record, &err), 1);
    assert_null(record.json);
    put_record(whole);
    run.status.job_id = 13;
    assert_int_equal(record_load(&run, &record, &err), 1);
}

static void expect_edit_refused(const char *key, json_t *value,
                                const char *part)
{
    json_t *edited = json_deep_copy(whole);

    assert_int_equal(json_object_set_new(edited, key, value), 0);
    put_record(edited);
    json_decref(edited);
    expect_no_record(part);
}

static void a_record_of_something_else_is_refused(void **state)
{
    (void)state;
    expect_edit_refused("schema", json_integer(2), "of schema 2, but");
    expect_edit_refused("job_id", json_string("13"),
                        "a record of job 13, but this run asked for 12");
    expect_edit_refused("job_id", json_string("012"), "a record of job 012");
    expect_edit_refused("job_id", json_null(), "not a whole record");
    expect_edit_refused("scheme", json_string("mpi"),
                        "a record of scheme mpi, but this run asked for "
                        "openmp");
    expect_edit_refused("math", json_string("plain"), "of math plain, but");
    expect_edit_refused("grid", json_integer(101),
                        "a record of grid 101, but this run asked for 100");
    expect_edit_refused("repeat", json_integer(2), "a record of repeats 2");
    expect_edit_refused("time_s", json_pack("[ff]", 0.25, 0.5),
                        "a record of repeats 2, but this run asked for 3");
    expect_edit_refused("time_s", json_pack("[ffff]", 0.1, 0.2, 0.3, 0.4),
                        "a record of repeats 4");
    expect_edit_refused("time_s", json_real(0.25), "a record of repeats 0");
    expect_edit_refused("workers", json_integer(1),
                        "the program ran with 1 worker, and 2 were asked for");
    expect_edit_refused("workers", json_integer(4), "ran with 4 workers, and");
    expect_edit_refused("worker", json_pack("[{}]"), "2 were asked for");
    expect_edit_refused("worker", json_pack("[{}{}{}]"), "2 were asked for");
}

static void every_key_that_is_used_is_needed(void **state)
{
    static const char *const keys[] = {
        "schema",     "scheme",          "math",   "grid",
        "workers",    "repeat",          "job_id", "best_s",
        "median_s",   "integral",        "error",  "time_s",
        "cpu_used_s", "cpu_available_s", "worker", "check",
    };
    json_t *check = json_object_get(whole, "check");

    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        json_t *edited = json_copy(whole);

        assert_int_equal(json_object_del(edited, keys[i]), 0);
        put_record(edited);
        json_decref(edited);
        expect_no_record("record_12.json: not a whole record: ");
        if (strstr(err.text, keys[i]) == NULL)
            fail_msg("%s is not named: %s", keys[i], err.text);
    }
    json_object_del(check, "verdict");
    put_record(whole);
    expect_no_record("verdict");
    json_object_set_new(check, "verdict", json_true());
    put_record(whole);
    expect_no_record("not a whole record");
}

static void a_truncated_record_is_never_believed(void **state)
{
    char *text = json_dumps(whole, 0);

    (void)state;
    point_to("record_12.json");
    for (size_t length = 0; length < strlen(text); length++) {
        put(text, length);
        expect_no_record("record_12.json:1: not a whole record: ");
    }
    put(text, strlen(text));
    load();
    free(text);
}

static void what_is_no_record_is_refused(void **state)
{
    static const char *const texts[] = {"[]",
                                        "null",
                                        "{}",
                                        "{\"grid\": 1}x",
                                        "\xff",
                                        "{\"a\": NaN}",
                                        "{\"grid\": 1, \"grid\": 2}"};

    (void)state;
    point_to("record_12.json");
    for (size_t i = 0; i < COUNT(texts); i++) {
        put(texts[i], strlen(texts[i]));
        expect_no_record("not a whole record");
    }
    put("{}\0{}", 5);
    expect_no_record("this is no text file");
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_no_record("this is a folder");
}

static void numbers_that_are_null_are_not_zero(void **state)
{
    static const char *const keys[] = {"best_s", "median_s", "integral",
                                       "error"};

    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++)
        expect_edit_refused(keys[i], json_null(), "figures are missing");
    /* A failed check may have none. */
    for (size_t i = 0; i < COUNT(keys); i++)
        json_object_set_new(whole, keys[i], json_null());
    json_object_set_new(json_object_get(whole, "check"), "verdict",
                        json_string("failed"));
    put_record(whole);
    load();
    assert_true(isnan(record.best_s));
    assert_true(isnan(record.median_s));
    assert_true(isnan(record.integral));
    assert_true(isnan(record.error));
    expect_edit_refused("cpu_used_s", json_null(), "not a whole record");
    expect_edit_refused("cpu_available_s", json_null(), "not a whole record");
}

static void a_scheme_may_have_no_integral(void **state)
{
    (void)state;
    snprintf(run.scheme, sizeof(run.scheme), "blas");
    json_object_set_new(whole, "scheme", json_string("blas"));
    json_object_set_new(whole, "integral", json_null());
    json_object_set_new(whole, "error", json_null());
    json_object_set_new(whole, "integral_hex", json_null());
    put_record(whole);
    load();
    assert_true(record.passed);
    assert_true(isnan(record.integral));
    assert_true(isnan(record.error));
    collect();
    assert_int_equal(result.verdict, RESULT_RIGHT);
    expect_edit_refused("best_s", json_null(), "figures are missing");
    snprintf(run.scheme, sizeof(run.scheme), "mpi");
    expect_edit_refused("scheme", json_string("mpi"), "figures are missing");
    snprintf(run.scheme, sizeof(run.scheme), "unheard-of");
    expect_edit_refused("scheme", json_string("unheard-of"),
                        "figures are missing");
}

static void notes_and_the_time_to_compile_are_read(void **state)
{
    const char *text = NULL;

    (void)state;
    put_record(whole);
    load();
    assert_true(isnan(record.build_s));
    assert_null(record_note(&record, 0, &text));
    json_object_set_new(whole, "build_s", json_real(0.5));
    json_object_set_new(whole, "notes",
                        json_pack("{ss ss}", "b", "1", "a", "2"));
    put_record(whole);
    load();
    assert_true(record.build_s == 0.5);
    assert_string_equal(record_note(&record, 0, &text), "b");
    assert_string_equal(text, "1");
    assert_string_equal(record_note(&record, 1, &text), "a");
    assert_string_equal(text, "2");
    assert_null(record_note(&record, 2, &text));
    expect_edit_refused("build_s", json_string("0.5"), "build_s is no number");
    expect_edit_refused("build_s", json_null(), "build_s is no number");
    expect_edit_refused("notes", json_pack("[s]", "x"), "notes is no object");
    expect_edit_refused("notes", json_pack("{si}", "x", 1),
                        "a note that is no text");
}

static void a_check_that_did_not_pass_has_failed(void **state)
{
    static const char *const verdicts[] = {"failed", "", "Passed", "passed "};
    json_t *check = json_object_get(whole, "check");

    (void)state;
    for (size_t i = 0; i < COUNT(verdicts); i++) {
        json_object_set_new(check, "verdict", json_string(verdicts[i]));
        put_record(whole);
        load();
        assert_false(record.passed);
        collect();
        assert_int_equal(result.verdict, RESULT_FAILED);
        assert_string_equal(result.text,
                            "job 12: the check failed: all rows are right");
    }
}

static enum verdict verdict_of(enum job_state state)
{
    if (state == STATE_COMPLETED)
        return RESULT_RIGHT;
    return state_is_final(state) ? RESULT_FAILED : RESULT_OPEN;
}

static void a_good_record_is_right_only_for_a_completed_job(void **state)
{
    (void)state;
    put_record(whole);
    for (int i = 0; i < STATE_COUNT; i++) {
        run.status.state = (enum job_state)i;
        collect();
        assert_int_equal(result.verdict, verdict_of(run.status.state));
        assert_non_null(result.record.json);
        if (i == STATE_COMPLETED) {
            assert_string_equal(result.text, "");
            continue;
        }
        expect_text(i == STATE_UNKNOWN ? "job 12 is not known any more, to "
                                         "this machine"
                                       : state_words(run.status.state));
        if (result.verdict == RESULT_FAILED)
            expect_text(state_name(run.status.state));
    }
}

static void without_a_record_nothing_is_right(void **state)
{
    (void)state;
    for (int i = 0; i < STATE_COUNT; i++) {
        run.status.state = (enum job_state)i;
        collect();
        assert_int_equal(result.verdict, state_is_final(run.status.state)
                                             ? RESULT_FAILED
                                             : RESULT_OPEN);
        assert_null(result.record.json);
        assert_true(isnan(result.cpu_efficiency));
        assert_string_not_equal(result.text, "");
    }
    run.status.state = STATE_COMPLETED;
    collect();
    expect_text("job 12 ended without an error and left no record in ");
    expect_text(run.folder);
}

static void a_record_that_cannot_be_believed_fails_the_run(void **state)
{
    (void)state;
    json_object_set_new(whole, "grid", json_integer(101));
    put_record(whole);
    collect();
    assert_int_equal(result.verdict, RESULT_FAILED);
    expect_text("job 12: ");
    expect_text("a record of grid 101, but this run asked for 100");
    assert_null(result.record.json);
    assert_true(isnan(result.cpu_efficiency));
}

static void a_failed_job_says_how_it_ended(void **state)
{
    (void)state;
    run.status.state = STATE_FAILED;
    run.status.exit_code = 3;
    collect();
    assert_string_equal(result.text,
                        "job 12 ended with an error (FAILED, exit status 3)");
    run.status.exit_code = 0;
    run.status.signal = 9;
    snprintf(run.status.reason, sizeof(run.status.reason), "RaisedSignal");
    collect();
    assert_string_equal(result.text, "job 12 ended with an error (FAILED, "
                                     "signal 9, RaisedSignal)");
    run.status = (struct job_status){.job_id = 12, .state = STATE_TIMEOUT};
    collect();
    assert_string_equal(result.text, "job 12 ran into its time limit "
                                     "(TIMEOUT): it had 90 minutes; ask for "
                                     "more with -t");
    run.time_min = 1;
    collect();
    expect_text("it had 1 minute; ask");
}

/* A kernel whose check fails leaves a record, and exit status 1. */
static void a_failed_check_goes_before_the_exit_status_it_caused(void **state)
{
    json_t *check = json_object_get(whole, "check");

    (void)state;
    run.status.state = STATE_FAILED;
    run.status.exit_code = 1;
    point_to("error_12.err");
    put("boom\n", 5);
    json_object_set_new(check, "verdict", json_string("failed"));
    json_object_set_new(check, "text", json_string("row 7 was done twice"));
    put_record(whole);
    collect();
    assert_int_equal(result.verdict, RESULT_FAILED);
    assert_string_equal(result.text,
                        "job 12 ended with an error (FAILED, exit status 1): "
                        "the check failed: row 7 was done twice");
    json_object_set_new(check, "verdict", json_string("passed"));
    put_record(whole);
    collect();
    expect_text("(FAILED, exit status 1)\nThe end of ");
    expect_text("\n  boom");
}

static void an_open_job_says_why_it_waits(void **state)
{
    (void)state;
    run.status.state = STATE_PENDING;
    collect();
    assert_string_equal(result.text, "job 12 waits in the queue");
    snprintf(run.status.reason, sizeof(run.status.reason), "Priority");
    collect();
    assert_string_equal(result.text, "job 12 waits in the queue: jobs with a "
                                     "higher priority go first");
    snprintf(run.status.reason, sizeof(run.status.reason), "Unheard_of");
    collect();
    assert_string_equal(result.text, "job 12 waits in the queue: Unheard_of");
    run.status.state = STATE_UNKNOWN;
    run.status.reason[0] = '\0';
    snprintf(run.backend, sizeof(run.backend), "slurm");
    collect();
    assert_string_equal(result.text,
                        "job 12 is not known any more, to Slurm's controller "
                        "or its accounting");
}

static void a_run_without_a_job_number_is_open(void **state)
{
    (void)state;
    put_record(whole);
    run.status = (struct job_status){.state = STATE_UNKNOWN};
    collect();
    assert_int_equal(result.verdict, RESULT_OPEN);
    assert_null(result.record.json);
    expect_text("no job number is known for ");
    expect_text("Collect it again later");
    run.status.state = STATE_NEVER_CREATED;
    collect();
    assert_int_equal(result.verdict, RESULT_FAILED);
    expect_text("Slurm has no such job: it was never created");
}

static void who_cancelled_a_job_is_said(void **state)
{
    (void)state;
    run.status.state = STATE_CANCELLED;
    collect();
    assert_string_equal(result.text, "job 12 was cancelled (CANCELLED)");
    snprintf(run.status.by, sizeof(run.status.by), "maria");
    collect();
    assert_string_equal(result.text,
                        "job 12 was cancelled (CANCELLED) by maria");
}

static void what_can_be_done_is_said(void **state)
{
    (void)state;
    run.status.state = STATE_PENDING;
    snprintf(run.status.reason, sizeof(run.status.reason), "JobHeldUser");
    collect();
    assert_string_equal(result.text,
                        "job 12 waits in the queue: held by its owner. Release "
                        "it: scontrol release and its number.");
    run.status = (struct job_status){.job_id = 12, .state = STATE_NODE_FAIL};
    collect();
    assert_string_equal(result.text,
                        "job 12 lost a node (NODE_FAIL). That was the "
                        "machine's fault: submit it again.");
}

static void expect_tail(const char *text, size_t size, const char *expected)
{
    char all[4096];

    point_to("error_12.err");
    put(text, size);
    collect();
    snprintf(all, sizeof(all),
             "job 12 ended with an error (FAILED)\nThe end of %s:%s", path,
             expected);
    assert_string_equal(result.text, all);
}

static void the_end_of_the_error_file_is_shown(void **state)
{
    (void)state;
    run.status.state = STATE_FAILED;
    expect_tail("one", 3, "\n  one");
    expect_tail("one\n", 4, "\n  one");
    expect_tail("one\ntwo\n\n\n", 10, "\n  one\n  two");
    expect_tail("\n\nthree\n", 8, "\n  \n  \n  three");
    expect_tail("1\n2\n3\n4\n5\n", 10, "\n  1\n  2\n  3\n  4\n  5");
    expect_tail("0\n1\n2\n3\n4\n5\n", 12, "\n  1\n  2\n  3\n  4\n  5");
    expect_tail("0\n1\n2\n3\n4\n5", 11, "\n  1\n  2\n  3\n  4\n  5");
    put("\n\n\n", 3);
    collect();
    assert_string_equal(result.text, "job 12 ended with an error (FAILED)");
    put("", 0);
    collect();
    assert_string_equal(result.text, "job 12 ended with an error (FAILED)");
}

static void control_characters_of_the_error_file_become_visible(void **state)
{
    (void)state;
    run.status.state = STATE_FAILED;
    expect_tail("\x1b[31mred\a\n", 10, "\n  \\x1b[31mred\\x07");
    expect_tail("a\rb\tc\r\n", 7, "\n  a\\x0db\\x09c\\x0d");
    expect_tail("Ume\xc3\xa5 Ume\xe5\x7f", 11, "\n  Ume\xc3\xa5 Ume\\xe5\\x7f");
    expect_tail("%s%n%d", 6, "\n  %s%n%d");
}

static void a_long_error_file_never_outgrows_the_text(void **state)
{
    static char text[200000];

    (void)state;
    run.status.state = STATE_FAILED;
    memset(text, '\x1b', sizeof(text));
    for (size_t i = 0; i < sizeof(text); i += 1000)
        text[i] = '\n';
    point_to("error_12.err");
    put(text, sizeof(text));
    collect();
    assert_true(strlen(result.text) < sizeof(result.text));
    expect_text("\n  \\x1b\\x1b");
    assert_null(strchr(result.text, '\x1b'));
}

static void the_end_of_any_error_file_is_found(void **state)
{
    static char text[20000000];

    (void)state;
    run.status.state = STATE_FAILED;
    memset(text, 'x', sizeof(text));
    memcpy(text + sizeof(text) - 12, "\nlast words\n", 12);
    point_to("error_12.err");
    put(text, sizeof(text));
    collect();
    expect_text("\n  last words");
    put("boom\0\nlast words", 17);
    collect();
    expect_text("\n  last words");
}

/* What is printed, which must be JSON as jansson writes it. */
static json_t *json_of(const struct result *from)
{
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    assert_non_null(file);
    assert_int_equal(result_print(from, file), 0);
    assert_int_equal(fclose(file), 0);
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    char *again = json_dumps(json, JSON_INDENT(2));
    assert_non_null(again);
    assert_string_equal(text, again);
    free(again);
    free(text);
    return json;
}

static void json_is_made_of_a_folder_of_any_name(void **state)
{
    json_t *json;

    (void)state;
    snprintf(run.folder, sizeof(run.folder), "%s/Ume\xe5\x1b", folder);
    collect();
    json = json_of(&result);
    assert_non_null(json);
    assert_non_null(strstr(json_string_value(json_object_get(json, "folder")),
                           "/Ume\\xe5"));
    json_decref(json);
}

static void every_failure_shows_the_error_file(void **state)
{
    (void)state;
    point_to("error_12.err");
    put("boom\n", 5);
    collect(); /* no record */
    expect_text("\n  boom");
    put_record(json_object_get(whole, "check"));
    collect(); /* no whole record */
    expect_text("\n  boom");
    json_object_set_new(json_object_get(whole, "check"), "verdict",
                        json_string("failed"));
    put_record(whole);
    collect();
    expect_text("\n  boom");
    json_object_set_new(json_object_get(whole, "check"), "verdict",
                        json_string("passed"));
    put_record(whole);
    collect(); /* right: what it printed is nobody's business */
    assert_string_equal(result.text, "");
}

static void the_efficiency_is_used_of_available_time(void **state)
{
    (void)state;
    put_record(whole);
    collect();
    assert_true(result.cpu_efficiency == 0.75);
    json_object_set_new(whole, "cpu_available_s", json_integer(0));
    put_record(whole);
    collect();
    assert_int_equal(result.verdict, RESULT_RIGHT);
    assert_true(isnan(result.cpu_efficiency));
}

/* Another process puts the record there a while later. */
static void a_late_record_is_waited_for(void **state)
{
    const struct timespec pause = {.tv_nsec = 300000000};
    int status = -1;
    pid_t child = fork();

    (void)state;
    assert_true(child >= 0);
    if (child == 0) {
        nanosleep(&pause, NULL);
        _exit(chdir(run.folder) != 0 || json_dump_file(whole, "new", 0) != 0 ||
              rename("new", "record_12.json") != 0);
    }
    result_collect(&run, 60000, &result);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(result.verdict, RESULT_RIGHT);
}

static void nothing_is_waited_for_unless_the_job_completed(void **state)
{
    struct timespec from, to;

    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < STATE_COUNT; i++) {
        if (i == STATE_COMPLETED)
            continue;
        run.status.state = (enum job_state)i;
        result_collect(&run, 20000, &result);
    }
    run.status.state = STATE_COMPLETED;
    result_collect(&run, 100, &result);
    assert_int_equal(result.verdict, RESULT_FAILED);
    clock_gettime(CLOCK_MONOTONIC, &to);
    assert_true(to.tv_sec - from.tv_sec < 18);
}

static double real_of(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);

    return json_is_real(value) ? json_real_value(value) : NAN;
}

static void json_shows_figures_only_of_a_right_result(void **state)
{
    json_t *json;

    (void)state;
    put_record(whole);
    for (int i = 0; i < STATE_COUNT; i++) {
        run.status.state = (enum job_state)i;
        collect();
        json = json_of(&result);
        assert_non_null(json);
        assert_int_equal(isnan(real_of(json, "best_s")), i != STATE_COMPLETED);
        assert_int_equal(isnan(real_of(json, "median_s")),
                         i != STATE_COMPLETED);
        assert_int_equal(isnan(real_of(json, "integral")),
                         i != STATE_COMPLETED);
        assert_int_equal(isnan(real_of(json, "error")), i != STATE_COMPLETED);
        assert_string_equal(json_string_value(json_object_get(json, "state")),
                            state_name(run.status.state));
        json_decref(json);
    }
}

static void json_has_the_whole_result(void **state)
{
    json_t *json, *expected, *facts;

    (void)state;
    put_record(whole);
    run.status.exit_code = 0;
    collect();
    facts_number(&result.facts, FACT_TASKS, 3);
    facts_number(&result.facts, FACT_RAN_S, -1e-7 / 3);
    facts_number(&result.facts, FACT_MEM_MIB, 123456789012345678.);
    facts_text(&result.facts, FACT_LAUNCH, "say \"\xc3\xa5\", \\\n\x01");
    json = json_of(&result);
    expected = json_pack(
        "{si ss ss ss ss si ss ss si si si si si ss sn si sf sf sf sf sf ss ss "
        "sO s[] so}",
        "schema", 1, "folder", run.folder, "site", "hpc2n", "scheme", "openmp",
        "backend", "local", "job_id", 12, "state", "COMPLETED", "verdict",
        "right", "exit_code", 0, "signal", 0, "workers", 2, "nodes", 1, "grid",
        100, "math", "simd", "mode", "repeat", 3, "best_s", 0.25, "median_s",
        0.5, "integral", 4.25, "error", 1.5e-13, "cpu_efficiency", 0.75,
        "check", "passed", "text", "", "record", whole, "advice", "facts",
        json_incref(json_object_get(json, "facts")));
    assert_non_null(expected);
    facts = json_object_get(json, "facts");
    assert_true(real_of(facts, "tasks") == 3);
    assert_true(real_of(facts, "ran_s") == -1e-7 / 3);
    assert_true(real_of(facts, "mem_mib") == 123456789012345678.);
    assert_string_equal(json_string_value(json_object_get(facts, "launch")),
                        "say \"\xc3\xa5\", \\\\x0a\\x01");
    assert_true(json_is_null(json_object_get(facts, "state")));
    assert_null(json_object_get(facts, "error"));
    assert_true(json_equal(json, expected));
    json_decref(json);
    json_decref(expected);
}

static void json_of_a_run_without_a_record_has_nulls(void **state)
{
    static const char *const keys[] = {"best_s", "median_s",       "integral",
                                       "error",  "cpu_efficiency", "record"};
    json_t *json;

    (void)state;
    run.status.state = STATE_TIMEOUT;
    collect();
    json = json_of(&result);
    assert_non_null(json);
    for (size_t i = 0; i < COUNT(keys); i++)
        assert_true(json_is_null(json_object_get(json, keys[i])));
    assert_string_equal(json_string_value(json_object_get(json, "verdict")),
                        "failed");
    assert_string_equal(json_string_value(json_object_get(json, "check")),
                        "none");
    assert_string_equal(json_string_value(json_object_get(json, "text")),
                        result.text);
    json_decref(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, done)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_whole_record_is_read),
        TEST(no_record_is_no_error),
        TEST(a_record_of_something_else_is_refused),
        TEST(every_key_that_is_used_is_needed),
        TEST(a_truncated_record_is_never_believed),
        TEST(what_is_no_record_is_refused),
        TEST(numbers_that_are_null_are_not_zero),
        TEST(a_scheme_may_have_no_integral),
        TEST(notes_and_the_time_to_compile_are_read),
        TEST(a_check_that_did_not_pass_has_failed),
        TEST(a_failed_check_goes_before_the_exit_status_it_caused),
        TEST(a_good_record_is_right_only_for_a_completed_job),
        TEST(without_a_record_nothing_is_right),
        TEST(a_record_that_cannot_be_believed_fails_the_run),
        TEST(a_failed_job_says_how_it_ended),
        TEST(an_open_job_says_why_it_waits),
        TEST(a_run_without_a_job_number_is_open),
        TEST(who_cancelled_a_job_is_said),
        TEST(what_can_be_done_is_said),
        TEST(the_end_of_the_error_file_is_shown),
        TEST(control_characters_of_the_error_file_become_visible),
        TEST(a_long_error_file_never_outgrows_the_text),
        TEST(the_end_of_any_error_file_is_found),
        TEST(json_is_made_of_a_folder_of_any_name),
        TEST(every_failure_shows_the_error_file),
        TEST(the_efficiency_is_used_of_available_time),
        TEST(a_late_record_is_waited_for),
        TEST(nothing_is_waited_for_unless_the_job_completed),
        TEST(json_shows_figures_only_of_a_right_result),
        TEST(json_has_the_whole_result),
        TEST(json_of_a_run_without_a_record_has_nulls),
    };

    return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}
