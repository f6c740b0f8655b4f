/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Tolerances: bounds that hold for every rounding, u = 2^-53.
 *
 * A term, sin(x + y): pi, h = pi/n and h(i + 1/2) are rounded, 2.4 u in x and
 * in y, then their sum, then the sine: 3.4 u (x + y) + u < 23 u. (The fast
 * row's terms: see README.md, less than that.)
 *
 * A row added up term by term: the sum after k terms is
 * (cos x - cos(x + kh)) / (2 sin(h/2)), never above p = 1 / sin(h/2), and each
 * addition rounds it by u: n u p in all. The exact row, cos(x) / sin(h/2), is
 * itself computed with an error below 12 u p < 8 n u + 4 u. Together
 *     row tolerance = u (n p + 32 n)      (23 + 8 and one to spare; n = 1: 33)
 * which grows as n², and is 7e-9 at n = 10000, where a term is 0.6.
 *
 * A worker's part, r rows with exact sums E: partial sums stay below
 * s = sum |E| + p. Added row by row:    r (row tolerance + u s),
 * one running sum, term by term:        r n u (s + 32),
 * and r u s more for adding up what is expected.
 * This worst case is far above what is seen (8e-12 of 4e-9, as parts of the
 * integral, for the worst of four workers at n = 10000), but no sound run can
 * fail, and a missing term shows as long as it is larger; missing rows are
 * counted besides.
 */
#include "check.h"

#include "driver.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const double u = 0x1p-53;

double check_exact(long n, long a, long b)
{
    const double h = M_PI / (double)n;
    const double s = sin(h / 2.0);

    return cos(h * (double)(a + b) / 2.0) * sin(h * (double)(b - a) / 2.0) /
           (s * s);
}

/* No sum over the first points of a row is larger than this. */
static double row_peak(long n)
{
    return 1.0 / sin(M_PI / (double)n / 2.0);
}

double check_row_tolerance(long n)
{
    return u * (double)n * (row_peak(n) + 32.0);
}

double check_part_tolerance(long n, long rows, double size, enum sum sum)
{
    const double s = size + row_peak(n);
    const double row = sum == SUM_RUNNING ? u * (double)n * (s + 32.0)
                                          : check_row_tolerance(n);

    return (double)rows * (row + 2.0 * u * s);
}

/* Keep the first failure. */
__attribute__((format(printf, 2, 3))) static void fail(struct check *check,
                                                       const char *format, ...)
{
    va_list values;

    if (check->failed)
        return;
    check->failed = 1;
    va_start(values, format);
    vsnprintf(check->text, sizeof check->text, format, values);
    va_end(values);
}

/* Is found near enough? NaN is not. Keeps the comparison nearest to its
 * tolerance, or beyond it. */
static int near(struct check *check, double found, double exact,
                double tolerance)
{
    const double error = fabs(found - exact);
    const int yes = error <= tolerance;

    if (check->tolerance <= 0.0 ||
        (!(error * check->tolerance <= check->worst_error * tolerance) &&
         !isnan(check->worst_error))) {
        check->worst_error = error;
        check->tolerance = tolerance;
    }
    return yes;
}

/* Row i: done once, by whom, and with the right sum? 1 if so. */
static int check_row(struct check *check, struct run *run, long i,
                     double tolerance)
{
    const uint64_t mark = run->marks[i];
    const int owner = mark_owner(mark);
    const double exact = check_exact(run->grid, i, i + 1);

    if (mark_count(mark) != 1 || owner < 0 || owner >= run->workers) {
        fail(check, "row %ld was done %ld times, expected once", i,
             mark_count(mark));
        return 0;
    }
    check->rows_done++;
    run->worker[owner].owned++;
    run->worker[owner].expected += exact;
    run->worker[owner].size += fabs(exact);
    if (run->sum == SUM_RUNNING || near(check, run->rows[i], exact, tolerance))
        return 1;
    fail(check,
         "the sum of row %ld is %.17g, expected %.17g; off by %.3g, "
         "tolerance %.3g",
         i, run->rows[i], exact, fabs(run->rows[i] - exact), tolerance);
    return 0;
}

static void check_rows(struct check *check, struct run *run)
{
    const double tolerance = check_row_tolerance(run->grid);
    long wrong = 0;
    size_t length;

    for (long i = 0; i < run->grid; i++)
        wrong += !check_row(check, run, i, tolerance);
    if (wrong > 0) {
        length = strlen(check->text);
        snprintf(check->text + length, sizeof check->text - length,
                 " (rows not right: %ld of %ld)", wrong, run->grid);
    }
}

/* Worker w: there, with as many rows as it owns, and with the right sum? The
 * sum is the worker's own, so that a race on it shows. */
static double check_worker(struct check *check, struct run *run, int w)
{
    const struct worker *worker = &run->worker[w];
    const double tolerance =
        check_part_tolerance(run->grid, worker->owned, worker->size, run->sum);

    if (worker->starts != run->pass)
        fail(check,
             "worker %d took part in %ld of %ld repeat%s: fewer threads or "
             "ranks ran than the %d asked for",
             w, worker->starts, run->pass, run->pass == 1 ? "" : "s",
             run->workers);
    if (worker->rows != worker->owned)
        fail(check, "worker %d: rows counted: %ld, owned: %ld", w, worker->rows,
             worker->owned);
    if (!near(check, worker->sum, worker->expected, tolerance))
        fail(check,
             "worker %d adds up to %.17g, expected %.17g; off by %.3g, "
             "tolerance %.3g",
             w, worker->sum, worker->expected,
             fabs(worker->sum - worker->expected), tolerance);
    return tolerance;
}

void check_repeat(struct check *check, struct run *run)
{
    const double cell = run->h * run->h;
    double tolerance = 8.0 * u * run->workers;

    *check = (struct check){0};
    for (int w = 0; w < run->workers; w++) {
        run->worker[w].owned = 0;
        run->worker[w].expected = 0.0;
        run->worker[w].size = 0.0;
    }
    check_rows(check, run);
    for (int w = 0; w < run->workers; w++)
        tolerance += cell * check_worker(check, run, w);
    check->worst_error *= cell;
    check->tolerance *= cell;
    if (!near(check, run->integral, 0.0, tolerance))
        fail(check, "the integral is %g, expected 0, tolerance %.3g",
             run->integral, tolerance);
    if (!check->failed)
        snprintf(check->text, sizeof check->text,
                 "%ld row%s done once each by %d worker%s, every sum within "
                 "its tolerance",
                 check->rows_done, check->rows_done == 1 ? "" : "s",
                 run->workers, run->workers == 1 ? "" : "s");
}

void check_same(struct check *check, const struct run *run)
{
    if (run->sum == SUM_ROWS &&
        memcmp(&run->integral, &run->first, sizeof run->first) != 0)
        fail(check, "repeat %ld gives %a, the first one gave %a", run->pass,
             run->integral, run->first);
}

static int closer(const struct check *a, const struct check *b)
{
    return a->worst_error * b->tolerance > b->worst_error * a->tolerance;
}

void check_keep(struct check *kept, const struct check *next)
{
    if (!kept->failed &&
        (next->failed || kept->tolerance <= 0.0 || closer(next, kept)))
        *kept = *next;
}
