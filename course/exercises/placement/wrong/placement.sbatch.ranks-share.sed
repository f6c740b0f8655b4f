# SPDX-License-Identifier: BSD-3-Clause
s/^(export OMP_PROC_BIND=).*/\1close/
