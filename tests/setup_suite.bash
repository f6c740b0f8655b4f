# SPDX-License-Identifier: BSD-3-Clause
# One rehearsal cluster for all files of the suite.

setup_suite() {
    : "${INTEG2D_SOURCE:=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}"
    : "${BUILD:=$INTEG2D_SOURCE/build}"
    : "${INTEG2D_BIN:=$BUILD/root/bin}"
    export INTEG2D_SOURCE BUILD INTEG2D_BIN
    export INTEG2D_LAB=$BATS_SUITE_TMPDIR/lab
    unset INTEG2D_ACCOUNT INTEG2D_RECORD INTEG2D_LAB_SITE
    "$INTEG2D_BIN/integ2d-lab" up
}

teardown_suite() {
    "$INTEG2D_BIN/integ2d-lab" down
}
