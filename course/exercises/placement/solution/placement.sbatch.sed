# SPDX-License-Identifier: BSD-3-Clause
s/^(export OMP_PROC_BIND=).*/\1close/
s/--cpu-bind=none/--cpu-bind=cores/
s/--bind-to none/--map-by slot:PE=2/
