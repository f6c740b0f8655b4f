/* SPDX-License-Identifier: BSD-3-Clause
 *
 * MPI: each rank is a process and takes its own block of rows; rank 0 collects.
 * MPI's default holds, a call that fails ends all ranks, so none is checked.
 */
#include "driver/driver.h"

#include <mpi.h>

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, run->rank);
    const long first = run->grid * run->rank / run->ranks;
    const long end = run->grid * (run->rank + 1) / run->ranks;

    for (long i = first; i < end; i++)
        worker_row(me, i);
    worker_stop(me);
}

/* Add up an array over all ranks, on rank 0. A rank has 0 in the places of the
 * other ranks' rows, and adding 0 changes no bit. */
static void reduce(const struct run *run, void *array, MPI_Datatype type)
{
    MPI_Reduce(run->rank == 0 ? MPI_IN_PLACE : array, array, (int)run->grid,
               type, MPI_SUM, 0, MPI_COMM_WORLD);
}

/* Bring every rank's own struct worker to rank 0. */
static void gather(const struct run *run)
{
    const int size = sizeof *run->worker;

    MPI_Gather(run->rank == 0 ? MPI_IN_PLACE : &run->worker[run->rank], size,
               MPI_BYTE, run->worker, size, MPI_BYTE, 0, MPI_COMM_WORLD);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "mpi", WORKERS_RANKS, argc, argv);
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
        reduce(&run, run.rows, MPI_DOUBLE);
        run_end(&run);
        reduce(&run, run.marks, MPI_UINT64_T);
        gather(&run);
        run_check(&run);
    }
    run_finish(&run);
    MPI_Bcast(&run.status, 1, MPI_INT, 0, MPI_COMM_WORLD);
    MPI_Finalize();
    return run.status;
}
