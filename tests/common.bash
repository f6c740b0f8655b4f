# SPDX-License-Identifier: BSD-3-Clause
# What the test files share. Each test has a folder of its own to work in.

setup() {
    mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return
}

teardown() {
    local status=0
    healthy_runs || status=1
    leave_lab && return $status
}

# No rule of advice applies to a healthy run: to none of those that this test
# leaves behind with a right result.
healthy_runs() {
    local here=$BATS_TEST_TMPDIR/work run healthy=()
    for run in "$here"/*/ "$here"/*/*/; do
        if [ -e "$run/state.json" ]; then healthy+=("$run"); fi
    done
    [ ${#healthy[@]} -gt 0 ] || return 0
    SLURM_CONF=$INTEG2D_LAB/etc/slurm.conf "$INTEG2D_BIN/integ2d-collect" \
        --json "${healthy[@]}" 2>/dev/null >"$BATS_TEST_TMPDIR/healthy.json" || true
    jq -n '[inputs[] | select(.verdict == "right") | .advice[]]' \
        "$BATS_TEST_TMPDIR/healthy.json" >"$BATS_TEST_TMPDIR/advice.json"
    [ "$(jq length "$BATS_TEST_TMPDIR/advice.json")" = 0 ] || {
        cat "$BATS_TEST_TMPDIR/advice.json"
        return 1
    }
}

# Nothing of this test is in the lab when the next one begins: its jobs would
# take the cores of that one's, or scatter them over both nodes.
leave_lab() {
    local jobs tries
    rm -f "$BATS_TEST_TMPDIR/hold"
    if [ -e "$BATS_TEST_TMPDIR/lab/lab.conf" ]; then # one of its own
        "$INTEG2D_BIN/integ2d-lab" --lab="$BATS_TEST_TMPDIR/lab" down
        return
    fi
    for ((tries = 0; tries < 400; tries++)); do
        jobs=$(SLURM_CONF=$INTEG2D_LAB/etc/slurm.conf squeue --me -h \
            -O JobID:20,WorkDir:1000 |
            grep -F " $BATS_TEST_TMPDIR/" | cut -d ' ' -f 1)
        [ -n "$jobs" ] || return 0
        # shellcheck disable=SC2086 # one word for each job
        [ $tries -gt 0 ] || SLURM_CONF=$INTEG2D_LAB/etc/slurm.conf \
            scancel -Q $jobs
        sleep 0.05
    done
    echo "the test's jobs do not end: $jobs"
    return 1
}

# What a login at a site and 'ml integ2d' set, each variable ended by a zero
# byte, in a file of the lab's folder: a login takes longer than most jobs.
login() {
    local new=$2.$BASHPID # others may be at it, too
    [ -e "$2" ] && return
    "$INTEG2D_BIN/integ2d-lab" exec --site="$1" -- \
        bash -lc 'ml integ2d && exec env -0' >"$new.all" || return
    LC_ALL=C comm -z -13 <(env -0 | LC_ALL=C sort -z) \
        <(LC_ALL=C sort -z "$new.all") |
        grep -zvE '^(PWD|OLDPWD|SHLVL|_)=' >"$new" && mv "$new" "$2"
}

# A command as on a login node of a site after 'ml integ2d': on SITE '...'
on() (
    become "$@"
)

# The same in place of this shell. So become SITE 'exec ...' & is a process $!
# that signals go to.
become() {
    local file=$INTEG2D_LAB/login-$1 variables
    login "$1" "$file" || return
    shift
    mapfile -d '' -t variables <"$file"
    exec env "${variables[@]}" bash -c "$*"
}

# Waits up to 40 s until a file has the words: wait_for 'words' FILE
wait_for() {
    for _ in $(seq 400); do
        if grep -qs "$1" "$2"; then return; fi
        sleep 0.1
    done
    echo "never came: $1" >&2
    return 1
}

# The only run folder here.
run_folder() {
    local folders=(integ2d-runs/*/)
    [ ${#folders[@]} -eq 1 ] && [ -d "${folders[0]}" ] &&
        echo "$PWD/${folders[0]%/}"
}

# A copy of the installation whose site files and templates may be changed.
# Use: prefix=$(copy_prefix)
copy_prefix() {
    local prefix=$BATS_TEST_TMPDIR/prefix
    cp -r "${INTEG2D_BIN%/bin}" "$prefix" && echo "$prefix"
}

# A copy whose jobs, before their program, wait for the test's word: for as long
# as there is the file `hold`. Use: prefix=$(held_prefix); ...; release
held_prefix() {
    local prefix
    prefix=$(copy_prefix) || return
    touch "$BATS_TEST_TMPDIR/hold"
    sed -i "s|^@COMMAND@|while [ -e '$BATS_TEST_TMPDIR/hold' ]; do\n\
        sleep 0.05; done\n&|" "$prefix"/share/integ2d/jobs/*.sbatch.in
    echo "$prefix"
}

release() {
    rm "$BATS_TEST_TMPDIR/hold"
}

# Waits up to a minute until a job is over: job_over SITE ID
job_over() {
    for _ in $(seq 600); do
        case $(on "$1" "squeue -h -t all -o %T -j $2") in
        PENDING | RUNNING | COMPLETING) sleep 0.1 ;;
        *) return ;;
        esac
    done
    echo "job $2 does not end" >&2
    return 1
}

# Waits up to 40 s until accounting has the end of cancelled jobs, and by whom:
# cancel_accounted SITE ID[,ID...]
cancel_accounted() {
    local states
    for _ in $(seq 400); do
        states=$(on "$1" "sacct -nPX -j $2 -o State")
        if [ -n "$states" ] && ! grep -qv '^CANCELLED by' <<<"$states"; then
            return
        fi
        sleep 0.1
    done
    echo "accounting has: $states" >&2
    return 1
}

# Bad input: exit status 2, the words in the message, nothing submitted and
# no run folder. Uses bats' run: refused SITE 'command' 'words' ...
refused() {
    local site=$1 command=$2 words
    shift 2
    run -2 --separate-stderr on "$site" "$command"
    for words in "$@"; do
        if [[ $stderr != *"$words"* ]]; then
            echo "expected: $words"
            echo "found: $stderr"
            return 1
        fi
    done
    [ -z "$output" ]
    [ -z "$(find . -name run.json -print -quit)" ]
}

# Gives a record that was edited the checksum of what it says now, as if a
# kernel had written it.
seal() {
    jq 'del(.checksum)' "$1" | sed '$d' | sed '$s/$/,/' >"$1.body"
    printf '  "checksum": "%s"\n}\n' "$(cksum <"$1.body")" |
        cat "$1.body" - >"$1"
    rm "$1.body"
}
