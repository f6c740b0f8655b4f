/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../kernels/driver/check.h"
#include "../../kernels/driver/row.h"
#include "../../kernels/driver/total.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The fast row once more, without clones: no vector unit, no fma instruction.
 */
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

/* The last x with its fold inside, the first beyond, and both ends. */
static void rows_at_the_fold_are_exact(void **state)
{
    const long n = 4097;
    const double h = width(n);
    const double places[] = {0.0,
                             nextafter(M_PI_2, 0.0),
                             M_PI_2,
                             nextafter(M_PI_2, 4.0),
                             M_PI_2 - h / 2.0,
                             M_PI_2 + h / 2.0,
                             M_PI};

    (void)state;
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        const double exact = cos(places[p]) / sin(h / 2.0);

        assert_true(fabs(row_simd(places[p], h, n) - exact) <=
                    check_row_tolerance(n));
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
        cmocka_unit_test(rows_at_the_fold_are_exact),
        cmocka_unit_test(vector_width_changes_no_bit),
        cmocka_unit_test(plain_row_is_the_lessons_sum),
        cmocka_unit_test(compensated_sum_loses_nothing),
    };

    return cmocka_run_group_tests_name("row", tests, NULL, NULL);
}
