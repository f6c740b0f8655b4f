# SPDX-License-Identifier: BSD-3-Clause
# The pages of the course, built once for all test files: $COURSE

build_course() {
    local build=$BATS_SUITE_TMPDIR/pages
    export COURSE=$build/course
    [ -e "$COURSE/blocks.json" ] ||
        make -s -C "$INTEG2D_SOURCE" BUILD="$build" course
}
