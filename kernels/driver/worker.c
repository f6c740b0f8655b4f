/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a worker does with its rows.
 */
#include "clock.h"
#include "driver.h"
#include "placement.h"
#include "row.h"

#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* A process of its own ends with the one that it is a copy of, however that
 * ends; it may have ended before this could be asked for. */
static void end_with_parent(const struct run *run)
{
    if (run->process == (long)getpid())
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (run->process != (long)getppid())
        _exit(1);
}

struct worker *worker_start(struct run *run, int number)
{
    struct worker *me = &run->worker[number];

    if (number < 0 || number >= run->workers) {
        fprintf(stderr,
                "integ2d-%s: worker %d was started, and there are only %d, "
                "counted from 0\n",
                run->scheme, number, run->workers);
        _exit(1); /* another thread: exit() would tidy up under the others */
    }
    end_with_parent(run);
    me->sum = 0.0;
    me->rows = 0;
    me->starts++;
    placement_pin(me);
    me->cpu = sched_getcpu();
    if (gethostname(me->host, sizeof me->host - 1) != 0)
        me->host[0] = '\0';
    me->begin_s = clock_wall_s();
    return me;
}

/* The mark counts the row in its low half and names the worker in its high
 * half; added, not stored, so that a row done twice or not at all shows. */
static void mark(struct worker *me, long i)
{
    const uint64_t mark = (uint64_t)(me->number + 1) << 32 | 1;

    me->rows++;
    __atomic_fetch_add(&me->run->marks[i], mark, __ATOMIC_RELAXED);
}

void worker_put(struct worker *me, long i, double sum)
{
    me->run->rows[i] = sum;
    me->sum += sum;
    mark(me, i);
}

void worker_row(struct worker *me, long i)
{
    const struct run *run = me->run;
    const double x = run->h * ((double)i + 0.5);

    if (run->math == MATH_SIMD) {
        worker_put(me, i, row_simd(x, run->h, run->grid));
    } else if (run->sum == SUM_ROWS) {
        worker_put(me, i, run->row(0.0, x, run->h, run->grid));
    } else {
        me->sum = run->row(me->sum, x, run->h, run->grid);
        mark(me, i);
    }
}

/* A worker that is a process of its own says what this process used. */
static void process_usage(struct worker *me)
{
    struct rusage usage;

    me->cpu_s += clock_cpu_s();
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        me->mem_mib = fmax(me->mem_mib, (double)usage.ru_maxrss / 1024.0);
}

void worker_stop(struct worker *me)
{
    const double stop_s = clock_wall_s();

    me->spell =
        (struct spell){me->begin_s - me->run->begin_s, stop_s - me->begin_s};
    if (me->run->pass == 1 && me->run->repeat > 1)
        return; /* the warm-up */
    me->busy_s += stop_s - me->begin_s;
    if (me->run->process != (long)getpid())
        process_usage(me);
}
