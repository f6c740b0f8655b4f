#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# Sweeps: several jobs by one command, with all three back ends.
bats_require_minimum_version 1.5.0
load common

# The only sweep here.
sweep_folder() {
    local folders=(integ2d-runs/*-sweep-*/)
    [ ${#folders[@]} -eq 1 ] && [ -d "${folders[0]}" ] &&
        echo "$PWD/${folders[0]%/}"
}

# How many jobs Slurm has had for the arrays of the sweep, whatever became of
# them: a line for each.
slurm_jobs() {
    on hpc2n "squeue --me -h -t all --array -O ArrayJobID:.12,ArrayTaskID:.8,WorkDir:.200" |
        grep -F "/$(basename "$(sweep_folder)")/" | sort
}

# Each run once, in the order of the plan: "scheme workers grid" lines.
expected() {
    local scheme grid workers
    for scheme in $1; do
        for grid in $2; do
            for workers in $3; do echo "$scheme $workers $grid"; done
        done
    done
}

shown() {
    awk 'NR > 1 && $NF == "passed" {print $1, $4, $6}' <<<"$1"
}

@test "a sweep is planned, sent as arrays, waited for and shown in one table" {
    run -0 --separate-stderr on hpc2n 'integ2d-submit --scheme=openmp,mpi \
        -n 1,2 --grid=100-300:100 --repeat=2 -v'
    diff <(shown "$output") <(expected 'openmp mpi' '100 200 300' '1 2')
    [[ $stderr == *"12 jobs in 4 groups of equal resources, 1.5 core hours"* ]]
    [[ $stderr == *"at the longest 00:05:00 from the first start"* ]]
    [[ $stderr == *"12 jobs submitted in 4 arrays, integ2d-runs/hpc2n-sweep-"* ]]
    [[ $stderr == *"12 of 12 jobs over"* ]]
    [[ $stderr =~ ([0-9]+)\ requests?\ to\ Slurm ]]
    [ "${BASH_REMATCH[1]}" -lt 34 ] # four of them submit
    # Four arrays, twelve tasks, and each has its files in its own folder.
    [ "$(slurm_jobs | wc -l)" = 12 ]
    [ "$(slurm_jobs | awk '{print $1}' | sort -u | wc -l)" = 4 ]
    for task in "$(sweep_folder)"/array_*/task_*; do
        ls "$task"/{run.json,state.json,record_*.json,output_*.out,error_*.err,exit_*}
    done
    # All programs of a run know it, alone and together.
    run -0 --separate-stderr on hpc2n "integ2d-collect $(sweep_folder)"
    [ "$(shown "$output" | wc -l)" = 12 ]
    run -0 --separate-stderr on hpc2n integ2d-collect
    [ "$(shown "$output" | wc -l)" = 12 ]
    run -0 --separate-stderr on hpc2n \
        "integ2d-collect $(jq .job_id "$task/state.json")"
    [ "$(shown "$output")" = 'mpi 2 300' ]
    run -0 --separate-stderr on hpc2n \
        "integ2d-report --format=csv $(sweep_folder)"
    [ "$(wc -l <<<"$output")" = 13 ]
    run -0 on hpc2n "integ2d-cancel $(sweep_folder)"
    [ "$output" = "no job of the sweep waits or runs" ]
    # And the end of it is that there is nothing more to do.
    run -0 --separate-stderr on hpc2n \
        "integ2d-submit --resume $(sweep_folder) -v"
    [ "$(shown "$output" | wc -l)" = 12 ]
    [[ $stderr == *"of 12 jobs 12 are over, 0 wait or run, 0 are missing"* ]]
    [[ $stderr == *"0 requests to Slurm"* ]]
}

@test "the commands do the same as the library" {
    run -0 --separate-stderr on hpc2n 'integ2d-submit --backend=commands \
        --scheme=openmp -n 1,2 --grid=100,200 --repeat=1 --no-wait'
    [ "$(wc -l <<<"$output")" = 2 ]
    [[ ${lines[0]} =~ ^[0-9]+\ integ2d-runs/hpc2n-sweep-.*/array_1-[0-9a-f]+$ ]]
    run -0 --separate-stderr on hpc2n 'integ2d-collect --wait -q \
        --backend=commands integ2d-runs/*'
    diff <(shown "$output") <(expected openmp '100 200' '1 2')
    # Both ask for the same array.
    local backend id
    for backend in slurm commands; do
        on hpc2n "integ2d-submit --backend=$backend --scheme=openmp \
            -n 2 -c 2 --grid=100,200 -t 7 --mem=500 -q --output-dir=$backend"
        id=$(sed -n 's/^job 1 //p' "$backend"/*/journal)
        on hpc2n "scontrol show job ${id}_2" | tr ' ' '\n' | grep -vE \
            '^$|^(JobId|ArrayJobId|Priority|RunTime|SubmitTime|EligibleTime|AccrueTime|StartTime|EndTime|LastSchedEval|Scheduler|AllocNode:Sid|NodeList|BatchHost|Command|WorkDir|Comment|StdErr|StdOut|JobState|Reason|ExitCode|NumNodes|TRES|ReqNodeList|ExcNodeList)=' \
            >"$backend.job"
    done
    grep -q TimeLimit=00:07:00 slurm.job
    diff slurm.job commands.job
}

@test "without Slurm the jobs run one after the other" {
    local prefix
    prefix=$(copy_prefix)
    # Never two at a time: the second one could not make this folder.
    sed -i "s|^@COMMAND@|mkdir '$PWD/busy' \|\| exit\n\
        trap 'rmdir \"$PWD/busy\"' EXIT\n&|" \
        "$prefix"/share/integ2d/jobs/local.sbatch.in
    run -0 --separate-stderr on hpc2n "$prefix/bin/integ2d-submit --site=local \
        --scheme=serial,threads -n 1,2 --grid=100,200 --repeat=1"
    diff <(shown "$output") <(expected serial '100 200' 1
        expected threads '100 200' '1 2')
    [[ $stderr == *"2 combinations are impossible here:"* ]]
    [[ $stderr == *"2: -n: serial has one worker, and 2 were asked for"* ]]
    run -2 --separate-stderr on hpc2n 'integ2d-submit --site=local \
        --scheme=threads -n 1,2 --no-wait'
    [[ $stderr == *"--no-wait: without Slurm the jobs of a sweep are started"* ]]
}

# Begins a sweep of which one job goes through, and the others wait while there
# is the file `hold`: so it cannot be over when integ2d-submit is killed, which
# is as soon as a run folder has such a file.
killed() {
    local event=$1 prefix status=0
    shift
    prefix=$(copy_prefix)
    touch "$BATS_TEST_TMPDIR/hold"
    sed -i "s|^@COMMAND@|mkdir '$PWD/first' 2>/dev/null \|\| {\n\
        touch waits\n\
        while [ -e '$BATS_TEST_TMPDIR/hold' ]; do sleep 0.05; done; }\n&|" \
        "$prefix"/share/integ2d/jobs/{hpc2n,local}.sbatch.in
    become hpc2n "exec $prefix/bin/integ2d-submit $*" 3>&- &
    wait_file "integ2d-runs/*/array_*/task_*/$event"
    kill -KILL $!
    wait $! || status=$?
    [ $status = 137 ]
}

# Waits up to 40 s until there is a file of this name.
wait_file() {
    for _ in $(seq 400); do
        if compgen -G "$1"; then return; fi
        sleep 0.1
    done
    echo "never came: $1" >&2
    return 1
}

@test "a sweep that was killed goes on: done is done, missing is submitted" {
    killed 'exit_*' --scheme=openmp -n 1,2,4 --grid=500,600 --repeat=2
    local folder
    folder=$(sweep_folder)
    release
    run -0 --separate-stderr on hpc2n "integ2d-submit --resume $folder"
    diff <(shown "$output") <(expected openmp '500 600' '1 2 4')
    [ "$(slurm_jobs | wc -l)" = 6 ]
    # As it would be had it been killed between each request and its answer:
    # the jobs are found by their tokens, and none is asked for again.
    sed -i '/^job/d' "$folder/journal"
    rm "$folder"/array_*/task_*/state.json
    run -0 --separate-stderr on hpc2n "integ2d-submit --resume $folder"
    [[ $stderr == *"of 6 jobs 6 are over, 0 wait or run, 0 are missing"* ]]
    diff <(shown "$output") <(expected openmp '500 600' '1 2 4')
    [ "$(slurm_jobs | wc -l)" = 6 ]
    # As it would be had it been killed before the second array.
    rm -r "$folder"/array_2-*
    sed -i '/^asked 2/d' "$folder/journal"
    run -0 --separate-stderr on hpc2n "integ2d-submit --resume $folder"
    [[ $stderr == *"of 6 jobs 4 are over, 0 wait or run, 2 are missing"* ]]
    diff <(shown "$output") <(expected openmp '500 600' '1 2 4')
    [ "$(slurm_jobs | wc -l)" = 8 ]
}

@test "a local sweep that was killed goes on, too" {
    killed waits --site=local --scheme=threads -n 1,2 --grid=100-500:100 \
        --repeat=2
    release
    run -0 --separate-stderr on hpc2n "integ2d-submit --resume $(sweep_folder)"
    [[ $stderr == *"of 10 jobs "[12]" are over, "*" 8 are missing"* ]]
    [ "$(shown "$output" | wc -l)" = 10 ]
    # One job for each run.
    for task in "$(sweep_folder)"/array_*/task_*; do
        [ "$(find "$task" -name 'local_*.json' | wc -l)" = 1 ]
    done
}

@test "a cancelled sweep is over, and goes on with what was cancelled" {
    on hpc2n 'integ2d-submit --scheme=openmp -n 4 --grid=20000-20005 \
        --repeat=900 --no-wait -q'
    local folder
    folder=$(sweep_folder)
    run -0 on hpc2n "integ2d-cancel $folder"
    [ "$output" = "6 jobs of the sweep cancelled" ]
    cancel_accounted hpc2n "$(sed -n 's/^job 1 //p' "$folder/journal")"
    run -1 --separate-stderr on hpc2n "integ2d-collect --wait -q $folder"
    [[ $stderr == *"was cancelled (CANCELLED"*" by $(id -un)"* ]]
    [ "$(grep -c failed <<<"$output")" = 6 ]
    run -0 --separate-stderr on hpc2n \
        "integ2d-submit --resume $folder --no-wait"
    [[ $stderr == *"of 6 jobs 0 are over, 0 wait or run, 6 are missing"* ]]
    [[ $output == *"/array_2-"* ]]
    run -0 on hpc2n "integ2d-submit --cancel $folder"
    [ "$(grep -c '^array' "$folder/journal")" = 2 ]
    [ "$(slurm_jobs | wc -l)" -le 12 ]
}

@test "a task has its array's name, and one cancelled before it begins is missing" {
    local other array
    other=$(on hpc2n 'sbatch --parsable -A hpc2n2026-042 -t 2 -N 2 --exclusive \
        -o other --wrap "touch began; exec sleep 120"')
    until [ -e began ]; do sleep 0.1; done
    on hpc2n 'integ2d-submit -q --scheme=serial --grid=100,200,300 --repeat=2 --no-wait'
    array=$(awk '$1 == "job" {print $3}' integ2d-runs/*/journal)
    run -3 --separate-stderr on hpc2n "integ2d-collect ${array}_2"
    [[ ${lines[1]} =~ ^serial\ +hpc2n\ +${array}_2\ .*\ 200\ .*PENDING$ ]]
    run -0 --separate-stderr on hpc2n "integ2d-cancel ${array}_2"
    [ "$output" = "job ${array}_2 cancelled" ]
    on hpc2n "scancel $other"
    run -1 --separate-stderr on hpc2n 'integ2d-collect -q --wait'
    diff <(shown "$output") <(expected serial '100 300' 1)
    [ "$stderr" = "job ${array}_2 was cancelled (CANCELLED)" ]
    run -0 --separate-stderr on hpc2n "integ2d-report --format=csv ${array}_3"
    [[ ${lines[1]} == *,300,1,1,2,* ]]
    run -0 --separate-stderr on hpc2n "integ2d-usage ${array}_1"
    [[ $output == *"kernel's record"* ]]
    run -0 --separate-stderr on hpc2n "integ2d-submit -q --resume $(sweep_folder)"
    diff <(shown "$output") <(expected serial '100 200 300' 1)
    run -2 --separate-stderr on hpc2n "integ2d-collect ${array}_2"
    [[ $stderr == *"no job ${array}_2 of a sweep"* ]]
}

@test "a task that fails is named, and is not tried again" {
    local prefix
    prefix=$(copy_prefix)
    sed -i 's/^@COMMAND@/[ "$SLURM_ARRAY_TASK_ID" != 2 ] || exit 7\n&/' \
        "$prefix"/share/integ2d/jobs/hpc2n.sbatch.in
    run -1 --separate-stderr on hpc2n "PATH=$prefix/bin:\$PATH \
        integ2d-submit --scheme=serial --grid=100,200,300 --repeat=1"
    [[ $stderr == *"ended with an error (FAILED, exit status 7"* ]]
    diff <(shown "$output") <(expected serial '100 300' 1)
    local before
    before=$(slurm_jobs)
    run -1 --separate-stderr on hpc2n "integ2d-submit --resume $(sweep_folder)"
    [[ $stderr == *"of 3 jobs 3 are over"* ]]
    diff <(slurm_jobs) <(echo "$before")
}

@test "what Slurm says of a task is in the error file of its run" {
    on hpc2n 'integ2d-submit --scheme=serial --grid=20000,20001 --repeat=900 \
        --no-wait -q' >arrays
    local id
    id=$(awk '{print $1}' arrays)
    wait_file "$(sweep_folder)/array_1-*/task_1/progress_*"
    on hpc2n "scancel ${id}_1"
    run -0 on hpc2n "integ2d-cancel $(sweep_folder)"
    run -1 --separate-stderr on hpc2n "integ2d-collect --wait -q --json \
        $(sweep_folder)/array_1-*/task_1"
    grep -q 'CANCELLED AT' "$(sweep_folder)"/array_1-*/task_1/error_*.err
}

@test "an array is split at the site's limit, and its tasks are throttled" {
    local prefix
    prefix=$(copy_prefix)
    sed -i 's/^tasks_at_once = .*/tasks_at_once = 2\narray_tasks = 3/' \
        "$prefix"/share/integ2d/site/hpc2n.ini
    run -0 --separate-stderr on hpc2n "PATH=$prefix/bin:\$PATH \
        integ2d-submit --scheme=serial --grid=100-700:100 --repeat=1"
    diff <(shown "$output") <(expected serial "$(seq -s ' ' 100 100 700)" 1)
    grep -hx '#SBATCH --array=.*' "$(sweep_folder)"/array_*/array.sbatch >lines
    diff lines - <<'EOF'
#SBATCH --array=1-3%2
#SBATCH --array=1-3%2
#SBATCH --array=1-1
EOF
}

@test "the array's script runs by hand, whole or in part" {
    on hpc2n 'integ2d-submit --scheme=serial --grid=100,200 --repeat=1 -q'
    local folder id
    folder=$(echo "$(sweep_folder)"/array_1-*)
    id=$(on hpc2n "cd $folder && sbatch --parsable --array=2 array.sbatch")
    job_over hpc2n "$id"
    # Its number as Slurm has it for the task.
    run -0 --separate-stderr on hpc2n "integ2d-collect $id"
    [ "$(shown "$output")" = 'serial 1 200' ]
    # The sweep itself keeps its own jobs.
    run -0 --separate-stderr on hpc2n "integ2d-collect $(sweep_folder)"
    [[ $output != *" $id "* ]]
}

@test "--weak grows the grid with the workers and says how" {
    run -0 --separate-stderr on hpc2n 'integ2d-submit --weak --scheme=openmp \
        -n 1,2,4 --grid=1000 --repeat=1'
    [ "$(shown "$output")" = 'openmp 1 1000
openmp 2 1414
openmp 4 2000' ]
    [[ $stderr == *"weak scaling: --grid for one worker, times the root of the workers, rounded to the nearest even number"* ]]
}

@test "a dry run shows the plan and the scripts, and touches nothing" {
    run -0 --separate-stderr on hpc2n 'SLURM_CONF=/nonexistent \
        integ2d-submit --scheme=serial,openmp -n 1,2 --grid=100,200 \
        -A hpc2n2026-042 --dry-run'
    [ -z "$stderr" ]
    [ "${lines[0]}" = '# 6 jobs in 3 groups of equal resources, 0.7 core hours asked for' ]
    [[ $output == *$'\n#SBATCH --array=1-2\n'* ]]
    [[ $output == *$'\ninteg2d-openmp --grid=200 --repeat=6 --math=plain\n'* ]]
    [ -z "$(ls)" ]
    run -0 on hpc2n 'integ2d-submit --site=local --scheme=threads -n 1,2 --dry-run'
    [ "$(grep -c '^integ2d-threads ' <<<"$output")" = 2 ]
}

@test "on a terminal there is a bar, elsewhere a line for each tenth at most" {
    run -0 on hpc2n "script -qec 'stty cols 80; integ2d-submit \
        --scheme=serial --grid=100-2000:100 --repeat=1' typescript"
    grep -q $'\[#*\.*\] [0-9]* of 20 jobs over, [0-9]* run, [0-9]* wait' typescript
    # No line is broken: none is longer than the terminal is wide.
    tr '\r' '\n' <typescript | grep 'jobs over' >bars
    [ "$(sed 's/^\x1b\[K//' bars | awk '{print length}' | sort -n | tail -n 1)" -le 80 ]
    run -0 --separate-stderr on hpc2n 'integ2d-submit --site=local \
        --scheme=serial --grid=100-2000:100 --repeat=1'
    [ "$(grep -c 'of 20 jobs over' <<<"$stderr")" -le 11 ]
    [[ $stderr != *$'\033'* ]]
}

@test "bad input is named, and nothing is submitted" {
    refused hpc2n 'integ2d-submit --scheme=openmp -n 1,,2' \
        "-n: '' is an empty place in the list"
    refused hpc2n 'integ2d-submit --scheme=openmp -n 8-1' "'8-1' runs backwards"
    refused hpc2n 'integ2d-submit --scheme=openmp -n 1-16:x1' 'has a factor'
    refused hpc2n 'integ2d-submit --scheme=openmp -n 1,2,1' '1 is there twice'
    refused hpc2n 'integ2d-submit --scheme=openmp,openmp' \
        "'openmp' is there twice"
    refused hpc2n 'integ2d-submit --scheme=openmp, -n 2' 'empty place'
    refused hpc2n 'integ2d-submit --scheme=openmp --grid=1-99999999999999999999' \
        '--grid'
    refused hpc2n 'integ2d-submit --scheme=openmp -n 1-28 --grid=100-200' \
        'these are 2828 jobs, and a sweep may have 100' '--max-jobs=2828'
    refused hpc2n 'integ2d-submit --scheme=openmp,mpi -n 1-8 --grid=1-9999' \
        'more than 10000 combinations'
    refused hpc2n 'integ2d-submit --scheme=openmp -n 300,400' \
        'none of the 2 combinations is possible'
    refused hpc2n 'integ2d-submit --weak --scheme=openmp -n 2' \
        '--weak: give several numbers of workers'
    refused hpc2n 'integ2d-submit --scheme=serial --grid=1,2 -A hpc2n2020-999' \
        'Slurm refused the job' 'Your accounts here'
    [ ! -e integ2d-runs ] || [ -z "$(ls integ2d-runs)" ]
    refused hpc2n 'integ2d-submit --scheme=serial --grid=1,2 \
        --output-dir=/proc/nothing' '/proc/nothing'
}

@test "--resume wants a sweep that nobody has changed, as it was begun" {
    refused hpc2n 'integ2d-submit --resume nothing' 'no sweep at nothing'
    mkdir empty
    refused hpc2n 'integ2d-submit --resume empty' 'is no sweep'
    on hpc2n 'integ2d-submit --scheme=serial --grid=100,200 --repeat=1 -q'
    local folder
    folder=$(sweep_folder)
    run -2 --separate-stderr on hpc2n \
        "integ2d-submit --resume $folder/array_1-*/task_1"
    [[ $stderr == *"is no sweep"* ]]
    run -2 --separate-stderr on hpc2n "integ2d-submit --resume $folder -n 4"
    [[ $stderr == *"--resume: a sweep goes on as it was begun: leave -n out"* ]]
    cp "$folder/sweep.json" kept
    sed -i 's/"grid": 200/"grid": 300/' "$folder/sweep.json"
    run -2 --separate-stderr on hpc2n "integ2d-submit --resume $folder"
    [[ $stderr == *"it has been changed since"* ]]
    run -2 --separate-stderr on hpc2n "integ2d-report $folder"
    [[ $stderr == *"it has been changed since"* ]]
    # Its runs are still runs.
    run -0 --separate-stderr on hpc2n "integ2d-collect $folder/array_1-*/task_2"
    sed 's/"schema": 1/"schema": 9/' kept >"$folder/sweep.json"
    run -2 --separate-stderr on hpc2n "integ2d-submit --resume $folder"
    [[ $stderr == *"written by another version of integ2d"* ]]
    cp kept "$folder/sweep.json"
    # A site file that has changed means other jobs.
    local prefix
    prefix=$(copy_prefix)
    sed -i 's/^default_min = 5/default_min = 6/' \
        "$prefix"/share/integ2d/site/hpc2n.ini
    sed -i '/^asked/d; /^job/d' "$folder/journal"
    run -2 --separate-stderr on hpc2n "PATH=$prefix/bin:\$PATH \
        integ2d-submit --resume $folder"
    [[ $stderr == *"the same options mean other jobs now"* ]]
    # What is not there is said.
    run -3 --separate-stderr on hpc2n "integ2d-collect $folder"
    [[ $stderr == *"2 jobs of sweeps have not been submitted"* ]]
    run -2 --separate-stderr on hpc2n "integ2d-report $folder"
    [[ $stderr == *"none of the sweep's jobs was submitted"* ]]
}
