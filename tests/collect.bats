#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# integ2d-collect: any run, now or days later.
bats_require_minimum_version 1.5.0
load common

@test "without arguments all runs below ./integ2d-runs are shown, oldest first" {
    on hpc2n 'integ2d-submit --scheme=serial --grid=300 -q &&
        integ2d-submit --scheme=mpi -n 2 --grid=300 -q'
    run -0 --separate-stderr on hpc2n integ2d-collect
    [ ${#lines[@]} = 3 ]
    [[ ${lines[1]} == serial*passed ]]
    [[ ${lines[2]} == mpi*passed ]]
    run -0 --separate-stderr on hpc2n 'integ2d-collect --csv'
    [[ ${lines[0]} == scheme,site,job_id,* ]]
    [[ ${lines[1]} == serial,hpc2n,*,COMPLETED,passed,*integ2d-runs* ]]
    run -0 --separate-stderr on hpc2n 'integ2d-collect --json'
    [ "$(jq -r '.[1].scheme' <<<"$output")" = mpi ]
    [ "$(jq -r '[.[].verdict] | unique[0]' <<<"$output")" = right ]
}

@test "a run is found by its folder, moved anywhere, and by its job number" {
    on uppmax 'integ2d-submit --scheme=serial --grid=300 -q'
    local folder id
    folder=$(run_folder)
    id=$(jq .job_id "$folder/state.json")
    run -0 --separate-stderr on uppmax "integ2d-collect $id"
    [[ ${lines[1]} == *" $id "*passed ]]
    mv "$folder" moved
    # No Slurm is needed once the end is known.
    run -0 env SLURM_CONF=/nonexistent "$INTEG2D_BIN/integ2d-collect" moved
    [[ ${lines[1]} == *" $id "*passed ]]
}

@test "a job that the controller has forgotten is found in accounting" {
    # A cluster of its own, whose controller starts again without memory.
    export INTEG2D_LAB=$BATS_TEST_TMPDIR/lab
    local id
    "$INTEG2D_BIN/integ2d-lab" up
    on hpc2n 'integ2d-submit --scheme=serial --grid=300 --no-wait'
    id=$(jq .job_id "$(run_folder)/state.json")
    for _ in $(seq 400); do
        if [ "$(on hpc2n "sacct -nPX -j $id -o State")" = COMPLETED ]; then
            break
        fi
        sleep 0.1
    done
    kill -9 "$(cut -d' ' -f1 "$INTEG2D_LAB/pid/slurmctld")"
    rm "$INTEG2D_LAB"/state/job_state*
    "$INTEG2D_BIN/integ2d-lab" up
    run -1 on hpc2n "scontrol show job $id"
    run -0 --separate-stderr on hpc2n integ2d-collect
    [[ ${lines[1]} == *passed ]]
}

@test "another job with the same number is not taken for the run's own" {
    on hpc2n 'integ2d-submit --scheme=serial --grid=300 -q --output-dir=other'
    on hpc2n 'integ2d-submit --scheme=serial --grid=300 -q'
    local folder id
    folder=$(run_folder)
    id=$(jq .job_id other/*/state.json)
    jq ".job_id = $id | .state = \"PENDING\"" "$folder/state.json" >state
    mv state "$folder/state.json"
    run -3 --separate-stderr on hpc2n integ2d-collect
    [[ $stderr == *"job $id is not known any more"* ]]
    [[ ${lines[1]} == *UNKNOWN ]]
    # Two runs here with one number: which one is meant?
    cp -r other/* integ2d-runs/
    run -2 --separate-stderr on hpc2n "integ2d-collect $id"
    [[ $stderr == *"two runs have the job number $id"* ]]
}

# As if the only run had ended at that second: ten later its files are not
# waited for any more.
ended() {
    jq ".end = $1" integ2d-runs/*/state.json >state
    mv state integ2d-runs/*/state.json
}

@test "a finished job without a record has no result" {
    on hpc2n 'integ2d-submit --scheme=serial --grid=300 -q'
    ended 1
    rm "$(run_folder)"/record_*.json
    run -1 --separate-stderr on hpc2n integ2d-collect
    [[ $stderr == *"left no record"* ]]
    [[ ${lines[1]} == *failed ]]
    [[ $output != *e-1* ]]
}

# Changes the only record with a jq filter and expects the words.
disbelieved() {
    local record
    record=$(echo integ2d-runs/*/record_*.json)
    cp "$record" good.json
    jq "$1" good.json >"$record"
    run -1 --separate-stderr on hpc2n integ2d-collect
    [[ $stderr == *"$record was changed after the run"* ]]
    seal "$record"
    run -1 --separate-stderr on hpc2n integ2d-collect
    [[ $stderr == *"$2"* ]]
    [[ ${lines[1]} == *failed ]]
    cp good.json "$record"
}

@test "a record that is not this run's, or not whole, is named and not shown" {
    on hpc2n 'integ2d-submit --scheme=openmp -n 2 --grid=300 -q'
    ended 1
    disbelieved '.job_id = "1"' 'a record of job 1'
    disbelieved '.grid = 301' 'a record of grid 301'
    disbelieved '.scheme = "serial"' 'a record of scheme serial'
    disbelieved '.workers = 1' 'the program ran with 1 worker'
    disbelieved 'del(.median_s)' 'not a whole record'
    disbelieved '.check.verdict = "failed" | .check.text = "row 7"' \
        'the check failed: row 7'
    disbelieved '.time_s[3] = -1' 'repeat 4 took -1 s: a time must be more than 0'
    disbelieved '.time_s[0] = 0' 'repeat 1 took 0 s'
    disbelieved '.best_s *= 0.5' 'best and median of the record are'
    local record
    record=$(echo integ2d-runs/*/record_*.json)
    truncate -s 100 "$record"
    run -1 --separate-stderr on hpc2n integ2d-collect
    [[ $stderr == *"$record:"*"not a whole record"* ]]
}

@test "a record without a checksum is taken, and that is said" {
    on hpc2n 'integ2d-submit --scheme=serial --grid=300 -q'
    local record
    record=$(echo integ2d-runs/*/record_*.json)
    [ "$(jq -r .checksum "$record")" = "$(head -n -2 "$record" | cksum)" ]
    [ "$(jq -r .cpu_model "$record")" = "$(sed -n 's/^model name\t*: //p' /proc/cpuinfo | head -n 1)" ]
    jq 'del(.checksum)' "$record" >old
    mv old "$record"
    run -0 --separate-stderr on hpc2n integ2d-collect
    [[ ${lines[1]} == *passed ]]
    [[ $stderr == *'1 record has no checksum'* ]]
}

@test "a run without an integral is shown without one, and with its notes" {
    on hpc2n 'integ2d-submit --scheme=blas -n 2 --grid=300 -q' >shown
    grep -q '^blas .* -  *- .*passed$' shown
    grep -q '^library: ' shown
    run -0 --separate-stderr on hpc2n integ2d-collect
    [[ $output == *$'\nlibrary: '* ]]
    run -0 --separate-stderr on hpc2n 'integ2d-collect --csv'
    [[ ${lines[1]} =~ ^blas,hpc2n,.*,COMPLETED,passed,[0-9.e-]+,[0-9.e-]+,,, ]]
    run -0 --separate-stderr on hpc2n 'integ2d-collect --json'
    [ "$(jq -c '.[0] | [.integral, .error, .verdict]' <<<"$output")" = '[null,null,"right"]' ]
    disbelieved '.notes.kernel = 1' 'a note that is no text'
    disbelieved '.scheme = "openmp"' 'a record of scheme openmp'
}

@test "what is no run is named, with exit status 2" {
    run -2 --separate-stderr "$INTEG2D_BIN/integ2d-collect"
    [[ $stderr == *"cannot read the folder integ2d-runs"* ]]
    mkdir -p empty integ2d-runs/broken
    run -2 --separate-stderr "$INTEG2D_BIN/integ2d-collect" empty
    [[ $stderr == *"empty is no run folder"* ]]
    run -2 --separate-stderr "$INTEG2D_BIN/integ2d-collect" 123456
    [[ $stderr == *"no run of job 123456"* ]]
    echo '{"schema": 1' >integ2d-runs/broken/run.json
    run -2 --separate-stderr "$INTEG2D_BIN/integ2d-collect"
    [[ $stderr == *"broken/run.json: not what integ2d-submit wrote"* ]]
    run -2 --separate-stderr "$INTEG2D_BIN/integ2d-collect" --json --csv
    [[ $stderr == *"--json and --csv"* ]]
}

@test "a state that cannot be read is named, and never a success" {
    on hpc2n 'integ2d-submit --scheme=serial --grid=300 -q'
    echo '{"job_id": 1' >"$(run_folder)/state.json"
    run -2 --separate-stderr on hpc2n integ2d-collect
    [[ $stderr == *"state.json: not what integ2d-submit wrote"* ]]
}

@test "an empty folder of runs is an empty table" {
    mkdir integ2d-runs
    run -0 --separate-stderr "$INTEG2D_BIN/integ2d-collect"
    [ ${#lines[@]} = 1 ]
    [[ $stderr == 'no runs here yet'* ]]
}

# A slow network file system is played by hand: the job's files are held back.
@test "the record of a job that has just ended is waited for, with a bound" {
    local record end
    on hpc2n 'integ2d-submit --scheme=serial --grid=300 -q'
    record=$(echo integ2d-runs/*/record_*.json)
    jq '.state = "RUNNING"' integ2d-runs/*/state.json >state
    mv state integ2d-runs/*/
    mv "$record" held
    head -c 100 held >part
    (sleep 0.4; cp part "$record"; sleep 0.4; mv held "$record") 3>&- &
    run -0 --separate-stderr on hpc2n integ2d-collect
    [[ ${lines[1]} == *passed ]]
    wait
    mv "$record" "${record%/*}/record_123456.json"
    end=$(($(date +%s) - 8))
    ended $end
    run -1 --separate-stderr on hpc2n integ2d-collect
    [[ $stderr == *"left no record in "*"(of other jobs: record_123456.json)"* ]]
    (( $(date +%s) >= end + 9 ))
    # Long after its end nothing is waited for: that would take ten seconds.
    ended 1
    SECONDS=0
    run -1 on hpc2n integ2d-collect
    (( SECONDS < 10 ))
}

@test "a record with a key that is there twice is named" {
    local record
    on hpc2n 'integ2d-submit --scheme=serial --grid=300 -q'
    ended 1
    record=$(echo integ2d-runs/*/record_*.json)
    sed -i '2s/^/"schema": 1, /' "$record"
    run -1 --separate-stderr on hpc2n integ2d-collect
    [[ $stderr == *"$record:"*"duplicate"* ]]
}

@test "JSON of many runs says of each what it says of it alone" {
    local folder collect="$INTEG2D_BIN/integ2d-collect"
    on hpc2n 'integ2d-submit --scheme=mpi -n 2 --grid=300 -q'
    "$INTEG2D_BIN/integ2d-submit" -q --site=local --scheme=blas -n 1 --grid=100
    "$INTEG2D_BIN/integ2d-submit" -q --site=local --scheme=openmp -n 2 --grid=100
    for folder in integ2d-runs/*; do
        for i in {1..35}; do
            cp -r "$folder" "$folder-$i"
        done
    done
    for folder in integ2d-runs/*-35; do
        echo >>"$(echo "$folder"/record_*)"
    done
    run -1 --separate-stderr "$collect" --json
    echo "$output" >all
    [ "$(jq '[.[] | select(.verdict == "right")] | length' all)" = 105 ]
    for folder in integ2d-runs/*-{1,35}; do
        "$collect" --json "$folder" >one 2>/dev/null || [[ $folder == *-35 ]]
        jq --arg folder "$PWD/$folder" '[.[] | select(.folder == $folder)]' all | cmp - <(jq . one)
    done
}
