/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fortran: one worker takes all rows, and computes them with the Fortran
 * function of fortran.f90, in a shared object that is loaded at the start.
 */
#include "driver/driver.h"

#include <dlfcn.h>
#include <limits.h>

static void load(struct run *run)
{
    char path[PATH_MAX];
    void *object;

    run_path(path, "../lib/integ2d/fortran.so");
    object = dlopen(path, RTLD_NOW);
    if (object != NULL)
        *(void **)&run->row = dlsym(object, "fortran_row");
    if (object == NULL || run->row == NULL)
        run_stop(run,
                 "the Fortran part cannot be loaded: build and install integ2d "
                 "again where gfortran is. %s",
                 dlerror());
    run_note(run, "fortran", "%s", INTEG2D_FORTRAN);
}

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, 0);

    for (long i = 0; i < run->grid; i++)
        worker_row(me, i);
    worker_stop(me);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "fortran", WORKERS_ONE, argc, argv);
    load(&run);
    run_start(&run);
    while (run_next(&run)) {
        run_begin(&run);
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
