/* SPDX-License-Identifier: BSD-3-Clause */
#include "scaling.h"

#include <math.h>

#include "stats.h"

/* A law's parameters from times, each of which may be multiplied by a factor:
 * `nudged` names one whose time is changed by the factor exp(nudge). */
typedef bool solve_fn(const struct timing *timings, size_t count, size_t nudged,
                      double nudge, struct fit *fit);
typedef double residual_fn(const struct timing *timings, size_t i,
                           const struct fit *fit);

static double time_of(const struct timing *timings, size_t i, size_t nudged,
                      double nudge)
{
    return timings[i].time_s * (i == nudged ? exp(nudge) : 1.0);
}

/* T = A + B/W, each equation divided by its T. */
static bool solve_amdahl(const struct timing *timings, size_t count,
                         size_t nudged, double nudge, struct fit *fit)
{
    double aa = 0, ab = 0, bb = 0, a1 = 0, b1 = 0;
    for (size_t i = 0; i < count; i++) {
        double a = 1 / time_of(timings, i, nudged, nudge);
        double b = a / timings[i].workers;
        aa += a * a;
        ab += a * b;
        bb += b * b;
        a1 += a;
        b1 += b;
    }
    double determinant = aa * bb - ab * ab;
    if (!(determinant > 1e-12 * aa * bb))
        return false;
    double serial = (a1 * bb - b1 * ab) / determinant;
    double parallel = (b1 * aa - a1 * ab) / determinant;
    fit->one_s = serial + parallel;
    fit->share = serial / fit->one_s;
    return isfinite(fit->share);
}

double scaling_amdahl_time(const struct fit *fit, double workers)
{
    return fit->one_s * (fit->share + (1 - fit->share) / workers);
}

static double residual_amdahl(const struct timing *timings, size_t i,
                              const struct fit *fit)
{
    return timings[i].time_s / scaling_amdahl_time(fit, timings[i].workers) - 1;
}

/* W and S, both against the first timing. */
static double scaled(const struct timing *timings, size_t i, size_t nudged,
                     double nudge, double *workers)
{
    *workers = timings[i].workers / timings[0].workers;
    return timings[i].work / timings[0].work *
           time_of(timings, 0, nudged, nudge) /
           time_of(timings, i, nudged, nudge);
}

/* (W - S)/S = a (W - 1)/S */
static bool solve_gustafson(const struct timing *timings, size_t count,
                            size_t nudged, double nudge, struct fit *fit)
{
    double xx = 0, xz = 0, workers;
    for (size_t i = 1; i < count; i++) {
        double speedup = scaled(timings, i, nudged, nudge, &workers);
        double x = (workers - 1) / speedup;
        xx += x * x;
        xz += x * (workers - speedup) / speedup;
    }
    fit->one_s = NAN;
    fit->share = xz / xx;
    return xx > 0 && isfinite(fit->share);
}

/* Times are as much longer as speedups are smaller. */
static double residual_gustafson(const struct timing *timings, size_t i,
                                 const struct fit *fit)
{
    double workers, speedup = scaled(timings, i, i, 0.0, &workers);
    return (workers + (1 - workers) * fit->share) / speedup - 1;
}

/* Sum over the points of the share's answer to a small change of one time,
 * times the error of that time (`all`, where it is not NAN), squared. */
static double variance(solve_fn *solve, const struct timing *timings,
                       size_t count, double all)
{
    const double nudge = 1e-5;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        struct fit more, less;
        if (!solve(timings, count, i, nudge, &more) ||
            !solve(timings, count, i, -nudge, &less))
            return NAN;
        double error = isnan(all) ? timings[i].error : all;
        sum += pow((more.share - less.share) / (2 * nudge) * error, 2);
    }
    return sum;
}

/* Both laws have two parameters: the share and the time with one worker. */
static void set_error(solve_fn *solve, residual_fn *residual,
                      const struct timing *timings, size_t count,
                      struct fit *fit)
{
    double squares = 0, chi = 0;
    for (size_t i = 0; i < count; i++) {
        double r = residual(timings, i, fit);
        fit->worst = fabs(r) > fabs(fit->worst) ? r : fit->worst;
        squares += r * r;
        chi += pow(r / timings[i].error, 2);
    }
    if (isfinite(chi)) {
        double stretch = count > 2 ? sqrt(chi / (double)(count - 2)) : 1.0;
        fit->error = stats_quantile(0.95) * fmax(stretch, 1.0) *
                     sqrt(variance(solve, timings, count, NAN));
    } else if (count > 2) {
        fit->error = stats_student(count - 2) *
                     sqrt(variance(solve, timings, count,
                                   sqrt(squares / (double)(count - 2))));
    }
}

static bool fit_law(solve_fn *solve, residual_fn *residual,
                    const struct timing *timings, size_t count, struct fit *fit)
{
    *fit = (struct fit){NAN, NAN, 0.0, NAN, count};
    if (count < 2 || !solve(timings, count, count, 0.0, fit)) {
        fit->share = NAN;
        return false;
    }
    set_error(solve, residual, timings, count, fit);
    return true;
}

bool scaling_amdahl(const struct timing *timings, size_t count, struct fit *fit)
{
    return fit_law(solve_amdahl, residual_amdahl, timings, count, fit);
}

bool scaling_gustafson(const struct timing *timings, size_t count,
                       struct fit *fit)
{
    return fit_law(solve_gustafson, residual_gustafson, timings, count, fit);
}

double scaling_karp_flatt(double speedup, double workers)
{
    if (!(workers > 1))
        return NAN;
    return (1 / speedup - 1 / workers) / (1 - 1 / workers);
}
