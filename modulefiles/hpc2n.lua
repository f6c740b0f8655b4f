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
    integ2d-serial, -openmp, -mpi      the programs themselves (see --help)

A first job:
    ml integ2d
    integ2d-submit --site=hpc2n -A hpc2nXXXX-YYY --scheme=mpi -n 4
]])

whatis("Name: integ2d")
whatis("Version: @VERSION@")
whatis("Description: one integral in serial, OpenMP and MPI, for learning "
    .. "parallel computing on a cluster")
whatis("Keywords: teaching, parallel, OpenMP, MPI, Slurm")
whatis("Toolchain: GCC/13.2.0 OpenMPI/4.1.6")

local root = "@PREFIX@"

conflict("integ2d")

depends_on("GCC/13.2.0")
depends_on("OpenMPI/4.1.6")

prepend_path("PATH", pathJoin(root, "bin"))
if isDir(pathJoin(root, "share/man")) then
    prepend_path("MANPATH", pathJoin(root, "share/man"))
end

extensions("integ2d-serial/@VERSION@, integ2d-openmp/@VERSION@, "
    .. "integ2d-mpi/@VERSION@, integ2d-submit/@VERSION@, "
    .. "integ2d-collect/@VERSION@, integ2d-lab/@VERSION@")
