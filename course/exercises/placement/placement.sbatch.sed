# SPDX-License-Identifier: BSD-3-Clause
# The ranks are kept to no cores of their own ...
s/^(env .*)?(srun).* (integ2d-hybrid )/\1srun --cpu-bind=none \3/
s/^(env .*)?(mpirun|mpiexec)( -n [0-9]+).* (--mca .*)(integ2d-hybrid )/\1\2\3 --bind-to none \4\5/
s/^(env .*)?(mpirun|mpiexec)( -n [0-9]+)( --map-by [^ ]*)? (integ2d-hybrid )/\1\2\3 --bind-to none \5/
# ... and the threads of each stay with its first one.
s/^export OMP_NUM_THREADS=.*/&\nexport OMP_PLACES=cores\nexport OMP_PROC_BIND=master\n# Those who wait let others have the core\nexport OMP_WAIT_POLICY=passive\nexport OMPI_MCA_mpi_yield_when_idle=1/
