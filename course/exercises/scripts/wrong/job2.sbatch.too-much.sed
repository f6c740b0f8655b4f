# SPDX-License-Identifier: BSD-3-Clause
s/^(#SBATCH -n ).*/\11/
s/^(#SBATCH -c ).*/\130000/
