/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Wrong: always as many ranks.
 *
 * Each rank is a process of its own. At the end the ranks' rows are added up,
 * row by row, so that every row must be done by one rank, and by no other.
 */
#include "driver/driver.h"

#include <mpi.h>

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, run->rank);
    const long first = run->grid * run->rank / 4;
    const long end = run->grid * (run->rank + 1) / 4;

    for (long i = first; i < end; i++)
        worker_row(me, i);
    worker_stop(me);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "ranks", WORKERS_RANKS, argc, argv);
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &run.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &run.ranks);
    run_start(&run);
    MPI_Allreduce(MPI_IN_PLACE, &run.status, 1, MPI_INT, MPI_MAX,
                  MPI_COMM_WORLD);
    while (run_next(&run)) {
        MPI_Barrier(MPI_COMM_WORLD);
        run_begin(&run);
        compute(&run);
        /* The rows of other ranks are 0 here, and adding 0 changes no bit. */
        MPI_Allreduce(MPI_IN_PLACE, run.rows, (int)run.grid, MPI_DOUBLE,
                      MPI_SUM, MPI_COMM_WORLD);
        run_end(&run);
        MPI_Allreduce(MPI_IN_PLACE, run.marks, (int)run.grid, MPI_UINT64_T,
                      MPI_SUM, MPI_COMM_WORLD);
        MPI_Allgather(MPI_IN_PLACE, 0, MPI_BYTE, run.worker, sizeof *run.worker,
                      MPI_BYTE, MPI_COMM_WORLD);
        run_check(&run);
    }
    run_finish(&run);
    MPI_Bcast(&run.status, 1, MPI_INT, 0, MPI_COMM_WORLD);
    MPI_Finalize();
    return run.status;
}
