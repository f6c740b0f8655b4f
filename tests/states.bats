#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# Every state that a private cluster can bring about, and what is said of it.
# OUT_OF_MEMORY wants cgroups, BOOT_FAIL nodes that Slurm itself switches on, REVOKED and REQUEUE_FED
# a federation, STAGE_OUT burst buffers: tests/unit/test_state.c has those.
bats_require_minimum_version 1.5.0
load common
load fault

setup_file() {
    own_lab <<'END'
PreemptType=preempt/partition_prio
PreemptMode=CANCEL
JobAcctGatherParams=OverMemoryKill
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=200
JobRequeue=1
END
    on uppmax 'scontrol update PartitionName=fat PriorityTier=100'
    # A program that takes as long as it is told, and then as much memory.
    export prefix=$BATS_FILE_TMPDIR/prefix
    cp -r "${INTEG2D_BIN%/bin}" "$prefix"
    sed -i 's/^@COMMAND@/echo "attempt $SLURM_RESTART_COUNT"; . "$INTEG2D_TEST"\n&/' \
        "$prefix"/share/integ2d/jobs/*.sbatch.in
}

teardown_file() {
    "$INTEG2D_BIN/integ2d-lab" down
}

teardown() {
    on hpc2n 'scontrol update PartitionName=batch State=UP
        scontrol update NodeName=n1,n2 State=RESUME 2>/dev/null
        scancel --me; scancel --me --signal=KILL; true'
}

# A job of a site that does what the second argument says before its program.
start() {
    local site=$1
    echo "$2" >"$BATS_TEST_TMPDIR/script"
    shift 2
    on "$site" "INTEG2D_TEST=$BATS_TEST_TMPDIR/script \
        $prefix/bin/integ2d-submit --scheme=serial --grid=100 --no-wait $*"
    id=$(job_id)
}

# What collect says of the run, by both back ends; the scheduler may look at
# the job again only some seconds later.
says() {
    local backend words=$1 expected=${2:-3}
    for backend in slurm commands; do
        for (( i = 0; i < 20; i++ )); do
            run -"$expected" --separate-stderr on hpc2n \
                "integ2d-collect --backend=$backend"
            if [[ $expected = 1 || $stderr == *"$words"* ]]; then break; fi
            sleep 0.3
        done
        if [[ $stderr != *"$words"* ]]; then
            echo "expected: $words; found with $backend: $stderr"
            return 1
        fi
        [[ $output != *passed* ]]
        # A final state is kept, and nobody is asked again.
        if [ "$expected" = 1 ]; then rm -f "$(run_folder)/state.json"; fi
    done
}

@test "a job that waits says why and what to do" {
    on hpc2n 'scontrol update PartitionName=batch State=DOWN'
    start hpc2n 'true'
    says 'waits in the queue: the partition is down. Nothing you can change'
    on hpc2n "scontrol update JobId=$id StartTime=now+1hour
        scontrol update PartitionName=batch State=UP"
    says 'its start time has not come'
    on hpc2n "scontrol uhold $id"
    says 'held by its owner. Release it: scontrol release'
    on hpc2n "scontrol hold $id"
    says "held by the site's staff"
    on hpc2n "scontrol release $id; sbatch -A hpc2n2026-042 -t 5 -H \
        --wrap=true >other
        scontrol update JobId=$id StartTime=now \
        Dependency=afterok:\$(grep -o '[0-9]*' other)"
    says 'waits for another job'
    on hpc2n "scancel \$(grep -o '[0-9]*' other)"
    sleep 1
    says 'It will never start'
    on hpc2n "scancel $id"
    says "was cancelled (CANCELLED) by $(id -un)" 1
}

@test "nodes that are not there are named" {
    on hpc2n 'scontrol update NodeName=n1,n2 State=DRAIN Reason=test'
    start hpc2n 'true'
    for (( i = 0; i < 50; i++ )); do
        run on hpc2n integ2d-collect
        if [[ $output == *"available"* ]]; then break; fi
        sleep 0.1
    done
    says 'the nodes it needs are not available'
    on hpc2n 'scontrol update NodeName=n1,n2 State=RESUME'
    on hpc2n 'integ2d-collect --wait -q' | grep -q passed
}

@test "suspended, stopped and going on again" {
    start hpc2n 'sleep 300'
    job_state "$id" RUNNING
    on hpc2n "scontrol suspend $id"
    says 'is suspended. Another job'
    on hpc2n "scontrol resume $id"
    says "job $id runs"
    on hpc2n "scancel --signal=STOP $id"
    job_state "$id" STOPPED
    says 'was stopped and keeps its cores. It goes on with'
    on hpc2n "scancel --signal=CONT $id"
}

@test "a requeued job is the same run, its second attempt, and keeps the first one's output" {
    local pid
    # The first attempt leaves a record behind, too: it does not count.
    start hpc2n 'echo "to stderr" >&2
        if [ -z "$SLURM_RESTART_COUNT" ]; then
            integ2d-serial --grid=100; sleep 300
        fi; sleep 3'
    wait_for 'Integral value' "$(run_folder)/output_$id.out"
    on hpc2n 'exec integ2d-collect --wait' >out 2>err 3>&- &
    pid=$!
    wait_for ' runs' err
    on hpc2n "scontrol requeue $id"
    wait $pid
    grep -q passed out
    grep -q "job $id is started again, attempt 2" err
    [ "$(jq .attempt "$(run_folder)/state.json")" = 1 ]
    [ "$(cat "$(run_folder)/exit_$id")" = '0 1' ]
    [ "$(grep -c 'attempt' "$(run_folder)/output_$id.out")" = 2 ]
    [ "$(grep -c 'to stderr' "$(run_folder)/error_$id.err")" = 2 ]
    # Accounting counts the same.
    jq '.state = "RUNNING"' "$(run_folder)/state.json" >state
    mv state "$(run_folder)/state.json"
    # A record of another attempt is foreign.
    jq '.attempt = 0' "$(run_folder)/record_$id.json" >record
    mv record "$(run_folder)/record_$id.json"
    run -1 --separate-stderr on hpc2n integ2d-collect
    [[ $stderr == *'a record of attempt 1, and the last one was 2'* ]]
}

@test "requeued and held, and a special exit" {
    start hpc2n 'sleep 300'
    job_state "$id" RUNNING
    on hpc2n "scontrol requeuehold $id"
    job_state "$id" 'REQUEUE_HOLD|PENDING'
    says 'held'
    on hpc2n "scontrol release $id"
    job_state "$id" RUNNING
    on hpc2n "scontrol requeuehold State=SpecialExit $id"
    job_state "$id" SPECIAL_EXIT
    says 'the site treats specially, and is held. Read its error file'
}

@test "too much memory" {
    start hpc2n 'x=$(head -c 300M /dev/zero | tr "\0" x); sleep 20' --mem=100
    # Without cgroups Slurm ends it and calls it FAILED; in its error file it
    # says why.
    job_state "$id" FAILED
    says 'exceeded memory limit' 1
}

@test "preempted by a job of a better partition" {
    start uppmax 'sleep 300' -p pelle
    job_state "$id" RUNNING
    on uppmax 'sbatch -A uppmax2026-2-042 -p fat -t 1 -N 2 --exclusive \
        --wrap=true' >other
    job_state "$id" PREEMPTED
    says 'had to make way for another job (PREEMPTED' 1
    [[ $stderr == *'advice, warning (preempted)'* ]]
}

@test "a deadline that cannot be met any more" {
    on hpc2n 'scontrol update NodeName=n1,n2 State=DRAIN Reason=test'
    start hpc2n true
    on hpc2n "scontrol update JobId=$id Deadline=now+62 TimeLimit=1"
    job_state "$id" DEADLINE
    says 'could not end by its deadline (DEADLINE' 1
}
