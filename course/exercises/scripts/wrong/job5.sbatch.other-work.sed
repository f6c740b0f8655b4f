# SPDX-License-Identifier: BSD-3-Clause
s/--grid=[0-9]+/--grid=100/
