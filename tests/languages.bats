#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# The row in other languages: Fortran, Julia, and C compiled at run time.
# bats' run sets stderr, and every test is a subshell of its own:
# shellcheck disable=SC2030,SC2031,SC2154
bats_require_minimum_version 1.5.0

load common
load kernels

setup_file() {
    kernels_alone
    # What Julia's and gcc's libraries keep to the end is not ours.
    export ASAN_OPTIONS=detect_leaks=0
}

fortran() { "$INTEG2D_BIN/integ2d-fortran" "$@"; }
fortran_openmp() { "$INTEG2D_BIN/integ2d-fortran-openmp" "$@"; }
jit() { "$INTEG2D_BIN/integ2d-jit" "$@"; }
julia_scheme() { "$INTEG2D_BIN/integ2d-julia" "$@"; }

# A julia of our own, first in PATH: its lines come from standard input.
other_julia() {
    mkdir -p "$PWD/path"
    { echo '#!/bin/sh' && cat; } >path/julia
    chmod 755 path/julia
    PATH=$PWD/path:$PATH
}

@test "every language gives the bits of serial at any grid" {
    local grid scheme expected
    for grid in 1 2 17 1000; do
        expected=$(bits serial --grid=$grid)
        [ -n "$expected" ]
        for scheme in fortran fortran-openmp jit julia; do
            together gives "$expected" kernel $scheme 1 --grid=$grid
        done
    done
    all_together 16
}

@test "Fortran's threads give the bits of serial with any schedule" {
    local expected n
    expected=$(bits serial --grid=997)
    [ -n "$expected" ]
    for n in 2 3 4 7; do
        together gives "$expected" fortran_openmp -n $n --grid=997
    done
    for schedule in static static,1 dynamic dynamic,7 guided; do
        export OMP_SCHEDULE=$schedule
        together gives "$expected" fortran_openmp -n 4 --grid=997
    done
    all_together 9
}

@test "Fortran's schedule is the one that OMP_SCHEDULE asks for" {
    export INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=s
    OMP_SCHEDULE=static,300 fortran_openmp -n 4 --grid=1000
    jq -e '[.worker[].rows] == [300, 300, 300, 100]' record_s.json
    OMP_SCHEDULE=static fortran_openmp -n 4 --grid=1000
    jq -e '[.worker[].rows] == [250, 250, 250, 250]' record_s.json
}

@test "one running sum prints the lesson's -7.117752e-17 in every language" {
    local scheme
    for scheme in fortran fortran-openmp jit julia; do
        together prints "Integral value is -7.117752e-17, Error is 7.117752e-17" \
            kernel $scheme 1 --sum=running
    done
    together prints "Integral value is 4.492851e-12, Error is 4.492851e-12" \
        fortran_openmp -n 4 --sum=running
    all_together 5
}

# prints LINE COMMAND...: the first line of a command that ends well
prints() {
    run -0 "${@:2}"
    [ "${lines[0]}" = "$1" ]
}

# repeats_until 'CONDITION' SCHEME OPTION...: holds for the record of a run
repeats_until() {
    for _ in $(seq 50); do
        kernel "$2" 1 "${@:3}"
        if jq -e "$1" record_b.json; then return; fi
    done
    return 1
}

@test "the time to compile is printed and recorded apart from the runs" {
    local scheme
    export INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=b
    for scheme in jit julia; do
        run -0 kernel $scheme 1 --grid=100 --repeat=3
        [[ ${lines[2]} =~ ^"Compile time: "[0-9]+\.[0-9][0-9]" sec"$ ]]
        jq -e '.build_s > 0 and .warmup_s > 0 and (.time_s | length) == 3' \
            record_b.json
        # Compiling takes far longer than the first run of what was compiled,
        # unless something comes in between now and then.
        repeats_until '.build_s > 10 * .warmup_s' $scheme --grid=100 --repeat=2
        # One repeat has no warm-up, and yet does not compile in it.
        repeats_until '.warmup_s == null and .build_s > 10 * .best_s' $scheme --grid=1
    done
    run -0 fortran --grid=100
    [[ $output != *Compile* ]]
    jq -e '.build_s == null' record_b.json
}

@test "the record names the other compiler, too" {
    export INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=c
    local scheme
    for scheme in fortran fortran-openmp; do
        kernel $scheme 1 --grid=10
        jq -e '.notes.fortran | test("^[^ ]+ [0-9]+[.].* -ffp-contract=off$")' \
            record_c.json
    done
    julia_scheme --grid=10
    [ "julia version $(jq -r .notes.julia record_c.json)" = "$(julia -v)" ]
}

@test "there is no fast row in other languages, and one worker but in OpenMP" {
    local scheme
    for scheme in fortran fortran-openmp jit julia; do
        refused "integ2d-$scheme: --math=simd: the scheme $scheme has its own \
row" kernel $scheme 1 --math=simd --grid=10
    done
    for scheme in fortran jit julia; do
        refused "integ2d-$scheme: -n 4: the $scheme program is one worker" \
            kernel $scheme 4
    done
}

@test "a bad command line is told without asking for Julia or compiling" {
    local scheme
    other_julia <<<'echo asked >&2'
    for scheme in fortran jit julia; do
        # Compiling would complain that there is no assembler.
        refused "integ2d-$scheme: --grid=0: expected" \
            env PATH="$PWD/path" "$INTEG2D_BIN/integ2d-$scheme" --grid=0
        [ "$(wc -l <<<"$stderr")" -eq 1 ]
    done
}

@test "a missing or wrong shared object is named" {
    local prefix object
    prefix=$(copy_prefix)
    object=$prefix/lib/integ2d/fortran.so
    echo 'int nothing;' >none.c
    gcc -shared none.c -o "$object"
    refused "integ2d-fortran: the Fortran part cannot be loaded: build and \
install integ2d again where gfortran is. $prefix/bin/../lib/integ2d/fortran.so: \
undefined symbol" "$prefix/bin/integ2d-fortran" --grid=10
    rm "$object"
    refused "$prefix/bin/../lib/integ2d/fortran.so: cannot open shared" \
        "$prefix/bin/integ2d-fortran" --grid=10
}

@test "without Julia, what to load or install is said" {
    refused "integ2d-julia: no julia in PATH: load the module of Julia, or \
install it (on Debian 12: make deps-julia)" \
        env PATH=/nonexistent "$INTEG2D_BIN/integ2d-julia" --grid=10
}

@test "a julia that does not work is no puzzle" {
    local words='the julia in PATH does not work'
    other_julia <<<'exit 1'
    refused "$words" julia_scheme --grid=10
    other_julia <<<'kill -9 $$'
    refused "$words" julia_scheme --grid=10
    other_julia <<<'echo hello'
    refused "$words" julia_scheme --grid=10
    other_julia <<<'echo /none/libjulia.so; echo /usr/bin; echo /none/sys.so'
    refused "$words" julia_scheme --grid=10
    other_julia <<<'echo /none/libjulia.so; echo /usr/bin; echo /etc/passwd'
    refused "Julia's library cannot be loaded: /none/libjulia.so" \
        julia_scheme --grid=10
    other_julia <<<'echo libm.so.6; echo /usr/bin; echo /etc/passwd'
    refused "libm.so.6 is no library of Julia" julia_scheme --grid=10
}

@test "Julia code that is missing or wrong is told in Julia's words" {
    local prefix
    prefix=$(copy_prefix)
    echo 'function row(' >"$prefix/share/integ2d/julia.jl"
    refused "integ2d-julia: Julia cannot build the row: syntax: incomplete" \
        "$prefix/bin/integ2d-julia" --grid=10
    sed 's/@cfunction(row/@cfunction(column/' \
        "$INTEG2D_SOURCE/kernels/julia.jl" >"$prefix/share/integ2d/julia.jl"
    refused "Julia cannot build the row: UndefVarError: column not defined" \
        "$prefix/bin/integ2d-julia" --grid=10
    rm "$prefix/share/integ2d/julia.jl"
    refused "install integ2d again, its part in Julia cannot be read: \
$prefix/bin/../share/integ2d/julia.jl: No such file or directory" \
        "$prefix/bin/integ2d-julia" --grid=10
}

@test "Julia code that computes something else fails the check" {
    local prefix
    prefix=$(copy_prefix)
    sed -i 's/middle = 0.5$/middle = 0.5000001/' \
        "$prefix/share/integ2d/julia.jl"
    run -1 --separate-stderr "$prefix/bin/integ2d-julia" --grid=100
    [ -z "$output" ]
    [[ $stderr == *"integ2d-julia: the check failed"* ]]
}

@test "Julia takes neither signals nor pipes for itself" {
    local signal julia status
    for signal in INT TERM USR1; do
        # A script's & turns SIGINT off.
        INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=$signal env --default-signal=INT \
            "$INTEG2D_BIN/integ2d-julia" --grid=100 --repeat=1000000 \
            >said 2>&1 3>&- &
        julia=$!
        running progress_$signal
        kill -s $signal $julia
        status=0
        wait $julia || status=$?
        [ $status -eq $((128 + $(kill -l $signal))) ]
        [ ! -s said ]
    done
    {
        julia_scheme --grid=10
        python3 -c 'import os; print("blocking", os.get_blocking(1))'
    } | cat >printed
    grep -qx 'blocking True' printed
}

@test "libgccjit leaves no file behind" {
    mkdir temporary
    TMPDIR=$PWD/temporary jit --grid=10
    [ -z "$(ls -A temporary)" ]
}

@test "no temporary folder, no space in it, or no assembler: status 2" {
    refused "integ2d-jit: no temporary folder can be made in $PWD/none: No \
such file or directory; name another in TMPDIR" \
        env TMPDIR="$PWD/none" "$INTEG2D_BIN/integ2d-jit" --grid=10
    mkdir temporary
    no_space() (
        export TMPDIR=$PWD/temporary
        {
            ulimit -f 0
            "$INTEG2D_BIN/integ2d-jit" --grid=10
        } 2> >(cat >&2)
    )
    # gcc says in a line of its own what went wrong.
    run -2 --separate-stderr no_space
    [ -z "$output" ]
    [[ $stderr == *"File too large"*"integ2d-jit: libgccjit gave up on \
compiling the row"* ]]
    run -2 --separate-stderr env PATH=/nonexistent TMPDIR="$PWD/temporary" \
        LC_ALL=C "$INTEG2D_BIN/integ2d-jit" --grid=10
    [ -z "$output" ]
    [[ $stderr == *"cannot execute"*"integ2d-jit: libgccjit gave up on \
compiling the row: it takes 'as' and 'ld' in PATH (Debian's package binutils)"* ]]
    [ -z "$(ls -A temporary)" ]
}

@test "make deps-julia does nothing twice, and needs root the first time" {
    local user=()
    run -0 make -s -C "$INTEG2D_SOURCE" deps-julia
    [ -z "$output" ]
    mkdir path
    ln -s "$(command -v id)" path/id
    cp "$INTEG2D_SOURCE/.ci/julia" script
    if [ "$(id -u)" -eq 0 ]; then
        chmod 711 "$BATS_RUN_TMPDIR"
        user=("$(command -v setpriv)" --reuid=65534 --clear-groups)
    fi
    refused 'no julia here. As root: make deps-julia' env PATH="$PWD/path" \
        "${user[@]}" /bin/sh script
}
