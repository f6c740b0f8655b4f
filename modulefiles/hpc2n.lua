-- SPDX-License-Identifier: BSD-3-Clause
-- integ2d at HPC2N, whose module tree is hierarchical: the compiler first, then
-- the MPI that was built with it.

help([[
Description
===========
integ2d computes one small integral in every parallelisation scheme, and
sends it to the queue of this site for you.

Usage
=====
    integ2d-submit --scheme=mpi -n 4   write a batch script, send it, wait
    integ2d-collect                    show the results of earlier runs
    integ2d-cancel RUN                 end the job of a run
    integ2d-report                     what runs mean when taken together
    integ2d-usage JOB                  what a job uses of what it asked for
    integ2d-check                      the exercises of the course
    integ2d-serial, -jit, -fortran, -julia, -threads, -gil, -openmp,
    -fortran-openmp, -multiprocess, -blas, -pitfalls, -mpi, -hybrid
                                       the programs themselves (see --help);
                                       one whose compiler or library was not
                                       there when integ2d was built is left out

A first job:
    ml integ2d
    integ2d-submit --site=hpc2n -A hpc2nXXXX-YYY --scheme=mpi -n 4
]])

whatis("Name: integ2d")
whatis("Version: @VERSION@")
whatis("Description: one integral in every parallelisation scheme, for "
    .. "learning parallel computing on a cluster")
whatis("Keywords: teaching, parallel, threads, OpenMP, MPI, hybrid, Fortran, "
    .. "Julia, BLAS, Slurm")
whatis("Toolchain: GCC/13.2.0 OpenMPI/4.1.6")

local root = "@PREFIX@"

conflict("integ2d")

depends_on("GCC/13.2.0")
depends_on("OpenMPI/4.1.6")

prepend_path("PATH", pathJoin(root, "bin"))
if isDir(pathJoin(root, "share/man")) then
    prepend_path("MANPATH", pathJoin(root, "share/man"))
end

local programs = {
    "serial", "jit", "fortran", "julia", "threads", "gil", "openmp",
    "fortran-openmp", "multiprocess", "blas", "pitfalls", "mpi", "hybrid",
    "submit", "collect", "cancel", "report", "usage", "check",
    "lab",
}
local found = {}
for _, name in ipairs(programs) do
    if isFile(pathJoin(root, "bin/integ2d-" .. name)) then
        found[#found + 1] = "integ2d-" .. name .. "/@VERSION@"
    end
end
extensions(table.concat(found, ", "))
