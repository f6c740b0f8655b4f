# SPDX-License-Identifier: BSD-3-Clause
s/^integ2d-mpi /srnu &/
