#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# The scheme blas: the product is checked, and the library is named.
# bats' run sets stderr, and every test is a subshell of its own:
# shellcheck disable=SC2030,SC2031,SC2154
bats_require_minimum_version 1.5.0

setup_file() {
    : "${INTEG2D_SOURCE:=$(cd "$BATS_TEST_DIRNAME/.." && pwd)}"
    : "${BUILD:=$INTEG2D_SOURCE/build}"
    : "${INTEG2D_BIN:=$BUILD/root/bin}"
    export INTEG2D_SOURCE BUILD INTEG2D_BIN
    unset INTEG2D_RECORD INTEG2D_JOB_ID OMP_NUM_THREADS OPENBLAS_CORETYPE
    unset OPENBLAS_NUM_THREADS GOTO_NUM_THREADS OMP_THREAD_LIMIT
    unset "${!SLURM_@}"
}

setup() {
    mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return
}

blas() { "$INTEG2D_BIN/integ2d-blas" "$@"; }

# refused 'words' COMMAND...: exit status 2, one line on stderr, no result.
refused() {
    local words=$1
    shift
    run -2 --separate-stderr "$@"
    [ -z "$output" ]
    [[ $stderr == "integ2d-blas: "*"$words"* ]] || {
        echo "expected: $words"
        echo "found: $stderr"
        return 1
    }
}

# has FEATURE: is it one of this machine's processor?
has() { grep -m1 '^flags' /proc/cpuinfo | grep -qw "$1"; }

# wrong STATEMENT [OPTION...]: run on a library that does this to its product,
# and computes none in the calls of which skip_calls is true.
wrong() {
    local statement=$1
    shift
    "${CC:-gcc}" -std=gnu11 -D_GNU_SOURCE -O2 -shared -fPIC \
        -DWRONG="$statement" -DSKIP="${skip_calls:-0}" \
        "$INTEG2D_SOURCE/tests/broken/dgemm.c" -o dgemm.so
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 \
        LD_PRELOAD=$PWD/dgemm.so INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=wrong \
        blas --grid=500 "$@"
}

@test "a product is computed, and its library, threads and kernel are named" {
    local n file
    file=$(ldd "$INTEG2D_BIN/integ2d-blas" | awk '/libopenblas/ { print $3 }')
    file=$(realpath "$file")
    for n in 1 2 4; do
        run -0 blas -n $n --grid=500
        [[ ${lines[0]} =~ ^"Product of two matrices, Error is "[0-9]\.[0-9]+e-1[0-9]$ ]]
        [[ ${lines[1]} =~ ^"Time spent: "[0-9]+\.[0-9][0-9]" sec"$ ]]
        [[ ${lines[2]} =~ ^"library: OpenBLAS "[0-9.]+" ".*", $file"$ ]]
        [[ ${lines[3]} =~ ^"threads: $n ("[A-Za-z\ ]+"), "[0-9]+\.[0-9]" CPUs busy"$ ]]
        [[ ${lines[4]} =~ ^"kernel: "[A-Za-z0-9]+$ ]]
    done
}

@test "the record has the notes, the workers and the check, and no integral" {
    INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=b blas -n 2 --grid=300 --repeat=3
    python3 - <<'EOF'
import json
record = json.load(open("record_b.json"))
assert record["scheme"] == "blas" and record["program"] == "integ2d-blas"
assert record["grid"] == 300 and record["workers"] == 2
assert len(record["time_s"]) == 3 and record["warmup_s"] > 0
assert record["integral"] is None and record["error"] is None
assert {"library", "threads", "kernel"} <= set(record["notes"])
assert [worker["rows"] for worker in record["worker"]] == [0, 0]
check = record["check"]
assert check["verdict"] == "passed"
assert 0 < check["worst_error"] <= check["tolerance"] < 1e-12
EOF
}

@test "3000 is the size of the matrices when none is given" {
    # Told without computing them.
    SLURM_MEM_PER_NODE=1 refused "--grid=3000: no room in memory: it takes 20" blas
}

@test "workers default to OMP_NUM_THREADS, then Slurm's CPUs, then the machine" {
    export INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=w
    OMP_NUM_THREADS=3 SLURM_CPUS_PER_TASK=2 blas --grid=20
    [ "$(jq .workers record_w.json)" = 3 ]
    [[ $(jq -r .notes.threads record_w.json) == "3 "* ]]
    SLURM_CPUS_PER_TASK=2 blas --grid=20
    [ "$(jq .workers record_w.json)" = 2 ]
    [[ $(jq -r .notes.threads record_w.json) == "2 "* ]]
    blas --grid=20
    [ "$(jq .workers record_w.json)" = "$(nproc)" ]
}

@test "sizes from 1 up are right to rounding, whatever the threads" {
    local grid n
    for grid in 1 2 3 17 100 500 511; do
        for n in 1 2 4 7; do
            run -0 blas -n $n --grid=$grid --repeat=2
        done
    done
}

@test "a kernel below the machine is told, with the line that changes it" {
    local lower better feature
    if has avx512vl; then
        lower="Haswell Nehalem" better=SkylakeX feature=AVX-512
    elif has avx2; then
        lower=Nehalem better=Haswell feature=AVX2
    else
        skip "this processor has no kernel above another"
    fi
    for kernel in $lower; do
        OPENBLAS_CORETYPE=$kernel run -0 blas --grid=200
        [ "${lines[4]}" = "kernel: $kernel" ]
        [ "${lines[5]}" = "advice: the kernel $kernel makes no use of this \
machine's $feature; try: export OPENBLAS_CORETYPE=$better" ]
    done
    # The line does what it says.
    OPENBLAS_CORETYPE=$better run -0 blas --grid=200
    [ "${lines[4]}" = "kernel: $better" ]
    [ ${#lines[@]} -eq 5 ]
}

@test "the kernel is told where the library chose it" {
    local kernel
    run -0 blas --grid=200
    kernel=${lines[4]#kernel: }
    case $kernel in
    SkylakeX | Cooperlake | SapphireRapids) [ ${#lines[@]} -eq 5 ] ;;
    *)
        if has avx512vl; then
            [[ ${lines[5]} == "advice: the kernel $kernel makes no use of this \
machine's AVX-512"*"export OPENBLAS_CORETYPE=SkylakeX" ]]
        fi
        ;;
    esac
}

@test "one wrong element of the product fails the check" {
    local statement
    # The right product passes on the same way.
    run -0 wrong '(void)0'
    for statement in 'c[123L * n + 45] += 1e-6' 'c[0] = -c[0]' \
        'c[(long)n * n - 1] = 0' 'c[7] = __builtin_nan("")' \
        'c[7] = __builtin_inf()'; do
        run -1 --separate-stderr wrong "$statement"
        [ -z "$output" ]
        [[ $stderr == "integ2d-blas: the check failed: \
Product of two matrices is off by "*", tolerance "* ]]
        [ "$(jq -r .check.verdict record_wrong.json)" = failed ]
    done
}

@test "two elements that change places fail the check" {
    run -1 --separate-stderr wrong 'double t = c[3]; c[3] = c[4]; c[4] = t' -n 2
    [[ $stderr == *"the check failed: "* ]]
}

@test "a product that is never computed, or only once, fails the check" {
    skip_calls=1 run -1 --separate-stderr wrong ''
    [[ $stderr == *"is off by "*"nan"* ]]
    skip_calls='calls > 1' run -0 wrong ''
    skip_calls='calls > 1' run -1 --separate-stderr wrong '' --repeat=2
    [ -z "$output" ]
    [[ $stderr == *"is off by "*"nan"* ]]
}

@test "matrices that do not fit in memory are refused, all three together" {
    refused "--grid=10000000: no room in memory: it takes 2288" \
        blas --grid=10000000
    # Each of the three is 69 MiB.
    SLURM_MEM_PER_NODE=150 refused "--grid=3000: no room in memory: it takes 20" blas
    SLURM_MEM_PER_NODE=400 run -0 blas --grid=300
}

@test "more threads than the library has are refused" {
    local most
    most=$(blas --grid=10 | sed -n 's/^library: .*MAX_THREADS=\([0-9]*\).*/\1/p')
    [ "$most" -ge 1 ]
    refused "-n $((most + 1)): this BLAS library runs $most threads at most" \
        blas -n $((most + 1)) --grid=10
    run -0 blas -n "$most" --grid=10
}

@test "options that mean nothing here are refused" {
    refused "--math=simd: the library has its own kernels" blas --math=simd
    refused "--sum=running: a matrix product has no running sum" \
        blas --sum=running
    refused "--placement: the library places its threads itself" \
        blas --placement
    refused "-n 0: expected a whole number" blas -n 0
    refused "--grid=0: expected a whole number" blas --grid=0
    refused "--grid=99999999999999999999: expected a whole number" \
        blas --grid=99999999999999999999
    refused "--mode=fast" blas --mode=fast
    refused "-c 2: expected no -c for this scheme" blas -c 2
    refused "--gird=3: unknown option" blas --gird=3
}

# Debian's reference BLAS, which has no threads and tells nothing of itself.
@test "a library that tells nothing is named by its file" {
    make -s -C "$INTEG2D_SOURCE" BUILD="$BATS_TEST_TMPDIR/reference" SANITIZE= \
        BLAS_LIBS=-lblas "$BATS_TEST_TMPDIR/reference/bin/integ2d-blas"
    LD_LIBRARY_PATH=$(echo /usr/lib/*/blas) \
        run -0 "$BATS_TEST_TMPDIR/reference/bin/integ2d-blas" -n 2 --grid=300
    [[ ${lines[2]} =~ ^"library: "/usr/lib/.*/blas/libblas\.so\.3[0-9.]*$ ]]
    [[ ${lines[3]} =~ ^"threads: 2 asked for, "[01]\.[0-9]" CPUs busy"$ ]]
    [ "${lines[4]}" = "kernel: not known: this library does not tell" ]
}

@test "make leaves blas out, and says so, where there is no BLAS" {
    run -0 make -n -C "$INTEG2D_SOURCE" BUILD="$BATS_TEST_TMPDIR/none" \
        BLAS_LIBS=-lno-such-blas all
    [[ $output == *"the scheme blas: no cblas.h or no -lno-such-blas \
(Debian's package libopenblas-dev)"* ]]
    [[ $output != *"kernels/blas.c"* ]]
}
