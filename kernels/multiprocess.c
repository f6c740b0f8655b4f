/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Processes: each is a copy of the first one and takes the next row from one
 * counter until none is left. Only what lies in shared memory comes back: the
 * driver has put the rows there, and the counter is here. A process that was
 * killed is a failed run.
 */
#include "driver/driver.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_long *next; /* shared */
static long chunk; /* rows taken at a time; for a running sum a block each */

static void take_rows(struct run *run, int number)
{
    struct worker *me = worker_start(run, number);

    for (long first = number * chunk; first < run->grid;
         first = atomic_fetch_add(next, chunk))
        for (long i = first; i < first + chunk && i < run->grid; i++)
            worker_row(me, i);
    worker_stop(me);
}

/* Wait for one process, and look how it ended. */
static void join(struct run *run, pid_t process, int number)
{
    int status;

    while (waitpid(process, &status, 0) < 0)
        if (errno != EINTR) {
            run_fail(run, "process %d: %s", number, strerror(errno));
            return;
        }
    if (WIFSIGNALED(status))
        run_fail(run, "process %d was killed by signal %d (%s)", number,
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        run_fail(run, "process %d ended with status %d", number,
                 WEXITSTATUS(status));
}

static void compute(struct run *run)
{
    pid_t process[OPTIONS_MAX_WORKERS];
    int started;

    *next = run->workers * chunk;
    for (started = 0; started < run->workers; started++) {
        process[started] = fork();
        if (process[started] < 0) {
            run_fail(run, "process %d of %d cannot be started: %s", started,
                     run->workers, strerror(errno));
            break;
        }
        if (process[started] == 0) {
            take_rows(run, started);
            _exit(0);
        }
    }
    for (int p = 0; p < started; p++)
        join(run, process[p], p);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "multiprocess", WORKERS_CHOSEN, argc, argv);
    run_start(&run);
    next = mmap(NULL, sizeof *next, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (next == MAP_FAILED)
        run_stop(&run, "no memory to share: %s", strerror(errno));
    if (run.status == 0)
        chunk = run.sum == SUM_ROWS ? 1 : (run.grid - 1) / run.workers + 1;
    while (run_next(&run)) {
        run_begin(&run);
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
