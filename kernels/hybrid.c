/* SPDX-License-Identifier: BSD-3-Clause
 *
 * MPI and OpenMP: each rank takes its own block of rows, and its threads share
 * them. Between nodes messages, within one shared memory.
 */
#include "driver/driver.h"

#include <mpi.h>
#include <omp.h>
#include <stdlib.h>

static void compute(struct run *run)
{
    struct worker *me =
        worker_start(run, run->rank * run->threads + omp_get_thread_num());
    const long first = run->grid * run->rank / run->ranks;
    const long end = run->grid * (run->rank + 1) / run->ranks;

#pragma omp for schedule(runtime) nowait
    for (long i = first; i < end; i++)
        worker_row(me, i);
    worker_stop(me);
}

int main(int argc, char **argv)
{
    struct run run;
    int level;

    run_init(&run, "hybrid", WORKERS_HYBRID, argc, argv);
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &run.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &run.ranks);
    if (level < MPI_THREAD_FUNNELED)
        run_stop(&run, "this MPI cannot be used from a program with threads");
    if (run.threads == 0)
        run.threads = omp_get_max_threads();
    MPI_Bcast(&run.threads, 1, MPI_INT, 0, MPI_COMM_WORLD);
    run_start(&run);
    MPI_Allreduce(MPI_IN_PLACE, &run.status, 1, MPI_INT, MPI_MAX,
                  MPI_COMM_WORLD);
    if (getenv("OMP_SCHEDULE") == NULL) /* a running sum: a block each */
        omp_set_schedule(
            run.sum == SUM_ROWS ? omp_sched_dynamic : omp_sched_static, 0);
    while (run_next(&run)) {
        MPI_Barrier(MPI_COMM_WORLD);
        run_begin(&run);
#pragma omp parallel num_threads(run.threads)
        compute(&run);
        /* The rows of other ranks are 0 here, and adding 0 changes no bit. */
        MPI_Allreduce(MPI_IN_PLACE, run.rows, (int)run.grid, MPI_DOUBLE,
                      MPI_SUM, MPI_COMM_WORLD);
        run_end(&run);
        MPI_Allreduce(MPI_IN_PLACE, run.marks, (int)run.grid, MPI_UINT64_T,
                      MPI_SUM, MPI_COMM_WORLD);
        MPI_Allgather(MPI_IN_PLACE, 0, MPI_BYTE, run.worker,
                      run.threads * (int)sizeof *run.worker, MPI_BYTE,
                      MPI_COMM_WORLD);
        run_check(&run);
    }
    run_finish(&run);
    MPI_Bcast(&run.status, 1, MPI_INT, 0, MPI_COMM_WORLD);
    MPI_Finalize();
    return run.status;
}
