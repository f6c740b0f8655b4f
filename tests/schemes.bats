#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# Every scheme when something is wrong: a worker that dies, the wrong launcher,
# more workers than granted, no room. And where workers run.
# bats' run sets stderr, and every test is a subshell of its own:
# shellcheck disable=SC2030,SC2031,SC2154
bats_require_minimum_version 1.5.0
load common
load kernels

setup_file() { kernels_alone; }

# What a test has started and not ended.
teardown() {
    local child pid
    for pid in "${begun[@]}"; do
        if kill -0 "$pid" 2>/dev/null; then
            read -ra child <<<"$(children "$pid")"
            kill -9 "${child[@]}" "$pid"
        fi
    done
}

# start OUT COMMAND...: in the background, its pid in $started
start() {
    local out=$1
    shift
    INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=$out "$@" >"$out" 2>"$out.err" 3>&- &
    started=$!
    begun+=("$started")
}

children() { pgrep -P "$1" | tr '\n' ' '; }

# children_of PID NUMBER: waits up to 40 s until it has so many, lists them
children_of() {
    local found
    for _ in $(seq 800); do
        read -ra found <<<"$(children "$1")"
        if [ ${#found[@]} -eq "$2" ]; then
            echo "${found[*]}"
            return
        fi
        sleep 0.05
    done
    echo "no $2 children of $1: ${found[*]}" >&2
    return 1
}

# Takes hours anywhere, so that there is a middle to be killed in.
long=(--grid=1000000)

# A fork() of the tests' own: the third one fails, as on a node full of
# processes (FORK=fail), or all of them stop at their start (FORK=stop).
fork_so() {
    cat >fork.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
pid_t fork(void)
{
    static int calls;
    pid_t (*real)(void) = (pid_t (*)(void))dlsym(RTLD_NEXT, "fork");
    pid_t child;
    if (strcmp(getenv("FORK"), "fail") == 0 && ++calls >= 3) {
        errno = EAGAIN;
        return -1;
    }
    child = real();
    if (child == 0 && strcmp(getenv("FORK"), "stop") == 0)
        raise(SIGSTOP);
    return child;
}
END
    "${CC:-gcc}" -shared -fPIC -o fork.so fork.c -ldl
}

# forked stop|fail OUT COMMAND...: in the background, with that fork()
forked() {
    local how=$1 out=$2
    shift 2
    fork_so
    start "$out" env LD_PRELOAD="$PWD/fork.so" FORK="$how" \
        ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0 "$@"
}

first_cpu() { taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/'; }

@test "a child process that is killed is a failed run, named with its signal" {
    local child pid
    forked stop out "$INTEG2D_BIN/integ2d-multiprocess" -n 3 --grid=100
    read -ra child <<<"$(children_of "$started" 3)"
    kill -9 "${child[1]}"
    for pid in "${child[0]}" "${child[2]}"; do
        wait_for '^State:.T' "/proc/$pid/status"
        kill -CONT "$pid"
    done
    wait "$started" || [ $? -eq 1 ]
    [ ! -s out ]
    [[ $(cat out.err) == "integ2d-multiprocess: the check failed: process "[0-2]" \
was killed by signal 9 (Killed)" ]]
    [ "$(field record_out.json verdict)" = failed ]
    [ ! -e progress_out ]
    for pid in "${child[@]}"; do gone "$pid"; done
}

@test "processes end with the one that started them, were it killed" {
    local child
    start out "$INTEG2D_BIN/integ2d-multiprocess" -n 3 "${long[@]}"
    read -ra child <<<"$(children_of "$started" 3)"
    kill -9 "$started"
    wait "$started" || [ $? -eq 137 ]
    for pid in "${child[@]}"; do gone "$pid"; done
    [ ! -e record_out.json ]
}

# A rank that is killed ends all: mpirun says so, and there is no result.
@test "an MPI rank that is killed is a failed run, and no other rank stays" {
    local scheme launcher rank pid
    local -A starter ranks
    for scheme in mpi hybrid; do
        start $scheme kernel $scheme 4 --grid=500 --repeat=1000000
        starter[$scheme]=$started
    done
    for scheme in mpi hybrid; do
        running progress_$scheme
        launcher=${starter[$scheme]}
        # The kernel() function is a shell of its own around mpirun.
        if [ "$(ps -o comm= "$launcher")" != mpirun ]; then
            launcher=$(children_of "$launcher" 1)
        fi
        ranks[$scheme]=$(pgrep -P "$launcher" "integ2d-$scheme" | tr '\n' ' ')
        read -ra rank <<<"${ranks[$scheme]}"
        [ ${#rank[@]} -ge 2 ]
        kill -9 "${rank[1]}"
    done
    for scheme in mpi hybrid; do
        wait "${starter[$scheme]}" && false
        grep -q 'signal 9 (Killed)' $scheme.err
        [ ! -s $scheme ] || ! grep -q Integral $scheme
        [ ! -e record_$scheme.json ]
        for pid in ${ranks[$scheme]}; do gone "$pid"; done
    done
}

@test "a thread that is killed takes its program along, which leaves no record" {
    local scheme thread
    for scheme in threads gil openmp; do
        start $scheme "$INTEG2D_BIN/integ2d-$scheme" -n 3 "${long[@]}"
        for _ in $(seq 800); do
            thread=("/proc/$started/task"/*)
            if [ ${#thread[@]} -ge 3 ]; then break; fi
            sleep 0.05
        done
        [ ${#thread[@]} -ge 3 ]
        kill -9 "${thread[2]##*/}"
        wait "$started" || [ $? -eq 137 ]
        [ ! -s $scheme ] && [ ! -e record_$scheme.json ]
        [[ $(cat progress_$scheme) =~ ^0\ 1\ [0-9]+\.[0-9]$ ]]
    done
}

@test "a process that cannot be started is a failed check, with none left" {
    forked fail out "$INTEG2D_BIN/integ2d-multiprocess" -n 4 --grid=1000
    wait "$started" || [ $? -eq 1 ]
    [ ! -s out ]
    [ "$(cat out.err)" = "integ2d-multiprocess: the check failed: process 2 of \
4 cannot be started: Resource temporarily unavailable" ]
    [ "$(field record_out.json verdict)" = failed ]
    left=$(grep -lzF "$PWD/fork.so" /proc/[0-9]*/environ 2>/dev/null) || true
    [ -z "$left" ]
}

# Stacks for 300 threads do not fit. The sanitizers need more room than that.
@test "a thread that cannot be started is a failed check" {
    [ -z "${SANITIZE:-}" ] || skip 'no limit on memory with a sanitizer'
    local scheme
    limited() (
        ulimit -s 8192 -v 1000000
        INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=$1 \
            timeout 300 "$INTEG2D_BIN/integ2d-$1" -n 300 --grid=1000
    )
    for scheme in threads gil; do
        run -1 --separate-stderr limited $scheme
        [ -z "$output" ]
        [[ $stderr =~ "integ2d-$scheme: the check failed: thread "[1-9][0-9]*" \
of 300 cannot be started: Resource temporarily unavailable"$ ]]
        [ "$(field record_$scheme.json verdict)" = failed ]
    done
    # The OpenMP library ends the program itself.
    run -1 --separate-stderr limited openmp
    [ -z "$output" ]
    [ ! -e record_openmp.json ]
}

@test "a launcher of another MPI is found out: copies of a 1-rank program" {
    local scheme
    for scheme in mpi hybrid; do
        refused "integ2d-$scheme: 4 copies of a 1-rank program: the mpiexec of \
MPICH or Intel MPI started them" \
            env ASAN_OPTIONS=detect_leaks=0 INTEG2D_RECORD="$PWD" \
            mpiexec.mpich -n 4 "$INTEG2D_BIN/integ2d-$scheme" --grid=100
        [ "$(grep -c 'copies of' <<<"$stderr")" -eq 1 ]
    done
    # A record would be taken for a result.
    [ -z "$(find . -name 'record_*' -o -name 'progress_*')" ]
}

@test "one rank of one is no copy of anything" {
    run -0 mpi 1 --grid=100
    run -0 env ASAN_OPTIONS=detect_leaks=0 mpiexec.mpich -n 1 \
        "$INTEG2D_BIN/integ2d-mpi" --grid=100
    run -0 env ASAN_OPTIONS=detect_leaks=0 "$INTEG2D_BIN/integ2d-hybrid" -c 2 --grid=100
}

@test "OMP_NUM_THREADS at odds with Slurm's grant is said, and the run goes on" {
    local scheme
    for scheme in openmp threads gil multiprocess; do
        OMP_NUM_THREADS=2 SLURM_CPUS_PER_TASK=4 run -0 --separate-stderr \
            "$INTEG2D_BIN/integ2d-$scheme" --grid=50
        [[ $stderr == "integ2d-$scheme: warning: OMP_NUM_THREADS says 2, but \
Slurm granted this task 4 CPUs, so that 2 stay idle: "* ]]
        [[ $output == 'Integral value is '* ]]
        OMP_NUM_THREADS=4 SLURM_CPUS_PER_TASK=2 run -0 --separate-stderr \
            "$INTEG2D_BIN/integ2d-$scheme" --grid=50
        [[ $stderr == "integ2d-$scheme: warning: OMP_NUM_THREADS says 4, but \
Slurm granted this task 2 CPUs, "*"-c 4"* ]]
        [[ $output == 'Integral value is '* ]]
        OMP_NUM_THREADS=2 SLURM_CPUS_PER_TASK=2 run -0 --separate-stderr \
            "$INTEG2D_BIN/integ2d-$scheme" --grid=50
        [ -z "$stderr" ]
    done
    # Ranks say it once.
    OMP_NUM_THREADS=3 SLURM_CPUS_PER_TASK=2 ASAN_OPTIONS=detect_leaks=0 \
        run -0 --separate-stderr \
        mpirun --oversubscribe -n 2 "$INTEG2D_BIN/integ2d-hybrid" --grid=50
    [ "$(grep -c 'OMP_NUM_THREADS says 3, .* 2 CPUs' <<<"$stderr")" -eq 1 ]
}

@test "more workers than Slurm granted are said, fewer are not" {
    SLURM_CPUS_PER_TASK=2 run -0 --separate-stderr openmp -n 5 --grid=50
    [[ $stderr == *"-n or -c says 5, but Slurm granted this task 2 CPUs"* ]]
    SLURM_CPUS_PER_TASK=4 run -0 --separate-stderr openmp -n 2 --grid=50
    [ -z "$stderr" ]
    SLURM_CPUS_PER_TASK=2 run -0 --separate-stderr hybrid 1 3 --grid=50
    [[ $stderr == *"-n or -c says 3, but Slurm granted this task 2 CPUs"* ]]
}

@test "numbers of workers that a scheme cannot take are refused as typed" {
    local scheme value
    for scheme in serial openmp threads gil multiprocess mpi hybrid; do
        for value in 0 -1 4097 x; do
            # (MPI takes its time to start.)
            [[ $scheme$value != @(mpi|hybrid)[-4x]* ]] || continue
            together refused "integ2d-$scheme: -n $value: expected a whole number from 1 \
to 4096" \
                env ASAN_OPTIONS=detect_leaks=0 \
                "$INTEG2D_BIN/integ2d-$scheme" -n "$value"
        done
        [ $scheme = hybrid ] || together refused \
            "-c 2: expected no -c for this scheme" \
            env ASAN_OPTIONS=detect_leaks=0 "$INTEG2D_BIN/integ2d-$scheme" -c 2
    done
    for value in 0 4097 x; do
        together refused "-c $value: expected a whole number from 1 to 4096" \
            env ASAN_OPTIONS=detect_leaks=0 "$INTEG2D_BIN/integ2d-hybrid" -c "$value"
    done
    together refused "-n 2 -c 4096: at most 4096 workers" hybrid 2 4096
    together refused "-n 3 asked for, but this program runs as 2 ranks" \
        hybrid 2 1 -n 3
    all_together 33
}

@test "a grid that does not fit into what Slurm granted is refused with figures" {
    local scheme
    for scheme in serial openmp threads gil multiprocess mpi hybrid; do
        SLURM_MEM_PER_NODE=1 together refused "integ2d-$scheme: --grid=100000: no room \
in memory: it takes 2 MiB in each process, and 1 MiB are left" \
            kernel $scheme 1 --grid=100000 --math=simd
    done
    all_together 7
    SLURM_MEM_PER_CPU=1 SLURM_CPUS_ON_NODE=2 refused "it takes 3 MiB in each \
process, and 2 MiB are left" serial --grid=200000 --math=simd
    # 0 is Slurm's word for all memory of the node.
    SLURM_MEM_PER_NODE=0 run -0 serial --grid=3
}

# The numbers in the boxes of a map, sorted.
mapped() { sed -n '/^Placement/,$p' "$1" | grep -o '\[[0-9 ]*\]' |
    tr -d '[]' | tr ' ' '\n' | sort -n | tr '\n' ' '; }

@test "the map of the placement has every worker once" {
    local scheme
    for scheme in openmp threads gil multiprocess mpi hybrid; do
        kernel $scheme 6 --grid=50 --placement >map
        [ "$(mapped map)" = '0 1 2 3 4 5 ' ]
        [ "$(grep -c "^  $(hostname), NUMA node [0-9]*: core [0-9]* \[" map)" -ge 1 ]
    done
    serial --grid=50 --placement >map
    [ "$(mapped map)" = '0 ' ]
    # Nothing of it without being asked.
    run -0 serial --grid=50
    [ ${#lines[@]} -eq 2 ]
}

# pinned [COMMAND...] of a kernel's record
pinned() {
    INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=pin "$@" >/dev/null &&
        field record_pin.json pinned
}

@test "as many workers as cores are pinned, unless the user binds" {
    local cores scheme
    cores=$(nproc)
    [ "$cores" -ge 2 ] || skip 'one core: nothing to pin'
    for scheme in openmp threads gil multiprocess; do
        [ "$(pinned kernel $scheme "$cores" --grid=50)" = true ]
        # Each on a core of its own.
        [ "$(jq '[.worker[].cpu] | unique | length' record_pin.json)" = "$cores" ]
        [ "$(OMP_PROC_BIND=true pinned kernel $scheme "$cores" --grid=50)" = false ]
        [ "$(OMP_PLACES=cores pinned kernel $scheme "$cores" --grid=50)" = false ]
        [ "$(SLURM_CPU_BIND_TYPE=none pinned kernel $scheme "$cores" --grid=50)" = false ]
        [ "$(pinned kernel $scheme $((cores + 1)) --grid=50)" = false ]
        [ "$(pinned taskset -c "$(first_cpu)" \
            "$INTEG2D_BIN/integ2d-$scheme" -n 2 --grid=50)" = false ]
        [ "$(jq '[.worker[].cpu] | unique | length' record_pin.json)" = 1 ]
    done
    [ "$(pinned hybrid 1 "$cores" --grid=50)" = true ]
    [ "$(pinned kernel mpi 2 --grid=50)" = false ]
}

@test "child processes are pinned to cores of their own, the parent never" {
    local cores child pid
    cores=$(nproc)
    [ "$cores" -ge 2 ] || skip 'one core: nothing to pin'
    start out "$INTEG2D_BIN/integ2d-multiprocess" -n "$cores" "${long[@]}"
    read -ra child <<<"$(children_of "$started" "$cores")"
    allowed() { sed -n 's/^Cpus_allowed_list:\t//p' "/proc/$1/status"; }
    for _ in $(seq 800); do
        for pid in "${child[@]}"; do allowed "$pid"; done | sort -u >lists
        if [ "$(grep -c '^[0-9]*$' lists)" = "$cores" ]; then break; fi
        sleep 0.05
    done
    cat lists
    [ "$(grep -c '^[0-9]*$' lists)" = "$cores" ]
    [ "$(wc -l <lists)" = "$cores" ]
    [ "$(allowed "$started")" = "$(allowed $$)" ]
    kill "$started"
    wait "$started" || true
    for pid in "${child[@]}"; do gone "$pid"; done
}

# mode_gives BITS MODE COMMAND...
mode_gives() {
    local mode=$2
    gives "$1" "${@:3}"
    [ "$(jq -r .notes.mode record_bits.json)" = "$mode" ]
}

# Each mode of pitfalls that is right, however slow.
@test "the pitfalls that are right give serial's bits, any number of workers" {
    local grid mode workers expected
    for grid in 1 17 100; do
        expected=$(bits serial --grid=$grid)
        for mode in false-sharing padded atomic-term atomic-row lock-term \
            lock-row imbalance oversubscribed; do
            for workers in 2 5; do
                together mode_gives "$expected" $mode \
                    kernel pitfalls $workers --mode=$mode --grid=$grid
            done
        done
    done
    all_together 48
}

@test "a race is a failed check with the size of the damage" {
    local workers
    for workers in 2 2 2 2 2 3 4 7; do
        INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=race \
            run -1 --separate-stderr kernel pitfalls $workers --mode=race
        [ -z "$output" ]
        [[ $stderr =~ "the check failed: a race: "([0-9]+)" of 250000 additions \
"w(as|ere)" lost, and the sum that all workers share is "([0-9.]+)" instead of 125000"$ ]]
        [ "${BASH_REMATCH[1]}" -ge 1 ]
        [ "${BASH_REMATCH[1]}" -lt 250000 ]
        jq -e '.check.verdict == "failed" and (.check.text | test("lost")) and
            (.notes.wrong | test("additions get lost"))' record_race.json
    done
    # One worker has nobody to race with.
    run -0 kernel pitfalls 1 --mode=race
}

@test "a race shows on a single core, too" {
    for _ in 1 2 3 4 5; do
        run -1 --separate-stderr taskset -c "$(first_cpu)" \
            "$INTEG2D_BIN/integ2d-pitfalls" -n 2 --mode=race
        [[ $stderr =~ " additions "(was|were)" lost" ]]
    done
}

@test "every pitfall and cure says in its record what it is" {
    local mode words
    while IFS='|' read -r mode words; do
        INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=$mode \
            kernel pitfalls 4 --mode="$mode" >printed
        jq -e --arg words "$words" '.grid == 500 and .workers == 4 and
            (.notes | tostring | test($words)) and
            (.notes["against one worker"] | test("^[0-9.]+ times as "))' \
            "record_$mode.json"
        grep -q "$words" <(jq .notes "record_$mode.json")
        grep -q '^against one worker: ' printed
    done <<'END'
false-sharing|slow.*neighbours in one cache line
padded|cure.*of false-sharing
atomic-term|slow.*at every term
atomic-row|cure.*of race and atomic-term
lock-term|slow.*waits for the lock
lock-row|cure.*of race and lock-term
imbalance|slow.*three quarters at a time
oversubscribed|slow.*more workers than cores
END
    jq -e '[.worker[].rows] == [375, 125, 0, 0]' record_imbalance.json
    jq -e '.notes.cores == "4 workers on 1 core" and
        ([.worker[].cpu] | unique | length) == 1' record_oversubscribed.json
}

@test "pitfalls wants a mode, and takes no other math or sum" {
    refused "--mode= is missing: say which of race, false-sharing, padded" \
        "$INTEG2D_BIN/integ2d-pitfalls"
    refused "--mode=rase: expected race, false-sharing, padded" \
        "$INTEG2D_BIN/integ2d-pitfalls" --mode=rase
    refused "leave both out" "$INTEG2D_BIN/integ2d-pitfalls" --mode=race --math=simd
    refused "leave both out" "$INTEG2D_BIN/integ2d-pitfalls" --mode=race --sum=running
    refused "--mode=race: expected no mode for this scheme" serial --mode=race
}

# The thread sanitizer finds two threads that use one memory without order.
@test "the thread sanitizer finds a race in race, and none in threads and gil" {
    [ -z "${SANITIZE:-}" ] || skip 'built with a sanitizer already'
    local build=$BATS_TEST_TMPDIR/tsan scheme sum
    make -s -C "$INTEG2D_SOURCE" BUILD="$build" SANITIZE=thread \
        "$build"/bin/integ2d-{threads,gil,pitfalls}
    for scheme in threads gil; do
        for sum in rows running; do
            INTEG2D_RECORD=$PWD run -0 --separate-stderr \
                "$build/bin/integ2d-$scheme" -n 4 --grid=97 --repeat=3 --sum=$sum
            [ -z "$stderr" ]
        done
    done
    run --separate-stderr "$build/bin/integ2d-pitfalls" -n 4 --mode=race --grid=97
    [ "$status" -ne 0 ]
    [[ $stderr == *'ThreadSanitizer: data race'*'race kernels/pitfalls.c'* ]]
}

# Open MPI ends the program itself when srun does not speak PMIx with it.
@test "srun without PMIx starts no ranks, and there is no result" {
    run --separate-stderr on hpc2n \
        "srun -A hpc2n2026-042 -n 2 --mpi=none integ2d-mpi --grid=100"
    [ "$status" -ne 0 ]
    [ -z "$output" ]
    [[ $stderr == *srun* ]]
}
