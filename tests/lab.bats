#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# The rehearsal cluster: its life, its site rules, and the jobs it runs.

bats_require_minimum_version 1.5.0

hpc2n() {
    "$INTEG2D_BIN/integ2d-lab" exec --site=hpc2n -- "$@"
}

uppmax() {
    "$INTEG2D_BIN/integ2d-lab" exec --site=uppmax -- "$@"
}

# Processes of a lab, which all carry its folder in their environment.
processes_of() {
    grep -lzFx "INTEG2D_LAB_PROCESS=$1" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3
}

# Those that started it, and not its jobs: each has a session of its own.
daemons_of() {
    processes_of "$1" | xargs ps -o sid=,pid=,comm= -p |
        grep -E ' (munged|mariadbd|slurmdbd|slurmctld|slurmd)$' | awk '$1 == $2' | sort
}

# A lab of the test's own; teardown takes it down whatever happens.
own_lab() {
    own=$BATS_FILE_TMPDIR/$1
    lab=("$INTEG2D_BIN/integ2d-lab" --lab="$own")
    own_labs+=("$own")
}

teardown() {
    local folder
    for folder in "${own_labs[@]}"; do
        "$INTEG2D_BIN/integ2d-lab" --lab="$folder" down
    done
}

deep=$(printf 'deep/%.0s' {1..25})lab

# Those labs start side by side while the tests before them run: a start is
# waiting for one daemon after the other.
setup_file() {
    local taken prefix=$BATS_FILE_TMPDIR/prefix
    begin_up "$deep" "$INTEG2D_BIN/integ2d-lab"
    begin_up rebooted "$INTEG2D_BIN/integ2d-lab"
    # A part that cannot start.
    mkdir -p "$BATS_FILE_TMPDIR/broken/etc"
    : >"$BATS_FILE_TMPDIR/broken/lab.conf"
    echo "too short" >"$BATS_FILE_TMPDIR/broken/etc/munge.key"
    chmod 600 "$BATS_FILE_TMPDIR/broken/etc/munge.key"
    begin_up broken "$INTEG2D_BIN/integ2d-lab"
    # This copy of integ2d-lab believes at first that the port is free.
    taken=$(SLURM_CONF="$INTEG2D_LAB/etc/slurm.conf" scontrol show config |
        awk '/^SlurmctldPort/ { print $3 }')
    mkdir -p "$prefix/bin"
    ln -s "$INTEG2D_BIN/../share" "$prefix/share"
    sed "s/^ports_choose() {/&\n\
        if [[ -z \${slurmctld_port-} ]]; then\n\
            slurmctld_port=$taken slurmdbd_port=$((taken + 1))\n\
            n1_port=$((taken + 2)) n2_port=$((taken + 3))\n\
            return\n\
        fi/" "$INTEG2D_BIN/integ2d-lab" >"$prefix/bin/integ2d-lab"
    chmod +x "$prefix/bin/integ2d-lab"
    begin_up clash "$prefix/bin/integ2d-lab"
}

teardown_file() {
    local name
    for name in "$deep" rebooted broken clash; do
        "$INTEG2D_BIN/integ2d-lab" --lab="$BATS_FILE_TMPDIR/$name" down
    done
}

# begin_up NAME PROGRAM
begin_up() {
    local said=$BATS_FILE_TMPDIR/${1%%/*}.said
    (
        "$2" --lab="$BATS_FILE_TMPDIR/$1" up && status=0 || status=$?
        echo "status $status"
    ) >"$said" 2>&1 3>&- &
}

# What up said of such a lab: sets output and status.
ended_up() {
    local i said=$BATS_FILE_TMPDIR/${1%%/*}.said
    for (( i = 0; i < 600; i++ )); do
        status=$(sed -n 's/^status //p' "$said")
        [ -n "$status" ] && break
        sleep 0.1
    done
    output=$(<"$said")
    echo "$output"
    [ -n "$status" ]
}

# An MPI program whose ranks print the sum of all (rank + 1) and their node; the
# message is long, so that a wrong transport shows.
ring() {
    cat >"$BATS_TEST_TMPDIR/ring.c" <<'END'
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
static int part[1 << 18], sum[1 << 18];
int main(int argc, char **argv)
{
    int rank, count = 1 << 18;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    part[count - 1] = rank + 1;
    MPI_Allreduce(part, sum, count, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    printf("sum %d on %s\n", sum[count - 1], getenv("SLURMD_NODENAME"));
    return MPI_Finalize();
}
END
    mpicc -o "$BATS_TEST_TMPDIR/ring" "$BATS_TEST_TMPDIR/ring.c"
}

# Sends a job that runs ring with the given launch command, and shows its output.
ring_job() {
    local launch=$1
    shift
    printf '#!/bin/bash\nml integ2d\n%s %s\n' "$launch" "$BATS_TEST_TMPDIR/ring" \
        >"$BATS_TEST_TMPDIR/job"
    job_run -o "$BATS_TEST_TMPDIR/out" "$@" || return
    cat "$BATS_TEST_TMPDIR/out"
}

# Runs the job file at HPC2N until it has ended; sbatch --wait would look after
# 2, 8 and 32 seconds only. Leaves the id in job_id.
job_run() {
    job_id=$("${lab[@]:-$INTEG2D_BIN/integ2d-lab}" exec --site=hpc2n -- sbatch --parsable \
        -A hpc2n2026-042 -t 5 "$@" "$BATS_TEST_TMPDIR/job") || return
    local state
    for (( i = 0; i < 400; i++ )); do
        state=$("${lab[@]:-$INTEG2D_BIN/integ2d-lab}" exec --site=hpc2n -- \
            squeue -h -t all -o %T -j "$job_id")
        case $state in
        COMPLETED | FAILED | TIMEOUT | CANCELLED) return ;;
        esac
        sleep 0.1
    done
    echo "job $job_id is still $state" >&2
    return 1
}

job_line() {
    printf '#!/bin/bash\n%s\n' "$1" >"$BATS_TEST_TMPDIR/job"
}

# ---- The rules of each site --------------------------------------------------

@test "HPC2N refuses a job without an account and says which form it wants" {
    job_line true
    run -1 hpc2n sbatch "$BATS_TEST_TMPDIR/job"
    [[ $output == *"-A hpc2nXXXX-YYY"* ]]
}

@test "UPPMAX refuses a job without an account and says which form it wants" {
    job_line true
    run -1 uppmax sbatch "$BATS_TEST_TMPDIR/job"
    [[ $output == *"-A uppmaxYYYY-X-ZZZ"* ]]
}

@test "each site refuses the account of the other" {
    job_line true
    run -1 hpc2n sbatch -A uppmax2026-2-042 "$BATS_TEST_TMPDIR/job"
    [[ $output == *"uppmax2026-2-042 is not one of this site"* ]]
    run -1 uppmax sbatch -A hpc2n2026-042 "$BATS_TEST_TMPDIR/job"
    [[ $output == *"hpc2n2026-042 is not one of this site"* ]]
}

@test "an account that exists but is not the user's is refused by Slurm" {
    job_line true
    run -1 hpc2n sbatch -A hpc2n2026-007 "$BATS_TEST_TMPDIR/job"
    [[ $output == *"Invalid account"* ]]
    run -1 uppmax sbatch -A uppmax2026-2-007 "$BATS_TEST_TMPDIR/job"
    [[ $output == *"Invalid account"* ]]
}

@test "HPC2N refuses every -p, its own partition included" {
    job_line true
    for partition in batch pelle; do
        run -1 hpc2n sbatch -A hpc2n2026-042 -p "$partition" "$BATS_TEST_TMPDIR/job"
        [[ $output == *"leave out -p"* ]]
    done
}

@test "UPPMAX has no partition of the name that HPC2N uses" {
    job_line true
    run -1 uppmax sbatch -A uppmax2026-2-042 -p batch "$BATS_TEST_TMPDIR/job"
    [[ $output == *"does not exist here"* ]]
}

@test "HPC2N puts a job in batch and UPPMAX in pelle, where one minute is the default" {
    job_line true
    run -0 --separate-stderr hpc2n sbatch --parsable --hold -A hpc2n2026-042 -t 5 "$BATS_TEST_TMPDIR/job"
    run -0 hpc2n scontrol show job "$output"
    [[ $output == *"Partition=batch"* && $output == *"TimeLimit=00:05:00"* ]]
    run -0 --separate-stderr uppmax sbatch --parsable --hold -A uppmax2026-2-042 "$BATS_TEST_TMPDIR/job"
    run -0 uppmax scontrol show job "$output"
    [[ $output == *"Partition=pelle"* && $output == *"TimeLimit=00:01:00"* ]]
    hpc2n scancel --state=PENDING --user="$(id -un)" --name=job
}

@test "a job sent with --export=NONE meets the same rules" {
    job_line true
    run -1 hpc2n sbatch --export=NONE -A uppmax2026-2-042 "$BATS_TEST_TMPDIR/job"
    [[ $output == *"not one of this site"* ]]
}

@test "a time over the site's longest is refused" {
    job_line true
    run -1 hpc2n sbatch -A hpc2n2026-042 -t 7-00:01 "$BATS_TEST_TMPDIR/job"
    [[ $output == *"time limit"* ]]
    run -1 uppmax sbatch -A uppmax2026-2-042 -t 10-00:01 "$BATS_TEST_TMPDIR/job"
    [[ $output == *"time limit"* ]]
}

# ---- Jobs --------------------------------------------------------------------

@test "a one-node MPI job uses all cores of a node, with srun and with mpirun" {
    ring
    cores=$(hpc2n sinfo -h -p batch -n n1 -o %c)
    (( cores >= 4 ))
    for launch in srun mpirun; do
        run -0 ring_job "$launch" -N 1 -n "$cores"
        [ "${#lines[@]}" -eq "$cores" ]
        [ "$(sort -u <<<"$output")" = "sum $((cores * (cores + 1) / 2)) on n1" ]
    done
}

@test "a two-node MPI job runs on both nodes, with srun and with mpirun" {
    ring
    for launch in srun mpirun; do
        run -0 ring_job "$launch" -N 2 -n 4
        [ "${#lines[@]}" -eq 4 ]
        [ "$(sort -u <<<"$output")" = $'sum 10 on n1\nsum 10 on n2' ]
    done
}

@test "the memory that ranks share is not that of another lab's job of this number" {
    local i run
    run=$(sed -n 's/^run=//p' "$INTEG2D_LAB/lab.conf")
    printf '#!/bin/bash\nml integ2d\nsrun integ2d-mpi --repeat=1000000\n' \
        >"$BATS_TEST_TMPDIR/job"
    job_id=$(hpc2n sbatch --parsable -A hpc2n2026-042 -t 5 -N 1 -n 2 \
        -o /dev/null "$BATS_TEST_TMPDIR/job")
    for (( i = 0; i < 400; i++ )); do
        [ "$(find "$run/scratch" -name 'vader_segment.*' | wc -l)" -eq 2 ] && break
        sleep 0.1
    done
    hpc2n scancel "$job_id"
    (( i < 400 ))
}

@test "sacct shows the state and the account of a job that ended" {
    job_line 'exit 3'
    job_run -o /dev/null
    for (( i = 0; i < 400; i++ )); do
        run -0 hpc2n sacct -X -n -P -j "$job_id" -o State,ExitCode,Account
        [[ $output == FAILED* ]] && break
        sleep 0.1
    done
    [ "$output" = "FAILED|3:0|hpc2n2026-042" ]
}

@test "a job takes the node with the feature it asks for" {
    job_line 'printenv SLURMD_NODENAME'
    job_run -C zen4 -o "$BATS_TEST_TMPDIR/out"
    [ "$(cat "$BATS_TEST_TMPDIR/out")" = n2 ]
}

# ---- exec and the command line -----------------------------------------------

@test "exec keeps the folder, passes the exit status, and names the site" {
    cd "$BATS_TEST_TMPDIR"
    # shellcheck disable=SC2016
    run -5 hpc2n bash -c 'echo "$PWD $INTEG2D_LAB_SITE"; exit 5'
    [ "$output" = "$BATS_TEST_TMPDIR hpc2n" ]
}

@test "exec becomes the command, so that a signal reaches it" {
    "$INTEG2D_BIN/integ2d-lab" exec --site=hpc2n -- sleep 300 3>&- &
    local pid=$!
    for (( i = 0; i < 400; i++ )); do
        [[ $(tr '\0' ' ' <"/proc/$pid/cmdline") == "sleep 300 " ]] && break
        sleep 0.05
    done
    (( i < 400 ))
    kill -TERM "$pid"
    local status=0
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
}

@test "shell gives a prompt that names the site, and modules work there" {
    # shellcheck disable=SC2016
    run -7 timeout 120 script -qec "$INTEG2D_BIN/integ2d-lab shell --site=uppmax" /dev/null \
        < <(printf 'ml integ2d; echo "=$LOADEDMODULES="\nexit 7\n')
    [[ $output == *"[uppmax lab]"* && $output == *"=GCC/13.2.0:"*integ2d* ]]
}

@test "an unknown site is refused with the names of those there are" {
    run -2 "$INTEG2D_BIN/integ2d-lab" exec --site=kebnekaise -- true
    [[ $output == *kebnekaise* && $output == *hpc2n* && $output == *uppmax* ]]
}

@test "a site that was shut down is refused with the name of its successor" {
    run -2 "$INTEG2D_BIN/integ2d-lab" exec --site=rackham -- true
    [[ $output == *"shut down"*"--site=uppmax"* ]]
}

@test "exec without a running lab says how to start one" {
    run -2 "$INTEG2D_BIN/integ2d-lab" --lab="$BATS_TEST_TMPDIR/none" exec --site=hpc2n -- true
    [[ $output == *"integ2d-lab up"* ]]
    run -1 "$INTEG2D_BIN/integ2d-lab" --lab="$BATS_TEST_TMPDIR/none" status
    run -0 "$INTEG2D_BIN/integ2d-lab" --lab="$BATS_TEST_TMPDIR/none" down
}

@test "a bad command line is refused and named" {
    run -2 "$INTEG2D_BIN/integ2d-lab"
    run -2 "$INTEG2D_BIN/integ2d-lab" upp
    [[ $output == *"'upp'"* ]]
    run -2 "$INTEG2D_BIN/integ2d-lab" --frobnicate up
    [[ $output == *"'--frobnicate'"* ]]
    run -2 "$INTEG2D_BIN/integ2d-lab" status extra
    [[ $output == *"'extra'"* ]]
    run -2 "$INTEG2D_BIN/integ2d-lab" --lab="$BATS_TEST_TMPDIR/a b" up
    [[ $output == *"a b"* ]]
}

@test "a folder that is not a lab and not empty is neither used nor removed" {
    mkdir "$BATS_TEST_TMPDIR/mine"
    echo precious >"$BATS_TEST_TMPDIR/mine/file"
    for command in up down status; do
        run -2 "$INTEG2D_BIN/integ2d-lab" --lab="$BATS_TEST_TMPDIR/mine" "$command"
        [[ $output == *"not a lab"* ]]
    done
    [ "$(ls "$BATS_TEST_TMPDIR/mine")" = file ]
}

@test "a second up on a running lab says so and changes nothing" {
    before=$(daemons_of "$INTEG2D_LAB")
    [ "$(wc -l <<<"$before")" -ge 6 ]
    run -0 "$INTEG2D_BIN/integ2d-lab" up
    [[ $output == *"already up"* ]]
    [ "$(daemons_of "$INTEG2D_LAB")" = "$before" ]
    run -0 "$INTEG2D_BIN/integ2d-lab" status
    [[ $output == *"slurmctld: running"* ]]
}

# ---- The lab's life ----------------------------------------------------------

@test "a second lab in a deep folder, down with a running job, leaves nothing and the first lab be" {
    own_lab "$deep"
    ended_up "$deep"
    [ "$status" -eq 0 ]
    # The job ignores the request to end, and leaves a child of its own.
    job_line "trap '' TERM; sleep 300 & sleep 300"
    run -0 "${lab[@]}" exec --site=hpc2n -- sbatch -A hpc2n2026-042 -t 9 \
        -o /dev/null "$BATS_TEST_TMPDIR/job"
    for (( i = 0; i < 400; i++ )); do
        [ "$("${lab[@]}" exec --site=hpc2n -- squeue -h -t R -o %i)" = 1 ] && break
        sleep 0.1
    done
    (( i < 400 ))
    local sockets
    sockets=$(sed -n 's/^run=//p' "$own/lab.conf")
    [ -S "$sockets/munge.socket" ]
    run -0 "${lab[@]}" down
    [ -z "$(processes_of "$own")" ]
    [ ! -e "$own" ]
    [ ! -e "$sockets" ]
    run -0 hpc2n sinfo -h
}

@test "a lab whose machine rebooted comes up again and goes on counting jobs" {
    own_lab rebooted
    ended_up rebooted
    [ "$status" -eq 0 ]
    job_line true
    job_run -o /dev/null
    local pids
    mapfile -t pids < <(processes_of "$own")
    (( ${#pids[@]} >= 6 ))
    kill -KILL "${pids[@]}"
    for (( i = 0; i < 400; i++ )); do
        [ -z "$(processes_of "$own")" ] && break
        sleep 0.1
    done
    run -1 "${lab[@]}" status
    run -2 "${lab[@]}" exec --site=hpc2n -- true
    run -0 "${lab[@]}" up
    job_run -o /dev/null
    [ "$job_id" -eq 2 ]
    run -0 "${lab[@]}" exec --site=hpc2n -- sacct -X -n -P -j 1 -o State
    [ "$output" = COMPLETED ]
}

@test "a stale process id that is now another program's is left alone" {
    own_lab stale
    mkdir -p "$own/pid"
    printf 'run=%q\n' "$BATS_TEST_TMPDIR/run" >"$own/lab.conf"
    sleep 300 3>&- &
    local pid=$!
    echo "$pid" | tee "$own"/pid/{munged,slurmctld,mariadbd} >/dev/null
    run -0 "${lab[@]}" down
    kill -0 "$pid"
    kill "$pid"
}

@test "a part that cannot start is named with its log, and up ends with status 2" {
    own_lab broken
    ended_up broken
    [ "$status" -eq 2 ]
    [[ $output == *"munged has ended"*"Keyfile"* ]]
    [ -z "$(processes_of "$own")" ]
}

@test "a port that another program has taken is given up for another" {
    own_lab clash
    ended_up clash
    [ "$status" -eq 0 ]
    [[ $output == *"a port was taken"* ]]
    run -0 "${lab[@]}" exec --site=hpc2n -- sinfo -h
    run -0 hpc2n sinfo -h
}

@test "a missing program is named with its Debian package" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    for program in bash basename dirname readlink realpath id cut getent tr sort mktemp ls; do
        ln -s "$(command -v "$program")" "$BATS_TEST_TMPDIR/bin/"
    done
    # shellcheck disable=SC2016 # a pattern
    sed 's|^    PATH=$PATH:/usr/sbin:/sbin||' "$INTEG2D_BIN/integ2d-lab" \
        >"$BATS_TEST_TMPDIR/bin/integ2d-lab"
    chmod +x "$BATS_TEST_TMPDIR/bin/integ2d-lab"
    PATH=$BATS_TEST_TMPDIR/bin run -2 "$BATS_TEST_TMPDIR/bin/integ2d-lab" \
        --lab="$BATS_TEST_TMPDIR/lab" up
    [[ $output == *"slurmctld (Debian package slurmctld)"* ]]
    [[ $output == *"apt-get install"*mariadb-server-core* ]]
}
