/* SPDX-License-Identifier: BSD-3-Clause
 *
 * OpenMP in Fortran: threads share the rows. Both loops and the directives are
 * in fortran-openmp.f90; worker_row() calls its row() for every row.
 */
#include "driver/driver.h"

#include <omp.h>
#include <stdlib.h>

row_function row;
void compute(struct run *run, int workers, long grid);

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "fortran-openmp", WORKERS_CHOSEN, argc, argv);
    run.row = row;
    run_note(&run, "fortran", "%s", INTEG2D_FORTRAN);
    run_start(&run);
    if (getenv("OMP_SCHEDULE") == NULL) /* a running sum: a block each */
        omp_set_schedule(
            run.sum == SUM_ROWS ? omp_sched_dynamic : omp_sched_static, 0);
    while (run_next(&run)) {
        run_begin(&run);
        compute(&run, run.workers, run.grid);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
