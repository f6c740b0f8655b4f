#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# --site=local: the same job, run directly on this machine, without Slurm.
bats_require_minimum_version 1.5.0
load common

submit() {
    # mpirun as root wants to be told so.
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
        SLURM_CONF=/nonexistent "$INTEG2D_BIN/integ2d-submit" --site=local "$@"
}

# What takes its time, ten seconds until a wait gives up, is judged at the end:
# a job whose program puts a folder in the place of the job's own file.
setup_file() {
    cd "$BATS_FILE_TMPDIR" && cp -r "${INTEG2D_BIN%/bin}" prefix || return
    printf '#!/bin/sh\n%s\n' \
        'rm local_$INTEG2D_JOB_ID.json; mkdir local_$INTEG2D_JOB_ID.json; exit 4' \
        >prefix/bin/integ2d-serial
    (
        status=0
        timeout 120 prefix/bin/integ2d-submit --site=local --scheme=serial \
            >out 2>err || status=$?
        # Then the job's own process can write there, and it is right after all.
        rmdir integ2d-runs/*/local_*.json
        echo $status >status
    ) 3>&- &
}

@test "every scheme runs without Slurm and gives the same 64 bits" {
    local scheme all=
    for scheme in serial jit fortran julia 'threads -n 2' 'gil -n 2' \
        'openmp -n 2' 'fortran-openmp -n 2' 'multiprocess -n 2' \
        'pitfalls --mode=lock-row -n 2' 'mpi -n 2' 'hybrid -n 2' 'hybrid -c 2'; do
        # shellcheck disable=SC2086 # two words
        all+=$(submit --scheme=$scheme --grid=300 --repeat=1 --json -q |
            jq -r '.state + " " + .check + " " + .record.integral_hex')$'\n'
    done
    [ "$(sort -u <<<"${all%$'\n'}" | wc -l)" = 1 ]
    [[ $all == 'COMPLETED passed '* ]]
    run -0 --separate-stderr submit --scheme=blas -n 2 --grid=300 --repeat=1
    [[ ${lines[1]} == blas*' - '*passed ]]
}

@test "a local run is collected later" {
    submit --scheme=serial --grid=2000 --no-wait
    for _ in $(seq 400); do
        if "$INTEG2D_BIN/integ2d-collect" >table 2>/dev/null; then break; fi
        sleep 0.1
    done
    grep -q 'serial *local .*passed' table
}

@test "a local job that is ended is cancelled, not done" {
    submit --scheme=serial --repeat=9000 --no-wait
    local id
    id=$(jq .job_id "$(run_folder)/state.json")
    kill "$id"
    run -1 --separate-stderr "$INTEG2D_BIN/integ2d-collect" --wait -q
    [[ $stderr == *"was cancelled (CANCELLED"* ]]
    [[ ${lines[1]} == *failed ]]
}

@test "a local job whose processes are gone without a word has failed" {
    submit --scheme=serial --repeat=9000 --no-wait
    local id
    id=$(jq .job_id "$(run_folder)/state.json")
    local script
    script=$(ps -o pid= --ppid "$id")
    kill -9 "$id"
    kill -9 -"${script// /}"
    run -1 --separate-stderr "$INTEG2D_BIN/integ2d-collect"
    [[ $stderr == *"its process is gone"* ]]
}

@test "a program that fails is a failed local job" {
    local prefix
    prefix=$(copy_prefix)
    printf '#!/bin/sh\necho "no such luck" >&2\nexit 7\n' \
        >"$prefix/bin/integ2d-serial"
    run -1 --separate-stderr "$prefix/bin/integ2d-submit" --site=local \
        --scheme=serial
    [[ $stderr == *"exit status 7"* ]]
    [[ $stderr == *"no such luck"* ]]
}

@test "without libslurm's part the local site still runs" {
    local prefix
    prefix=$(copy_prefix)
    rm "$prefix/lib/integ2d/backend-slurm.so"
    "$prefix/bin/integ2d-submit" --site=local --scheme=serial --grid=100 -q
    run -2 --separate-stderr "$prefix/bin/integ2d-submit" --site=hpc2n \
        -A hpc2n2026-042 --scheme=serial
    [[ $stderr == *backend-slurm.so* ]]
    [[ $stderr == *--site=local* ]]
}

@test "closed descriptors, no home and ignored children do no harm" {
    local scheme=serial
    submit --scheme=$scheme --grid=50 -q <&- 2>&- | grep -q passed
    run -1 bash -c "'$INTEG2D_BIN/integ2d-submit' --site=local \
        --scheme=serial --grid=50 >&-"
    [[ $output == *"cannot write to standard output"* ]]
    env -u HOME -u XDG_CONFIG_HOME "$INTEG2D_BIN/integ2d-submit" \
        --site=local --scheme=serial --grid=50 -q
    (trap '' CHLD && submit --scheme=$scheme --grid=50 -q) | grep -q passed
    # The runs of all four are there and right.
    [ "$("$INTEG2D_BIN/integ2d-collect" | grep -c passed)" = 4 ]
}

@test "a folder whose name is not UTF-8 gives valid JSON all the same" {
    mkdir $'l\xe5t' && cd $'l\xe5t'
    submit --scheme=serial --grid=50 --json -q >result
    [ "$(jq -r .verdict result)" = right ]
    [[ $(jq -r .folder result) == *'l\xe5t/integ2d-runs'* ]]
    [ "$("$INTEG2D_BIN/integ2d-collect" --json | jq length)" = 1 ]
}

@test "a job's file that stays unreadable is named, and waited for with a bound" {
    cd "$BATS_FILE_TMPDIR"
    wait_for 3 status
    grep -q 'is not known any more, to this machine: local_.*\.json: ' err
    [[ $(sed -n 2p out) == *UNKNOWN ]]
    wait_for FAILED "$(echo integ2d-runs/*)/local_$(jq .job_id "$(run_folder)/state.json").json"
    run -1 --separate-stderr "$INTEG2D_BIN/integ2d-collect"
    [[ $stderr == *"exit status 4"* ]]
}
