/* SPDX-License-Identifier: BSD-3-Clause */
#include "estimate.h"

#include <math.h>
#include <stdbool.h>

/* time = start_s + speed_s * work */
struct line {
    double start_s, speed_s;
};

static bool is_over(const struct estimate_job *job)
{
    return !isnan(job->began_s) && !isnan(job->ended_s);
}

/* Least squares; neither the start nor the speed can be negative. */
static bool fit(const struct estimate_job *jobs, size_t count,
                struct line *line)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_over(&jobs[i]))
            continue;
        double time_s = jobs[i].ended_s - jobs[i].began_s;
        n++;
        x += jobs[i].work;
        y += time_s;
        xx += jobs[i].work * jobs[i].work;
        xy += jobs[i].work * time_s;
    }
    if (n == 0)
        return false;
    double spread = n * xx - x * x;
    *line = (struct line){.start_s = y / n};
    if (!(spread > 1e-9 * n * xx))
        return true;
    line->speed_s = (n * xy - x * y) / spread;
    line->start_s = (y - line->speed_s * x) / n;
    if (line->speed_s < 0)
        *line = (struct line){.start_s = y / n};
    else if (line->start_s < 0)
        *line = (struct line){.speed_s = xx > 0 ? xy / xx : 0};
    return true;
}

double estimate_left_s(const struct estimate_job *jobs, size_t count,
                       double now_s)
{
    struct line line;
    double first_s = INFINITY, busy_s = 0, left_s = 0, longest_s = 0;
    if (!fit(jobs, count, &line))
        return NAN;
    for (size_t i = 0; i < count; i++) {
        bool began = !isnan(jobs[i].began_s), ended = !isnan(jobs[i].ended_s);
        double end_s = ended ? jobs[i].ended_s : now_s;
        double its_s = line.start_s + line.speed_s * jobs[i].work;
        if (began)
            first_s = fmin(first_s, jobs[i].began_s);
        if (began)
            busy_s += end_s - jobs[i].began_s;
        if (ended)
            continue;
        if (began)
            its_s = fmax(0, its_s - (now_s - jobs[i].began_s));
        left_s += its_s;
        longest_s = fmax(longest_s, its_s);
    }
    double at_once = fmax(1, busy_s / fmax(now_s - first_s, 1e-3));
    return fmax(left_s / at_once, longest_s);
}
