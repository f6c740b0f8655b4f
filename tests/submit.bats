#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# The main job, end to end, on the private Slurm.
bats_require_minimum_version 1.5.0
load common

# One job's whole way as JSON; SITE and the expected backend's facts.
whole_way() {
    run -0 --separate-stderr on "$1" \
        'integ2d-submit --scheme=mpi -n 4 --json'
    [ "$(jq -r .state <<<"$output")" = COMPLETED ]
    [ "$(jq -r .verdict <<<"$output")" = right ]
    [ "$(jq -r .check <<<"$output")" = passed ]
    [ "$(jq -r .site <<<"$output")" = "$1" ]
    [ "$(jq -r .workers <<<"$output")" = 4 ]
    [ "$(jq -r '.record.worker | length' <<<"$output")" = 4 ]
    [ "$(jq -r '.record.time_s | length' <<<"$output")" = 5 ]
    [ "$(jq -r .nodes <<<"$output")" = 1 ]
}

@test "the README's command runs four ranks at HPC2N and proves the result" {
    whole_way hpc2n
}

@test "the README's command runs four ranks at UPPMAX and proves the result" {
    whole_way uppmax
}

@test "the job's way is told in plain lines and ends with the table" {
    run -0 --separate-stderr on hpc2n \
        'integ2d-submit --site=hpc2n --scheme=mpi -n 2 --grid=2000'
    [[ $stderr == *"submitted"* ]]
    [[ $stderr == *"submitted, integ2d-runs/hpc2n-mpi-n2-"*"waits in the queue:"*"runs"*"ran to its end"* ]]
    [[ $stderr != *$'\r'* ]]
    [[ ${lines[0]} == scheme*site*job*workers*nodes*grid*best*median*integral*error*CPU*check ]]
    [[ ${lines[1]} =~ ^mpi\ +hpc2n\ +[0-9]+\ +2\ +1\ +2000\ .*%\ +passed$ ]]
}

@test "on a terminal one line is rewritten until the table comes" {
    run -0 env TERM=xterm script -qec "$INTEG2D_BIN/integ2d-lab exec --site=hpc2n -- bash -lc 'ml integ2d && integ2d-submit --scheme=serial --repeat=3'" /dev/null
    [[ $output == *$'\r\033[K'*"of 3 repeats"* ]]
    [[ $output == *passed* ]]
}

@test "every scheme runs at both sites and gives the same 64 bits" {
    local site scheme bits all=
    for site in hpc2n uppmax; do
        for scheme in 'serial' 'openmp -n 3' 'mpi -n 4'; do
            bits=$(on "$site" "integ2d-submit --scheme=$scheme --grid=1000 \
                --repeat=2 --json -q" | jq -r .record.integral_hex)
            all+="$bits"$'\n'
        done
    done
    [ "$(sort -u <<<"${all%$'\n'}" | wc -l)" = 1 ]
    [[ $bits == *0x1.*p-* ]]
}

@test "ranks may be spread over two nodes" {
    run -0 --separate-stderr on hpc2n \
        'integ2d-submit --scheme=mpi -n 4 -N 2 --grid=1000 --json'
    [ "$(jq -r .nodes <<<"$output")" = 2 ]
    [ "$(jq -r .check <<<"$output")" = passed ]
}

# The facts of a job that Slurm's own tool shows.
facts() {
    on "$1" "scontrol show job $2" |
        grep -oE '(JobName|Account|TimeLimit|Partition|NumNodes|NumCPUs|NumTasks|CPUs/Task|MinMemoryNode|Features|Comment|ReqB:S:C:T)=[^ ]*'
}

@test "sbatch job.sbatch by hand gives the same job as the launcher" {
    local site id again
    for site in hpc2n uppmax; do
        id=$(on "$site" "integ2d-submit --scheme=openmp -n 2 -c 3 --grid=500 \
            -t 7 --mem=300 -C 'skylake|zen4' --name=twin-$site --json -q" |
            jq .job_id)
        cd integ2d-runs/"$site"-*/
        again=$(on "$site" 'sbatch --parsable job.sbatch')
        cd ../..
        # A job that waits shows fewer facts than one that has run.
        for _ in $(seq 100); do
            facts "$site" "$again" >theirs
            if grep -q '^NumNodes=1$' theirs; then break; fi
            sleep 0.1
        done
        facts "$site" "$id" >ours
        grep -q "JobName=twin-$site" ours
        grep -q 'TimeLimit=00:07:00' ours
        grep -q 'CPUs/Task=3' ours
        diff ours theirs
    done
}

@test "the job finds the environment that sbatch would give it" {
    local prefix folder
    prefix=$(copy_prefix)
    sed -i 's/^@COMMAND@/env | sort > "$INTEG2D_JOB_ENV"; umask >> "$INTEG2D_JOB_ENV"\n&/' \
        "$prefix/share/integ2d/jobs/hpc2n.sbatch.in"
    on hpc2n "umask 027; INTEG2D_JOB_ENV=$PWD/ours $prefix/bin/integ2d-submit \
        --scheme=mpi -n 2 --grid=100 -q"
    folder=$(run_folder)
    on hpc2n "umask 027; cd $folder && INTEG2D_JOB_ENV=$PWD/theirs \
        sbatch --wait job.sbatch"
    for file in ours theirs; do
        # What names the one job, or the shell it came from.
        grep -vE '^(SLURM_JOB_?ID|SLURM_TASK_PID|SHLVL|PWD|OLDPWD|_|INTEG2D_JOB_ENV|SLURM_WORKING_CLUSTER|SLURM_SUBMIT_DIR)=' \
            $file >$file.env
    done
    grep -q '^SLURM_NTASKS=2' ours.env
    tail -n 1 ours.env | grep -qx 0027
    diff ours.env theirs.env
}

@test "a dry run prints the script and touches neither Slurm nor disk" {
    run -0 --separate-stderr env SLURM_CONF=/nonexistent HOME=/nonexistent \
        "$INTEG2D_BIN/integ2d-submit" --site=hpc2n --scheme=mpi -n 4 \
        -A hpc2n2026-042 --dry-run
    [ "${lines[0]}" = '#!/bin/bash' ]
    [[ $output == *'#SBATCH -A hpc2n2026-042'* ]]
    [[ $output == *'#SBATCH -n 4'* ]]
    [[ ${lines[-1]} == 'srun integ2d-mpi --grid=10000 --repeat=5 --math=plain' ]]
    [[ $output != *@* ]]
    [ -z "$(ls)" ]
}

@test "--no-wait returns at once and the run is collected later" {
    run -0 --separate-stderr on hpc2n \
        'integ2d-submit --scheme=serial --grid=20000 --repeat=2 --no-wait'
    [[ $output =~ ^[0-9]+\ integ2d-runs/hpc2n-serial-n1- ]]
    run -3 --separate-stderr on hpc2n integ2d-collect
    [[ $stderr == *job* ]]
    for _ in $(seq 300); do
        if on hpc2n integ2d-collect >table 2>/dev/null; then break; fi
        sleep 0.2
    done
    grep -q passed table
}

@test "Ctrl-C leaves the job running and says how to collect it" {
    local pid folder status=0
    # No function here: the signal is for the program itself, and a script's
    # & turns SIGINT off.
    env --default-signal=INT "$INTEG2D_BIN/integ2d-lab" exec --site=hpc2n -- bash -lc \
        'ml integ2d && exec integ2d-submit --scheme=serial --repeat=4' \
        >out 2>err 3>&- &
    pid=$!
    wait_for ' runs' err
    kill -INT $pid
    wait $pid || status=$?
    [ $status -eq 130 ]
    folder=$(run_folder)
    grep -q "integ2d-collect ${folder#"$PWD"/}" err
    [ ! -s out ]
    for _ in $(seq 300); do
        if on hpc2n "integ2d-collect $folder" >table 2>/dev/null; then break; fi
        sleep 0.2
    done
    grep -q passed table
}

@test "-v shows where each setting came from" {
    local config='$XDG_CONFIG_HOME/integ2d'
    run -0 --separate-stderr on hpc2n "export XDG_CONFIG_HOME=$PWD/config
        mkdir -p $config
        printf '[defaults]\nsite = hpc2n\n[hpc2n]\ntime = 3\naccount = hpc2n2026-042\n' > $config/config.ini
        integ2d-submit --scheme=serial --grid=100 -v"
    [[ $stderr == *"site hpc2n ($PWD/config/integ2d/config.ini:2)"* ]]
    [[ $stderr == *"account hpc2n2026-042 ($PWD/config/integ2d/config.ini:5)"* ]]
    [[ $stderr == *"time 3 ($PWD/config/integ2d/config.ini:4)"* ]]
    run -0 --separate-stderr on hpc2n 'export INTEG2D_ACCOUNT=hpc2n2026-042
        integ2d-submit --scheme=serial --grid=100 -v'
    [[ $stderr == *"account hpc2n2026-042 (INTEG2D_ACCOUNT)"* ]]
    [[ $stderr == *"site hpc2n (INTEG2D_LAB_SITE)"* ]]
}

@test "options may be spelled and shortened as for sbatch" {
    run -0 --separate-stderr on hpc2n 'integ2d-submit --sch=openmp --ntasks=2 \
        --acc=hpc2n2026-042 --tim=0-1 --job-name=spelled --cpus=2 --dry'
    [[ $output == *'-J spelled'* ]]
    [[ $output == *'-t 01:00:00'* ]]
    [[ $output == *'-c 2'* ]]
}

@test "--help lists every option and scheme, --version the version" {
    run -0 --separate-stderr "$INTEG2D_BIN/integ2d-submit" --help
    local word
    for word in --site --scheme 'serial: ' 'openmp: ' 'mpi: ' '-n,' --grid \
        --repeat --math '-A,' '-t,' '-p,' '-N,' '-c,' --mem '-C,' --reservation --name \
        --output-dir --dry-run --no-wait --json '-q,' '-v,'; do
        [[ $output == *"$word"* ]]
    done
    run -0 "$INTEG2D_BIN/integ2d-submit" --version
    [[ $output =~ ^integ2d-submit\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "nohup keeps the wait going when the terminal is gone" {
    local pid
    nohup "$INTEG2D_BIN/integ2d-lab" exec --site=hpc2n -- bash -lc \
        'ml integ2d && exec integ2d-submit --scheme=serial --repeat=1' \
        >out 2>err 3>&- &
    pid=$!
    wait_for ' runs' err
    kill -HUP $pid
    wait $pid
    grep -q passed out
}

@test "output that cannot be written is an error, said in words" {
    run -1 on hpc2n 'integ2d-submit --scheme=serial -A hpc2n2026-042 --dry-run >/dev/full'
    [[ $output == *"cannot write to standard output"* ]]
    run -1 on hpc2n 'integ2d-submit --scheme=serial --grid=50 -q --json >/dev/full'
    [[ $output == *"cannot write to standard output"* ]]
    run -1 on hpc2n 'integ2d-collect >&-'
    [[ $output == *"cannot write to standard output"* ]]
}

@test "a job that fails shows its state in words and the end of its errors" {
    local prefix
    prefix=$(copy_prefix)
    sed -i 's/^@COMMAND@/echo "no such luck" >\&2; exit 7\n&/' \
        "$prefix/share/integ2d/jobs/hpc2n.sbatch.in"
    run -1 --separate-stderr on hpc2n \
        "$prefix/bin/integ2d-submit --scheme=serial"
    [[ $stderr == *"ended with an error (FAILED, exit status 7"* ]]
    [[ $stderr == *"no such luck"* ]]
    [[ ${lines[1]} == *failed ]]
    [[ $output != *passed* ]]
}

@test "a job that is cancelled is never shown as a result" {
    local pid id status=0
    on hpc2n 'exec integ2d-submit --scheme=serial --repeat=100' >out 2>err 3>&- &
    pid=$!
    wait_for ' runs' err
    id=$(jq .job_id "$(run_folder)"/state.json)
    on hpc2n "scancel $id"
    wait $pid || status=$?
    [ $status -eq 1 ]
    grep -q 'was cancelled (CANCELLED' err
    grep -q failed out
}

@test "a job past its time limit says so and which option gives more" {
    local prefix pid id status=0
    prefix=$(copy_prefix)
    sed -i 's/^@COMMAND@/sleep 300\n&/' \
        "$prefix/share/integ2d/jobs/hpc2n.sbatch.in"
    on hpc2n "exec $prefix/bin/integ2d-submit --scheme=serial -t 1" \
        >out 2>err 3>&- &
    pid=$!
    wait_for ' runs' err
    # Slurm's shortest limit is a minute; its staff may shorten what is left.
    id=$(jq .job_id "$(run_folder)"/state.json)
    on hpc2n "scontrol update JobId=$id EndTime=now+1"
    wait $pid || status=$?
    [ $status -eq 1 ]
    grep -q 'ran into its time limit (TIMEOUT' err
    grep -q 'it had 1 minute; ask for more with -t' err
}
