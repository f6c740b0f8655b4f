#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# No program reads what is not its own or forgets to give memory back.
bats_require_minimum_version 1.5.0
load common

# Runs a program of ours under valgrind, or, in a build with sanitizers, with
# theirs: clean PROGRAM ARGUMENT...
clean() {
    local program=$INTEG2D_BIN/$1
    shift
    if nm "$program" | grep -q __asan_init; then
        ASAN_OPTIONS=detect_leaks=1 "$program" "$@"
    else
        valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite \
            --error-exitcode=99 "$program" "$@"
    fi
}

@test "kernels are clean" {
    mkdir record
    export INTEG2D_RECORD=$PWD/record
    clean integ2d-serial --grid=100 --repeat=2
    clean integ2d-serial --grid=100 --repeat=2 --math=simd --sum=running
    run -2 clean integ2d-serial -n 2
}

@test "the launcher is clean from the command line to the table" {
    export INTEG2D_ACCOUNT=hpc2n2026-042
    clean integ2d-submit --site=hpc2n --scheme=mpi -n 4 --dry-run
    clean integ2d-submit --site=local --scheme=serial --grid=100
    clean integ2d-submit --site=local --scheme=serial --grid=100 --json
    clean integ2d-collect
    clean integ2d-collect --json
    clean integ2d-report --against integ2d-runs --plot
    clean integ2d-report --format=json
    clean integ2d-report --format=html
    run -2 clean integ2d-report nosuch
    run -2 clean integ2d-submit --site=hpc2m --scheme=mpi
}
