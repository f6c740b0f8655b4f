/* SPDX-License-Identifier: BSD-3-Clause */
/* What is made of answers about runs: here with jobs of this machine, and
 * where nobody can be asked. */
#include <ftw.h>
#include <sys/file.h>
#include <time.h>

#include "exit_file.h"
#include "lock.h"
#include "refresh.h"
#include "scratch.h"

static struct run run;
static struct run *const runs[] = {&run};
static struct refresh refresh;
static struct error err;

static int remove_one(const char *file, const struct stat *status, int kind,
                      struct FTW *place)
{
    (void)status;
    (void)kind;
    return place->level > 0 ? remove(file) : 0;
}

static int done(void **state)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return leave(state);
}

static int begin(void **state)
{
    static const struct job job = {.site = {.name = "hpc2n"},
                                   .scheme = {.name = "openmp"},
                                   .token = "0123456789ab",
                                   .name = "test",
                                   .math = "simd",
                                   .workers = 2};

    err = (struct error){""};
    refresh = (struct refresh){.backend = "", .lib_dir = "/nowhere"};
    if (enter(state) != 0)
        return -1;
    return run_create(folder, &job, "local", "#!/bin/bash\nexit 3\n", &run,
                      &err);
}

static void put_file(const char *name, const char *text)
{
    int length = snprintf(path, sizeof(path), "%s/%s", run.folder, name);

    assert_true(length > 0 && length < (int)sizeof(path));
    put(text, strlen(text));
}

static void a_final_state_is_not_asked_for_again(void **state)
{
    (void)state;
    setenv("PATH", "/nowhere", 1); /* no commands of Slurm there */
    snprintf(run.backend, sizeof(run.backend), "slurm");
    run.status.job_id = 12;
    for (int i = 0; i < STATE_COUNT; i++) {
        run.status.state = (enum job_state)i;
        assert_int_equal(refresh_runs(&refresh, runs, 1, &err),
                         state_is_final((enum job_state)i) ? 0 : -1);
        assert_int_equal(run.status.state, i);
    }
    assert_non_null(strstr(err.text, "Slurm's library cannot be used"));
    assert_int_equal(refresh.requests, 0);
}

/* A real job on this machine, whose script ends with exit status 3. */
static void the_end_of_a_job_is_asked_for(void **state)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    static const struct job job = {.time_min = 1};
    long job_id;

    (void)state;
    assert_int_equal(backend_local.submit(&job, "", run.folder, &job_id, &err),
                     SUBMIT_OK);
    /* As if its number had been lost. */
    for (int i = 0; i < 3000 && !state_is_final(run.status.state); i++) {
        assert_int_equal(refresh_runs(&refresh, runs, 1, &err), 0);
        nanosleep(&pause, NULL);
    }
    assert_int_equal(run.status.job_id, job_id);
    assert_int_equal(run.status.state, STATE_FAILED);
    assert_int_equal(run.status.exit_code, 3);
    assert_int_equal(refresh.requests, 0);
}

static void a_job_nobody_knows_is_unknown(void **state)
{
    (void)state;
    run.status = (struct job_status){.job_id = 12, .state = STATE_RUNNING};
    assert_int_equal(refresh_runs(&refresh, runs, 1, &err), 0);
    assert_int_equal(run.status.state, STATE_UNKNOWN);
    assert_int_equal(run.status.job_id, 12);
    assert_int_equal(run.answer, ANSWER_ABSENT);
}

static void its_own_exit_file_answers_for_it(void **state)
{
    static const char *const bad[] = {"",        "0",      "0 1 2\n", "x 1\n",
                                      "300 1\n", "-1 1\n", "0 1",     "0 0\n"};

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        put_file("exit_12", bad[i]);
        run.status = (struct job_status){
            .job_id = 12, .state = STATE_RUNNING, .attempt = 1};
        assert_int_equal(refresh_runs(&refresh, runs, 1, &err), 0);
        if (run.status.state != STATE_UNKNOWN)
            fail_msg("'%s' was believed", bad[i]);
    }
    put_file("exit_12", "0 1\n");
    assert_int_equal(refresh_runs(&refresh, runs, 1, &err), 0);
    assert_int_equal(run.status.state, STATE_COMPLETED);
    put_file("exit_12", "7 2\n");
    run.status.state = STATE_RUNNING;
    assert_int_equal(refresh_runs(&refresh, runs, 1, &err), 0);
    assert_int_equal(run.status.state, STATE_FAILED);
    assert_int_equal(run.status.exit_code, 7);
    assert_int_equal(run.status.attempt, 2);
}

/* What a job of this machine wrote whose process is no more. */
static const char gone[] = "{\"state\": \"RUNNING\", \"exit_code\": 0, "
                           "\"signal\": 0, \"start\": 1, \"end\": 0, "
                           "\"began\": 1, \"boot\": \"another\"}";

static void a_process_that_is_gone_has_failed_or_nobody_knows(void **state)
{
    (void)state;
    put_file("local_12.json", gone);
    run.status = (struct job_status){.job_id = 12, .state = STATE_RUNNING};
    assert_int_equal(refresh_runs(&refresh, runs, 1, &err), 0);
    assert_int_equal(run.status.state, STATE_FAILED);
    assert_string_equal(run.status.reason, "its process is gone");
    /* With a record it may have ended well and found no room to say so. */
    put_file("record_12.json", "{}");
    run.status.state = STATE_RUNNING;
    assert_int_equal(refresh_runs(&refresh, runs, 1, &err), 0);
    assert_int_equal(run.status.state, STATE_UNKNOWN);
    assert_string_equal(run.status.reason, "its process is gone");
}

static void a_file_that_cannot_be_read_is_no_answer_and_named(void **state)
{
    (void)state;
    put_file("local_12.json", "{\"state\"");
    run.status = (struct job_status){.job_id = 12, .state = STATE_RUNNING};
    assert_int_equal(refresh_runs(&refresh, runs, 1, &err), 0);
    assert_int_equal(run.status.state, STATE_UNKNOWN);
    assert_memory_equal(run.status.reason, "local_12.json: ", 15);
    /* It is the job's, though its number had been lost. */
    run.status = (struct job_status){0};
    assert_int_equal(refresh_lost(&refresh, runs, 1, false, &err), 0);
    assert_int_equal(run.status.job_id, 12);
    assert_int_equal(run.status.state, STATE_UNKNOWN);
}

static void a_job_that_never_came_is_known_not_to_be(void **state)
{
    (void)state;
    run.status = (struct job_status){0};
    assert_int_equal(refresh_lost(&refresh, runs, 1, false, &err), 0);
    assert_int_equal(run.status.state, STATE_NEVER_CREATED);
}

static void while_it_is_being_submitted_nothing_is_said(void **state)
{
    int lock = lock_take(run.folder);

    (void)state;
    assert_true(lock >= 0);
    assert_true(lock_is_taken(run.folder));
    run.status = (struct job_status){0};
    assert_int_equal(refresh_lost(&refresh, runs, 1, false, &err), 0);
    assert_int_equal(run.status.state, STATE_UNKNOWN);
    assert_int_equal(lock_take(run.folder), -1);
    lock_give(lock);
    assert_false(lock_is_taken(run.folder));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, done)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_end_of_a_job_is_asked_for),
        TEST(a_job_nobody_knows_is_unknown),
        TEST(its_own_exit_file_answers_for_it),
        TEST(a_process_that_is_gone_has_failed_or_nobody_knows),
        TEST(a_file_that_cannot_be_read_is_no_answer_and_named),
        TEST(a_job_that_never_came_is_known_not_to_be),
        TEST(while_it_is_being_submitted_nothing_is_said),
        TEST(a_final_state_is_not_asked_for_again),
    };

    return cmocka_run_group_tests_name("refresh", tests, NULL, NULL);
}
