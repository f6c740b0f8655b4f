#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# Every state that a private cluster can bring about, and what is said of it.
# OUT_OF_MEMORY wants cgroups, BOOT_FAIL nodes that Slurm itself switches on:
# there tests/stand-in/node_says.c tells the real controller what a node would.
# STAGE_OUT wants burst buffers, REQUEUE_FED a moment of a federation,
# RESIZING and SIGNALING last too short, RESV_DEL_HOLD comes up to half a
# minute after its reservation's end: tests/unit/test_state.c has those.
bats_require_minimum_version 1.5.0
load common
load fault

setup_file() {
    local name
    export NODE_SAYS=$BATS_FILE_TMPDIR/node_says
    export PEER=$BATS_FILE_TMPDIR/peer.so
    "$CC" -D_GNU_SOURCE "$INTEG2D_SOURCE/tests/stand-in/node_says.c" -lslurm \
        -o "$NODE_SAYS"
    "$CC" -D_GNU_SOURCE -shared -fPIC "$INTEG2D_SOURCE/tests/stand-in/peer.c" \
        -o "$PEER"
    # Each takes as long as a file of its name is there, or a minute.
    for name in prolog epilog; do
        printf '#!/bin/bash\nfor (( i = 0; i < 600; i++ )); do\n
            [ -e %q ] || exit 0; sleep 0.1; done\n' \
            "$BATS_FILE_TMPDIR/hold-$name" >"$BATS_FILE_TMPDIR/$name"
        chmod 755 "$BATS_FILE_TMPDIR/$name"
    done
    own_lab <<END
PreemptType=preempt/partition_prio
PreemptMode=CANCEL
PrologSlurmctld=$BATS_FILE_TMPDIR/prolog
Epilog=$BATS_FILE_TMPDIR/epilog
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
    rm -f "$BATS_FILE_TMPDIR"/hold-*
    kill "${wait_pid:-}" 2>/dev/null || true
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

# Waits for the run in the background, and until that is said.
start_wait() {
    become hpc2n 'exec integ2d-collect --wait' >out 2>err 3>&- &
    wait_pid=$!
    wait_for ' runs' err
}

# What collect says of the run, by both back ends; the scheduler may look at
# the job again only some seconds later.
says() {
    local backend words=$1 expected=${2:-3}
    for backend in slurm commands; do
        for (( i = 0; i < 100; i++ )); do
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
    says 'It will never start'
    on hpc2n "scancel $id"
    cancel_accounted hpc2n "$id"
    says "was cancelled (CANCELLED) by $(id -un)" 1
}

@test "nodes that are not there are named" {
    on hpc2n 'scontrol update NodeName=n1,n2 State=DRAIN Reason=test'
    start hpc2n 'true'
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
    # The first attempt leaves a record behind, too: it does not count.
    start hpc2n 'echo "to stderr" >&2
        if [ -z "$SLURM_RESTART_COUNT" ]; then
            integ2d-serial --grid=100; sleep 300
        fi'
    wait_for 'Integral value' "$(run_folder)/output_$id.out"
    start_wait
    on hpc2n "scontrol requeue $id"
    wait "$wait_pid"
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
    seal "$(run_folder)/record_$id.json"
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
    start hpc2n 'x=$(head -c 300M /dev/zero | tr "\0" x); sleep 60' --mem=100
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

@test "preempted and sent back to the queue, it runs again and is right" {
    on uppmax 'scontrol update PartitionName=pelle PreemptMode=REQUEUE'
    start uppmax '[ -n "$SLURM_RESTART_COUNT" ] || sleep 300' -p pelle
    job_state "$id" RUNNING
    start_wait
    on uppmax 'sbatch -A uppmax2026-2-042 -p fat -t 1 -N 2 --exclusive \
        --wrap=true' >other
    wait "$wait_pid"
    grep -q passed out
    grep -q "job $id is started again, attempt 2" err
    on uppmax 'scontrol update PartitionName=pelle PreemptMode=CANCEL'
}

@test "waiting for its nodes, and ending" {
    touch "$BATS_FILE_TMPDIR/hold-prolog" "$BATS_FILE_TMPDIR/hold-epilog"
    start hpc2n true
    job_state "$id" CONFIGURING
    says 'waits for its nodes to start'
    rm "$BATS_FILE_TMPDIR/hold-prolog"
    job_state "$id" COMPLETING
    says 'is ending'
    rm "$BATS_FILE_TMPDIR/hold-epilog"
    run -0 on hpc2n 'integ2d-collect --wait -q'
    [[ $output == *passed ]]
}

@test "more memory than it had, as its node says" {
    start hpc2n 'sleep 300'
    job_state "$id" RUNNING
    on hpc2n "$NODE_SAYS oom $id"
    job_state "$id" OUT_OF_MEMORY
    says 'used more memory than it had (OUT_OF_MEMORY). Ask for more with --mem' 1
}

@test "a node that does not start" {
    start hpc2n 'sleep 300'
    job_state "$id" RUNNING
    on hpc2n "scontrol update JobId=$id Requeue=0"
    on hpc2n "$NODE_SAYS boot $id"
    job_state "$id" BOOT_FAIL
    says 'got a node that did not start (BOOT_FAIL' 1
    says "the machine's fault: submit it again" 1
}

@test "a task cancelled before it began is cancelled, and can be sent again" {
    local sweep state
    on hpc2n 'scontrol update PartitionName=batch State=DOWN'
    on hpc2n 'integ2d-submit --scheme=serial --grid=100,200,300 --no-wait -q' >sent
    read -r id sweep <sent
    run -3 on hpc2n integ2d-collect # which keeps their number
    # By the array's number it is not clear which one is meant.
    run -2 --separate-stderr on hpc2n "integ2d-cancel $id"
    [[ $stderr == *"job $id is an array: name one of its tasks, ${id}_1 to ${id}_3, or"* ]]
    run -0 on hpc2n "integ2d-cancel ${id}_2 && scancel ${id}_3"
    [ "$output" = "job ${id}_2 cancelled" ]
    for backend in slurm commands; do
        run -1 --separate-stderr on hpc2n \
            "integ2d-collect --backend=$backend --json ${sweep%/*}"
        [ "$(jq -r '[.[].state] | join(" ")' <<<"$output")" = \
            'PENDING CANCELLED CANCELLED' ]
        for state in "$sweep"/*/state.json; do
            sed -i 's/"CANCELLED"/"PENDING"/' "$state"
        done
    done
    on hpc2n 'scontrol update PartitionName=batch State=UP'
    run -0 --separate-stderr on hpc2n "integ2d-submit --resume ${sweep%/*}"
    [[ $stderr == *'of 3 jobs 0 are over, 1 wait or run, 2 are missing'* ]]
    [ "$(grep -c passed <<<"$output")" = 3 ]
}

# A second munged with the same key, which takes us for the user daemon.
@test "a job that another user cancelled, who is named" {
    local run
    run=$(short_folder)
    on hpc2n 'sacctmgr -i add user daemon account=hpc2n2026-042 \
        adminlevel=operator cluster=lab' >added
    daemon_more munged-other LD_PRELOAD="$PEER" PEER="$(id -u daemon)" \
        munged --foreground --force --key-file="$INTEG2D_LAB/etc/munge.key" \
        --socket="$run/other.socket" --pid-file="$run/other.pid" \
        --log-file="$INTEG2D_LAB/log/munged-other.log" \
        --seed-file="$run/other.seed"
    for (( i = 0; i < 400; i++ )); do
        if [ -S "$run/other.socket" ]; then break; fi
        sleep 0.1
    done
    sed "s|munge.socket|other.socket|" "$INTEG2D_LAB/etc/slurm.conf" \
        >"$INTEG2D_LAB/etc/other-user.conf"
    start hpc2n 'sleep 300'
    job_state "$id" RUNNING
    on hpc2n "SLURM_CONF=$INTEG2D_LAB/etc/other-user.conf scancel $id"
    job_state "$id" CANCELLED
    cancel_accounted hpc2n "$id"
    says ') by daemon' 1
    says 'The user daemon cancelled this job, not you' 1
    kill "$(<"$INTEG2D_LAB/pid/munged-other")"
}

@test "a deadline that cannot be met any more" {
    on hpc2n 'scontrol update NodeName=n1,n2 State=DRAIN Reason=test'
    start hpc2n true
    on hpc2n "scontrol update JobId=$id Deadline=now+64 TimeLimit=1"
    job_state "$id" DEADLINE
    says 'could not end by its deadline (DEADLINE' 1
}

# A second cluster, with one node: the lab's nodes are of no use, so its
# sibling in the federation runs the job. The last test: it changes the lab.
second_cluster() {
    local lab=$INTEG2D_LAB file port node_port i
    port=$(free_port) node_port=$(free_port)
    mkdir -p "$lab/state-other" "$lab/etc/other" "$lab/etc/m1"
    for file in slurm.conf daemons.conf; do
        sed -e 's/^ClusterName=.*/ClusterName=other/' \
            -e "s/^SlurmctldPort=.*/SlurmctldPort=$port/" \
            -e 's/slurmctld\.\(pid\|log\)/slurmctld-other.\1/' \
            -e "s|^StateSaveLocation=.*|&-other|" -e '/^NodeName=n2/d' \
            -e "s/^NodeName=n1 \(.*\) Port=[0-9]*/NodeName=m1 \1 Port=$node_port/" \
            -e 's/Nodes=n1,n2/Nodes=m1/' "$lab/etc/$file" \
            >"$lab/etc/other/$file"
    done
    cp "$lab/etc/job_submit.lua" "$lab/etc/other/"
    cp "$lab/etc/n1/mpi.conf" "$lab/etc/m1/"
    ln -s ../other/daemons.conf "$lab/etc/m1/slurm.conf"
    on hpc2n "sacctmgr -i add cluster other &&
        sacctmgr -i add account hpc2n2026-042 cluster=other &&
        sacctmgr -i add user $(id -un) account=hpc2n2026-042 cluster=other" >added
    daemon_more slurmctld-other SLURM_CONF="$lab/etc/other/daemons.conf" \
        slurmctld -D -f "$lab/etc/other/daemons.conf"
    daemon_more slurmd-m1 SLURM_CONF="$lab/etc/other/daemons.conf" \
        slurmd -D -N m1 -f "$lab/etc/m1/slurm.conf"
    for (( i = 0; i < 400; i++ )); do
        if [ "$(on hpc2n "SLURM_CONF=$lab/etc/other/slurm.conf \
            sinfo -h -p batch -o %T" 2>/dev/null)" = idle ]; then break; fi
        sleep 0.1
    done
    on hpc2n 'sacctmgr -i add federation both clusters=lab,other' >added
    for (( i = 0; i < 400; i++ )); do
        if on hpc2n 'scontrol show federation' | grep -q 'Synced:Yes'; then
            return
        fi
        sleep 0.1
    done
    return 1
}

@test "a job that another cluster of the federation takes is waited for there" {
    local backend
    local -A waits
    second_cluster
    on hpc2n 'scontrol update NodeName=n1,n2 State=DRAIN Reason=test'
    for backend in slurm commands; do
        mkdir $backend
        pushd $backend >/dev/null
        start hpc2n "until [ -e '$BATS_TEST_TMPDIR/go' ]; do sleep 0.1; done" \
            --backend=$backend
        job_state "$id" REVOKED
        says 'is with another cluster of the federation. It shows there'
        become hpc2n "exec integ2d-collect --backend=$backend --wait" >out 2>err 3>&- &
        waits[$backend]=$!
        wait_for 'is with another cluster' err
        popd >/dev/null
    done
    touch "$BATS_TEST_TMPDIR/go"
    for backend in slurm commands; do
        pushd $backend >/dev/null
        wait "${waits[$backend]}"
        grep -q passed out
        # Accounting knows it, too.
        rm "$(run_folder)/state.json"
        run -0 --separate-stderr on hpc2n "integ2d-collect --backend=$backend"
        [[ ${lines[1]} == *passed ]]
        popd >/dev/null
    done
    start hpc2n 'sleep 300'
    job_state "$id" REVOKED
    run -0 on hpc2n 'integ2d-cancel integ2d-runs/*'
    run -1 --separate-stderr on hpc2n 'integ2d-collect --wait -q'
    [[ $stderr == *"was cancelled (CANCELLED"*" by $(id -un)"* ]]
}
