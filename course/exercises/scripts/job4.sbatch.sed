# SPDX-License-Identifier: BSD-3-Clause
/^(ml|module load) .*integ2d/d
