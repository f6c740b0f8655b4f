# SPDX-License-Identifier: BSD-3-Clause
s/^(#SBATCH -n ).*/\11/
