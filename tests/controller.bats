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
        echo "SlurmctldTimeout=3" >>"$conf/$file.conf"
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

# A test that failed half-way leaves no stopped daemon and no wait behind.
teardown() {
    local name file
    for name in slurmctld slurmctld-backup; do
        file=$INTEG2D_LAB/pid/$name
        if [ -e "$file" ]; then kill -CONT "$(<"$file")" || true; fi
    done
    kill "${waits[@]}" 2>/dev/null || true
    leave_lab
}

# A wait by the library and one by the commands, each in a folder of its own;
# their jobs wait for `release`. They give an answer so many seconds.
start_waits() {
    local backend prefix
    prefix=$(held_prefix)
    sed "s/^MessageTimeout=.*/MessageTimeout=$1/" \
        "$INTEG2D_LAB/etc/slurm.conf" >client.conf
    waits=()
    for backend in slurm commands; do
        mkdir $backend
        become hpc2n "cd $backend && SLURM_CONF=$PWD/client.conf exec \
            $prefix/bin/integ2d-submit -A hpc2n2026-042 --scheme=serial \
            --grid=300 --backend=$backend" >$backend/out 2>$backend/err 3>&- &
        waits+=($!)
    done
    said ' runs' 1
}

# Both waits have said it so many times: said 'words' COUNT
said() {
    local backend i
    for backend in slurm commands; do
        for (( i = 0; i < 400; i++ )); do
            if [ "$(grep -c "$1" $backend/err)" -ge "$2" ]; then continue 2; fi
            sleep 0.1
        done
        echo "$backend never said $2 times: $1" >&2
        return 1
    done
}

# They end right, with one job each; what was said of the controller was said
# LEAST to MOST times, and as often that it was over: end_waits LEAST MOST
end_waits() {
    local backend said over
    release
    wait "${waits[0]}"
    wait "${waits[1]}"
    for backend in slurm commands; do
        grep -q passed $backend/out
        said=$(grep -c 'no answer from Slurm' $backend/err) || true
        over=$(grep -c 'it answers again' $backend/err) || true
        (( $1 <= said && said <= $2 ))
        [ "$over" = "$said" ]
        [ "$(on hpc2n 'squeue -h -t all -O WorkDir:1000' |
            grep -c "^$PWD/$backend/integ2d-runs/")" = 1 ]
    done
}

# How many have knocked at the controller, which is stopped, and wait.
knocked() {
    local port
    port=$(sed -n 's/^SlurmctldPort=//p' "$INTEG2D_LAB/etc/slurm.conf")
    # A listening socket's receive queue, in hexadecimal digits.
    printf '%d\n' "0x$(sed -n "s/^ *[0-9]*: 0100007F:$(printf %04X "$port") \
[0-9A-F:]* 0A [0-9A-F]*:\([0-9A-F]*\) .*/\1/p" /proc/net/tcp)"
}

@test "a controller that is busy and stops again and again is waited for" {
    local i k clients=() before
    start_waits 1
    for (( i = 1; i <= 2; i++ )); do
        daemon_signal slurmctld STOP
        said 'no answer from Slurm' $i
        # Both ask again, and get no answer again, before it goes on.
        before=$(knocked)
        for (( k = 0; k < 400 && $(knocked) < before + 4; k++ )); do
            sleep 0.1
        done
        (( $(knocked) >= before + 4 ))
        # Then many want an answer at once.
        on hpc2n 'for (( i = 0; i < 60; i++ )); do
            squeue -t all >>flood 2>&1 & done; wait' 3>&- &
        clients+=($!)
        daemon_signal slurmctld CONT
        said 'it answers again' $i
    done
    wait "${clients[@]}" || true
    # A slow machine may make it silent once more by itself.
    end_waits 2 4
}

# The last test: what is left is the backup.
@test "the first controller ends and its backup takes over: the wait goes on" {
    local i
    # Not earlier: it takes over soon, also from one that only had a bad moment.
    controller slurmctld-backup "$SECOND" daemons-backup.conf
    for (( i = 0; i < 400; i++ )); do
        on hpc2n 'scontrol ping' >ping || true
        if grep -q '(backup) at elsewhere is UP' ping; then break; fi
        sleep 0.1
    done
    grep -q '(primary) at .* is UP' ping
    grep -q '(backup) at elsewhere is UP' ping
    start_waits 3
    # Killed at once it would have told its backup nothing of the jobs.
    daemon_kill slurmctld TERM
    # For the lab, too, that is now the controller.
    mv "$INTEG2D_LAB"/pid/slurmctld{-backup,}
    # A job that ends before would be taken to run on: its node tells of the
    # end once, and a backup that still stands by does not hear it.
    answering
    end_waits 0 1
    run -0 --separate-stderr on hpc2n 'integ2d-submit --scheme=serial --grid=300'
    [[ ${lines[1]} == *passed ]]
}
