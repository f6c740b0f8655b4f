/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stats.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SEEDS = 3000 };

static uint64_t seed;

/* Marsaglia's xorshift: the same numbers on every machine. */
static double uniform(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
}

static double bell(void)
{
    return sqrt(-2.0 * log(uniform())) * cos(2.0 * acos(-1.0) * uniform());
}

/* A time with a hard lower end and a long tail, whose median is 1. */
static double tail(double width)
{
    return (1.0 - width * log(uniform())) / (1.0 + width * log(2.0));
}

static int fresh(void **state)
{
    (void)state;
    seed = 88172645463325252u;
    return 0;
}

static void near(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-3 * fabs(expected)))
        fail_msg("%g found, %g expected", found, expected);
}

static void known_values_have_their_median_and_mad(void **state)
{
    static const struct {
        double value[6];
        size_t count;
        double median, mad;
    } rows[] = {
        {{4}, 1, 4, 0},
        {{4, 2}, 2, 3, 1},
        {{1, 9, 2}, 3, 2, 1},
        {{1, 1, 2, 2, 4}, 5, 2, 1},
        {{6, 1, 2, 9, 4, 2}, 6, 3, 1.5},
        {{5, 5, 5, 5, 5, 5}, 6, 5, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct spread spread;
        double values[6];
        memcpy(values, rows[i].value, sizeof values);
        stats_spread(values, rows[i].count, &spread);
        assert_true(spread.median == rows[i].median);
        assert_true(spread.mad == rows[i].mad);
    }
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void the_mad_is_that_of_its_definition(void **state)
{
    (void)state;
    for (size_t n = 1; n < 60; n++) {
        double values[60], distances[60];
        struct spread spread;
        for (size_t i = 0; i < n; i++)
            values[i] = tail(0.3);
        stats_spread(values, n, &spread);
        for (size_t i = 0; i < n; i++)
            distances[i] = fabs(values[i] - spread.median);
        qsort(distances, n, sizeof *distances, ascending);
        assert_true(
            fabs(spread.mad - (distances[(n - 1) / 2] + distances[n / 2]) / 2) <
            1e-12);
    }
}

/* Ranks and coverage as printed in textbooks' tables of the interval. */
static void the_interval_has_the_ranks_of_the_tables(void **state)
{
    static const struct {
        size_t count;
        double low, high, coverage;
    } rows[] = {
        {2, 1, 2, 0.500},     {3, 1, 3, 0.750},   {4, 1, 4, 0.875},
        {5, 1, 5, 0.938},     {6, 1, 6, 0.969},   {7, 1, 7, 0.984},
        {8, 1, 8, 0.992},     {9, 2, 8, 0.961},   {10, 2, 9, 0.979},
        {12, 3, 10, 0.961},   {15, 4, 12, 0.965}, {17, 5, 13, 0.951},
        {20, 6, 15, 0.959},   {71, 27, 45, 0.95}, {100, 40, 61, 0.95},
        {200, 86, 115, 0.95},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct spread spread;
        double values[200];
        for (size_t j = 0; j < rows[i].count; j++)
            values[j] = (double)(rows[i].count - j);
        stats_spread(values, rows[i].count, &spread);
        assert_true(spread.low == rows[i].low);
        assert_true(spread.high == rows[i].high);
        assert_true(fabs(spread.coverage - rows[i].coverage) < 6e-4);
    }
}

static void one_value_has_no_error_and_none_is_nothing(void **state)
{
    struct spread one, none;
    double value = 3.0;
    (void)state;
    stats_spread(&value, 1, &one);
    assert_true(one.median == 3.0 && one.low == 3.0 && one.high == 3.0);
    assert_true(one.coverage == 0.0);
    assert_true(isnan(stats_error(&one)));
    stats_spread(NULL, 0, &none);
    assert_true(isnan(none.median) && isnan(none.low) && isnan(none.mad));
    assert_true(isnan(stats_ratio(&one, &none).value));
    assert_true(isnan(stats_ratio(&one, &one).low));
}

/* As many of `count` seeds as hold the truth must be at least 95 %, less
 * three deviations of that number itself. */
static void holds(size_t hits, size_t count, const char *what, size_t n)
{
    double least = 0.95 - 3.0 * sqrt(0.95 * 0.05 / (double)count);
    if ((double)hits < least * (double)count)
        fail_msg("%s of %zu values: the truth is in %zu of %zu intervals", what,
                 n, hits, count);
}

static void the_interval_holds_the_true_median(void **state)
{
    static const size_t sizes[] = {6, 9, 10, 25, 70, 71, 200};
    (void)state;
    for (size_t s = 0; s < COUNT(sizes); s++) {
        size_t hits = 0;
        for (int i = 0; i < SEEDS; i++) {
            double values[200];
            struct spread spread;
            for (size_t j = 0; j < sizes[s]; j++)
                values[j] = i % 2 ? tail(0.2) : exp(0.1 * bell());
            stats_spread(values, sizes[s], &spread);
            hits += spread.low <= 1.0 && spread.high >= 1.0;
        }
        holds(hits, SEEDS, "median", sizes[s]);
    }
}

static void the_interval_of_a_ratio_holds_the_true_ratio(void **state)
{
    static const size_t sizes[] = {4, 5, 6, 10, 30};
    (void)state;
    for (size_t s = 0; s < COUNT(sizes); s++) {
        size_t hits = 0;
        for (int i = 0; i < SEEDS; i++) {
            double a[30], b[30];
            struct spread over, under;
            struct ratio ratio;
            for (size_t j = 0; j < sizes[s]; j++) {
                a[j] = 3.0 * (i % 2 ? tail(0.05) : exp(0.05 * bell()));
                b[j] = i % 2 ? tail(0.02) : exp(0.02 * bell());
            }
            stats_spread(a, sizes[s], &over);
            stats_spread(b, sizes[s], &under);
            ratio = stats_ratio(&over, &under);
            hits += ratio.low <= 3.0 && ratio.high >= 3.0;
        }
        holds(hits, SEEDS, "ratio", sizes[s]);
    }
}

/* An interval that is always right because it is endless would be none. */
static void the_error_is_not_larger_than_it_has_to_be(void **state)
{
    double sum = 0.0;
    (void)state;
    for (int i = 0; i < SEEDS; i++) {
        double values[10];
        struct spread spread;
        for (size_t j = 0; j < COUNT(values); j++)
            values[j] = exp(0.1 * bell());
        stats_spread(values, COUNT(values), &spread);
        sum += stats_error(&spread);
    }
    /* sqrt(pi/2) * 0.1 / sqrt(10) = 0.0396 in the limit of many values */
    assert_true(sum / SEEDS > 0.036 && sum / SEEDS < 0.050);
}

static void a_trend_is_found_and_noise_is_none(void **state)
{
    size_t found = 0, alarms = 0;
    (void)state;
    for (int i = 0; i < SEEDS; i++) {
        double steady[12], drifting[12];
        for (size_t j = 0; j < COUNT(steady); j++) {
            steady[j] = exp(0.02 * bell());
            drifting[j] = steady[j] * (1.0 + 0.02 * (double)j);
        }
        alarms += fabs(stats_trend(steady, COUNT(steady))) > 2.6;
        found += stats_trend(drifting, COUNT(drifting)) > 2.6;
    }
    assert_true(alarms < SEEDS / 60);
    assert_true(found > SEEDS * 9 / 10);
    /* The default of --repeat is enough, if each is slower than the last. */
    assert_true(stats_trend((double[]){1, 2, 3, 4, 5}, 5) == 0.0);
    assert_true(stats_trend((double[]){1, 2, 3, 4, 5, 6}, 6) > 2.6);
    assert_true(stats_trend((double[]){1, 2, 3, 4, 6, 5}, 6) < 2.6);
    /* Every second of 799, and of all only a part: some seconds otherwise. */
    static double many[1000000];
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = (double)i;
    assert_true(stats_trend(many, COUNT(many)) > 2.6);
    double four_hundred = stats_trend(many, 400);
    assert_true(fabs(stats_trend(many, 799) - four_hundred) < 1e-9);
}

static void quantiles_are_those_of_the_tables(void **state)
{
    (void)state;
    near(stats_quantile(0.95), 1.95996);
    near(stats_quantile(0.6827), 1.0);
    near(stats_student(1), 12.706);
    near(stats_student(4), 2.776);
    near(stats_student(14), 2.145);
    near(stats_student(15), 2.131);
    near(stats_student(30), 2.042);
    near(stats_student(1000), 1.962);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(known_values_have_their_median_and_mad),
        TEST(the_mad_is_that_of_its_definition),
        TEST(the_interval_has_the_ranks_of_the_tables),
        TEST(one_value_has_no_error_and_none_is_nothing),
        TEST(the_interval_holds_the_true_median),
        TEST(the_interval_of_a_ratio_holds_the_true_ratio),
        TEST(the_error_is_not_larger_than_it_has_to_be),
        TEST(a_trend_is_found_and_noise_is_none),
        TEST(quantiles_are_those_of_the_tables),
    };

    return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
