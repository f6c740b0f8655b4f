#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# The pages of the course in Debian's Chromium: tests/browser/course. Each of
# its tests also records all requests, none of which may leave this machine, and
# what the console says.
load course

setup_file() {
    build_course &&
        cp "$INTEG2D_SOURCE"/tests/browser/package*.json "$BATS_FILE_TMPDIR" &&
        cd "$BATS_FILE_TMPDIR" && npm ci --ignore-scripts --no-audit --no-fund
}

# Chromium leaves folders behind where temporary files go.
browser() {
    TMPDIR=$BATS_TEST_TMPDIR "$INTEG2D_SOURCE/tests/browser/course" "$1" "$COURSE" \
        "$BATS_FILE_TMPDIR/node_modules/axe-core/axe.min.js"
}

@test "each page opens without an error, and asks for nothing elsewhere" {
    browser pages
}

@test "one choice of site holds on all pages, by mouse and by keyboard" {
    browser tabs
}

@test "solutions unfold and fold" {
    browser solutions
}

@test "copy buttons copy the commands, without prompts and outputs" {
    browser copy
}

@test "the views for instructors and projectors hold on all pages" {
    browser views
}

@test "on paper solutions are unfolded" {
    browser paper
}

@test "no page is wider than a phone" {
    browser narrow
}

@test "axe-core finds nothing on any page, light or dark" {
    browser axe
}

@test "links between pages lead to a page and to a part that is there" {
    browser links
}
