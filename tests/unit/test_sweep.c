/* SPDX-License-Identifier: BSD-3-Clause */
/* A sweep's plan and its folder. */
#include <dirent.h>
#include <ftw.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "file.h"
#include "plan.h"
#include "scratch.h"
#include "sweep.h"

static struct site site;
static struct prefix prefix;
static struct config config;
static struct options options;
static struct plan plan;
static struct sweep sweep;
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
    plan_release(&plan);
    sweep_release(&sweep);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return leave(state);
}

/* The first site of the course, with the programs as they were built. */
static int start(void **state)
{
    const char *root = getenv("INTEG2D_SOURCE");
    const char *build = getenv("BUILD");

    options = (struct options){.account = "hpc2n2026-042"};
    config = (struct config){0};
    plan = (struct plan){0};
    sweep = (struct sweep){0};
    err = (struct error){""};
    snprintf(prefix.site, sizeof prefix.site, "%s/site", root ? root : ".");
    snprintf(prefix.jobs, sizeof prefix.jobs, "%s/jobs", root ? root : ".");
    snprintf(prefix.bin, sizeof prefix.bin, "%s/bin", build ? build : "build");
    if (site_load(prefix.site, "hpc2n", &site, &err) != 0) {
        print_error("%s\n", err.text);
        return -1;
    }
    return enter(state);
}

static void make_plan(void)
{
    if (plan_make(&options, &config, &site, &prefix, &plan, &err) != 0)
        fail_msg("%s", err.text);
}

static void expect_no_plan(const char *words)
{
    err = (struct error){""};
    if (plan_make(&options, &config, &site, &prefix, &plan, &err) == 0)
        fail_msg("a plan was made; expected '%s'", words);
    if (strstr(err.text, words) == NULL)
        fail_msg("expected '%s', found '%s'", words, err.text);
}

static void every_combination_is_a_job_in_order(void **state)
{
    (void)state;
    options.scheme = "threads,gil";
    options.workers = "1,2,4";
    options.grid = "100,200";
    make_plan();
    assert_int_equal(plan.count, 12);
    assert_int_equal(plan.impossible, 0);
    assert_string_equal(plan.run[0].run.scheme, "threads");
    assert_int_equal(plan.run[2].run.workers, 4);
    assert_int_equal(plan.run[3].run.grid, 200);
    assert_string_equal(plan.run[11].run.scheme, "gil");
    /* Equal resources make a group: one for each number of workers. */
    assert_int_equal(plan.groups, 3);
    assert_int_equal(plan.group[0].count, 4);
    for (size_t i = 0; i < plan.count; i++) {
        const struct job *job = &plan.group[plan.run[i].group].job;
        assert_int_equal(job->cpus_per_task, plan.run[i].run.workers);
        assert_non_null(strstr(plan.run[i].command, plan.run[i].run.scheme));
    }
}

static void what_is_impossible_keeps_its_words(void **state)
{
    (void)state;
    options.scheme = "serial,threads";
    options.workers = "1,2,500";
    make_plan();
    assert_int_equal(plan.count, 3);
    assert_int_equal(plan.impossible, 3);
    assert_int_equal(plan.refusals, 3);
    assert_non_null(strstr(plan.refusal[0].text, "serial has one worker"));
    assert_non_null(strstr(plan.refusal[2].text, "500 cores on one node"));
}

static void mistakes_are_refused_before_any_job(void **state)
{
    (void)state;
    options.scheme = "threads,opnmp";
    options.workers = "1,2";
    expect_no_plan("did you mean openmp");
    options.scheme = "threads";
    options.math = "plain,fast";
    expect_no_plan("--math: 'fast' is neither plain nor simd");
    options.math = NULL;
    options.workers = "8-1";
    expect_no_plan("-n: '8-1' runs backwards");
    options.workers = "1-70000";
    expect_no_plan("-n");
    options.workers = "1,2";
    options.account = "nobody";
    expect_no_plan("'nobody' is no account");
    options.account = "hpc2n2026-042";
    options.time = "10000:0:0";
    expect_no_plan("longer than any job may run");
    options.time = NULL;
    options.workers = "300-400";
    expect_no_plan("none of the 101 combinations is possible");
}

static void thousands_by_mistake_are_refused_and_can_be_allowed(void **state)
{
    (void)state;
    options.scheme = "threads";
    options.workers = "1-16";
    options.grid = "100-199";
    expect_no_plan("these are 1600 jobs, and a sweep may have 100 (sweep_jobs "
                   "of the site's file): give fewer values, or allow it with "
                   "--max-jobs=1600");
    options.max_jobs = "1599";
    expect_no_plan("may have 1599 (--max-jobs)");
    options.max_jobs = "0";
    expect_no_plan("--max-jobs");
    options.max_jobs = "1600";
    make_plan();
    assert_int_equal(plan.count, 1600);
    plan_release(&plan);
    options.grid = "1-9999";
    expect_no_plan("more than 10000 combinations");
    options.grid = "1-999999";
    expect_no_plan("more than 10000 numbers");
}

static void the_grid_of_weak_scaling_is_even_and_nearest(void **state)
{
    (void)state;
    assert_int_equal(plan_weak_grid(10000, 1), 10000);
    assert_int_equal(plan_weak_grid(10000, 4), 20000);
    assert_int_equal(plan_weak_grid(10000, 2), 14142);
    assert_int_equal(plan_weak_grid(10000, 3), 17320); /* 17320.5 */
    assert_int_equal(plan_weak_grid(1001, 1), 1002);   /* a tie */
    assert_int_equal(plan_weak_grid(1, 1), 2);
    for (long workers = 1; workers < 2000; workers++) {
        long grid = plan_weak_grid(5000, workers);
        double work = (double)grid * (double)grid / (double)workers;
        assert_int_equal(grid % 2, 0);
        assert_true(work > 0.999 * 25e6 && work < 1.001 * 25e6);
    }
}

static void weak_scaling_has_a_grid_for_each_number_of_workers(void **state)
{
    (void)state;
    options.weak = true;
    options.scheme = "hybrid,blas";
    options.workers = "1,4";
    options.grid = "1000";
    make_plan();
    assert_int_equal(plan.count, 2);
    assert_int_equal(plan.run[1].run.grid, 2000);
    assert_non_null(strstr(plan.run[1].command, "--grid=2000 "));
    assert_non_null(strstr(plan.refusal[0].text, "--weak: the work of blas"));
    plan_release(&plan);
    options.workers = "4";
    expect_no_plan("--weak: give several numbers of workers");
}

static void create(long most)
{
    options.scheme = "threads,gil";
    options.workers = "1,2";
    options.grid = "100,200,300";
    make_plan();
    if (sweep_create(folder, &plan, &options, "slurm", most, &sweep, &err) != 0)
        fail_msg("%s", err.text);
}

static void load(void)
{
    char place[PATH_MAX];

    snprintf(place, sizeof place, "%s", sweep.folder);
    sweep_release(&sweep);
    if (sweep_load(place, &sweep, &err) != 0)
        fail_msg("%s", err.text);
}

static void groups_become_arrays_no_larger_than_they_may_be(void **state)
{
    bool seen[12] = {false};

    (void)state;
    create(4);
    assert_int_equal(sweep.count, 12);
    assert_int_equal(sweep.arrays, 4); /* two groups of six: 4 + 2 each */
    for (size_t i = 0; i < sweep.arrays; i++) {
        assert_in_range(sweep.array[i].count, 1, 4);
        for (size_t k = 0; k < sweep.array[i].count; k++) {
            size_t run = sweep.array[i].run[k];
            assert_false(seen[run]);
            seen[run] = true;
            assert_int_equal(sweep.group[run],
                             sweep.group[sweep.array[i].run[0]]);
        }
    }
}

static void what_is_written_is_loaded(void **state)
{
    struct sweep before;

    (void)state;
    create(1000);
    assert_int_equal(sweep_note_asked(&sweep, 0, &err), 0);
    assert_int_equal(sweep_note_job(&sweep, 0, 4711, &err), 0);
    assert_int_equal(sweep_note_asked(&sweep, 1, &err), 0);
    before = sweep;
    sweep = (struct sweep){.arrays = 0};
    if (sweep_load(before.folder, &sweep, &err) != 0)
        fail_msg("%s", err.text);
    assert_true(sweep_agrees(&sweep, &plan));
    assert_string_equal(sweep.token, before.token);
    assert_string_equal(sweep.options.workers, "1,2");
    assert_int_equal(sweep.arrays, 2);
    assert_true(sweep.array[0].asked && sweep.array[1].asked);
    assert_int_equal(sweep.array[0].job_id, 4711);
    assert_int_equal(sweep.array[1].job_id, 0);
    for (size_t i = 0; i < sweep.count; i++) {
        assert_string_equal(sweep.run[i].folder, before.run[i].folder);
        assert_string_equal(sweep.run[i].token, before.run[i].token);
        assert_int_equal(sweep.run[i].grid, before.run[i].grid);
    }
    sweep_release(&before);
}

static void a_run_belongs_to_its_last_array(void **state)
{
    const size_t again[] = {1, 3};

    (void)state;
    create(1000);
    assert_int_equal(sweep_add_array(&sweep, again, 2, &err), 0);
    load();
    assert_int_equal(sweep.arrays, 3);
    assert_int_equal(sweep.in[3], 2);
    assert_int_equal(sweep.task[3], 2);
    assert_non_null(strstr(sweep.run[3].folder, "/array_3-"));
    assert_non_null(strstr(sweep.run[3].folder, "/task_2"));
    assert_int_equal(sweep.in[0], 0);
}

/* It may have been asked for again by now: Slurm has to be asked. */
static void that_a_job_was_never_created_is_not_believed_for_ever(void **state)
{
    (void)state;
    create(1000);
    assert_int_equal(sweep_make_array(&sweep, 0, &plan, "#!/bin/bash\n", &err),
                     0);
    assert_int_equal(sweep_note_asked(&sweep, 0, &err), 0);
    sweep.run[0].status.state = STATE_NEVER_CREATED;
    sweep.run[2].status =
        (struct job_status){.job_id = 7, .state = STATE_COMPLETED};
    assert_int_equal(run_save(&sweep.run[0], &err), 0);
    assert_int_equal(run_save(&sweep.run[2], &err), 0);
    load();
    assert_int_equal(sweep.run[0].status.state, STATE_UNKNOWN);
    assert_int_equal(sweep.run[2].status.state, STATE_COMPLETED);
    assert_int_equal(sweep.run[2].status.job_id, 7);
}

/* put() writes to this file of the sweep from now on. */
static void point_to(const char *name)
{
    assert_true(snprintf(path, sizeof path, "%s/%s", sweep.folder, name) <
                (int)sizeof path);
}

static void append(const char *text)
{
    FILE *file = fopen(path, "a");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void expect_no_load(const char *words)
{
    struct sweep other;

    err = (struct error){""};
    if (sweep_load(sweep.folder, &other, &err) == 0)
        fail_msg("was loaded; expected '%s'", words);
    if (strstr(err.text, words) == NULL)
        fail_msg("expected '%s', found '%s'", words, err.text);
}

static void a_line_cut_short_in_the_journal_counts_for_nothing(void **state)
{
    static const char *const cut[] = {"a", "asked 1", "job 1 47",
                                      "array 3 0123456789ab 1-3"};

    (void)state;
    create(1000);
    for (size_t i = 0; i < COUNT(cut); i++) {
        char *text;

        point_to("journal");
        assert_int_equal(file_read(path, 10000, &text, NULL, &err), 0);
        append(cut[i]);
        load();
        assert_int_equal(sweep.arrays, 2);
        assert_false(sweep.array[0].asked);
        /* Nor does it spoil the next one. */
        assert_int_equal(sweep_note_asked(&sweep, 1, &err), 0);
        load();
        assert_false(sweep.array[0].asked);
        assert_true(sweep.array[1].asked);
        put(text, strlen(text));
        free(text);
    }
}

static void a_changed_journal_is_not_believed(void **state)
{
    static const char *const bad[] = {
        "hello\n",
        "asked 0\n",
        "asked 9\n",
        "asked 1 2\n",
        "job 1\n",
        "job 1 -7\n",
        "job 1 7x\n",
        "array 9 0123456789ab 1\n",
        "array 3 0123456789ab\n",
        "array 3 0123456789ab 13\n",
        "array 3 0123456789ab 1-3,2\n",
        "array 3 0123456789aX 1\n",
        "array 3 ../../../../x 1\n",
        "\n",
    };

    (void)state;
    create(1000);
    for (size_t i = 0; i < COUNT(bad); i++) {
        char *text;

        point_to("journal");
        assert_int_equal(file_read(path, 10000, &text, NULL, &err), 0);
        append(bad[i]);
        expect_no_load("journal:3: not what integ2d-submit wrote");
        put(text, strlen(text));
        free(text);
    }
}

static void edit(const char *from, const char *to)
{
    char *text, edited[20000];

    point_to("sweep.json");
    assert_int_equal(file_read(path, sizeof edited - 100, &text, NULL, &err),
                     0);
    char *at = strstr(text, from);
    assert_non_null(at);
    snprintf(edited, sizeof edited, "%.*s%s%s", (int)(at - text), text, to,
             at + strlen(from));
    put(edited, strlen(edited));
    free(text);
}

static void a_changed_sweep_is_not_believed(void **state)
{
    (void)state;
    create(1000);
    edit("\"grid\": 300", "\"grid\": 301");
    expect_no_load("sweep.json: not what integ2d-submit wrote: it has been "
                   "changed since");
    edit("\"grid\": 301", "\"grid\": 300");
    load();
    edit("\"schema\": 1", "\"schema\": 2");
    expect_no_load("written by another version of integ2d");
    put("{}", 2);
    expect_no_load("sweep.json");
    put("", 0);
    expect_no_load("sweep.json");
    remove(path);
    expect_no_load("is no sweep");
    sweep_release(&sweep);
    assert_int_equal(sweep_load("/nonexistent", &sweep, &err), -1);
    assert_non_null(strstr(err.text, "no sweep at /nonexistent"));
}

static void another_plan_does_not_agree(void **state)
{
    (void)state;
    create(1000);
    plan_release(&plan);
    options.grid = "100,200,301";
    make_plan();
    assert_false(sweep_agrees(&sweep, &plan));
    plan_release(&plan);
    options.grid = "100,200";
    make_plan();
    assert_false(sweep_agrees(&sweep, &plan));
}

static void folders_are_made_once_and_removed_whole(void **state)
{
    struct stat about;

    (void)state;
    create(1000);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            sweep_make_array(&sweep, 0, &plan, "#!/bin/bash\n", &err), 0);
        assert_int_equal(sweep_note_asked(&sweep, 0, &err), 0);
        assert_int_equal(sweep_complete(&sweep, &err), 0);
    }
    struct run run;
    if (run_load(sweep.run[0].folder, &run, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(run.token, sweep.run[0].token);
    assert_int_equal(run.grid, 100);
    sweep_remove(&sweep);
    assert_int_equal(stat(sweep.folder, &about), -1);
}

static void a_list_of_folders_has_the_runs_of_sweeps(void **state)
{
    char **folders = calloc(2, sizeof *folders);
    size_t count = 2, missing;

    (void)state;
    create(1000);
    assert_int_equal(sweep_make_array(&sweep, 0, &plan, "#!/bin/bash\n", &err),
                     0);
    assert_int_equal(sweep_note_asked(&sweep, 0, &err), 0);
    folders[0] = strdup("a");
    folders[1] = strdup(sweep.folder);
    if (sweep_expand(&folders, &count, &missing, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(count, 1 + 6);
    assert_int_equal(missing, 6);
    assert_string_equal(folders[0], "a");
    assert_string_equal(folders[1], sweep.run[0].folder);
    for (size_t i = 0; i < count; i++)
        free(folders[i]);
    free(folders);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_combination_is_a_job_in_order),
        TEST(what_is_impossible_keeps_its_words),
        TEST(mistakes_are_refused_before_any_job),
        TEST(thousands_by_mistake_are_refused_and_can_be_allowed),
        TEST(the_grid_of_weak_scaling_is_even_and_nearest),
        TEST(weak_scaling_has_a_grid_for_each_number_of_workers),
        TEST(groups_become_arrays_no_larger_than_they_may_be),
        TEST(what_is_written_is_loaded),
        TEST(a_run_belongs_to_its_last_array),
        TEST(that_a_job_was_never_created_is_not_believed_for_ever),
        TEST(a_line_cut_short_in_the_journal_counts_for_nothing),
        TEST(a_changed_journal_is_not_believed),
        TEST(a_changed_sweep_is_not_believed),
        TEST(another_plan_does_not_agree),
        TEST(folders_are_made_once_and_removed_whole),
        TEST(a_list_of_folders_has_the_runs_of_sweeps),
    };

    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
