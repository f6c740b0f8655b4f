#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# Why a run went wrong: each mistake is made on the private Slurm, and told.
bats_require_minimum_version 1.5.0
load common

# Instead of that of common.bash: these runs are not healthy.
teardown() {
    if [ -n "${undo-}" ]; then on hpc2n "$undo"; fi
    leave_lab
}

# A run folder of SITE whose job.sbatch has been edited by a sed script; the
# test goes there: edited SITE 'scheme and its options' 'sed script'. The job
# that it comes from is not waited for.
edited() {
    on "$1" "integ2d-submit --scheme=$2 --grid=200 --no-wait >own &&
        scancel \$(sed 's/ .*//' own)"
    cd "$(run_folder)" || return
    sed -E "$3" job.sbatch >edited && ! cmp -s edited job.sbatch &&
        mv edited job.sbatch
}

# Waits up to 40 s for the reason why job $id waits: reason PATTERN
reason() {
    local reason
    for _ in $(seq 400); do
        reason=$(on hpc2n "squeue -h -o %r -j $id")
        if [[ $reason =~ ^($1)$ ]]; then return; fi
        sleep 0.1
    done
    echo "job $id never waited for $1 but for $reason" >&2
    return 1
}

# The one program of that name with job $id in its environment.
process_of() {
    grep -lzFx "SLURM_JOB_ID=$id" /proc/[0-9]*/environ 2>/dev/null |
        cut -d/ -f3 | while read -r pid; do
            if [ "$(cat "/proc/$pid/comm")" = "$1" ]; then echo "$pid"; fi
        done
}

# Sends job.sbatch by hand and waits for its end: by_hand SITE [OPTION...]
by_hand() {
    id=$(on "$1" "sbatch --parsable ${*:2} job.sbatch")
    job_over "$1" "$id"
}

# What integ2d-collect advises on job $id: exactly these rules, the first of
# them with these words: advised SITE 'names' 'words' ...
advised() {
    local site=$1 names=$2 words
    shift 2
    on "$site" "integ2d-collect --json $id 2>/dev/null" >advice.json || true
    if [ "$(jq -r '.[0].advice | map(.name) | join(" ")' advice.json)" != "$names" ]; then
        echo "expected: $names"
        echo "found: $(jq '.[0].advice, .[0].facts' advice.json)"
        cat error_"$id".err
        return 1
    fi
    run --separate-stderr on "$site" "integ2d-collect $id"
    for words in "$@"; do
        if [[ $stderr != *"$words"* ]]; then
            echo "expected: $words"
            echo "found: $stderr"
            return 1
        fi
    done
}

# Sends the edited job.sbatch; what it is judged by comes later.
send() {
    on hpc2n 'sbatch --parsable job.sbatch' >id && id=$(<id)
}

# Goes to a job of setup_file's.
sent() {
    cd "$BATS_FILE_TMPDIR/$1"/integ2d-runs/* && id=$(<id) && job_over hpc2n "$id"
}

# What takes its time: a record that does not come is waited for, and Slurm
# looks for jobs past their time every 30 s. They are judged at the end.
setup_file() {
    local name
    for name in copies nothing; do
        mkdir "$BATS_FILE_TMPDIR/$name" && cd "$BATS_FILE_TMPDIR/$name" || return
        case $name in
        copies) edited hpc2n 'mpi -n 4' \
            's/^srun /srun --mpi=none env -i PATH="$PATH" /' ;;
        nothing) edited hpc2n serial 's/^integ2d-serial/true/' ;;
        esac
        send || return
    done
    # On n1, since a test lets n2 fail.
    mkdir "$BATS_FILE_TMPDIR/long" && cd "$BATS_FILE_TMPDIR/long" || return
    (
        status=0
        on hpc2n 'echo $$ >pid; exec integ2d-submit --scheme=serial \
            --grid=4000 --repeat=4000 -t 1 -C skylake' >out 2>err || status=$?
        echo $status >status
    ) 3>&- &
    wait_for ' runs' err
    id=$(jq .job_id "$(run_folder)/state.json")
    wait_for '^[1-9]' "$(run_folder)/progress_$id"
    # So it is not over earlier, and takes nothing from the tests.
    kill -STOP "$(process_of integ2d-serial)"
    # Slurm's shortest limit is a minute; its staff may shorten what is left.
    on hpc2n "scontrol update JobId=$id EndTime=now+1"
}

teardown_file() {
    [ -e "$BATS_FILE_TMPDIR/long/status" ] ||
        kill "$(<"$BATS_FILE_TMPDIR/long/pid")"
}

# ---- MPI ---------------------------------------------------------------------

@test "an MPI program without its launch command is one rank" {
    edited hpc2n 'mpi -n 4' 's/^srun //'
    by_hand hpc2n
    advised hpc2n no-launcher 'advice, error (no-launcher)' \
        '    srun integ2d-mpi --grid=200'
}

@test "srun with an --mpi that does not fit" {
    edited hpc2n 'mpi -n 2' 's/^srun /srun --mpi=pmi2 /'
    by_hand hpc2n
    advised hpc2n srun-without-pmix '    srun --mpi=pmix integ2d-mpi'
}

@test "another MPI's launch command" {
    edited hpc2n 'mpi -n 2' 's/^srun /mpiexec.hydra -n 2 /'
    by_hand hpc2n
    advised hpc2n other-mpi '    srun integ2d-mpi'
    sed -i 's/^mpiexec.hydra/& -launcher fork/' job.sbatch
    by_hand hpc2n
    advised hpc2n other-mpi '    srun integ2d-mpi'
}

# ---- Threads and tasks -------------------------------------------------------

@test "-n instead of -c for threads" {
    edited hpc2n 'openmp -n 4' \
        's/^#SBATCH -n.*/#SBATCH --ntasks=4/; s/^#SBATCH -c.*//; s/^(export OMP_NUM_THREADS=).*/\1$SLURM_CPUS_PER_TASK/'
    by_hand hpc2n
    advised hpc2n tasks-for-threads '    #SBATCH -n 1' '    #SBATCH -c'
}

@test "OMP_NUM_THREADS that is not set" {
    edited hpc2n 'openmp -n 4' '/OMP_NUM_THREADS/d'
    by_hand hpc2n
    advised hpc2n omp-unset \
        '    export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK'
}

@test "OMP_NUM_THREADS=1 on four cores" {
    edited hpc2n 'openmp -n 4' 's/^(export OMP_NUM_THREADS=).*/\11/'
    by_hand hpc2n
    advised hpc2n too-few-threads 'used 1 of the 4 cores'
}

@test "OMP_NUM_THREADS above the cores of the job" {
    edited hpc2n 'openmp -n 2' 's/^(export OMP_NUM_THREADS=).*/\14/'
    by_hand hpc2n
    advised hpc2n too-many-threads '4 threads shared what -c 2 had reserved' \
        '    #SBATCH -c 4'
}

@test "all threads on one core" {
    edited hpc2n 'openmp -n 2' 's/^integ2d-/taskset -c 0 &/'
    # Whichever core the job may use.
    sed -i 's/^taskset -c 0/taskset -c $(taskset -cp $$ | sed "s,.*: ,,; s,[^0-9].*,,")/' job.sbatch
    by_hand hpc2n
    advised hpc2n one-core 'All 2 threads ran on one core'
}

@test "a program pinned to some of its cores by mistake" {
    edited hpc2n 'openmp -n 4' 's/^integ2d-/taskset -c $(cat two) &/'
    # Two that this machine lets its programs use.
    /usr/bin/python3 -c 'import os
print(*sorted(os.sched_getaffinity(0))[:2], sep=",")' >two
    by_hand hpc2n
    # With two cores, or fewer, there is none to be kept from.
    if (($(nproc) > 2)); then
        advised hpc2n pinned 'bound to 2 of them'
    else
        advised hpc2n ''
    fi
}

@test "cores that the node itself has not got are nobody's mistake" {
    local half
    # A lab that, as in a container, has half of the machine's cores: its nodes
    # promise four all the same.
    half=$(/usr/bin/python3 -c 'import os
cpus = sorted(os.sched_getaffinity(0))
print(*cpus[:(len(cpus) + 1) // 2], sep=",")')
    export INTEG2D_LAB=$BATS_TEST_TMPDIR/lab
    taskset -c "$half" "$INTEG2D_BIN/integ2d-lab" up
    on hpc2n 'integ2d-submit --scheme=openmp -n 4 --grid=200 --json -q' >ran.json
    jq -e '.advice == [] and .facts.cpus_reachable == .facts.cpus_allowed' ran.json
    [[ $half != *,* ]] || jq -e '.facts.cpus_allowed >= 2' ran.json
}

@test "srun of this Slurm forgets -c" {
    edited hpc2n 'openmp -n 2' '/SRUN_CPUS_PER_TASK/d; s/^integ2d-/srun &/'
    by_hand hpc2n
    advised hpc2n srun-forgets-cores \
        '    export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK'
}

@test "tasks scattered over nodes that one could hold" {
    local node used cores
    edited hpc2n 'mpi -n 4' 's/^$/\n/'
    sent copies
    sent nothing
    cd "$BATS_TEST_TMPDIR/work"
    cd integ2d-runs/*
    job_over hpc2n "$(sed 's/ .*//' ../../own)"
    # With two cores of each node left, four tasks find no node alone.
    cores=$(on hpc2n 'sinfo -h -n n1 -o %c -p batch')
    undo='scancel --name=filler'
    for node in n1 n2; do
        used=$(on hpc2n "squeue -h -t R,CG -w $node -o %C" |
            awk '{sum += $1} END {print sum + 0}')
        on hpc2n "sbatch -A hpc2n2026-042 -t 5 -J filler -w $node \
            -n $((cores - used - 2)) -o /dev/null --wrap 'sleep 300'"
    done
    for _ in $(seq 400); do
        if [ "$(on hpc2n 'squeue -h -t R -n filler -o %i' | wc -l)" = 2 ]; then
            break
        fi
        sleep 0.1
    done
    by_hand hpc2n
    advised hpc2n scattered 'scattered over 2 nodes' '    #SBATCH -N 1'
}

@test "a serial program with many tasks" {
    edited hpc2n serial 's/^#SBATCH -n.*/#SBATCH -n4/'
    by_hand hpc2n
    advised hpc2n tasks-for-serial '4 tasks were reserved' '    #SBATCH -n 1'
}

# ---- Time and memory ---------------------------------------------------------

@test "memory that is not enough, and how much to ask for" {
    edited hpc2n serial \
        's/^#SBATCH -J.*/&\n#SBATCH --mem=100M/; s/^integ2d-/hog=$(yes | head -c 300M); sleep 60\n&/'
    by_hand hpc2n
    advised hpc2n out-of-memory 'Asked for with --mem, in MiB: 100' \
        '    #SBATCH --mem='
    # More than what was seen.
    jq -e '.[0].facts | .need_mem_mib >= 200 and
        (.max_rss_mib == null or .need_mem_mib > .max_rss_mib)' advice.json
}

# ---- Modules and programs ----------------------------------------------------

@test "a module that is not there" {
    edited hpc2n 'mpi -n 2' 's/OpenMPI\/4/OpenMPY\/4/'
    by_hand hpc2n
    advised hpc2n module-unknown '    ml spider OpenMPY/4.1.6' \
        '    ml GCC/13.2.0 OpenMPI/4.1.6 integ2d'
}

@test "a module that needs others before it" {
    edited hpc2n 'mpi -n 2' 's/^ml GCC.*/ml OpenMPI\/4.1.1/'
    by_hand hpc2n
    advised hpc2n module-not-loadable '    ml spider OpenMPI/4.1.1'
}

@test "a shell in the job that knows no modules" {
    edited hpc2n serial 's/^ml purge/unset -f ml module; &/'
    by_hand hpc2n
    advised hpc2n no-module-command '    #!/bin/bash -l'
}

@test "a program that is not there, with and without srun" {
    edited hpc2n serial 's/^integ2d-serial/integ2d-seral/'
    by_hand hpc2n
    advised hpc2n program-not-found 'the program integ2d-seral'
    sed -i 's/^integ2d-/srun &/' job.sbatch
    by_hand hpc2n
    advised hpc2n program-not-found 'the program integ2d-seral'
}

@test "a program built for another processor" {
    edited hpc2n serial 's/^integ2d-serial/.\/foreign/'
    # An instruction that no processor knows.
    echo 'int main(void) { __builtin_trap(); }' >foreign.c
    "${CC:-gcc}" -o foreign foreign.c
    by_hand hpc2n
    advised hpc2n illegal-instruction 'built for another type of node'
    sed -i 's/^\.\/foreign/srun &/' job.sbatch
    by_hand hpc2n
    advised hpc2n illegal-instruction 'built for another type of node'
}

# ---- Files -------------------------------------------------------------------

@test "a disk without room" {
    edited hpc2n serial 's/^integ2d-/ulimit -f 1; &/'
    by_hand hpc2n
    advised hpc2n disk-full 'could not be written' '    df -h .'
    sed -i 's/^ulimit.*/ls >\/dev\/full/' job.sbatch
    by_hand hpc2n
    advised hpc2n disk-full 'could not be written' '    df -h .'
}

# A quota is the file system's: here the write of the record meets it by the
# library of tests/faults, which wants a program without sanitizers.
@test "a quota that is used up" {
    local plain=$BUILD
    [ -z "$SANITIZE" ] || plain=$BUILD/plain
    make -s -C "$INTEG2D_SOURCE" BUILD="$plain" CC="$CC" SANITIZE= \
        "$plain/bin/integ2d-serial" faults
    edited hpc2n serial "s|^integ2d-|env FAULT_PROGRAM=integ2d-serial \
FAULT_FOLDER=$PWD FAULT_CALL='0 write .record_N 1' FAULT_ERROR=122 \
LD_PRELOAD=$plain/faults/fault.so $plain/bin/&|"
    by_hand hpc2n
    grep -q 'the record cannot be written to .*: Disk quota exceeded' error_*.err
    advised hpc2n disk-full 'your quota or the disk is full'
}

# ---- The program -------------------------------------------------------------

@test "a debug build" {
    make -s -C "$INTEG2D_SOURCE" BUILD="$PWD/debug" CC="${CC:-gcc}" \
        KERNEL_OPT='-O0 -g -ffp-contract=off' "$PWD/debug/bin/integ2d-serial"
    edited hpc2n serial "s|^integ2d-|$PWD/debug/bin/&|"
    by_hand hpc2n
    advised hpc2n debug-build 'without optimisation (-O0'
}

@test "a result whose check failed" {
    "${CC:-gcc}" -std=gnu11 -D_GNU_SOURCE -O2 \
        ${SANITIZE:+"-fsanitize=$SANITIZE"} -o integ2d-drop \
        "$INTEG2D_SOURCE/tests/broken/drop.c" "$BUILD/lib/libdriver.a" \
        -ljansson -lhwloc -lm
    edited hpc2n serial "s|^integ2d-serial --grid=200 |$PWD/integ2d-drop --grid=201 |"
    by_hand hpc2n
    advised hpc2n check-failed 'row 100 was done 0 times'
}

# ---- Somebody ended it -------------------------------------------------------

@test "a program that somebody killed" {
    edited hpc2n serial 's/--grid=200 --repeat=6/--grid=20000 --repeat=900/'
    id=$(on hpc2n 'sbatch --parsable job.sbatch')
    wait_for '^[0-9]' "progress_$id"
    kill -9 "$(process_of integ2d-serial)"
    job_over hpc2n "$id"
    advised hpc2n killed 'Something outside ended the program'
}

@test "a job that was cancelled" {
    edited hpc2n serial 's/--grid=200 --repeat=6/--grid=20000 --repeat=900/'
    id=$(on hpc2n 'sbatch --parsable job.sbatch')
    wait_for '^[0-9]' "progress_$id"
    on hpc2n "scancel $id"
    job_over hpc2n "$id"
    cancel_accounted hpc2n "$id"
    advised hpc2n cancelled 'You, or a script of yours'
}

# An ordinary user cannot be cancelled by another one here: the word of
# accounting comes from a stand-in for sacct, all else from Slurm.
@test "a job that somebody else cancelled" {
    edited hpc2n serial 's/^$/\n/'
    id=$(on hpc2n 'sbatch --parsable --hold job.sbatch')
    on hpc2n "scancel $id"
    job_over hpc2n "$id"
    mkdir bin
    printf '#!/bin/sh\necho "%s|CANCELLED by 65534||"\n' "$id" >bin/sacct
    chmod +x bin/sacct
    run -1 --separate-stderr on hpc2n "PATH=$PWD/bin:\$PATH integ2d-collect $id"
    [[ $stderr == *'advice, error (cancelled-by-other): The user nobody cancelled'* ]]
}

@test "a node that failed" {
    edited hpc2n serial \
        's/--grid=200 --repeat=6/--grid=20000 --repeat=900/; s/^#SBATCH -J/#SBATCH --no-requeue -w n2\n&/'
    id=$(on hpc2n 'sbatch --parsable job.sbatch')
    wait_for '^[0-9]' "progress_$id"
    # slurmd may bring the node back by itself.
    undo='scontrol update NodeName=n2 State=RESUME 2>/dev/null
        for (( i = 0; i < 400; i++ )); do
            [ "$(sinfo -h -n n2 -p batch -o %T)" != idle ] || break
            sleep 0.1
        done'
    on hpc2n 'scontrol update NodeName=n2 State=DOWN Reason=test'
    job_over hpc2n "$id"
    advised hpc2n node-failed 'The node failed, not your program'
}

# ---- It waits ----------------------------------------------------------------

@test "a job that can never start" {
    local first
    edited hpc2n serial 's/^integ2d-serial/false; exit 1\n&/'
    by_hand hpc2n
    first=$id
    id=$(on hpc2n "sbatch --parsable -d afterok:$first job.sbatch")
    undo="scancel $id"
    reason DependencyNeverSatisfied
    advised hpc2n never-starts 'will never start (DependencyNeverSatisfied)' \
        "    scancel $id"
}

@test "a job that its owner holds" {
    edited hpc2n serial 's/^$/\n/'
    id=$(on hpc2n 'sbatch --parsable --hold job.sbatch')
    undo="scancel $id"
    advised hpc2n held "    scontrol release $id"
}

@test "a job above the limit of its project" {
    local user
    user=$(id -un)
    edited hpc2n 'openmp -n 2' 's/^$/\n/'
    undo="sacctmgr -i modify user $user where account=hpc2n2026-042 set maxtres=cpu=-1"
    on hpc2n "sacctmgr -i modify user $user where account=hpc2n2026-042 set maxtres=cpu=1"
    id=$(on hpc2n 'sbatch --parsable job.sbatch')
    undo="$undo; scancel $id"
    reason 'Assoc.*'
    advised hpc2n over-project-limit 'a limit of your project'
}

@test "a job whose account or quality of service is no longer there" {
    edited hpc2n serial 's/^#SBATCH -J/#SBATCH --qos=ended\n&/'
    on hpc2n "sacctmgr -i add qos ended && sacctmgr -i modify user $(id -un) \
        where account=hpc2n2026-042 set qos+=ended" >/dev/null
    id=$(on hpc2n 'sbatch --parsable --begin=now+600 job.sbatch')
    undo="scancel $id"
    on hpc2n 'sacctmgr -i delete qos ended' >/dev/null
    reason InvalidQOS
    advised hpc2n account-gone 'has ended (InvalidQOS)'
}

# ---- Slurm does not take it --------------------------------------------------

# A submission that Slurm refuses: refused_by SITE 'options' 'rule' 'words' ...
refused_by() {
    local site=$1 options=$2 rule=$3
    shift 3
    refused "$site" "integ2d-submit --scheme=mpi -n 2 $options" \
        'Slurm refused the job' "advice, error ($rule)" "$@"
}

@test "a wrong account is refused with the right ones" {
    refused_by hpc2n '-A hpc2n2026-007' wrong-account \
        'Your accounts here: hpc2n2026-042' '    #SBATCH -A hpc2n2026-042'
}

@test "a wrong partition is refused with those there are" {
    refused_by uppmax '-p pell' wrong-partition 'pelle, fat'
}

@test "a wrong constraint is refused with the features there are" {
    refused_by hpc2n '-C haswell' wrong-constraint 'skylake, intel_cpu, zen4, amd_cpu'
}

@test "a wrong reservation is refused with those there are" {
    refused_by hpc2n '--reservation=course' wrong-reservation 'Reservations now: none'
}

@test "a job larger than any node is refused" {
    refused_by hpc2n '--mem=900T' too-large 'No node is as large'
    refused_by hpc2n '-c 128 -N 1' too-large 'tasks, -n: 2; cores of each, -c: 128; nodes, -N: 1;'
}

# ---- Sent by setup_file ------------------------------------------------------

@test "copies of one rank that know nothing of each other" {
    sent copies
    advised hpc2n copies-of-one-rank '4 copies of the program each ran alone'
}

@test "what is not known is no data, and never a reason for advice" {
    sent nothing
    advised hpc2n ''
    jq -e '.[0].facts | .cpu_percent == null and .ran_workers == null and
        .exit_code == 0' advice.json
    [[ $stderr != *'0 %'* ]]
}

@test "a time limit that is too short, and the time it takes" {
    local limit over repeats elapsed_s
    cd "$BATS_FILE_TMPDIR/long"
    # Slurm itself looks for such jobs every 30 s.
    job_over hpc2n "$(jq .job_id "$(run_folder)/state.json")"
    wait_for 1 status
    [ "$(<status)" = 1 ]
    grep -q 'ran into its time limit (TIMEOUT' err
    grep -q 'it had 1 minute; ask for more with -t' err
    id=$(jq .job_id "$(run_folder)/state.json")
    limit=$(jq -r '.[0].facts.need_time' <(on hpc2n "integ2d-collect --json $id"))
    advised hpc2n time-too-short '(in minutes: 1). Repeats over' ' of 4000.' \
        "    #SBATCH -t $limit"
    # At that pace for all repeats, and the one that warms up, a third more.
    read -r over repeats elapsed_s <"$(run_folder)/progress_$id"
    [ "$limit" = "$(awk -v over="$over" -v all="$repeats" -v s="$elapsed_s" \
        'BEGIN { m = (s / (over + 1) * (all + 1) * 4 / 3 + 30) / 60
            m = int(m) + (m > int(m))
            printf "%02d:%02d:00\n", m / 60, m % 60 }')" ]
}

@test "a time that Slurm itself finds too long is refused" {
    local prefix
    prefix=$(copy_prefix)
    # A site file that believes in longer jobs than the site has.
    sed -i 's/^longest_min *=.*/longest_min = 99999/' "$prefix/share/integ2d/site/hpc2n.ini"
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=serial -t 8-00:00:00" \
        'Slurm refused the job' 'advice, error (time-over-limit)' \
        '(in minutes: 11520)'
}

# ---- How it is shown ---------------------------------------------------------

@test "a table of many has a mark, CSV the names, and one run the text" {
    on hpc2n 'integ2d-submit --scheme=serial --grid=200 -q'
    local prefix
    prefix=$(copy_prefix)
    sed -i 's/^@COMMAND@/ml Nosuch\/1.0\n&/' \
        "$prefix/share/integ2d/jobs/hpc2n.sbatch.in"
    run --separate-stderr on hpc2n "$prefix/bin/integ2d-submit --scheme=serial --grid=200"
    [[ $stderr == *"(module-unknown)"*"    ml spider Nosuch/1.0"* ]]
    run -0 --separate-stderr on hpc2n "integ2d-collect --wait -q"
    [[ ${lines[0]} == *CPU*advice*check ]]
    [[ ${lines[1]} == *' - '*passed ]]
    [[ ${lines[2]} == *' error '*passed ]]
    [[ $stderr == *"For the advice, type one of: integ2d-collect "[0-9]* ]]
    run -0 --separate-stderr on hpc2n 'integ2d-collect --csv'
    [[ ${lines[0]} == *,advice,folder ]]
    [[ ${lines[1]} == *',,"'* ]]
    [[ ${lines[2]} == *',module-unknown,"'* ]]
}

@test "of several that failed accounting is asked once, and knows what of one" {
    local first
    edited hpc2n serial 's/--grid=200 --repeat=6/--grid=20000 --repeat=900/'
    first=$(on hpc2n 'sbatch --parsable job.sbatch')
    id=$(on hpc2n 'sbatch --parsable job.sbatch')
    wait_for '^[0-9]' "progress_$first"
    wait_for '^[0-9]' "progress_$id"
    on hpc2n "scancel $first $id"
    job_over hpc2n "$id"
    job_over hpc2n "$first"
    cancel_accounted hpc2n "$first,$id"
    on hpc2n "integ2d-collect --json -v $first" >one.json 2>one || true
    on hpc2n "integ2d-collect --json -v $first $id" >both.json 2>both || true
    [ "$(jq -c '[.[].advice[].name]' both.json)" = '["cancelled","cancelled"]' ]
    [ "$(jq .[0].facts both.json)" = "$(jq .[0].facts one.json)" ]
    # No request more for two.
    grep -E 'requests? to Slurm' one >expected
    grep -qxF "$(<expected)" both
}

@test "a job of job.sbatch by hand is found by its number before it starts" {
    on hpc2n 'integ2d-submit --scheme=serial --grid=200 --no-wait'
    id=$(on hpc2n "sbatch --parsable --hold -D $(run_folder) $(run_folder)/job.sbatch")
    undo="scancel $id"
    run -3 --separate-stderr on hpc2n "integ2d-collect $id"
    [[ ${lines[1]} == *" $id "*PENDING ]]
    # The launcher's own job is still what the folder stands for.
    run -0 --separate-stderr on hpc2n "integ2d-collect --wait -q"
    [[ ${lines[1]} != *" $id "* ]]
}

# ---- The rules' files --------------------------------------------------------

# A line added to a rule file is refused with file and line: bad 'line' 'words'
bad() {
    printf '[mine]\nseverity = hint\nsay = x\n%b\n' "$1" \
        >"$prefix/share/integ2d/site/advice/hpc2n.ini"
    shift
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=serial" \
        "advice/hpc2n.ini:" "$@"
}

@test "a broken rule is named with file and line, and nothing is submitted" {
    prefix=$(copy_prefix)
    bad 'when = exit_cod = 1' ':4: when' "'exit_cod'" 'did you mean exit_code?'
    bad 'when = exit_code = "1"' 'exit_code is a number'
    bad 'when = state < "A"' 'state is a text'
    bad 'when = state ~ "("' 'no regular expression'
    bad 'when = state = "A' 'closing " is missing'
    bad 'when = state = "A" and exit_code = 1' "expected 'or'"
    bad 'wen = exit_code = 1' 'did you mean when?'
    bad 'say = @exit@' "no fact called 'exit'"
    bad 'say = @1@' 'no '\''when'\'' above has one'
    bad 'severity = grave' 'twice'
    bad 'read = x' ':1: the rule [mine] has no line '\''when'
    # Results are shown all the same.
    on hpc2n 'integ2d-submit --scheme=serial --grid=200 -q'
    run -2 --separate-stderr on hpc2n "$prefix/bin/integ2d-collect"
    [[ $stderr == *"advice/hpc2n.ini:1:"* ]]
    [[ ${lines[1]} == *passed ]]
}

@test "a site adds a rule, replaces one and is rid of one" {
    local prefix
    prefix=$(copy_prefix)
    cat >"$prefix/share/integ2d/site/advice/hpc2n.ini" <<'END'
[course]
severity = hint
when = check = "passed"
when = scheme = "serial"
say = Grid done in @best_s@ s on @ran_workers@ worker; now try --scheme=openmp.
[tasks-for-serial]
severity = off
END
    run -0 --separate-stderr on hpc2n \
        "$prefix/bin/integ2d-submit --scheme=serial --grid=200"
    [[ $stderr == *"advice, hint (course): Grid done in "[0-9]*" s on 1 worker"* ]]
}

@test "what may be one is not counted in the plural" {
    # "@fact@ words" only where a condition says that it is more than one.
    run -0 /usr/bin/python3 - "$INTEG2D_SOURCE/site/advice/all.ini" <<'END'
import re, sys
head, *rules = re.split(r"^\[", open(sys.argv[1]).read(), flags=re.M)
numbers = re.findall(r"(\w+) #", head)
for rule in rules:
    for fact, words in re.findall(r"@(\w+)@ ((?:[a-z]+ )?[a-z]+s)\b", rule):
        if fact in numbers and not re.search(rf"^when = (?:{fact} > |\w+ < {fact}$)", rule, re.M):
            print(rule.split("]")[0], fact, words)
assert len(rules) > 30 and len(numbers) > 20
END
    [ "$output" = '' ]
}

@test "every rule has a test that makes it apply" {
    local rule rules
    rules=$(sed -n 's/^\[\(.*\)\]$/\1/p' "$INTEG2D_SOURCE/site/advice/all.ini")
    [ "$(wc -w <<<"$rules")" -gt 30 ]
    for rule in $rules; do
        grep -hE "^ +(advised|refused_by|\[\[|')" \
            "$BATS_TEST_DIRNAME"/{advice,states}.bats |
            grep -qE "[ (]$rule(\)| |\$)" || {
            echo "no test: $rule"
            return 1
        }
    done
}

@test "every fact is described in the head of the rules" {
    local fact
    on hpc2n 'integ2d-submit --scheme=serial --grid=200 -q --json' >result.json
    for fact in $(jq -r '.facts | keys[]' result.json) script output error; do
        grep -qE "^;.*\b$fact\b" "$INTEG2D_SOURCE/site/advice/all.ini"
    done
    [ "$(jq '.advice | length' result.json)" = 0 ]
}
