# SPDX-License-Identifier: BSD-3-Clause
s/^ml purge.*/&\nml nosuch integ2d/
