#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# A controller with a backup, and one that has too much to do.
bats_require_minimum_version 1.5.0
load common
load fault

setup_file() {
    export LISTEN_LIB=$BATS_FILE_TMPDIR/address.so
    "$CC" -D_GNU_SOURCE -shared -fPIC \
        "$INTEG2D_SOURCE/tests/stand-in/address.c" -o "$LISTEN_LIB"
    own_lab <<<MessageTimeout=3
    local conf=$INTEG2D_LAB/etc first second=127.0.0.2 daemon file
    first=$(sed -n 's/^SlurmctldHost=localhost(\(.*\))/\1/p' "$conf/slurm.conf")
    export FIRST=$first SECOND=$second
    # Each takes itself for localhost, and the other one for elsewhere.
    for file in slurm daemons; do
        sed -i "/^SlurmctldHost=/d" "$conf/$file.conf"
        echo "SlurmctldTimeout=2" >>"$conf/$file.conf"
        { cat "$conf/$file.conf"
            echo "SlurmctldHost=elsewhere($first)"
            echo "SlurmctldHost=localhost($second)"
        } | sed 's/slurmctld\.\(pid\|log\)/slurmctld-backup.\1/' \
            >"$conf/$file-backup.conf"
        { echo "SlurmctldHost=localhost($first)"
            echo "SlurmctldHost=elsewhere($second)"
        } >>"$conf/$file.conf"
    done
    for daemon in slurmctld slurmd-n1 slurmd-n2; do
        daemon_kill "$daemon" TERM
    done
    controller slurmctld "$first" daemons.conf
    controller slurmctld-backup "$second" daemons-backup.conf
    for daemon in slurmd-n1 slurmd-n2; do daemon_again "$daemon"; done
    answering
}

controller() {
    local port
    port=$(sed -n 's/^SlurmctldPort=//p' "$INTEG2D_LAB/etc/slurm.conf")
    daemon_more "$1" LD_PRELOAD="$LISTEN_LIB" LISTEN="$2" LISTEN_PORT="$port" \
        SLURM_CONF="$INTEG2D_LAB/etc/$3" slurmctld -D \
        -f "$INTEG2D_LAB/etc/$3"
}

teardown_file() {
    "$INTEG2D_BIN/integ2d-lab" down
}

teardown() {
    kill "${wait_pid:-}" 2>/dev/null || true
}

@test "the first controller dies and its backup takes over: the wait goes on" {
    local backend
    on hpc2n 'scontrol ping' >ping
    grep -q '(backup) at elsewhere is UP' ping
    for backend in slurm commands; do
        on hpc2n "exec integ2d-submit --scheme=serial --repeat=4 \
            --backend=$backend" >out 2>err 3>&- &
        wait_pid=$!
        wait_for ' runs' err
        # Killed at once it would have told its backup nothing of the job.
        daemon_kill slurmctld TERM
        wait "$wait_pid"
        grep -q passed out
        # Said once, and once that it is over.
        [ "$(grep -c 'no answer from Slurm' err)" = 1 ]
        [ "$(grep -c 'it answers again' err)" = 1 ]
        rm -r integ2d-runs
        run -0 --separate-stderr on hpc2n \
            "integ2d-submit --backend=$backend --scheme=serial --grid=300"
        [[ ${lines[1]} == *passed ]]
        daemon_kill slurmctld-backup TERM
        controller slurmctld "$FIRST" daemons.conf
        controller slurmctld-backup "$SECOND" daemons-backup.conf
        answering
    done
}
