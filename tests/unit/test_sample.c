/* SPDX-License-Identifier: BSD-3-Clause */
#include <ftw.h>
#include <jansson.h>
#include <math.h>
#include <sys/stat.h>

#include "checksum.h"
#include "sample.h"
#include "scratch.h"

static struct run run;
static struct sample sample;
static struct reader *reader;
static struct error err;
static const char *text;
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
    sample_release(&sample);
    reader_release(reader);
    json_decref(whole);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return leave(state);
}

/* With the checksum that a kernel would write behind it, or without. */
static void put_sealed(const json_t *json, bool sealed)
{
    char *dump = json_dumps(json, JSON_INDENT(2)), *text_of = NULL;
    int length = snprintf(path, sizeof(path), "%s/record_12.json", run.folder);
    size_t size;
    assert_true(length > 0 && length < (int)sizeof(path));
    assert_non_null(dump);
    size = strlen(dump);
    if (sealed) {
        memcpy(dump + size - 2, ",\n", 2);
        assert_true(asprintf(&text_of, "%s  \"checksum\": \"%u %zu\"\n}\n",
                             dump, checksum_of(dump, size), size) > 0);
        put(text_of, strlen(text_of));
    } else {
        put(dump, size);
    }
    free(text_of);
    free(dump);
}

static void put_record(const json_t *json)
{
    put_sealed(json, true);
}

static void save(enum job_state state, time_t start, time_t end)
{
    run.status = (struct job_status){
        .job_id = 12, .state = state, .nodes = 1, .start = start, .end = end};
    assert_int_equal(run_save(&run, &err), 0);
}

enum { START = 1795333500 }; /* 2026-11-22T07:45:00Z */

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
    err = (struct error){""};
    sample = (struct sample){0};
    reader = reader_make();
    if (enter(state) != 0 || !reader ||
        run_create(folder, &job, "local", "#!/bin/bash\n", &run, &err) != 0)
        return -1;
    whole = json_pack(
        "{si ss ss ss ss ss ss si si si ss si ss ss sf s[fff] sf sf sf ss sf"
        " sf sf si sf ss ss s[{si sf},{si sf}] s{ss si sf sf ss}}",
        "schema", 1, "program", "integ2d-openmp", "version", "0.1.0", "scheme",
        "openmp", "math", "simd", "sum", "rows", "host", "b-cn0107", "grid",
        100, "workers", 2, "repeat", 3, "job_id", "12", "attempt", 0, "start",
        "2026-11-22T07:45:00Z", "compiler", "gcc 12", "warmup_s", 0.5, "time_s",
        1.0, 0.25, 0.5, "best_s", 0.25, "median_s", 0.5, "integral", 4.25,
        "integral_hex", "0x1.1p+2", "error", 4.25, "cpu_used_s", 3.0,
        "cpu_available_s", 4.0, "cpus_granted", 2, "peak_mem_mib", 20.5,
        "flags", "-O3", "kept", "for later", "worker", "rows", 50, "busy_s",
        1.0, "rows", 50, "busy_s", 1.0, "check", "verdict", "passed",
        "rows_done", 100, "worst_error", 1e-13, "tolerance", 1e-9, "text",
        "all rows are right");
    save(STATE_COMPLETED, START - 1, START + 3);
    put_record(whole);
    return whole == NULL ? -1 : 0;
}

static int read_run(void)
{
    sample_release(&sample);
    return sample_read(reader, strdup(run.folder), NULL, &sample, &text, &err);
}

static void load(void)
{
    if (read_run() != 0)
        fail_msg("%s", err.text);
}

static void a_right_run_gives_all_its_figures(void **state)
{
    (void)state;
    load();
    assert_string_equal(text, "");
    assert_int_equal(sample.verdict, RESULT_RIGHT);
    assert_string_equal(sample.site, "hpc2n");
    assert_string_equal(sample.scheme, "openmp");
    assert_string_equal(sample.math, "simd");
    assert_string_equal(sample.mode, "");
    assert_string_equal(sample.sum, "rows");
    assert_int_equal(sample.job_id, 12);
    assert_int_equal(sample.workers, 2);
    assert_int_equal(sample.grid, 100);
    assert_int_equal(sample.repeats, 3);
    assert_true(sample.time_s[0] == 1.0 && sample.time_s[1] == 0.25 &&
                sample.time_s[2] == 0.5);
    assert_true(sample.warmup_s == 0.5 && sample.cpu_efficiency == 0.75 &&
                sample.peak_mem_mib == 20.5);
    assert_int_equal(sample.start, START);
    assert_int_equal(sample.job_s, 4);
    assert_int_equal(sample.clock_off_s, 0);
    assert_string_equal(sample.kind->version, "0.1.0");
    assert_string_equal(sample.kind->compiler, "gcc 12");
    assert_string_equal(sample.kind->flags, "-O3");
    assert_string_equal(sample.kind->node, "b-cn#");
    assert_string_equal(sample.kind->label, "A");
}

static void set(const char *key, json_t *value)
{
    assert_int_equal(json_object_set_new(whole, key, value), 0);
    put_record(whole);
}

static void runs_are_of_one_kind_if_nothing_that_counts_differs(void **state)
{
    const struct kind *first;
    (void)state;
    load();
    first = sample.kind;
    set("host", json_string("b-cn1534"));
    load();
    assert_ptr_equal(sample.kind, first);
    set("host", json_string("b-an01"));
    load();
    assert_ptr_not_equal(sample.kind, first);
    assert_string_equal(sample.kind->label, "B");
    set("cpu_model", json_string("Cray-1"));
    load();
    assert_string_equal(sample.kind->node, "Cray-1");
    assert_string_equal(sample.kind->label, "C");
    set("flags", json_string("-O0"));
    load();
    assert_string_equal(sample.kind->label, "D");
    assert_int_equal(reader_kinds(reader), 4);
    assert_ptr_equal(reader_kind(reader, 0), first);
}

/* What integ2d-collect does not call right is not right here. */
static void agree(const char *what)
{
    struct result result;
    struct run again;
    int rc = read_run();
    if (run_load(run.folder, &again, &err) != 0) {
        if (rc == 0)
            fail_msg("%s: read here, and not by integ2d-collect: %s", what,
                     err.text);
        return;
    }
    result_collect(&again, 0, &result);
    result_release(&result);
    if (rc == 0 && sample.verdict == RESULT_RIGHT &&
        result.verdict != RESULT_RIGHT)
        fail_msg("%s: right here, and not to integ2d-collect: %s", what,
                 result.text);
    if (rc == 0 && result.verdict != RESULT_RIGHT)
        assert_string_equal(text, result.text);
}

static void every_state_is_judged_as_by_collect(void **state)
{
    (void)state;
    for (int i = 0; i < STATE_COUNT; i++) {
        save((enum job_state)i, START, START + 1);
        agree(state_name((enum job_state)i));
        assert_true((sample.verdict == RESULT_RIGHT) == (i == STATE_COMPLETED));
    }
    save(STATE_COMPLETED, START, START + 1);
    run.status.exit_code = 1;
    assert_int_equal(run_save(&run, &err), 0);
    agree("exit status");
    assert_int_equal(sample.verdict, RESULT_FAILED);
}

typedef void put_fn(const json_t *json);

/* Each value of an object gone, or of any other kind. */
static void edit_all(json_t *json, put_fn *put_json)
{
    json_t *others = json_pack("[n b i i i f s s s s s [] {}]", 1, 7, -1, 0,
                               0.125, "other", "", "a b", "x\n", "\xc3\xa5");
    json_t *keys = json_deep_copy(json);
    const char *key;
    json_t *value, *other;
    size_t i;
    json_object_foreach(keys, key, value)
    {
        json_object_del(json, key);
        put_json(json);
        agree(key);
        json_array_foreach(others, i, other)
        {
            assert_int_equal(json_object_set(json, key, other), 0);
            put_json(json);
            agree(key);
        }
        assert_int_equal(json_object_set(json, key, value), 0);
        put_json(json);
        load();
        assert_int_equal(sample.verdict, RESULT_RIGHT);
    }
    json_decref(keys);
    json_decref(others);
}

static void put_unsealed(const json_t *json)
{
    put_sealed(json, false);
}

static void every_edit_is_judged_as_by_collect(void **state)
{
    (void)state;
    edit_all(whole, put_record);
    edit_all(whole, put_unsealed);
}

static const char *edited; /* file of the run folder that put_other fills */

static void put_other(const json_t *json)
{
    char *dump = json_dumps(json, JSON_INDENT(2));
    int length = snprintf(path, sizeof(path), "%s/%s", run.folder, edited);
    assert_true(length > 0 && length < (int)sizeof(path));
    put(dump, strlen(dump));
    free(dump);
}

static void edit_file(const char *name)
{
    json_t *json;
    int length = snprintf(path, sizeof(path), "%s/%s", run.folder, name);
    assert_true(length > 0 && length < (int)sizeof(path));
    json = json_load_file(path, 0, NULL);
    assert_non_null(json);
    edited = name;
    edit_all(json, put_other);
    json_decref(json);
}

static void every_edit_of_the_other_files_is_judged_as_by_collect(void **state)
{
    (void)state;
    edit_file("run.json");
    edit_file("state.json");
}

static void a_record_of_an_attempt_before_the_last_is_none(void **state)
{
    (void)state;
    save(STATE_COMPLETED, START - 1, START + 3);
    run.status.attempt = 1;
    assert_int_equal(run_save(&run, &err), 0);
    load();
    assert_int_equal(sample.verdict, RESULT_FAILED);
    assert_non_null(strstr(text, "a record of attempt 1"));
}

/* Any one byte of a record another one. */
static void a_record_changed_after_the_run_is_named(void **state)
{
    char *dump;
    size_t size;
    (void)state;
    load();
    assert_false(sample.unsealed);
    dump = json_dumps(whole, JSON_INDENT(2));
    size = strlen(dump);
    free(dump);
    for (size_t at = 0; at < size; at += 3) {
        FILE *file;
        int c;
        put_record(whole);
        file = fopen(path, "r+");
        assert_non_null(file);
        assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
        c = fgetc(file);
        assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
        fputc(c == '1' ? '2' : '1', file);
        assert_int_equal(fclose(file), 0);
        agree("one byte");
        assert_int_equal(sample.verdict, RESULT_FAILED);
        if (!strstr(text, "record_12.json was changed after the run") &&
            !strstr(text, "not a whole record"))
            fail_msg("byte %zu: %s", at, text);
    }
}

static void a_record_without_a_checksum_is_taken_and_marked(void **state)
{
    (void)state;
    put_sealed(whole, false);
    load();
    assert_int_equal(sample.verdict, RESULT_RIGHT);
    assert_true(sample.unsealed);
}

static void a_record_cut_short_is_judged_as_by_collect(void **state)
{
    char *dump = json_dumps(whole, 0);
    (void)state;
    for (size_t length = 0; length < strlen(dump); length += 7) {
        put(dump, length);
        agree("cut");
        assert_int_equal(sample.verdict, RESULT_FAILED);
    }
    free(dump);
    unlink(path);
    agree("no record");
    assert_int_equal(sample.verdict, RESULT_FAILED);
}

static void disbelieved(const char *words)
{
    load();
    assert_int_equal(sample.verdict, RESULT_FAILED);
    if (!strstr(text, words))
        fail_msg("'%s' expected, found: %s", words, text);
}

static void figures_that_contradict_each_other_are_left_out(void **state)
{
    (void)state;
    set("best_s", json_real(0.2));
    disbelieved("changed after the run");
    set("best_s", json_real(0.25));
    set("median_s", json_real(0.4));
    disbelieved("changed after the run");
    set("median_s", json_real(0.5));
    set("integral_hex", json_string("0x1.2p+2"));
    disbelieved("in hexadecimal");
}

static void times_that_cannot_be_are_left_out(void **state)
{
    static const double times[] = {0.0, -0.25, -1e300};
    (void)state;
    for (size_t i = 0; i < COUNT(times); i++) {
        json_array_set_new(json_object_get(whole, "time_s"), 1,
                           json_real(times[i]));
        put_record(whole);
        disbelieved("repeat 2 took");
    }
    json_array_set_new(json_object_get(whole, "time_s"), 1, json_null());
    put_record(whole);
    disbelieved("repeat 2 took nan s");
    json_array_set_new(json_object_get(whole, "time_s"), 1, json_real(0.25));
    set("warmup_s", json_real(-1));
    disbelieved("the warm-up took -1 s");
}

static void clocks_that_disagree_are_measured(void **state)
{
    (void)state;
    save(STATE_COMPLETED, START + 100, START + 110);
    load();
    assert_int_equal(sample.clock_off_s, -100);
    save(STATE_COMPLETED, START - 110, START - 70);
    load();
    assert_int_equal(sample.clock_off_s, 70);
    save(STATE_COMPLETED, START + 1, START - 1); /* ended before it began */
    load();
    assert_int_equal(sample.job_s, -1);
    assert_int_equal(sample.back_s, 2);
    assert_int_equal(sample.clock_off_s, 0);
    save(STATE_COMPLETED, time(NULL) + 3600, time(NULL) + 3601);
    load();
    assert_in_range(sample.future_s, 3598, 3600);
    save(STATE_COMPLETED, 0, 0);
    load();
    assert_int_equal(sample.job_s, -1);
    assert_int_equal(sample.clock_off_s, 0);
}

static void
what_has_been_heard_since_goes_before_the_state_on_disk(void **state)
{
    (void)state;
    save(STATE_RUNNING, START, 0);
    load();
    assert_int_equal(sample.verdict, RESULT_OPEN);
    run.status.state = STATE_COMPLETED;
    sample_release(&sample);
    assert_int_equal(
        sample_read(reader, strdup(run.folder), &run, &sample, &text, &err), 0);
    assert_int_equal(sample.verdict, RESULT_RIGHT);
    assert_int_equal(sample.repeats, 3);
    run.status.state = STATE_TIMEOUT;
    sample_release(&sample);
    assert_int_equal(
        sample_read(reader, strdup(run.folder), &run, &sample, &text, &err), 0);
    assert_int_equal(sample.verdict, RESULT_FAILED);
    assert_non_null(strstr(text, "TIMEOUT"));
}

static void what_is_no_run_folder_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(
        sample_read(reader, strdup("/nonexistent"), NULL, &sample, &text, &err),
        -1);
    assert_non_null(strstr(err.text, "/nonexistent"));
    assert_null(sample.folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, done)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_right_run_gives_all_its_figures),
        TEST(runs_are_of_one_kind_if_nothing_that_counts_differs),
        TEST(every_state_is_judged_as_by_collect),
        TEST(every_edit_is_judged_as_by_collect),
        TEST(every_edit_of_the_other_files_is_judged_as_by_collect),
        TEST(a_record_of_an_attempt_before_the_last_is_none),
        TEST(a_record_changed_after_the_run_is_named),
        TEST(a_record_without_a_checksum_is_taken_and_marked),
        TEST(a_record_cut_short_is_judged_as_by_collect),
        TEST(figures_that_contradict_each_other_are_left_out),
        TEST(times_that_cannot_be_are_left_out),
        TEST(clocks_that_disagree_are_measured),
        TEST(what_has_been_heard_since_goes_before_the_state_on_disk),
        TEST(what_is_no_run_folder_is_an_error),
    };

    return cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
