#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# One behaviour, three back ends: each test here runs over all of them.
bats_require_minimum_version 1.5.0
load common

backends='slurm commands local'

# A command as on the site that has the back end.
with() {
    local backend=$1
    shift
    if [ "$backend" = local ]; then
        INTEG2D_BACKEND_OPTIONS='--site=local --backend=local' in_lab "$@"
    else
        INTEG2D_BACKEND_OPTIONS="--backend=$backend" in_lab "$@"
    fi
}

# SUBMIT stands for integ2d-submit with the back end; collect and cancel know
# a local run by itself.
in_lab() {
    local only=${INTEG2D_BACKEND_OPTIONS##* } words="$*"
    [ "$only" != --backend=local ] || only=
    words=${words//SUBMIT/integ2d-submit $INTEG2D_BACKEND_OPTIONS}
    words=${words//COLLECT/integ2d-collect $only}
    words=${words//CANCEL/integ2d-cancel $only}
    on hpc2n "$words"
}

# Each test in a folder of its own for each back end, all at the same time. It
# stands behind no || or &&, where the shell would let its mistakes pass.
each() {
    local backend test=$1 failed=0
    local -A process
    for backend in $backends; do
        mkdir "$backend"
        (
            cd "$backend" || exit
            "$test" "$backend"
        ) >"$backend.out" 2>&1 &
        process[$backend]=$!
    done
    for backend in $backends; do
        wait "${process[$backend]}" && continue
        failed=1
        echo "back end: $backend"
        cat "$backend.out"
    done
    return $failed
}

job_id() {
    jq .job_id "$(run_folder)/state.json"
}

the_whole_way() {
    run -0 --separate-stderr with "$1" \
        'SUBMIT --scheme=mpi -n 2 --grid=500 --json -v'
    [ "$(jq -r .verdict <<<"$output")" = right ]
    [ "$(jq -r .backend <<<"$output")" = "$1" ]
    [ "$(jq -r .state <<<"$output")" = COMPLETED ]
    [ "$(jq -r .nodes <<<"$output")" = 1 ]
    [[ $stderr =~ ([0-9]+)\ requests?\ to\ Slurm ]]
    [ "$1" = local ] || [ "${BASH_REMATCH[1]}" -ge 1 ]
    [ "$1" != local ] || [ "${BASH_REMATCH[1]}" = 0 ]
}

@test "a job goes the whole way" {
    each the_whole_way
}

a_failure() {
    local prefix
    prefix=$BATS_TEST_TMPDIR/prefix-$1
    cp -r "${INTEG2D_BIN%/bin}" "$prefix"
    sed -i 's/^@COMMAND@/exit 7\n&/' "$prefix"/share/integ2d/jobs/*.sbatch.in
    run -1 --separate-stderr with "$1" \
        "PATH=$prefix/bin:\$PATH SUBMIT --scheme=serial"
    [[ $stderr == *"ended with an error (FAILED, exit status 7)"* ]]
    [ "$(jq .exit_code "$(run_folder)/state.json")" = 7 ]
}

@test "a job that fails shows its exit status" {
    each a_failure
}

a_cancellation() {
    with "$1" 'SUBMIT --scheme=serial --repeat=9000 --no-wait'
    run -0 with "$1" 'CANCEL integ2d-runs/*'
    [ "$output" = "job $(job_id) cancelled" ]
    [ "$1" = local ] || cancel_accounted hpc2n "$(job_id)"
    run -1 --separate-stderr with "$1" 'COLLECT --wait -q'
    [[ $stderr == *"was cancelled (CANCELLED"* ]]
    [ "$1" = local ] || [[ $stderr == *" by $(id -un)"* ]]
    [[ ${lines[1]} == *failed ]]
    # Once more is no error, by either way.
    run -0 with "$1" "CANCEL $(job_id)"
    [[ $output == *"is over already: it was cancelled" ]]
    run -0 on hpc2n "integ2d-submit --cancel $(job_id)"
    [[ $output == *"is over already"* ]]
}

@test "a job is cancelled, by whom is said, and twice does no harm" {
    each a_cancellation
}

# At a site that takes comments away, as a job's owner can, too.
a_stripped_comment() {
    local id token
    with "$1" "PATH=$prefix/bin:\$PATH SUBMIT --scheme=serial --grid=300 --no-wait"
    id=$(job_id)
    token=$(jq -r .token "$(run_folder)/run.json")
    [ "$(jq -r .name "$(run_folder)/run.json")" = "integ2d-serial-$token" ]
    if [ "$1" != local ]; then
        [ "$(on hpc2n "squeue -h -t all -o %j -j $id")" = "integ2d-serial-$token" ]
        grep -qx "#SBATCH -J integ2d-serial-$token" "$(run_folder)/job.sbatch"
        on hpc2n "scontrol update JobId=$id Comment="
        [ -z "$(on hpc2n "squeue -h -t all -O comment:9 -j $id" | tr -d ' ')" ]
    fi
    touch looked # see below
    rm "$(run_folder)/state.json"
    run -0 --separate-stderr with "$1" 'COLLECT --wait -q'
    [[ ${lines[1]} == *" $id "*passed ]]
}

@test "where comments are taken away the job's name has the token" {
    local prefix
    # Of a job that is over Slurm would change nothing: each waits in its folder
    # until it has been looked at.
    prefix=$(copy_prefix)
    sed -i 's/^\[site\]/&\ncomments = stripped/' \
        "$prefix"/share/integ2d/site/{hpc2n,local}.ini
    sed -i 's|^@COMMAND@|until [ -e ../../looked ]; do sleep 0.05; done\n&|' \
        "$prefix"/share/integ2d/jobs/*.sbatch.in
    each a_stripped_comment
}

# As after a crash between request and answer.
a_lost_number() {
    with "$1" 'SUBMIT --scheme=serial --grid=300 -q'
    local id
    id=$(job_id)
    rm "$(run_folder)/state.json"
    run -0 --separate-stderr with "$1" COLLECT
    [[ ${lines[1]} == *" $id "*passed ]]
    [ "$(job_id)" = "$id" ]
}

@test "a job whose number was lost is found by its token and adopted" {
    each a_lost_number
}

a_lost_request() {
    with "$1" 'SUBMIT --scheme=serial --grid=300 -q'
    local folder
    folder=$(run_folder)
    # A run with a token that no job has.
    rm "$folder"/*_*
    jq '.token = "0123456789ab"' "$folder/run.json" >run.json
    rm "$folder/state.json"
    mv run.json "$folder/"
    run -1 --separate-stderr with "$1" COLLECT
    [[ $stderr == *"was never created"* ]]
    [[ ${lines[1]} == *failed ]]
    [ "$(jq -r .state "$folder/state.json")" = NEVER_CREATED ]
}

@test "a job that was never created is known not to be" {
    each a_lost_request
}

many() {
    with "$1" 'for i in 1 2 3; do
        SUBMIT --scheme=serial --grid=300 --repeat=1 --no-wait
    done'
    run -0 --separate-stderr with "$1" 'COLLECT --wait -v -q --csv'
    [ "$(grep -c ',COMPLETED,passed,' <<<"$output")" = 3 ]
    [[ $stderr =~ ([0-9]+)\ requests?\ to\ Slurm ]]
    [ "${BASH_REMATCH[1]}" -lt 30 ]
}

@test "many jobs are waited for together" {
    each many
}

# The facts of a job that Slurm's own tool shows.
facts() {
    on "$1" "scontrol show job $2" | tr ' ' '\n' |
        grep -vE '^(JobId|Priority|RunTime|SubmitTime|EligibleTime|AccrueTime|StartTime|EndTime|LastSchedEval|Scheduler|AllocNode:Sid|NodeList|BatchHost|Command|WorkDir|Comment|StdErr|StdOut)='
}

@test "the library and the commands ask for exactly the same job" {
    local prefix site what id folder
    # What the job does is not asked here, nor is a record waited for.
    prefix=$(copy_prefix)
    sed -i 's/^@COMMAND@/exit 1\n&/' "$prefix"/share/integ2d/jobs/*.sbatch.in
    while read -r site what; do
        for backend in slurm commands; do
            read -r id folder < <(on "$site" "SBATCH_TIMELIMIT=9 \
                SBATCH_JOB_NAME=no $prefix/bin/integ2d-submit \
                --backend=$backend --scheme=$what --grid=100 --repeat=1 -t 7 \
                -C 'skylake|zen4' -q --name=twin --no-wait </dev/null")
            [ "$(jq -r .backend "$folder/run.json")" = "$backend" ]
            job_over "$site" "$id"
            facts "$site" "$id" >"$backend"
        done
        grep -q TimeLimit=00:07:00 slurm
        grep -q JobName=twin slurm
        diff slurm commands
    done <<<"hpc2n mpi -n 4 -N 2
hpc2n openmp -n 2 -c 3
uppmax serial --mem=300"
}

# A libslurm of another release, as after an upgrade of Slurm.
other_release() {
    local prefix soname
    prefix=$(copy_prefix)
    soname=$(objdump -p "$prefix/lib/integ2d/backend-slurm.so" |
        grep -o 'libslurm\.so\.[0-9]*')
    sed -i "s/$soname/libslurm.so.99/" "$prefix/lib/integ2d/backend-slurm.so"
    echo "$prefix"
}

@test "where libslurm does not fit the commands are used, and one line says so" {
    local prefix
    prefix=$(other_release)
    run -0 --separate-stderr on hpc2n \
        "$prefix/bin/integ2d-submit --scheme=serial --grid=300"
    [[ ${lines[1]} == *passed ]]
    [ "$(grep -c 'using its commands instead' <<<"$stderr")" = 1 ]
    [[ $stderr == *"Slurm's library cannot be used (libslurm.so.99: "* ]]
    [ "$(jq -r .backend "$(run_folder)/run.json")" = commands ]
    run -0 --separate-stderr on hpc2n \
        "$prefix/bin/integ2d-usage $(run_folder) 2>&1 >/dev/null"
    [ "$(grep -c 'using its commands instead' <<<"$output")" = 1 ]
    # The other way round: what the commands have started the library finds.
    rm "$(run_folder)/state.json"
    run -0 --separate-stderr on hpc2n integ2d-collect
    [[ ${lines[1]} == *passed ]]
    [ -z "$stderr" ]
}

# A libslurm that the controller does not talk to: tests/stand-in/version.c.
@test "where the controller hangs up on the library the commands are used" {
    local old="LD_PRELOAD=$PWD/version.so ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0"
    "$CC" -D_GNU_SOURCE -shared -fPIC \
        "$INTEG2D_SOURCE/tests/stand-in/version.c" -o version.so
    run -0 --separate-stderr on hpc2n "$old integ2d-submit -A hpc2n2026-042 \
        --scheme=serial --grid=300"
    [[ ${lines[1]} == *passed ]]
    [ "$(grep -c "using Slurm's commands instead" <<<"$stderr")" = 1 ]
    [[ $stderr != *'There may be a job'* ]] # it was never read
    [ "$(on hpc2n "squeue -h -t all -O WorkDir:1000" |
        grep -c "^$PWD/integ2d-runs/")" = 1 ]
    run -0 --separate-stderr on hpc2n "$old integ2d-submit --output-dir=sweep \
        -A hpc2n2026-042 --scheme=serial --grid=300,400"
    [ "$(grep -c passed <<<"$output")" = 2 ]
    [ "$(grep -c "using Slurm's commands instead" <<<"$stderr")" = 1 ]
    run -2 --separate-stderr on hpc2n "$old integ2d-submit --backend=slurm \
        --output-dir=forced -A hpc2n2026-042 --scheme=serial --grid=300,400"
    [[ $stderr == *"no answer from Slurm's controller"* ]]
    rm "$(run_folder)/state.json"
    run -0 --separate-stderr on hpc2n "$old integ2d-collect"
    [[ ${lines[1]} == *passed ]]
    [ "$(grep -c "using Slurm's commands instead" <<<"$stderr")" = 1 ]
    run -0 --separate-stderr on hpc2n "$old integ2d-usage $(run_folder)"
    [[ ${lines[0]} == "job "*": COMPLETED on "* ]]
    [ "$(grep -c "using Slurm's commands instead" <<<"$stderr")" = 1 ]
    # Forced, it is not replaced.
    run -3 --separate-stderr on hpc2n "rm $(run_folder)/state.json;
        $old integ2d-collect --backend=slurm"
    [[ $stderr == *"no answer from Slurm's controller"* ]]
}

# In the words of Slurm 23.02 and newer, where rl_enable is set; this one's
# controller has no limit of that kind.
@test "a site's limit of requests is waited out" {
    local name
    mkdir limited
    for name in sbatch squeue; do
        printf '#!/bin/bash\nif mkdir "$0-was-here" 2>/dev/null; then
            echo "%s: error: Rate limit exceeded, please retry momentarily" >&2
            exit 1; fi\nexec %s "$@"\n' $name "$(command -v $name)" \
            >limited/$name
        chmod 755 limited/$name
    done
    run -0 --separate-stderr on hpc2n "PATH=$PWD/limited:\$PATH \
        integ2d-submit --backend=commands --scheme=serial --grid=300"
    [[ ${lines[1]} == *passed ]]
    [[ $stderr == *"no answer from Slurm's controller: Rate limit exceeded"* ]]
    [ -d limited/squeue-was-here ]
    [ "$(on hpc2n "squeue -h -t all -O WorkDir:1000" |
        grep -c "^$PWD/integ2d-runs/")" = 1 ]
}

@test "a back end that is forced is used or refused, never replaced" {
    local prefix
    prefix=$(other_release)
    run -2 --separate-stderr on hpc2n \
        "$prefix/bin/integ2d-submit --backend=slurm --scheme=serial"
    [[ $stderr == *"--backend=slurm: Slurm's library cannot be used"* ]]
    refused hpc2n 'integ2d-submit --backend=local --scheme=serial' \
        "this site's jobs go through Slurm"
    refused hpc2n 'integ2d-submit --backend=pbs --scheme=serial' \
        "'pbs' is none of slurm, commands, local"
    refused hpc2n 'integ2d-submit --site=local --backend=commands \
        --scheme=serial' 'this site has no Slurm'
    refused hpc2n "PATH=/usr/games $INTEG2D_BIN/integ2d-submit \
        --backend=commands -A hpc2n2026-042 --scheme=serial" 'no command sbatch'
}

@test "what Slurm refuses is refused in its own words by both" {
    for backend in slurm commands; do
        refused hpc2n "integ2d-submit --backend=$backend --scheme=serial \
            -A hpc2n2020-999" 'Slurm refused the job: ' 'nvalid account' \
            'Your accounts here: hpc2n2026-042'
    done
}

@test "a job of somebody else's run is not cancelled by its number" {
    on hpc2n 'integ2d-submit --scheme=serial --repeat=9000 --no-wait \
        --output-dir=other
        integ2d-submit --scheme=serial --grid=300 -q'
    local folder id
    folder=$(run_folder)
    id=$(jq .job_id other/*/state.json)
    jq ".job_id = $id | .state = \"PENDING\"" "$folder/state.json" >state
    mv state "$folder/state.json"
    for backend in slurm commands; do
        run -3 --separate-stderr on hpc2n \
            "integ2d-cancel --backend=$backend $folder"
        [[ $stderr == *"job $id is not known any more: nothing cancelled"* ]]
    done
    run -0 on hpc2n "squeue -h -t all -j $id -o %T"
    [[ $output == PENDING || $output == RUNNING ]]
    run -0 on hpc2n 'integ2d-cancel other/*'
}

@test "cancel names what is no run, and wants one" {
    run -2 --separate-stderr "$INTEG2D_BIN/integ2d-cancel"
    [[ $stderr == *"name a run folder or a job number"* ]]
    mkdir empty
    run -2 --separate-stderr "$INTEG2D_BIN/integ2d-cancel" empty
    [[ $stderr == *"empty is no run folder"* ]]
    run -2 --separate-stderr "$INTEG2D_BIN/integ2d-submit" --cancel empty
    [[ $stderr == *"empty is no run folder"* ]]
    touch file
    mkdir -p sweep/array_1-x && touch sweep/sweep.json
    run -2 --separate-stderr "$INTEG2D_BIN/integ2d-cancel" file '' \
        sweep/array_1-x 12_3
    [[ $stderr == *"file is no run folder"* ]]
    [[ $stderr == *"'' names no run"* ]]
    [[ $stderr == *"sweep/array_1-x is a part of a sweep"* ]]
    [[ $stderr == *"12_3"* ]]
    for program in integ2d-cancel integ2d-collect 'integ2d-submit --cancel'; do
        run -2 --separate-stderr bash -c "$INTEG2D_BIN/$program empty --backend=pbs"
        [[ $stderr == *"'pbs' is none of slurm, commands"* ]]
    done
    run -2 --separate-stderr "$INTEG2D_BIN/integ2d-submit" --cancel empty -n 2
    [[ $stderr == *"--cancel does nothing else: leave -n out"* ]]
    run -2 --separate-stderr "$INTEG2D_BIN/integ2d-submit" --cancel empty \
        --cancel 7
    [[ $stderr == *"--cancel takes one run"* ]]
}
