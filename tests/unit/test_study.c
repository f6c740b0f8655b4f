/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "caution.h"
#include "compare.h"
#include "meaning.h"
#include "study.h"

enum { MOST = 64, REPEATS = 10 };

static const struct kind kinds[] = {
    {"0.1.0", "gcc 12", "-O3", "b-cn#", "A"},
    {"0.1.0", "clang 14", "-O3", "b-cn#", "B"},
};

/* Texts with one address each, as a reader gives them. */
static const char hpc2n[] = "hpc2n", plain[] = "plain", simd[] = "simd",
                  rows[] = "rows", serial[] = "serial", openmp[] = "openmp",
                  mpi[] = "mpi", none[] = "";

static struct sample samples[MOST], others[MOST];
static size_t count;
static struct findings findings, before;

static int fresh(void **state)
{
    (void)state;
    memset(samples, 0, sizeof samples);
    memset(others, 0, sizeof others);
    memset(&findings, 0, sizeof findings);
    memset(&before, 0, sizeof before);
    count = 0;
    return 0;
}

static void release(struct findings *all, struct sample *list)
{
    caution_release(&all->cautions);
    study_release(&all->study);
    for (size_t i = 0; i < MOST; i++)
        free(list[i].time_s);
}

static int done(void **state)
{
    (void)state;
    release(&findings, samples);
    release(&before, others);
    return 0;
}

/* A run whose repeats lie evenly within +-1 % of time_s, not in order. */
static struct sample *add(const char *scheme, long workers, long grid,
                          double time_s)
{
    struct sample *sample = &samples[count++];
    *sample = (struct sample){.verdict = RESULT_RIGHT,
                              .site = hpc2n,
                              .scheme = scheme,
                              .math = plain,
                              .mode = none,
                              .sum = rows,
                              .job_id = (long)count,
                              .workers = workers,
                              .grid = grid,
                              .kind = &kinds[0],
                              .warmup_s = time_s,
                              .repeats = REPEATS,
                              .cpu_efficiency = 0.9,
                              .peak_mem_mib = 5,
                              .job_s = -1};
    sample->time_s = calloc(REPEATS, sizeof *sample->time_s);
    assert_non_null(sample->time_s);
    for (int i = 0; i < REPEATS; i++)
        sample->time_s[i] =
            time_s * (1 + 0.01 * ((i * 7 % REPEATS) - 4.5) / 4.5);
    return sample;
}

static void study(void)
{
    assert_int_equal(study_make(samples, count, &findings.study), 0);
    labels_make(&findings.study, &findings.labels);
    assert_int_equal(
        caution_make(&findings.study, &findings.labels, &findings.cautions), 0);
}

static const struct point *find(const char *scheme, long workers, long grid)
{
    for (size_t i = 0; i < findings.study.points; i++) {
        const struct point *point = &findings.study.point[i];
        if (point->sample->scheme == scheme &&
            point->sample->workers == workers && point->sample->grid == grid)
            return point;
    }
    fail_msg("no point %s %ld %ld", scheme, workers, grid);
    return NULL;
}

static void near(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-6 * fabs(expected)))
        fail_msg("%g found, %g expected", found, expected);
}

static void runs_of_the_same_thing_are_one_point(void **state)
{
    (void)state;
    add(openmp, 2, 100, 1.0);
    add(openmp, 2, 100, 1.2);
    add(openmp, 4, 100, 0.5);
    add(openmp, 2, 200, 4.0);
    add(openmp, 2, 100, 3.0)->verdict = RESULT_FAILED;
    study();
    assert_int_equal(findings.study.points, 3);
    assert_int_equal(find(openmp, 2, 100)->runs, 2);
    assert_int_equal(find(openmp, 2, 100)->time.count, 2 * REPEATS);
    assert_true(find(openmp, 2, 100)->time.max < 2.0);
    assert_int_equal(find(openmp, 2, 100)->warmup.count, 2);
    assert_int_equal(findings.study.many, 2);
}

static void both_speedups_are_given_and_not_mixed_up(void **state)
{
    (void)state;
    add(serial, 1, 100, 1.0);
    add(mpi, 1, 100, 1.25);
    add(mpi, 4, 100, 0.25);
    study();
    near(find(mpi, 4, 100)->over_serial.value, 4.0);
    near(find(mpi, 4, 100)->over_one.value, 5.0);
    near(find(mpi, 1, 100)->over_serial.value, 0.8);
    assert_true(find(mpi, 1, 100)->over_one.value == 1.0);
    assert_true(isnan(find(mpi, 1, 100)->over_one.low));
    assert_true(find(mpi, 4, 100)->over_one.low < 5.0 &&
                find(mpi, 4, 100)->over_one.high > 5.0);
    near(find(mpi, 4, 100)->karp_flatt, (1 / 5.0 - 0.25) / 0.75);
}

/* A word of the cautions that must or must not be there. */
static int cautions_with(const char *words)
{
    int found = 0;
    for (size_t i = 0; i < findings.cautions.count; i++)
        found += strstr(findings.cautions.text[i], words) != NULL;
    return found;
}

static void expect_caution(const char *words)
{
    if (cautions_with(words) == 1)
        return;
    for (size_t i = 0; i < findings.cautions.count; i++)
        print_error("%s\n", findings.cautions.text[i]);
    fail_msg("expected once: %s", words);
}

static void no_baseline_is_taken_that_is_not_comparable(void **state)
{
    static const struct {
        const char *words;
        long grid;
        const char *math;
        const struct kind *kind;
    } cases[] = {
        {"another grid (101)", 101, plain, &kinds[0]},
        {"another math", 100, simd, &kinds[0]},
        {"another compiler", 100, plain, &kinds[1]},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        done(NULL);
        fresh(NULL);
        struct sample *one = add(serial, 1, cases[i].grid, 1.0);
        one->math = cases[i].math;
        one->kind = cases[i].kind;
        add(openmp, 1, 100, 1.0);
        add(openmp, 2, 100, 0.5);
        study();
        assert_true(isnan(find(openmp, 2, 100)->over_serial.value));
        assert_true(find(openmp, 2, 100)->over_one.value > 1.9);
        expect_caution(cases[i].words);
    }
}

static void a_missing_baseline_is_named_with_its_command(void **state)
{
    (void)state;
    add(openmp, 2, 100, 0.5);
    add(openmp, 4, 100, 0.3);
    study();
    expect_caution("integ2d-submit --scheme=serial -n 1 --grid=100");
    expect_caution("integ2d-submit --scheme=openmp -n 1 --grid=100");
}

static void strong_scaling_is_fitted_and_explained(void **state)
{
    char text[MEANING];
    (void)state;
    for (long workers = 1; workers <= 8; workers *= 2)
        add(openmp, workers, 100, 0.2 + 0.8 / (double)workers);
    study();
    assert_int_equal(findings.study.many, 1);
    near(findings.study.series[0].amdahl.share, 0.2);
    near(find(openmp, 8, 100)->karp_flatt, 0.2);
    meaning_strong(&findings.study.series[0], &findings.labels, text);
    assert_non_null(strstr(text, "is 20 % +- "));
    assert_non_null(strstr(text, "no number of workers is more than 5 times"));
    assert_non_null(
        strstr(text, "8 workers should take 0.2 x 1.000 s + 0.8 x 1.000 s / 8 "
                     "= 300.00 ms; 300.00 ms were measured"));
}

static void a_cost_that_grows_is_not_called_serial(void **state)
{
    char text[MEANING];
    (void)state;
    for (long workers = 1; workers <= 16; workers *= 2)
        add(mpi, workers, 100,
            1.0 / (double)workers + 0.02 * (double)(workers - 1));
    study();
    meaning_strong(&findings.study.series[0], &findings.labels, text);
    assert_non_null(strstr(text, "a cost that comes with the workers"));
}

static void what_a_share_means_is_told(void **state)
{
    static const struct {
        double share;
        const char *words;
    } cases[] = {
        {-0.1, "; less than nothing: "},
        {0.0, "cannot be told from 0"},
        {0.5, "no number of workers is more than 2 times as fast"},
        {1.0, ": more workers do not make it faster"},
        {1.4, "; more than all of it: every further worker makes it slower"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[MEANING];
        done(NULL);
        fresh(NULL);
        for (long workers = 1; workers <= 8; workers *= 2)
            add(openmp, workers, 100,
                cases[i].share + (1 - cases[i].share) / (double)workers);
        study();
        meaning_strong(&findings.study.series[0], &findings.labels, text);
        if (!strstr(text, cases[i].words))
            fail_msg("'%s' expected in: %s", cases[i].words, text);
    }
}

static void a_grid_that_grows_with_the_workers_is_weak_scaling(void **state)
{
    char text[MEANING];
    (void)state;
    add(mpi, 1, 1000, 1.0);
    add(mpi, 2, 1414, 1.0 / 0.95); /* rounded to whole rows */
    add(mpi, 4, 2000, 4.0 / 3.7);
    add(mpi, 4, 3000, 5.0);
    add(mpi, 8, 2700, 2.0); /* 2828 would be */
    study();
    assert_int_equal(findings.study.weaks, 1);
    assert_int_equal(findings.study.weak[0].count, 3);
    assert_true(fabs(findings.study.weak[0].gustafson.share - 0.1) < 1e-2);
    near(find(mpi, 4, 2000)->scaled, 3.7);
    assert_true(isnan(find(mpi, 4, 3000)->scaled));
    meaning_weak(&findings.study.weak[0], &findings.labels, text);
    assert_non_null(strstr(text, "4 workers should do 4 + (1 - 4) x 0.1"));
    assert_null(strstr(text, "too uncertain"));
    findings.study.weak[0].gustafson.error = 0.3;
    findings.study.weak[0].gustafson.worst = 1.7;
    meaning_weak(&findings.study.weak[0], &findings.labels, text);
    assert_non_null(strstr(text, "largest residual 170 %), too uncertain"));
    /* They need no baseline on their own grid. */
    assert_int_equal(cautions_with("grid 2000"), 0);
}

static void weak_scaling_without_one_worker_says_what_is_missing(void **state)
{
    (void)state;
    add(mpi, 2, 1414, 1.0);
    add(mpi, 4, 2000, 1.1);
    add(mpi, 8, 2828, 1.2);
    add(mpi, 8, 5000, 2.2);
    study();
    assert_int_equal(findings.study.weaks, 0);
    expect_caution("grid 1414 to 2828 with 2 to 8 workers: no weak scaling");
    expect_caution("(integ2d-submit --scheme=mpi -n 1 --grid=1000)");
    assert_int_equal(cautions_with("no weak scaling"), 1);
    /* Only the one that is not among them lacks a baseline. */
    assert_int_equal(cautions_with("no speedup against one worker"), 1);
    expect_caution("grid 5000: no speedup against one worker");
}

static void no_error_is_shown_of_fewer_repeats_than_have_one(void **state)
{
    (void)state;
    add(openmp, 1, 100, 1.0)->repeats = 3;
    add(openmp, 2, 100, 1.0)->repeats = 3;
    samples[1].time_s[0] *= 2;
    study();
    expect_caution("1 and 2 workers: too few repeats, 3");
    assert_int_equal(cautions_with("the spread is too wide"), 0);
}

static void doubts_are_told_in_words(void **state)
{
    struct sample *sample;
    (void)state;
    add(serial, 1, 100, 1.0);
    sample = add(openmp, 1, 100, 1.0); /* wide */
    for (int i = 0; i < REPEATS; i++)
        sample->time_s[i] *= 1 + 0.2 * (i * 3 % REPEATS);
    add(openmp, 2, 100, 0.5)->warmup_s = 1.0;
    sample = add(openmp, 3, 100, 0.3); /* slows down */
    for (int i = 0; i < REPEATS; i++)
        sample->time_s[i] = 0.3 * (1 + 0.02 * i);
    add(openmp, 4, 100, 0.0005);
    add(openmp, 5, 100, 0.2)->repeats = 4;
    add(openmp, 6, 100, 0.15)->clock_off_s = 3600;
    add(openmp, 7, 100, 0.01)->job_s = 30;
    sample = add(openmp, 8, 100, 0.12);
    sample->time_s[0] *= 2;
    add(openmp, 9, 100, 0.11); /* its two runs differ */
    add(openmp, 9, 100, 0.13);
    study();
    expect_caution("grid 100, 1, 3 and 9 workers: the spread is too wide");
    expect_caution("2 workers: slow first run: the warm-up");
    expect_caution("3 workers: the machine changed its speed");
    expect_caution("4 workers: the work is too short for the clock");
    expect_caution("5 workers: too few repeats, 4");
    expect_caution("6 workers: a clock was set meanwhile");
    expect_caution("7 workers: the work is too short against the start-up");
    expect_caution("8 workers: slow first run: the first repeat");
    expect_caution("9 workers: the machine changed its speed");
}

static void steady_runs_are_not_doubted(void **state)
{
    (void)state;
    add(serial, 1, 100, 1.0);
    add(openmp, 1, 100, 1.0);
    add(openmp, 2, 100, 0.5);
    study();
    assert_int_equal(findings.cautions.count, 0);
}

static void a_change_is_told_from_noise(void **state)
{
    struct comparison comparison;
    (void)state;
    add(openmp, 1, 100, 1.0);
    add(openmp, 2, 100, 0.5);
    add(openmp, 4, 100, 0.3);
    add(openmp, 8, 100, 0.2);
    add(openmp, 16, 100, 0.2);
    add(mpi, 2, 100, 0.5)->repeats = 3;
    memcpy(others, samples, sizeof others);
    memset(samples, 0, sizeof samples);
    assert_int_equal(study_make(others, count, &before.study), 0);
    labels_make(&before.study, &before.labels);
    count = 0;
    add(openmp, 1, 100, 1.002);
    add(openmp, 2, 100, 0.4)->kind = &kinds[1];
    add(openmp, 4, 100, 0.33);
    add(openmp, 16, 100, 0.1996);
    add(mpi, 2, 100, 0.5);
    add(mpi, 4, 100, 0.25);
    study();
    assert_int_equal(compare_make(&findings, &before, &comparison), 0);
    assert_int_equal(comparison.count, 5);
    assert_int_equal(comparison.only_now, 1);
    assert_int_equal(comparison.only_before, 1);
    assert_int_equal(comparison.beyond, 2);
    for (size_t i = 0; i < comparison.count; i++) {
        const struct change *change = &comparison.change[i];
        const struct sample *sample = change->now->sample;
        enum verdict_on_change expected =
            sample->scheme == mpi                           ? CHANGE_UNKNOWN
            : sample->workers == 1 || sample->workers == 16 ? CHANGE_NOISE
            : sample->workers == 2                          ? CHANGE_FASTER
                                                            : CHANGE_SLOWER;
        assert_int_equal(change->verdict, expected);
    }
    compare_release(&comparison);
}

/* By its place in the list alone, a run must not be favoured. */
static void the_order_of_runs_does_not_matter(void **state)
{
    struct sample swap;
    double share;
    (void)state;
    for (long workers = 1; workers <= 8; workers++)
        add(openmp, workers, 100, 0.1 + 0.9 / (double)workers);
    study();
    share = findings.study.series[0].amdahl.share;
    study_release(&findings.study);
    caution_release(&findings.cautions);
    for (size_t i = 0; i < count / 2; i++) {
        swap = samples[i];
        samples[i] = samples[count - 1 - i];
        samples[count - 1 - i] = swap;
    }
    study();
    assert_true(findings.study.series[0].amdahl.share == share);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(runs_of_the_same_thing_are_one_point),
        TEST(both_speedups_are_given_and_not_mixed_up),
        TEST(no_baseline_is_taken_that_is_not_comparable),
        TEST(a_missing_baseline_is_named_with_its_command),
        TEST(strong_scaling_is_fitted_and_explained),
        TEST(a_cost_that_grows_is_not_called_serial),
        TEST(what_a_share_means_is_told),
        TEST(a_grid_that_grows_with_the_workers_is_weak_scaling),
        TEST(weak_scaling_without_one_worker_says_what_is_missing),
        TEST(no_error_is_shown_of_fewer_repeats_than_have_one),
        TEST(doubts_are_told_in_words),
        TEST(steady_runs_are_not_doubted),
        TEST(a_change_is_told_from_noise),
        TEST(the_order_of_runs_does_not_matter),
    };

    return cmocka_run_group_tests_name("study", tests, NULL, NULL);
}
