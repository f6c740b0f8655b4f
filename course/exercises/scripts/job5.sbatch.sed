# SPDX-License-Identifier: BSD-3-Clause
/^#SBATCH --mem=/d
s/^#SBATCH -c .*/&\n#SBATCH --mem=100M/
