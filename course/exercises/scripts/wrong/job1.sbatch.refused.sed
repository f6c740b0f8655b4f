# SPDX-License-Identifier: BSD-3-Clause
s/^(#SBATCH -A ).*/\1@ACCOUNT@/
s/^(#SBATCH -t ).*/\1five/
