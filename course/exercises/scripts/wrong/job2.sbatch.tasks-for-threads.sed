# SPDX-License-Identifier: BSD-3-Clause
s/^(export OMP_NUM_THREADS=).*/\14/
