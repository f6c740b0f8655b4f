#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# Whatever call fails, for whatever reason, nothing is lost, doubled or left
# half-written, and the message names the file and the reason. Here with some
# reasons for each call; tests/faults/walk has more.
bats_require_minimum_version 1.5.0
load common

# A library that is loaded first and sanitizers get into each other's way: in
# a build with them the programs are built without, too.
setup_file() {
    export PLAIN=$BUILD
    [ -z "$SANITIZE" ] || PLAIN=$BUILD/plain
    make -s -C "$INTEG2D_SOURCE" BUILD="$PLAIN" CC="$CC" SANITIZE= stage faults
}

# The least number of cases says that the walk did take place.
walk() {
    local least=$1
    shift
    run -0 env BUILD="$PLAIN" "$INTEG2D_SOURCE/tests/faults/walk" "$@"
    [[ ${lines[-1]} =~ ^$1:\ ([0-9]+)\ cases,\ 0\ promises\ broken$ ]]
    [ "${BASH_REMATCH[1]}" -ge "$least" ]
}

@test "a local job is submitted once and right, or refused with the reason" {
    walk 100 submit 'EIO EDQUOT EINTR EAGAIN EMFILE short late'
}

@test "each job of a sweep is submitted once, and --resume makes it whole" {
    walk 60 sweep 'EIO short'
}

@test "integ2d-collect leaves a run as it was and says what it could not do" {
    walk 60 collect 'EIO EDQUOT EINTR short late'
}

@test "a kernel's record is there and whole, or the program has failed" {
    walk 40 kernel 'EIO EDQUOT EINTR short late'
}

# On the login node of a site, with either of Slurm's back ends.
lab_walk() {
    run -0 "$INTEG2D_BIN/integ2d-lab" exec --site=hpc2n -- \
        env BUILD="$PLAIN" "$INTEG2D_SOURCE/tests/faults/walk" "$@"
    [[ ${lines[-1]} =~ ^$1:\ ([0-9]+)\ cases,\ 0\ promises\ broken$ ]]
    [ "${BASH_REMATCH[1]}" -ge 30 ]
}

@test "Slurm gets each job once or not at all, by its library" {
    lab_walk slurm 'EIO EDQUOT EMFILE late'
}

@test "Slurm gets each job once or not at all, by its commands" {
    lab_walk commands 'EIO EDQUOT EMFILE EAGAIN late'
}
