# SPDX-License-Identifier: BSD-3-Clause
# Faults of a private cluster that a test file has for itself. Each daemon is
# one of this lab's, known by its file in the lab's folder.

# A lab of the file's own, with more lines for slurm.conf from standard input.
own_lab() {
    export INTEG2D_LAB=$BATS_FILE_TMPDIR/lab
    "$INTEG2D_BIN/integ2d-lab" up || return
    cat >"$BATS_FILE_TMPDIR/more"
    local file daemon
    for file in slurm.conf daemons.conf; do
        # Or a requeued job would wait for two minutes.
        sed -i '/^AuthInfo=/s/$/,cred_expire=5/' "$INTEG2D_LAB/etc/$file"
        while IFS='=' read -r key _; do
            sed -i "/^$key=/d" "$INTEG2D_LAB/etc/$file"
        done <"$BATS_FILE_TMPDIR/more"
        cat "$BATS_FILE_TMPDIR/more" >>"$INTEG2D_LAB/etc/$file"
    done
    for daemon in slurmctld slurmd-n1 slurmd-n2; do
        daemon_kill "$daemon" || return
        daemon_again "$daemon" || return
    done
    answering
}

daemon_signal() {
    kill "-$2" "$(<"$INTEG2D_LAB/pid/$1")"
}

# Ends it, at once or with another signal, and keeps how it was started for
# daemon_again: daemon_kill NAME [SIGNAL]
daemon_kill() {
    local pid
    pid=$(<"$INTEG2D_LAB/pid/$1") || return
    # A file that cannot be written may be there from the last time.
    cp -f "/proc/$pid/environ" "$BATS_FILE_TMPDIR/$1.environ" || return
    cp -f "/proc/$pid/cmdline" "$BATS_FILE_TMPDIR/$1.cmdline" || return
    kill -"${2:-KILL}" "$pid" || return
    # What has ended has no program any more, even if nobody waits for it.
    while [ -e "/proc/$pid/exe" ]; do sleep 0.02; done
}

daemon_again() {
    local variables command
    mapfile -d '' -t variables <"$BATS_FILE_TMPDIR/$1.environ"
    mapfile -d '' -t command <"$BATS_FILE_TMPDIR/$1.cmdline"
    setsid env -i "${variables[@]}" "${command[@]}" </dev/null \
        >>"$INTEG2D_LAB/log/$1.out" 2>&1 3>&- &
    echo $! >"$INTEG2D_LAB/pid/$1"
    disown $!
}

# Where the lab keeps its sockets.
short_folder() {
    sed -n 's/^run=//p' "$INTEG2D_LAB/lab.conf"
}

# One more daemon, which belongs to the lab as its own do: daemon_more NAME
# [VARIABLE=VALUE...] COMMAND...
daemon_more() {
    local name=$1 run
    shift
    run=$(short_folder)
    setsid env -i PATH="$PATH:/usr/sbin" HOME="$HOME" LC_ALL=C \
        TMPDIR="$run/tmp" INTEG2D_LAB_PROCESS="$INTEG2D_LAB" "$@" </dev/null \
        >"$INTEG2D_LAB/log/$name.out" 2>&1 3>&- &
    echo $! >"$INTEG2D_LAB/pid/$name"
    disown $!
}

# A port that nothing listens on.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        if ! grep -qs "^ *[0-9]*: [0-9A-F]*:$(printf %04X $port) " \
            /proc/net/tcp /proc/net/tcp6; then
            echo $port
            return
        fi
    done
}

# Waits until the controller answers and both nodes can be used.
answering() {
    local until=$((SECONDS + 40))
    while (( SECONDS < until )); do
        if [ "$(on hpc2n 'timeout 5 sinfo -h -N -p batch -o %T' 2>/dev/null |
            grep -cE '^(idle|mixed|allocated)$')" = 2 ]; then
            return
        fi
        sleep 0.1
    done
    echo "the controller or a node never came back" >&2
    return 1
}

# Waits until accounting answers.
accounting() {
    local until=$((SECONDS + 40))
    until on hpc2n 'timeout 5 sacctmgr -nP list cluster' >/dev/null 2>&1; do
        (( SECONDS < until )) || return
        sleep 0.1
    done
}

# The only run's job number, once there is one.
job_id() {
    local i
    for (( i = 0; i < 200; i++ )); do
        if jq -e .job_id "$(run_folder)/state.json" 2>/dev/null; then return; fi
        sleep 0.1
    done
    return 1
}

# Waits until squeue shows the job in a state: job_state ID 'STATE|STATE'
job_state() {
    local i state
    for (( i = 0; i < 300; i++ )); do
        state=$(on hpc2n "squeue -h -t all -j $1 -O State:0" 2>/dev/null)
        if [[ ${state// /} =~ ^($2)$ ]]; then return; fi
        sleep 0.1
    done
    echo "job $1 never was $2 but $state" >&2
    return 1
}
