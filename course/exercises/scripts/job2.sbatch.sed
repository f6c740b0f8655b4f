# SPDX-License-Identifier: BSD-3-Clause
s/^(#SBATCH -n ).*/\14/
s/^(#SBATCH -c ).*/\11/
s/^(export OMP_NUM_THREADS=).*/\1$SLURM_CPUS_PER_TASK/
