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
    [ "$(jq -r '.record.time_s | length' <<<"$output")" = 6 ]
    [ "$(jq -r .nodes <<<"$output")" = 1 ]
}

@test "the README's command runs four ranks at HPC2N and proves the result" {
    whole_way hpc2n
}

@test "the README's command runs four ranks at UPPMAX and proves the result" {
    whole_way uppmax
}

# A submission in the background, process $waiting, whose job is seen to run
# and waits for `release`; it may be started by another command: held [COMMAND]
held() {
    local prefix
    prefix=$(held_prefix)
    become hpc2n "exec $* $prefix/bin/integ2d-submit --scheme=mpi -n 2 \
        --grid=2000" >out 2>err 3>&- &
    waiting=$!
    wait_for ' runs' err
}

@test "the job's way is told in plain lines and ends with the table" {
    held
    release
    wait "$waiting"
    [[ $(<err) == *"submitted, integ2d-runs/hpc2n-mpi-n2-"*" runs"*"ran to its end"* ]]
    [[ $(<err) != *$'\r'* ]]
    mapfile -t lines <out
    [[ ${lines[0]} == scheme*site*job*workers*nodes*grid*best*median*integral*error*CPU*check ]]
    [[ ${lines[1]} =~ ^mpi\ +hpc2n\ +[0-9]+\ +2\ +1\ +2000\ .*%\ +passed$ ]]
}

@test "on a terminal one line is rewritten until the table comes" {
    local prefix
    prefix=$(held_prefix)
    # As far as a program would have come, and kept there.
    sed -i 's/^while \[ -e/echo "1 3 0.5" >progress_$SLURM_JOB_ID\n&/' \
        "$prefix"/share/integ2d/jobs/hpc2n.sbatch.in
    env TERM=xterm script -qefc "$INTEG2D_BIN/integ2d-lab exec --site=hpc2n -- bash -lc 'ml integ2d && $prefix/bin/integ2d-submit --scheme=serial --grid=300 --repeat=3'" /dev/null >out 3>&- &
    wait_for '1 of 3 repeats' out
    release
    wait $!
    [[ $(<out) == *$'\r\033[K'*"of 3 repeats"* ]]
    grep -q passed out
}

# Every scheme of the table, one job each. They are sent by one login shell,
# and the cluster runs as many at a time as it has room for.
every_scheme() {
    local names words=()
    names=$("$INTEG2D_BIN/integ2d-submit" --site=local --scheme=none 2>&1 |
        sed 's/.*(schemes: \(.*\))/\1/; s/,//g')
    for name in $names; do
        case $name in
        serial | jit | fortran | julia) words+=("$name") ;;
        # On one node each: Open MPI's TCP does not stand several two-node
        # jobs at the same time on one machine.
        mpi) words+=('mpi -n 4 -N 1') ;;
        hybrid) words+=('hybrid -n 2 -c 2 -N 1') ;;
        pitfalls) words+=('pitfalls -n 2 --mode=atomic-row') ;;
        *) words+=("$name -n 2") ;;
        esac
    done
    on "$1" "for words in ${words[*]@Q}; do
        integ2d-submit --scheme=\$words --grid=400 --repeat=1 --no-wait -q ||
            exit; done"
    on "$1" 'integ2d-collect --wait -q --json' >all.json
    # Runs of one second come in any order.
    [ "$(jq -r '.[].scheme' all.json | sort)" = "$(sort <<<"${names// /$'\n'}")" ]
    [ "$(jq -r 'map(.verdict + " " + .check) | unique[]' all.json)" = 'right passed' ]
    # A matrix product is no integral, and all others have the same bits.
    [ "$(jq '[.[].record.integral_hex | select(. != null)] | length' all.json)" = \
        $((${#words[@]} - 1)) ]
    [[ $(jq -r '[.[].record.integral_hex | select(. != null)] | unique[]' \
        all.json) =~ ^-?0x1.*p-[0-9]+$ ]]
}

@test "every scheme runs at HPC2N, passes its check and gives the same 64 bits" {
    every_scheme hpc2n
    [ "$(jq -r '.[] | select(.scheme == "hybrid") | .workers' all.json)" = 4 ]
}

@test "every scheme runs at UPPMAX, passes its check and gives the same 64 bits" {
    every_scheme uppmax
    [ "$(jq -r '.[] | select(.scheme == "hybrid") | .nodes' all.json)" = 1 ]
}

@test "a hybrid job runs on two nodes, and its map of cores is in its output" {
    run -0 --separate-stderr on hpc2n \
        'integ2d-submit --scheme=hybrid -n 2 -c 2 -N 2 --grid=400 --json --placement'
    [ "$(jq -r .nodes <<<"$output")" = 2 ]
    [ "$(jq -r .check <<<"$output")" = passed ]
    [ "$(jq -r .workers <<<"$output")" = 4 ]
    [[ $stderr == *"where each worker ran: integ2d-runs/hpc2n-hybrid-n4-"*"/output_"*.out ]]
    grep -q Placement integ2d-runs/*/output_*.out
    grep -qx 'export OMP_NUM_THREADS=2' integ2d-runs/*/job.sbatch
}

@test "a race is a failed check, and how much was lost is said" {
    run -1 --separate-stderr on hpc2n \
        'integ2d-submit --scheme=pitfalls --mode=race -n 4'
    [[ $stderr == *"the check failed: "*race* ]]
    [[ ${lines[1]} == 'pitfalls race '*failed ]]
    [[ $output == *'wrong: '* ]]
    run -1 --separate-stderr on hpc2n 'integ2d-collect --json'
    [ "$(jq -r '.[0].mode + " " + .[0].check' <<<"$output")" = 'race failed' ]
}

@test "the time to compile at run time is shown apart" {
    run -0 --separate-stderr on hpc2n 'integ2d-submit --scheme=jit --grid=300'
    [[ ${lines[1]} == jit*passed ]]
    [[ ${lines[2]} =~ ^compile\ time:\ [0-9.]+\ m?s$ ]]
}

@test "ranks that share a node start without a network, others with one" {
    local dry='integ2d-submit -A hpc2n2026-042 --dry-run --scheme'
    run -0 --separate-stderr on hpc2n "$dry=mpi -n 4 -N 1"
    [ "${lines[-1]}" = 'env OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader srun integ2d-mpi --grid=10000 --repeat=6 --math=plain' ]
    run -0 --separate-stderr on hpc2n "$dry=mpi -n 4 -N 2"
    [ "${lines[-1]}" = 'srun integ2d-mpi --grid=10000 --repeat=6 --math=plain' ]
    run -0 --separate-stderr on hpc2n "$dry=hybrid -n 2 -c 3 --math=simd"
    [ "${lines[-1]}" = 'srun --cpu-bind=cores integ2d-hybrid -c 3 --grid=10000 --repeat=6 --math=simd' ]
    [[ $output == *$'\n#SBATCH -n 2\n#SBATCH -c 3\n'*$'\nexport OMP_NUM_THREADS=3\n'* ]]
    run -0 --separate-stderr "$INTEG2D_BIN/integ2d-submit" --site=local \
        --scheme=hybrid -n 1 -c 2 --dry-run
    [ "${lines[-1]}" = 'env HWLOC_COMPONENTS=-pci,-linux:pci mpirun -n 1 --map-by slot:PE=2 --mca pml ob1 --mca btl self,vader integ2d-hybrid -c 2 --grid=10000 --repeat=6 --math=plain' ]
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
    local site scheme cores tasks id folder again
    while read -r site scheme cores tasks; do
        read -r id folder < <(on "$site" "integ2d-submit --scheme=$scheme -n 2 \
            -c $cores --grid=500 -t 7 --mem=300 -C 'skylake|zen4' -N 1 \
            --name=twin-$site --no-wait -q")
        again=$(on "$site" "cd $folder && sbatch --parsable job.sbatch")
        # A job that waits shows fewer facts than one that has run.
        job_over "$site" "$id"
        job_over "$site" "$again"
        facts "$site" "$again" >theirs
        facts "$site" "$id" >ours
        grep -q "JobName=twin-$site" ours
        grep -q 'TimeLimit=00:07:00' ours
        grep -q "CPUs/Task=$cores" ours
        grep -q "NumTasks=$tasks" ours
        diff ours theirs
    done <<<"hpc2n openmp 3 1
uppmax openmp 3 1
uppmax hybrid 2 2"
}

@test "the job finds the environment that sbatch would give it" {
    local prefix folder
    prefix=$(copy_prefix)
    sed -i 's/^@COMMAND@/env | sort > "$INTEG2D_JOB_ENV"; umask >> "$INTEG2D_JOB_ENV"\n&/' \
        "$prefix/share/integ2d/jobs/hpc2n.sbatch.in"
    on hpc2n "umask 027; INTEG2D_JOB_ENV=$PWD/ours $prefix/bin/integ2d-submit \
        --scheme=mpi -n 2 --grid=100 -q"
    folder=$(run_folder)
    job_over hpc2n "$(on hpc2n "umask 027; cd $folder &&
        INTEG2D_JOB_ENV=$PWD/theirs sbatch --parsable job.sbatch")"
    for file in ours theirs; do
        # What names the one job, its node, or the shell it came from.
        grep -vE '^(SLURM_JOB_?ID|SLURM_TASK_PID|SHLVL|PWD|OLDPWD|_|INTEG2D_JOB_ENV|SLURM_WORKING_CLUSTER|SLURM_SUBMIT_DIR|SLURM_JOB_(START|END)_TIME)=' \
            $file |
            grep -vE '^(HOSTNAME|SLURMD_NODENAME|SLURM_(JOB_)?NODELIST|SLURM_TOPOLOGY_ADDR)=' \
                >$file.env
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
    [[ ${lines[-1]} == 'srun integ2d-mpi --grid=10000 --repeat=6 --math=plain' ]]
    [[ $output != *@* ]]
    [ -z "$(ls)" ]
}

# Looks at the only run again and again until it is over, and right.
collected() {
    for _ in $(seq 300); do
        if on hpc2n "integ2d-collect $*" >table 2>/dev/null; then break; fi
        sleep 0.2
    done
    grep -q passed table
}

@test "--no-wait returns at once and the run is collected later" {
    local prefix
    prefix=$(held_prefix)
    run -0 --separate-stderr on hpc2n "$prefix/bin/integ2d-submit \
        --scheme=serial --grid=300 --no-wait"
    [[ $output =~ ^[0-9]+\ integ2d-runs/hpc2n-serial-n1- ]]
    run -3 --separate-stderr on hpc2n integ2d-collect
    [[ $stderr == *job* ]]
    release
    collected
}

@test "Ctrl-C leaves the job running and says how to collect it" {
    local folder status=0
    # A script's & turns SIGINT off.
    held env --default-signal=INT
    kill -INT "$waiting"
    wait "$waiting" || status=$?
    [ $status -eq 130 ]
    folder=$(run_folder)
    grep -q "integ2d-collect ${folder#"$PWD"/}" err
    [ ! -s out ]
    release
    collected "$folder"
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
    for word in --site --scheme '  serial ' '  jit ' '  fortran ' '  julia ' \
        '  threads ' '  gil ' '  openmp ' '  fortran-openmp ' '  multiprocess ' \
        '  blas ' '  pitfalls ' '  mpi ' '  hybrid ' '-n,' --grid 'blas 3000' \
        --repeat --math --mode false-sharing --placement '-A,' '-t,' '-p,' '-N,' '-c,' --mem '-C,' --reservation --name \
        --output-dir --dry-run --no-wait --json '-q,' '-v,'; do
        [[ $output == *"$word"* ]]
    done
    run -0 "$INTEG2D_BIN/integ2d-submit" --version
    [[ $output =~ ^integ2d-submit\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "nohup keeps the wait going when the terminal is gone" {
    held nohup
    kill -HUP "$waiting"
    release
    wait "$waiting"
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
    local id status=0
    held
    id=$(jq .job_id "$(run_folder)"/state.json)
    on hpc2n "scancel $id"
    wait "$waiting" || status=$?
    [ $status -eq 1 ]
    grep -q 'was cancelled (CANCELLED' err
    grep -q failed out
}
