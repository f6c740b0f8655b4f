/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../kernels/driver/check.h"
#include "../../kernels/driver/row.h"
#include "../../kernels/driver/total.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The fast row once more, without clones: no vector unit, no fma instruction.
 * Its parts are tested here, too. */
#undef __x86_64__
#define row_simd row_simd_scalar
#include "../../kernels/driver/row_simd.c"
#undef row_simd
double row_simd(double x, double h, long n);

static int same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static double width(long n)
{
    return M_PI / (double)n;
}

static double middle(long n, long i)
{
    return width(n) * ((double)i + 0.5);
}

static void row_within_tolerance(long n, long i)
{
    const double exact = check_exact(n, i, i + 1);
    const double tolerance = check_row_tolerance(n);
    const double x = middle(n, i);

    if (!(fabs(row_plain(0.0, x, width(n), n) - exact) <= tolerance))
        fail_msg("plain row %ld of %ld", i, n);
    if (!(fabs(row_simd(x, width(n), n) - exact) <= tolerance))
        fail_msg("fast row %ld of %ld", i, n);
}

static void every_row_of_small_grids_is_exact(void **state)
{
    (void)state;
    for (long n = 1; n <= 130; n++)
        for (long i = 0; i < n; i++)
            row_within_tolerance(n, i);
}

static void rows_of_large_grids_are_exact(void **state)
{
    const long grids[] = {1000, 1009, 9973, 10000, 65536, 100003};

    (void)state;
    for (size_t g = 0; g < sizeof grids / sizeof *grids; g++)
        for (long i = 0; i < grids[g]; i += 1 + grids[g] / 30)
            row_within_tolerance(grids[g], i);
}

/* On both sides of where one strip ends and the next begins, and both ends. */
static void rows_at_the_folds_are_exact(void **state)
{
    const long grids[] = {2, 3, 4, 5, 31, 32, 33, 4096, 4097};

    (void)state;
    for (size_t g = 0; g < sizeof grids / sizeof *grids; g++)
        for (int fold = 0; fold <= 8; fold++) {
            const long n = grids[g];
            const double h = width(n), edge = fold * M_PI / 8.0;
            const double near[] = {
                nextafter(edge, 0.0), edge, fmin(nextafter(edge, 4.0), M_PI),
                fmax(edge - h / 2.0, 0.0), fmin(edge + h / 2.0, M_PI)};

            for (size_t p = 0; p < sizeof near / sizeof *near; p++) {
                const double exact = cos(near[p]) / sin(h / 2.0);

                if (!(fabs(row_simd(near[p], h, n) - exact) <=
                      check_row_tolerance(n)))
                    fail_msg("x = %a, n = %ld", near[p], n);
            }
        }
}

/* The tolerance allows for the worst case of every addition; a term that is
 * wrong a little everywhere shows here. The unit: the largest partial sum's. */
static void a_fast_row_is_within_4_roundings_of_the_exact_one(void **state)
{
    const long grids[] = {100, 101, 997, 1000, 10000, 10001};

    (void)state;
    for (size_t g = 0; g < sizeof grids / sizeof *grids; g++)
        for (long i = 0; i < grids[g]; i += 1 + grids[g] / 300) {
            const long n = grids[g];
            const double x = middle(n, i);
            const long double peak = 1.0L / sinl(M_PIl / (long double)n / 2.0L);
            const long double exact = cosl((long double)x) * peak;

            if (!(fabsl((long double)row_simd(x, width(n), n) - exact) <=
                  4.0L * 0x1p-53L * peak))
                fail_msg("row %ld of %ld", i, n);
        }
}

static double ulps(double found, long double exact)
{
    const int exponent = ilogb((double)exact);

    return (double)(fabsl((long double)found - exact) *
                    ldexpl(1.0L, 52 - exponent));
}

/* The sine and the cosine that a strip adds up, at r: at most 1.1 and 1.4
 * units in the last place from the exact ones. */
static void near_enough(double r)
{
    const double sine_off = ulps(add(0.0, r, SINE), sinl((long double)r));
    const double cosine_off = ulps(add(1.0, r, COSINE), cosl((long double)r));

    if (!(sine_off <= 1.1))
        fail_msg("sin(%a) is off by %g ulp", r, sine_off);
    if (!(cosine_off <= 1.4))
        fail_msg("cos(%a) is off by %g ulp", r, cosine_off);
}

/* In even steps, at random, and at random among small ones. */
static void sine_and_cosine_are_right_to_the_last_place(void **state)
{
    const long steps = 1L << 20;
    uint64_t random = 1;

    (void)state;
    assert_true(LDBL_MANT_DIG >= 64);
    for (long k = 1; k <= steps; k++) {
        const double r = M_PI_4 * (double)k / (double)steps;
        double any;

        random = random * 6364136223846793005U + 1442695040888963407U;
        any = M_PI_4 * (double)(random >> 11) * 0x1p-53;
        near_enough(r);
        near_enough(-r);
        near_enough(any);
        if (any > 0.0)
            near_enough(ldexp(any, -(int)(k % 64)));
    }
}

/* The two points of a pair, and the points of a strip, one by one. */
static void a_strip_is_the_sum_of_its_points(void **state)
{
    const double first = -0.75, step = 0x1p-8;

    (void)state;
    for (long count = 1; count <= 380; count++) {
        long double sines = 0.0L, cosines = 0.0L;

        for (long k = 0; k < count; k++) {
            sines += sinl((long double)(first + step * (double)k));
            cosines += cosl((long double)(first + step * (double)k));
        }
        assert_true(fabsl(strip(first, step, count, SINE) - sines) < 1e-12L);
        assert_true(fabsl(strip(first, step, count, COSINE) - cosines) <
                    1e-12L);
        assert_true(fabsl(strip(first, step, count, BOTH) - sines - cosines) <
                    1e-12L);
    }
}

/* What this machine's vector unit gives against none at all. */
static void vector_width_changes_no_bit(void **state)
{
    (void)state;
    for (long n = 1; n <= 600; n++) {
        const long i = n * 7 / 11;

        if (!same_bits(row_simd(middle(n, i), width(n), n),
                       row_simd_scalar(middle(n, i), width(n), n)))
            fail_msg("row %ld of %ld", i, n);
    }
}

static void plain_row_is_the_lessons_sum(void **state)
{
    const long n = 777, i = 123;
    double sum = 5.0;

    (void)state;
    for (long j = 0; j < n; j++)
        sum += sin(middle(n, i) + middle(n, j));
    assert_true(same_bits(row_plain(5.0, middle(n, i), width(n), n), sum));
}

/* 1, 1e100, 1, -1e100: a plain sum gives 0. */
static void compensated_sum_loses_nothing(void **state)
{
    struct total total = {0.0, 0.0};

    (void)state;
    total_add(&total, 1.0);
    total_add(&total, 1e100);
    total_add(&total, 1.0);
    total_add(&total, -1e100);
    assert_true(same_bits(total_value(&total), 2.0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_small_grids_is_exact),
        cmocka_unit_test(rows_of_large_grids_are_exact),
        cmocka_unit_test(rows_at_the_folds_are_exact),
        cmocka_unit_test(a_fast_row_is_within_4_roundings_of_the_exact_one),
        cmocka_unit_test(sine_and_cosine_are_right_to_the_last_place),
        cmocka_unit_test(a_strip_is_the_sum_of_its_points),
        cmocka_unit_test(vector_width_changes_no_bit),
        cmocka_unit_test(plain_row_is_the_lessons_sum),
        cmocka_unit_test(compensated_sum_loses_nothing),
    };

    return cmocka_run_group_tests_name("row", tests, NULL, NULL);
}
