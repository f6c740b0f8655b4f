#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# The controller and its friends come and go; the wait goes on and ends right.
bats_require_minimum_version 1.5.0
load common
load fault

setup_file() {
    own_lab <<<MessageTimeout=3 # and not 10 s, for the tests' sake
}

teardown_file() {
    "$INTEG2D_BIN/integ2d-lab" down
}

setup() {
    mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return
    prefix=$(held_prefix)
    waits=()
}

# A test that failed half-way leaves no stopped daemon behind.
teardown() {
    local name
    # Nor a wait that nothing ends.
    kill "${waits[@]}" 2>/dev/null || true
    for name in munged slurmdbd slurmctld slurmd-n1 slurmd-n2; do
        if ! kill -CONT "$(<"$INTEG2D_LAB/pid/$name")" 2>/dev/null; then
            daemon_again "$name"
        fi
    done
    answering
    leave_lab
}

# A submission in the background, process $wait_pid, with its words in err:
# begin OPTION...
begin() {
    become hpc2n "exec ${program-integ2d-submit} -A hpc2n2026-042 \
        --scheme=serial --grid=300 $*" >out 2>err 3>&- &
    wait_pid=$!
    waits+=($!)
}

# The same, until its job is seen to run, which goes on until `release`: when
# all answer again, or its end might not be heard of.
start_wait() {
    touch "$BATS_TEST_TMPDIR/hold"
    program=$prefix/bin/integ2d-submit begin "$@"
    wait_for ' runs' err
}

end_wait() {
    wait "$wait_pid"
    grep -q passed out
    # Said once, and once that it is over.
    [ "$(grep -c "$1" err)" = 1 ]
    [ "$(grep -c 'it answers again' err)" = 1 ]
}

@test "the controller hangs while jobs run" {
    local backend
    for backend in slurm commands; do
        mkdir $backend
        pushd $backend >/dev/null
        start_wait --backend=$backend
        popd >/dev/null
    done
    daemon_signal slurmctld STOP
    wait_for 'no answer from Slurm' slurm/err
    wait_for 'no answer from Slurm' commands/err
    daemon_signal slurmctld CONT
    answering
    release
    for backend in slurm commands; do
        wait_pid=${waits[0]}
        waits=("${waits[@]:1}")
        pushd $backend >/dev/null
        end_wait 'no answer from Slurm'
        popd >/dev/null
    done
}

@test "the controller ends and starts again while a job runs" {
    start_wait
    # Killed at once it would have forgotten that the job has started.
    daemon_kill slurmctld TERM
    wait_for 'no answer from Slurm' err
    daemon_again slurmctld
    answering
    release
    end_wait 'no answer from Slurm'
}

@test "munge hangs or is gone while a job runs: that is said soon, once" {
    local backend
    for backend in slurm commands; do
        start_wait --backend=$backend
        if [ $backend = slurm ]; then
            daemon_kill munged
        else
            daemon_signal munged STOP
        fi
        wait_for 'munge, which vouches for you to Slurm, does not answer' err
        sleep 1
        if [ $backend = slurm ]; then
            daemon_again munged
        else
            daemon_signal munged CONT
        fi
        answering
        release
        end_wait 'munge, which'
        rm -r integ2d-runs
    done
}

@test "munge is gone when a job or a sweep is submitted: said soon, and no job twice" {
    local grid
    daemon_kill munged
    for grid in 300 300,400; do
        mkdir $grid
        pushd $grid >/dev/null
        begin --grid=$grid
        popd >/dev/null
    done
    for grid in 300 300,400; do
        wait_for 'munge, which vouches for you to Slurm, does not answer' \
            $grid/err
    done
    daemon_again munged
    wait "${waits[0]}"
    wait "${waits[1]}"
    for grid in 300 300,400; do
        [ "$(grep -c passed $grid/out)" = "$(grep -o '[34]00' <<<$grid | wc -l)" ]
        [ "$(grep -c munge $grid/err)" = 1 ]
    done
}

@test "a controller that hangs during submission gets one job, not two" {
    local backend
    daemon_signal slurmctld STOP
    for backend in slurm commands; do
        mkdir $backend
        pushd $backend >/dev/null
        begin --backend=$backend
        popd >/dev/null
    done
    wait_for 'There may be a job: looking for it' slurm/err
    wait_for 'There may be a job: looking for it' commands/err
    daemon_signal slurmctld CONT
    wait "${waits[0]}"
    wait "${waits[1]}"
    for backend in slurm commands; do
        grep -q passed $backend/out
        [ "$(on hpc2n "squeue -h -t all -O WorkDir:1000" |
            grep -c "^$PWD/$backend/integ2d-runs/")" = 1 ]
    done
}

@test "with the controller down nothing is submitted, and it says so" {
    local backend status
    daemon_kill slurmctld
    for backend in slurm commands; do
        mkdir $backend
        pushd $backend >/dev/null
        begin --backend=$backend
        popd >/dev/null
    done
    for backend in slurm commands; do
        status=0
        wait "${waits[0]}" || status=$?
        waits=("${waits[@]:1}")
        [ $status = 2 ]
        [ ! -s $backend/out ]
        [[ $(<$backend/err) == *"controller does not answer"*"Nothing was submitted"* ]]
    done
    [ -z "$(find . -name run.json)" ]
    daemon_again slurmctld
}

@test "without slurmdbd a job goes its whole way" {
    daemon_kill slurmdbd
    run -0 --separate-stderr on hpc2n \
        'integ2d-submit -A hpc2n2026-042 --scheme=serial --grid=300'
    [[ ${lines[1]} == *passed ]]
    daemon_again slurmdbd
    accounting
}

@test "forgotten by all, a job's own record and exit file answer" {
    local id folder
    on hpc2n 'integ2d-submit --scheme=serial --grid=300 --no-wait'
    folder=$(run_folder)
    id=$(job_id)
    job_state "$id" COMPLETED
    # Killed at once it may not have kept what it needs to start alone.
    daemon_kill slurmctld TERM
    daemon_kill slurmdbd
    rm -f "$INTEG2D_LAB"/state/job_state*
    daemon_again slurmctld
    answering
    run -1 on hpc2n "scontrol show job $id"
    cp -r "$folder" without
    run -0 --separate-stderr on hpc2n integ2d-collect
    [[ ${lines[1]} == *passed ]]
    # A record alone is no proof: the script may have failed behind it.
    rm without/exit_*
    run -3 --separate-stderr on hpc2n 'integ2d-collect without'
    [[ ${lines[1]} == *UNKNOWN ]]
    echo '7 0' >"without/exit_$id"
    run -1 --separate-stderr on hpc2n 'integ2d-collect without'
    [[ $stderr == *'exit status 7'* ]]
    # What cannot be known is not said: is it old, or never created?
    daemon_again slurmdbd
    accounting
}

@test "a slurmd dies under its job: the node's fault is named" {
    start_wait --time=5
    local id node
    id=$(job_id)
    node=$(on hpc2n "squeue -h -j $id -o %N")
    on hpc2n "scontrol update JobId=$id Requeue=0"
    daemon_kill "slurmd-$node"
    # Slurm itself waits SlurmdTimeout, five minutes; staff may be faster.
    on hpc2n "scontrol update NodeName=$node State=DOWN Reason=test"
    status=0
    wait "$wait_pid" || status=$?
    [ $status = 1 ]
    grep -q 'lost a node (NODE_FAIL' err
    grep -q "the machine's fault: submit it again" err
    daemon_again "slurmd-$node"
    # It may have come back by itself.
    on hpc2n "scontrol update NodeName=$node State=RESUME || true"
}
