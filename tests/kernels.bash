# SPDX-License-Identifier: BSD-3-Clause
# Running kernels, and reading what they leave behind.
load together

# For setup_file: nothing from outside decides how kernels run.
kernels_alone() {
    : "${INTEG2D_SOURCE:=$(cd "$BATS_TEST_DIRNAME/.." && pwd)}"
    : "${BUILD:=$INTEG2D_SOURCE/build}"
    : "${INTEG2D_BIN:=$BUILD/root/bin}"
    export INTEG2D_SOURCE BUILD INTEG2D_BIN
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    unset INTEG2D_RECORD INTEG2D_JOB_ID OMP_NUM_THREADS OMP_SCHEDULE
    unset OMP_PROC_BIND OMP_PLACES "${!SLURM_@}"
}

serial() { "$INTEG2D_BIN/integ2d-serial" "$@"; }
openmp() { "$INTEG2D_BIN/integ2d-openmp" "$@"; }

# mpi RANKS [OPTION...]. Open MPI's plug-ins leak, and are unloaded before the
# sanitizer could tell that it was they.
mpi() {
    local ranks=$1
    shift
    ASAN_OPTIONS=detect_leaks=0 mpirun --oversubscribe -n "$ranks" "$INTEG2D_BIN/integ2d-mpi" "$@"
}

# hybrid RANKS THREADS [OPTION...]
hybrid() {
    local ranks=$1 threads=$2
    shift 2
    ASAN_OPTIONS=detect_leaks=0 mpirun --oversubscribe --bind-to none \
        -n "$ranks" "$INTEG2D_BIN/integ2d-hybrid" -c "$threads" "$@"
}

# kernel SCHEME WORKERS [OPTION...]: any scheme, started as it has to be.
kernel() {
    local scheme=$1 workers=$2
    shift 2
    case $scheme in
    mpi) mpi "$workers" "$@" ;;
    hybrid)
        if [ $((workers % 2)) -eq 0 ]; then
            hybrid $((workers / 2)) 2 "$@"
        else
            hybrid 1 "$workers" "$@"
        fi
        ;;
    *) "$INTEG2D_BIN/integ2d-$scheme" -n "$workers" "$@" ;;
    esac
}

# The 64 bits of the integral that a command gives, from its record.
bits() {
    rm -f record_bits.json
    INTEG2D_RECORD=$PWD INTEG2D_JOB_ID=bits "$@" >printed || return
    sed -n 's/^  "integral_hex": "\(.*\)",$/\1/p' record_bits.json
}

# gives BITS COMMAND...: the command has to give these bits.
gives() {
    local expected=$1 found
    shift
    found=$(bits "$@") || true
    if [ -z "$found" ] || [ "$found" != "$expected" ]; then
        echo "$* gives '$found', not '$expected'"
        return 1
    fi
}

# field FILE KEY: a number or word of the record's first level, or the check's
field() { sed -n "s/^ *\"$2\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" "$1"; }

# refused 'words' COMMAND...: exit status 2, one line on stderr, no result.
refused() {
    local words=$1
    shift
    run -2 --separate-stderr "$@"
    [ -z "$output" ]
    [[ $stderr == *"$words"* ]] || {
        echo "expected: $words"
        echo "found: $stderr"
        return 1
    }
}

# running FILE [N]: waits up to 60 s for the progress file of a kernel of many
# repeats, and until N of them are done
running() {
    local repeats
    for _ in $(seq 1200); do
        if read -r repeats _ <"$1" && [ "$repeats" -ge "${2:-1}" ]; then return; fi
        sleep 0.05
    done 2>/dev/null
    echo "never got going: $1" >&2
    return 1
}

# gone PID: waits up to 40 s until no such process runs any more
gone() {
    for _ in $(seq 800); do
        if ! kill -0 "$1" 2>/dev/null; then return; fi
        sleep 0.05
    done
    echo "still there: $1" >&2
    return 1
}
