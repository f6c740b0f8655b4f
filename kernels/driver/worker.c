/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a worker does with its rows.
 */
#include "clock.h"
#include "driver.h"
#include "row.h"

#include <sched.h>
#include <unistd.h>

struct worker *worker_start(struct run *run, int number)
{
    struct worker *me = &run->worker[number];

    me->sum = 0.0;
    me->rows = 0;
    me->starts++;
    me->core = sched_getcpu();
    if (gethostname(me->host, sizeof me->host - 1) != 0)
        me->host[0] = '\0';
    me->begin_s = clock_wall_s();
    return me;
}

/* The mark counts the row in its low half and names the worker in its high
 * half; added, not stored, so that a row done twice or not at all shows. */
void worker_row(struct worker *me, long i)
{
    struct run *run = me->run;
    const double x = run->h * ((double)i + 0.5);
    const uint64_t mark = (uint64_t)(me->number + 1) << 32 | 1;

    if (run->sum == SUM_RUNNING && run->math == MATH_PLAIN) {
        me->sum = row_plain(me->sum, x, run->h, run->grid);
    } else {
        run->rows[i] = run->math == MATH_PLAIN
                           ? row_plain(0.0, x, run->h, run->grid)
                           : row_simd(x, run->h, run->grid);
        me->sum += run->rows[i];
    }
    me->rows++;
    __atomic_fetch_add(&run->marks[i], mark, __ATOMIC_RELAXED);
}

void worker_stop(struct worker *me)
{
    if (me->run->pass > 1 || me->run->repeat == 1)
        me->busy_s += clock_wall_s() - me->begin_s;
}
