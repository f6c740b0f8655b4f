# SPDX-License-Identifier: BSD-3-Clause
s/(integ2d-hybrid )-c 2/\1-c 1/
