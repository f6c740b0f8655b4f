#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# The short form of make torture.
bats_require_minimum_version 1.5.0
load common

@test "submissions killed at random instants lose no job and double none" {
    "$INTEG2D_SOURCE/tests/torture" 15 commands >out 2>&1 &
    run -0 "$INTEG2D_SOURCE/tests/torture" 25 slurm
    [[ $output == *"lost 0, twice 0, invented 0, denied 0"* ]]
    wait $! || { cat out; false; }
    grep -q 'lost 0, twice 0, invented 0, denied 0' out
}

@test "sweeps killed at random instants lose no job and double none" {
    run -0 "$INTEG2D_SOURCE/tests/torture" 8 slurm sweep
    [[ $output == *"lost 0, twice 0, of no sweep 0, not right 0"* ]]
}
