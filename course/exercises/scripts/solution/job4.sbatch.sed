# SPDX-License-Identifier: BSD-3-Clause
s|^ml purge.*|&\nml @MODULES@ integ2d|
