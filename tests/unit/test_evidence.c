/* SPDX-License-Identifier: BSD-3-Clause */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "evidence.h"

static const char *const names[] = {"job.sbatch", "progress_12",
                                    "output_12.out", "error_12.err",
                                    "record_12.json"};

static struct result result;
static struct site site;
static struct facts facts;

static void put_bytes(const char *name, const char *text, size_t size)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", result.run.folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void put(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

static int set_up(void **state)
{
    (void)state;
    facts = (struct facts){0};
    site = (struct site){.name = "hpc2n", .slurm = true, .modules = "GCC"};
    strcpy(site.launch[SCHEME_MPI], "mpirun -n @RANKS@");
    result = (struct result){
        .run = {.site = "hpc2n",
                .scheme = "openmp",
                .backend = "slurm",
                .workers = 4,
                .repeat = 10,
                .status = {.job_id = 12,
                           .state = STATE_TIMEOUT,
                           .start = 1000,
                           .end = 1060}},
    };
    snprintf(result.run.folder, sizeof result.run.folder,
             "/tmp/integ2d-unit.XXXXXX");
    return mkdtemp(result.run.folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    char path[PATH_MAX + 32];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", result.run.folder, names[i]);
        unlink(path);
    }
    facts_release(&facts);
    return rmdir(result.run.folder);
}

static void gather(void)
{
    facts_release(&facts);
    evidence_run(&result, &site, &facts);
    evidence_need(&facts);
}

static bool is(enum fact fact, double number)
{
    return facts.known[fact] && facts.number[fact] == number;
}

static void an_empty_folder_gives_no_data(void **state)
{
    static const enum fact none[] = {
        FACT_SCRIPT,        FACT_LAUNCH,      FACT_TASKS,
        FACT_CPUS_PER_TASK, FACT_OUTPUT,      FACT_ERROR,
        FACT_RESULTS,       FACT_RAN_WORKERS, FACT_CPUS_USED,
        FACT_CPUS_BUSY,     FACT_CPU_PERCENT, FACT_CHECK,
        FACT_REPEATS_DONE,  FACT_NEED_TIME,   FACT_MAX_RSS_MIB,
        FACT_NEED_MEM_MIB,  FACT_RAN_NODES,   FACT_CANCELLED_BY};
    (void)state;
    gather();
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        if (facts.known[none[i]])
            fail_msg("%s is known", fact_name(none[i]));
    }
    assert_true(is(FACT_RAN_S, 60));
    assert_true(is(FACT_ASKED_WORKERS, 4));
    assert_string_equal(facts.text[FACT_KIND], "threads");
}

static void a_job_that_is_not_over_has_no_exit_code(void **state)
{
    (void)state;
    result.run.status.state = STATE_RUNNING;
    gather();
    assert_false(facts.known[FACT_EXIT_CODE]);
    assert_false(facts.known[FACT_RAN_S]);
    result.run.status.state = STATE_UNKNOWN;
    gather();
    assert_false(facts.known[FACT_STATE]);
}

static void the_time_it_needs_follows_from_the_repeats_done(void **state)
{
    static const struct {
        const char *progress;
        const char *need; /* NULL = no data */
    } rows[] = {
        /* 10 s each of 11, a third more, half a minute: 177 s */
        {"4 10 50.0\n", "00:03:00"},
        /* Only the warm-up is over: 40 s each. */
        {"0 10 40.0\n", "00:11:00"},
        {"0 10 0.0\n", NULL},
        {"0 1 5.0\n", NULL},
        {"", NULL},
        {"x", NULL},
        {"11 10 50\n", NULL},
        {"-1 10 50\n", NULL},
        {"4 10 nan\n", NULL},
        {"4 10 inf\n", NULL},
        {"4 10 1e300\n", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put("progress_12", rows[i].progress);
        gather();
        if (facts.known[FACT_NEED_TIME] != (rows[i].need != NULL) ||
            (rows[i].need &&
             strcmp(facts.text[FACT_NEED_TIME], rows[i].need) != 0))
            fail_msg("%s: %s", rows[i].progress, facts.text[FACT_NEED_TIME]);
    }
}

static void what_an_earlier_attempt_left_is_not_counted(void **state)
{
    char path[PATH_MAX + 32];
    const struct timespec before[2] = {{.tv_sec = result.run.status.start - 1},
                                       {.tv_sec = result.run.status.start - 1}};
    (void)state;
    put("progress_12", "4 10 50.0\n");
    snprintf(path, sizeof path, "%s/progress_12", result.run.folder);
    assert_int_equal(utimensat(AT_FDCWD, path, before, 0), 0);
    gather();
    assert_false(facts.known[FACT_REPEATS_DONE]);
    assert_false(facts.known[FACT_NEED_TIME]);
}

static void the_script_tells_what_was_asked(void **state)
{
    (void)state;
    put("job.sbatch", "#!/bin/bash\n#SBATCH -N 2\n#SBATCH --mem=150\ntrue\n");
    gather();
    assert_true(is(FACT_TASKS, 2));
    assert_true(is(FACT_CPUS_PER_TASK, 1));
    assert_true(is(FACT_MEM_MIB, 150));
    assert_true(is(FACT_NEED_MEM_MIB, 300));
    assert_string_equal(facts.text[FACT_LAUNCH], "true");
    assert_string_equal(facts.text[FACT_MPI_LAUNCH], "mpirun -n 2");
    /* A script that Slurm never sees reserves nothing. */
    site.slurm = false;
    gather();
    assert_false(facts.known[FACT_TASKS]);
}

static void both_ends_of_what_a_job_wrote_are_read(void **state)
{
    static char text[200000];
    (void)state;
    memset(text, '.', sizeof text - 1);
    memcpy(text, "the start", 9);
    memcpy(text + sizeof text - 8, "the end", 7);
    put("error_12.err", text);
    put("output_12.out", "Integral value is 1\nIntegral value is 2\n");
    gather();
    assert_non_null(strstr(facts.text[FACT_ERROR], "the start"));
    assert_non_null(strstr(facts.text[FACT_ERROR], ".the end"));
    assert_true(strlen(facts.text[FACT_ERROR]) < 70000);
    assert_true(is(FACT_RESULTS, 2));
    put_bytes("error_12.err", "one\0two", 7);
    gather();
    assert_string_equal(facts.text[FACT_ERROR], "one?two");
}

static void a_record_tells_what_ran_even_if_it_is_not_believed(void **state)
{
    (void)state;
    put("record_12.json",
        "{\"workers\": 3, \"cpus_granted\": 4, \"cpus_allowed\": 2,"
        " \"cpu_used_s\": 2.0, \"cpu_available_s\": 8.0, \"flags\": \"-O0\","
        " \"check\": {\"verdict\": \"failed\", \"text\": \"row 7\"},"
        " \"worker\": [{\"host\": \"a\", \"cpu\": 1}, {\"host\": \"a\","
        " \"cpu\": 1}, {\"host\": \"b\", \"cpu\": 1}]}");
    gather();
    assert_true(is(FACT_RAN_WORKERS, 3));
    assert_true(is(FACT_CPUS_USED, 2));
    assert_true(is(FACT_CPUS_BUSY, 1));
    assert_true(is(FACT_CPU_PERCENT, 25));
    assert_true(is(FACT_CPUS_ALLOWED, 2));
    assert_false(facts.known[FACT_BEST_S]);
    assert_string_equal(facts.text[FACT_CHECK_TEXT], "row 7");
}

static void a_record_of_any_form_does_no_harm(void **state)
{
    static const char *const records[] = {
        "",
        "[]",
        "{",
        "{\"workers\": \"many\", \"worker\": 7, \"check\": []}",
        "{\"worker\": [1, null, {}], \"cpu_available_s\": 0}",
        "{\"worker\": [{\"host\": 1, \"cpu\": 1}]}",
        "{\"worker\": [{\"host\": \"a\", \"cpu\": null}]}",
        "{\"worker\": [{\"host\": \"a\", \"cpu\": 1}, {\"host\": \"a\"}]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        put("record_12.json", records[i]);
        gather();
        assert_false(facts.known[FACT_CPUS_USED]);
        assert_false(facts.known[FACT_CPU_PERCENT]);
        assert_false(facts.known[FACT_RAN_WORKERS]);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_empty_folder_gives_no_data),
        TEST(a_job_that_is_not_over_has_no_exit_code),
        TEST(the_time_it_needs_follows_from_the_repeats_done),
        TEST(what_an_earlier_attempt_left_is_not_counted),
        TEST(the_script_tells_what_was_asked),
        TEST(both_ends_of_what_a_job_wrote_are_read),
        TEST(a_record_tells_what_ran_even_if_it_is_not_believed),
        TEST(a_record_of_any_form_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
