/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scaling.h"
#include "stats.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SEEDS = 2000, POINTS = 5, REPEATS = 40 };

static uint64_t seed;

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

static int fresh(void **state)
{
    (void)state;
    seed = 2463534242u;
    return 0;
}

static void near(double found, double expected, double by)
{
    if (!(fabs(found - expected) <= by))
        fail_msg("%.9g found, %.9g +- %g expected", found, expected, by);
}

/* The times that HPC Carpentry's lesson publishes for a program whose
 * parallel share is set to 0.85. */
static void the_published_times_give_the_share_they_were_made_with(void **state)
{
    static const struct timing timings[] = {
        {1, 1, 30.033, NAN}, {4, 1, 10.888, NAN}, {8, 1, 7.697, NAN}};
    struct fit fit;
    (void)state;
    assert_true(scaling_amdahl(timings, COUNT(timings), &fit));
    near(1.0 - fit.share, 0.85, 1e-3);
    near(fit.one_s, 30.033, 1e-3);
    assert_true(fit.error < 1e-3);
    assert_true(fabs(fit.worst) < 1e-3);
    near(scaling_karp_flatt(30.033 / 10.888, 4), 0.15, 1e-3);
    near(scaling_karp_flatt(30.033 / 7.697, 8), 0.15, 1e-3);
}

static void exact_times_give_the_exact_share(void **state)
{
    static const double shares[] = {0.0, 0.001, 0.3, 1.0, -0.05};
    (void)state;
    for (size_t i = 0; i < COUNT(shares); i++) {
        struct timing timings[4];
        struct fit fit;
        for (size_t j = 0; j < COUNT(timings); j++) {
            double workers = (double)(3 * j + 2); /* none with one worker */
            timings[j] = (struct timing){
                workers, 1, 7.0 * (shares[i] + (1 - shares[i]) / workers), NAN};
        }
        assert_true(scaling_amdahl(timings, COUNT(timings), &fit));
        near(fit.share, shares[i], 1e-9);
        near(fit.one_s, 7.0, 1e-6);
        near(scaling_amdahl_time(&fit, 8), timings[2].time_s, 1e-6);
    }
}

static void one_number_of_workers_gives_no_share(void **state)
{
    const struct timing same[] = {{4, 1, 2.0, NAN}, {4, 1, 2.1, NAN}};
    struct fit fit;
    (void)state;
    assert_false(scaling_amdahl(same, 2, &fit));
    assert_true(isnan(fit.share));
    assert_false(scaling_amdahl(same, 1, &fit));
    assert_false(scaling_gustafson(same, 1, &fit));
    assert_true(isnan(scaling_karp_flatt(1.0, 1)));
}

static void two_points_without_errors_have_a_share_without_one(void **state)
{
    const struct timing two[] = {{1, 1, 1.0, NAN}, {4, 1, 0.4, NAN}};
    struct fit fit;
    (void)state;
    assert_true(scaling_amdahl(two, 2, &fit));
    near(fit.share, 0.2, 1e-9);
    assert_true(isnan(fit.error));
}

/* Medians of noisy repeats of a time. */
static struct timing measure(double workers, double work, double time_s,
                             double noise, size_t repeats)
{
    double values[REPEATS];
    struct spread spread;
    for (size_t i = 0; i < repeats; i++)
        values[i] = time_s * exp(noise * bell());
    stats_spread(values, repeats, &spread);
    return (struct timing){workers, work, spread.median, stats_error(&spread)};
}

/* Both laws for one share, noise and number of repeats. */
static void recover(double share, double noise, size_t repeats)
{
    const double least = 0.95 - 3.0 * sqrt(0.95 * 0.05 / SEEDS);
    size_t amdahl = 0, gustafson = 0;
    double width = 0.0;
    for (int i = 0; i < SEEDS; i++) {
        struct timing strong[POINTS], weak[POINTS];
        struct fit fit;
        for (int j = 0; j < POINTS; j++) {
            double workers = ldexp(1.0, j);
            double speedup = workers + (1 - workers) * share;
            strong[j] = measure(workers, 1, share + (1 - share) / workers,
                                noise, repeats);
            weak[j] =
                measure(workers, workers, workers / speedup, noise, repeats);
        }
        assert_true(scaling_amdahl(strong, POINTS, &fit));
        amdahl += fabs(fit.share - share) <= fit.error;
        width += fit.error / SEEDS;
        assert_true(scaling_gustafson(weak, POINTS, &fit));
        gustafson += fabs(fit.share - share) <= fit.error;
    }
    if ((double)amdahl < least * SEEDS || (double)gustafson < least * SEEDS)
        fail_msg("share %g, noise %g, %zu repeats: within the error %zu "
                 "(Amdahl) and %zu (Gustafson) of %d times",
                 share, noise, repeats, amdahl, gustafson, SEEDS);
    assert_true(width < 4.0 * noise); /* and the error is worth something */
}

static void a_known_share_is_recovered_within_the_stated_error(void **state)
{
    static const double shares[] = {0.0, 0.02, 0.15, 0.6};
    (void)state;
    for (size_t i = 0; i < COUNT(shares); i++) {
        recover(shares[i], 0.03, 5);
        recover(shares[i], 0.03, 10);
        recover(shares[i], 0.01, 3); /* errors from the residuals alone */
        recover(shares[i], 0.005, REPEATS);
    }
}

/* A cost that grows with the workers is not what the law knows. */
static void times_that_follow_no_such_law_stretch_the_error(void **state)
{
    struct timing timings[POINTS];
    struct fit lawful, other;
    (void)state;
    for (int j = 0; j < POINTS; j++) {
        double workers = ldexp(1.0, j);
        timings[j] = (struct timing){workers, 1, 0.1 + 0.9 / workers, 0.002};
    }
    assert_true(scaling_amdahl(timings, POINTS, &lawful));
    for (int j = 0; j < POINTS; j++)
        timings[j].time_s += 0.01 * (timings[j].workers - 1);
    assert_true(scaling_amdahl(timings, POINTS, &other));
    assert_true(other.error > 5 * lawful.error);
    assert_true(fabs(other.worst) > 0.05);
}

static void weak_scaling_is_against_the_smallest_point(void **state)
{
    /* Starting from two workers: four of them are 2 of its kind. */
    const struct timing timings[] = {
        {2, 1, 1.0, NAN}, {4, 2, 2.0 / 1.9, NAN}, {8, 4, 4.0 / 3.7, NAN}};
    struct fit fit;
    (void)state;
    assert_true(scaling_gustafson(timings, COUNT(timings), &fit));
    near(fit.share, 0.1, 1e-9);
    assert_true(fabs(fit.worst) < 1e-9);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_published_times_give_the_share_they_were_made_with),
        TEST(exact_times_give_the_exact_share),
        TEST(one_number_of_workers_gives_no_share),
        TEST(two_points_without_errors_have_a_share_without_one),
        TEST(a_known_share_is_recovered_within_the_stated_error),
        TEST(times_that_follow_no_such_law_stretch_the_error),
        TEST(weak_scaling_is_against_the_smallest_point),
    };

    return cmocka_run_group_tests_name("scaling", tests, NULL, NULL);
}
