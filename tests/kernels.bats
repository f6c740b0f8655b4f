#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# The kernels: the lesson's numbers, the same bits, the check, the record.
# bats' run sets stderr, and every test is a subshell of its own:
# shellcheck disable=SC2030,SC2031,SC2154
bats_require_minimum_version 1.5.0

load common
load kernels

setup_file() { kernels_alone; }

# broken NAME OPTION...: the kernel tests/broken/NAME.c must fail its check,
# print no result, and leave a record that says so.
broken() {
    local name=$1
    shift
    "${CC:-gcc}" -std=gnu11 -D_GNU_SOURCE -O2 -g -fopenmp \
        ${SANITIZE:+"-fsanitize=$SANITIZE"} \
        "$INTEG2D_SOURCE/tests/broken/$name.c" "$BUILD/lib/libdriver.a" \
        -ljansson -lhwloc -lm -o "$name"
    INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=$name \
        run -1 --separate-stderr "./$name" "$@"
    [ -z "$output" ]
    [[ $stderr == "integ2d-$name: the check failed: "* ]]
    [ "$(field "record_$name.json" verdict)" = failed ]
}

@test "one running sum prints the lesson's -7.117752e-17" {
    run -0 serial --sum=running
    [ "${lines[0]}" = "Integral value is -7.117752e-17, Error is 7.117752e-17" ]
    [[ ${lines[1]} =~ ^"Time spent: "[0-9]+\.[0-9][0-9]" sec"$ ]]
    [ ${#lines[@]} -eq 2 ]
}

@test "four running sums of threads print the lesson's 4.492851e-12" {
    run -0 openmp -n 4 --sum=running
    [ "${lines[0]}" = "Integral value is 4.492851e-12, Error is 4.492851e-12" ]
}

@test "four running sums of ranks print the lesson's 4.492851e-12" {
    run -0 mpi 4 --sum=running
    [ "${lines[0]}" = "Integral value is 4.492851e-12, Error is 4.492851e-12" ]
}

@test "any number of threads and any schedule gives the bits of serial" {
    local math expected
    for math in plain simd; do
        expected=$(bits serial --grid=997 --math=$math)
        [ -n "$expected" ]
        for n in 1 2 3 4 5 6 7 8 9; do
            together gives "$expected" openmp -n "$n" --grid=997 --math=$math
        done
        for schedule in static static,1 dynamic dynamic,7 guided; do
            export OMP_SCHEDULE=$schedule
            together gives "$expected" openmp -n 4 --grid=997 --math=$math
            unset OMP_SCHEDULE
        done
    done
    all_together 28
}

# clang's are those that `make lint` builds, too.
@test "gcc and clang give the same bits, plain and simd" {
    local math expected scheme gcc=$BUILD clang=$BUILD/clang
    local schemes=(serial openmp threads gil multiprocess mpi hybrid)
    if [ "${CC:-gcc}${SANITIZE:-}" != gcc ]; then
        gcc=$BATS_TEST_TMPDIR/gcc clang=$BATS_TEST_TMPDIR/clang
    fi
    make -s -C "$INTEG2D_SOURCE" BUILD="$gcc" CC=gcc SANITIZE= \
        "$gcc/bin/integ2d-serial"
    make -s -C "$INTEG2D_SOURCE" BUILD="$clang" CC=clang SANITIZE= \
        "${schemes[@]/#/"$clang/bin/integ2d-"}"
    for math in plain simd; do
        INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=gcc \
            "$gcc/bin/integ2d-serial" --grid=1009 --math=$math
        [[ $(field record_gcc.json compiler) == gcc\ * ]]
        expected=$(field record_gcc.json integral_hex)
        [[ $expected == *0x1.* ]]
        for scheme in "${schemes[@]}"; do
            together gives "$expected" "$clang/bin/integ2d-$scheme" --grid=1009 --math=$math
        done
    done
    all_together 14
    [[ $(field alone.0/record_bits.json compiler) == clang\ * ]]
}

# Grids smaller than the workers, odd, prime, and around the fast row's lanes.
@test "any scheme, grid and number of workers gives the bits of serial" {
    local grid math expected workers scheme
    for grid in 1 2 3 5 16 17 97 1000; do
        for math in plain simd; do
            expected=$(bits serial --grid=$grid --math=$math)
            [ -n "$expected" ]
            for scheme in openmp threads gil multiprocess; do
                for workers in 1 2 3 4 7; do
                    together gives "$expected" kernel $scheme $workers --grid=$grid \
                        --math=$math
                done
            done
        done
    done
    all_together 320
}

# Not all of the above, because mpirun takes its time to start.
@test "any scheme of ranks, grid and number of workers gives the bits of serial" {
    local grid math expected workers scheme
    while read -r workers grid; do
        for math in plain simd; do
            expected=$(bits serial --grid="$grid" --math=$math)
            [ -n "$expected" ]
            for scheme in mpi hybrid; do
                together gives "$expected" kernel $scheme "$workers" --grid="$grid" \
                    --math=$math
            done
        done
    done <<<$'1 17\n2 1\n3 97\n4 1000\n7 5'
    expected=$(bits serial --grid=97)
    [ -n "$expected" ]
    together gives "$expected" hybrid 3 2 --grid=97
    together gives "$expected" hybrid 2 3 --grid=97
    all_together 22
}

@test "running sums pass on tiny, prime and odd grids, with too many workers too" {
    local grid math scheme
    for grid in 1 2 3 16 17 97 1023; do
        for math in plain simd; do
            for scheme in openmp threads gil multiprocess; do
                run -0 kernel $scheme 6 --grid=$grid --math=$math --sum=running
                [ ${#lines[@]} -eq 2 ]
            done
        done
    done
    run -0 mpi 5 --grid=1 --sum=running --math=simd
    run -0 hybrid 2 3 --grid=3 --sum=running
}

@test "a repeat is timed R times, after a warm-up that is kept apart" {
    INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=7 openmp -n 2 --grid=200 --repeat=5
    python3 - <<'EOF'
import json
record = json.load(open("record_7.json"))
assert len(record["time_s"]) == 5
assert record["warmup_s"] > 0
assert record["best_s"] == min(record["time_s"])
assert record["median_s"] == sorted(record["time_s"])[2]
EOF
    INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=8 serial --grid=200
    python3 - <<'EOF'
import json
record = json.load(open("record_8.json"))
assert len(record["time_s"]) == 1
assert record["warmup_s"] is None
EOF
}

@test "the record has every key of its schema, and workers add up" {
    SLURM_JOB_ID=99 SLURM_NTASKS=3 INTEG2D_RECORD=$PWD \
        mpi 3 --grid=301 --repeat=2
    [ "$(ls -A)" = record_99.json ]
    python3 - <<'EOF'
import json, math
record = json.load(open("record_99.json"))
assert set(record) == set("""schema program version scheme math sum grid
    workers repeat job_id attempt host cpu_model start warmup_s time_s best_s
    median_s integral integral_hex error cpu_used_s cpu_total_s cpu_available_s
    cpus_granted cpus_allowed cpus_reachable peak_mem_mib pinned compiler flags
    worker timeline notes check checksum""".split())
assert record["schema"] == 1 and record["program"] == "integ2d-mpi"
assert record["job_id"] == "99" and record["cpus_granted"] == 3
assert record["grid"] == 301 and record["workers"] == 3
assert float.fromhex(record["integral_hex"]) == record["integral"]
assert record["error"] == abs(record["integral"])
assert record["peak_mem_mib"] > 3
assert math.isclose(record["cpu_available_s"], 3 * sum(record["time_s"]))
assert 0 < record["cpu_used_s"] < record["cpu_total_s"] < 60
assert [len(text.split()) for text in record["timeline"]["worker"]] == [2, 2, 2]
assert len(record["timeline"]["repeat"].split()) == 2
assert set(record["check"]) == set(
    "verdict rows_done worst_error tolerance text".split())
assert record["check"]["verdict"] == "passed"
assert 0 < record["check"]["worst_error"] <= record["check"]["tolerance"]
assert record["check"]["rows_done"] == 301
workers = record["worker"]
assert [worker["rows"] for worker in workers] == [100, 100, 101]
for worker in workers:
    assert set(worker) == set(
        "rows busy_s cpu core numa host sum expected".split())
    assert worker["busy_s"] > 0 and worker["host"] == record["host"]
    assert abs(worker["sum"] - worker["expected"]) < 1e-11
# The first third: the integral of sin(x+y) over [0, pi/3] x [0, pi] is
# 2 sin(pi/3), but for the step from 100 rows of 301 to a third.
assert abs(workers[0]["sum"] - 2 * math.sin(math.pi / 3)) < 0.01
EOF
}

@test "a kernel that does nothing fails its check" {
    broken nothing --grid=200
    [[ $stderr == *"row 0 was done 0 times"*"200 of 200"* ]]
    broken nothing --grid=200 --sum=running
}

@test "a kernel that drops the row that adds nothing fails its check" {
    broken drop --grid=201
    [[ $stderr == *"row 100 was done 0 times"* ]]
    broken drop --grid=201 --math=simd --repeat=2
}

@test "a kernel that does a row twice fails its check" {
    broken double --grid=201
    [[ $stderr == *"row 100 was done 2 times"* ]]
}

@test "a kernel whose threads race on one sum fails its check" {
    broken race -n 4 --grid=2000 --sum=running --repeat=5
}

@test "a kernel that loses a worker fails its check" {
    broken lost -n 4 --grid=200
    [[ $stderr == *"worker 3 took part in 0 of 1 repeat:"* ]]
}

@test "threads that the environment withholds are missed" {
    OMP_THREAD_LIMIT=2 run -1 --separate-stderr openmp -n 4 --grid=200
    [ -z "$output" ]
    [[ $stderr == *"fewer threads or ranks ran than the 4 asked for"* ]]
}

@test "numbers that are none are refused as typed" {
    local value
    for value in 0 -1 4x 99999999999 '' ' 4' 1e3 0x4 4097; do
        refused "integ2d-openmp: -n $value: expected a whole number from 1" \
            openmp -n "$value"
    done
    for value in 0 -1 10000x 10000001 99999999999999999999 '' 1e4; do
        refused "--grid=$value: expected a whole number from 1 to 10000000" \
            serial "--grid=$value"
    done
    for value in 0 -3 x 1000001; do
        refused "--repeat=$value: expected a whole number from 1 to" \
            serial "--repeat=$value"
    done
}

@test "words that are none are refused as typed" {
    refused "--math=fast: expected plain or simd" serial --math=fast
    refused "--math=: expected plain or simd" serial --math=
    refused "--sum=kahan: expected rows or running" serial --sum=kahan
    refused "--gird=3: unknown option" serial --gird=3
    refused "-q: unknown option" serial --grid=3 -q
    refused "--grid: unknown option, or its value is missing" serial --grid
    refused "-n: unknown option, or its value is missing" openmp -n
    refused "extra: expected options only" serial extra
}

@test "serial is one worker" {
    run -0 serial -n 1 --grid=10
    refused "-n 4: the serial program is one worker" serial -n 4
}

@test "ranks that were not started are named with the line that starts them" {
    refused "integ2d-mpi: -n 4 asked for, but this program runs as 1 rank: \
start it with mpirun -n 4 or srun -n 4" \
        env ASAN_OPTIONS=detect_leaks=0 "$INTEG2D_BIN/integ2d-mpi" -n 4
    refused "-n 2 asked for, but this program runs as 3 ranks" mpi 3 -n 2
    run -0 mpi 2 -n 2 --grid=10
}

@test "ranks say what is wrong once, and give help once" {
    local scheme
    for scheme in 'mpi 3' 'hybrid 2 2'; do
        # shellcheck disable=SC2086 # words
        run -0 --separate-stderr $scheme --help
        [ "$(grep -c '^Usage: ' <<<"$output")" -eq 1 ]
        # shellcheck disable=SC2086 # words
        run -0 --separate-stderr $scheme --version
        [ "${#lines[@]}" -eq 1 ]
    done
    run -2 --separate-stderr mpi 3 --grid=0
    [ -z "$output" ]
    [ "$(grep -c 'integ2d-mpi: --grid=0: expected' <<<"$stderr")" -eq 1 ]
}

@test "a grid that does not fit in memory is refused" {
    [ -z "${SANITIZE:-}" ] || skip 'no limit on memory with a sanitizer'
    limited() (
        ulimit -v 120000
        timeout 20 "$INTEG2D_BIN/integ2d-serial" --grid=10000000
    )
    refused "--grid=10000000: no room in memory: it takes 153 MiB" limited
    [[ $stderr =~ ', and '[0-9]+' MiB are left; choose a smaller grid' ]]
}

@test "workers default to OMP_NUM_THREADS, then Slurm's CPUs, then the machine" {
    export INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=w
    OMP_NUM_THREADS=3 SLURM_CPUS_PER_TASK=2 openmp --grid=20
    [ "$(field record_w.json workers)" = 3 ]
    SLURM_CPUS_PER_TASK=2 openmp --grid=20
    [ "$(field record_w.json workers)" = 2 ]
    OMP_NUM_THREADS=0 openmp --grid=20
    [ "$(field record_w.json workers)" = "$(nproc)" ]
    taskset -c "$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')" \
        "$INTEG2D_BIN/integ2d-openmp" --grid=20
    [ "$(field record_w.json workers)" = 1 ]
}

@test "a record folder that cannot be written is found before computing" {
    touch file
    export INTEG2D_RECORD
    for INTEG2D_RECORD in "$PWD/none" "$PWD/file"; do
        # Computing this grid would take hours.
        refused "INTEG2D_RECORD: no file can go in $INTEG2D_RECORD: No" \
            timeout 20 "$INTEG2D_BIN/integ2d-serial" --grid=3000000
    done
    INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=../up \
        refused "'../up' cannot be part of a file name" serial --grid=10
}

@test "a disk that is full leaves no half record, and is named" {
    full() (
        ulimit -f 1
        INTEG2D_RECORD=$PWD/rec INTEG2D_JOB_ID=5 openmp -n 4 --grid=100
    )
    mkdir rec
    run -1 --separate-stderr full
    [[ $stderr == *"the record cannot be written to $PWD/rec/record_5.json: \
File too large"* ]]
    [ -z "$(ls -A rec)" ]
}

@test "a result that cannot be printed is no success" {
    unprinted() { serial --grid=10 >/dev/full; }
    run -1 --separate-stderr unprinted
    [[ $stderr == *"cannot be written to standard output"* ]]
}

@test "a run that is killed leaves no record" {
    INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=k \
        "$INTEG2D_BIN/integ2d-serial" --grid=2000 --repeat=1000000 3>&- &
    local pid=$!
    running progress_k 0
    [[ $(cat progress_k) =~ ^[0-9]+" 1000000 "[0-9]+\.[0-9]$ ]]
    kill -9 "$pid"
    wait "$pid" || true
    [ "$(ls -A)" = progress_k ]
}

@test "help is made from the option table, and version is one line" {
    local scheme
    for scheme in serial openmp threads gil multiprocess mpi hybrid pitfalls; do
        run -0 "$INTEG2D_BIN/integ2d-$scheme" --help
        for option in '-n WORKERS' --grid=N --repeat=R '--math=plain|simd' \
            '--sum=rows|running' --placement --help --version; do
            [[ $output == *"$option"* ]]
        done
        # What only one scheme takes is shown there alone.
        [[ $output == *'-c THREADS'* ]] || [ $scheme != hybrid ]
        [[ $output != *'-c THREADS'* ]] || [ $scheme = hybrid ]
        [[ $output == *--mode=MODE* ]] || [ $scheme != pitfalls ]
        [[ $output != *--mode=MODE* ]] || [ $scheme = pitfalls ]
        run -0 "$INTEG2D_BIN/integ2d-$scheme" --version
        [[ $output =~ ^"integ2d-$scheme "[0-9]+\.[0-9]+\.[0-9]+$ ]]
    done
}
