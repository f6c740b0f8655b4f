#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# No program reads what is not its own, forgets to give memory back, or has
# threads that get into each other's way.
bats_require_minimum_version 1.5.0
load common

# Runs a program of ours under valgrind, or, in a build with sanitizers, with
# theirs: clean PROGRAM ARGUMENT...
clean() {
    local program=$INTEG2D_BIN/$1
    shift
    if nm "$program" | grep -q -e __asan_init -e __tsan_init; then
        ASAN_OPTIONS=detect_leaks=1 "$program" "$@"
    else
        valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite \
            --error-exitcode=99 "$program" "$@"
    fi
}

@test "kernels are clean" {
    mkdir record
    export INTEG2D_RECORD=$PWD/record
    clean integ2d-serial --grid=100 --repeat=2
    clean integ2d-serial --grid=100 --repeat=2 --math=simd --sum=running
    run -2 clean integ2d-serial -n 2
    clean integ2d-threads -n 3 --grid=100 --repeat=2
    clean integ2d-gil -n 2 --grid=50 --sum=running
}

# Several, a line each on standard input, at the same time.
all_clean() {
    local words i pids=() status=0
    while read -ra words; do
        clean "${words[@]}" </dev/null >"said.${#pids[@]}" 2>&1 &
        pids+=($!)
    done
    for i in "${!pids[@]}"; do
        wait "${pids[i]}" && continue
        cat "said.$i"
        status=1
    done
    return $status
}

@test "the launcher is clean from the command line to the table" {
    export INTEG2D_ACCOUNT=hpc2n2026-042
    all_clean <<'END'
integ2d-submit --site=hpc2n --scheme=mpi -n 4 --dry-run
integ2d-submit --site=local --scheme=serial --grid=100
integ2d-submit --site=local --scheme=serial --grid=100 --json
END
    all_clean <<END
integ2d-collect
integ2d-collect --json
integ2d-collect --csv
integ2d-report --against integ2d-runs --plot
integ2d-report --format=json
integ2d-report --format=html
$(for run in integ2d-runs/*; do
        echo "integ2d-usage --html=${run##*/}.html $run"
        echo "integ2d-usage --json $run"
    done)
END
    run -2 clean integ2d-report nosuch
    run -2 clean integ2d-submit --site=hpc2m --scheme=mpi
}

# A build of its own, as make SANITIZE=thread makes it.
racing_build() {
    make -s -C "$INTEG2D_SOURCE" BUILD="$BUILD/tsan" SANITIZE=thread \
        CC="$CC" stage
    export TSAN_OPTIONS=exitcode=66
}

@test "no thread of a kernel or of the launcher races another" {
    racing_build
    local bin=$BUILD/tsan/root/bin scheme
    nm "$bin/integ2d-threads" "$bin/integ2d-submit" | grep -c __tsan_init |
        grep -qx 2
    for scheme in threads gil; do
        "$bin/integ2d-$scheme" -n 4 --grid=300 --repeat=3
        "$bin/integ2d-$scheme" -n 3 --grid=300 --sum=running --math=simd
    done
    "$bin/integ2d-submit" --site=local --scheme=serial --grid=100
    "$bin/integ2d-collect" --json
    on hpc2n "TSAN_OPTIONS=exitcode=66 $bin/integ2d-submit --scheme=serial \
        -A hpc2n2026-042 --grid=100"
}

@test "a race would be seen" {
    racing_build
    sed 's/worker_row(me, i)/worker_row(\&me->run->worker[0], i)/' \
        "$INTEG2D_SOURCE/kernels/threads.c" >threads.c
    "$CC" -std=gnu11 -D_GNU_SOURCE -O2 -g -fsanitize=thread -pthread \
        -I"$INTEG2D_SOURCE/kernels" threads.c "$BUILD/tsan/lib/libdriver.a" \
        -ljansson -lhwloc -lm -o threads
    run -66 ./threads -n 4 --grid=300
    [[ $output == *'data race'* ]]
}
