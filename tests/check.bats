#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# integ2d-check: skeletons fail, solutions pass, each mistake gets its own hint.
bats_require_minimum_version 1.5.0
load common
load together

setup_file() {
    export EXERCISES=$INTEG2D_SOURCE/course/exercises
}

# On this machine, without Slurm: check EXERCISE [FILE]
check() {
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
        SLURM_CONF=/nonexistent \
        "${prefix_bin:-$INTEG2D_BIN}/integ2d-check" --site=local "$@"
}

# expect STATUS 'words' ... after bats' run; - stands for any words
expect() {
    local words
    if [ "$status" != "$1" ]; then
        echo "expected status $1, found $status: $output $stderr"
        return 1
    fi
    shift
    for words in "$@"; do
        if [[ "$output$stderr" != *"$words"* ]]; then
            echo "expected: $words"
            echo "found: $output $stderr"
            return 1
        fi
    done
}

# The answers of a program's exercise: the skeleton, the solution, and all that
# are wrong or could be better.
program() {
    local name=$1 file hint count=2
    together skeleton "$name" "$2"
    together solution "$name"
    for file in "$EXERCISES/$name"/wrong/*.c; do
        hint=$(basename "$file" .c)
        case " $3 " in
        *" $hint "*) together answer 0 "$name: solved" "hint ($hint)" "$name" "$file" ;;
        *) together answer 1 "$name: not yet" "hint ($hint)" "$name" "$file" ;;
        esac
        count=$((count + 1))
    done
    all_together $count
}

skeleton() {
    run --separate-stderr check "$1" "$EXERCISES/$1/$1.c"
    expect 1 "$1: not yet" "hint ($2)"
    [ -z "$stderr" ]
}

solution() {
    run --separate-stderr check "$1" "$EXERCISES/$1/solution/$1.c"
    expect 0 "$1: solved" 'rows done once each by'
    [[ $output != *hint* ]]
}

# answer STATUS 'words' 'words' EXERCISE FILE
answer() {
    run --separate-stderr check "$4" "$5"
    expect "$1" "$2" "$3"
}

@test "the reduction: the skeleton fails, the solution passes, mistakes are told apart" {
    program reduction no-threads 'array atomic critical'
}

@test "the race: the skeleton fails, the solution passes, mistakes are told apart" {
    program race race critical
}

@test "the constant: the skeleton fails, the solution passes, mistakes are told apart" {
    program constant single ''
}

@test "the ranks: the skeleton fails, the solution passes, mistakes are told apart" {
    # With two ranks the rest is one row, which somebody has to have.
    if [ "$(nproc)" -ge 4 ]; then
        program ranks all-rows-each rest-to-the-last
    else
        run -0 check ranks "$EXERCISES/ranks/solution/ranks.c"
        run -1 check ranks "$EXERCISES/ranks/wrong/rest-lost.c"
    fi
}

@test "no program of an exercise has a warning, in gcc and in clang" {
    local compiler
    for compiler in gcc clang; do
        printf '%s\n' "$EXERCISES"/*/*.c "$EXERCISES"/*/*/*.c |
            OMPI_CC=$compiler xargs -P 4 -n 1 mpicc -std=gnu11 -Wall -Wextra \
                -Wshadow -Wconversion -pedantic -Werror -O1 -fopenmp \
                -I "$INTEG2D_SOURCE/kernels" -S -o /dev/null
    done
}

# ---- What a learner types, and what is no answer ----------------------------------

@test "without a file the exercise is put here, once, and never written over" {
    run -0 check
    [ "$(wc -l <<<"$output")" = "$(find "$EXERCISES" -name exercise | wc -l)" ]
    [[ ${lines[0]} == 'reduction  '* ]]
    run --separate-stderr check race
    expect 1 'put into this folder' race.c
    cmp race.c "$EXERCISES/race/race.c"
    cp "$EXERCISES/race/solution/race.c" .
    run -0 check race
    cmp race.c "$EXERCISES/race/solution/race.c"
    run -0 check --list
    run -0 check --help
    [[ $output == Usage:* ]]
    [ "$(check --version)" = "integ2d-check ${output:+$("$INTEG2D_BIN/integ2d-submit" --version | cut -d ' ' -f 2)}" ]
}

@test "a bad command line is named, and nothing is made" {
    run --separate-stderr check nosuch
    expect 2 "unknown exercise 'nosuch'" reduction
    run --separate-stderr check ../ranks
    expect 2 "unknown exercise '../ranks'"
    run --separate-stderr check race nosuch.c
    expect 2 'nosuch.c: no such file'
    run --separate-stderr check race a.c b.c
    expect 2 "'b.c' is one argument too many"
    run --separate-stderr check race -- -b.c
    expect 2 './-b.c: no such file'
    run --separate-stderr check --account= race
    expect 2 "'--account' wants a value"
    run --separate-stderr check race .
    expect 2 '.: is a folder'
    run --separate-stderr check race "$INTEG2D_BIN/integ2d-serial"
    expect 2 'integ2d-serial: is no text'
    mkdir race.c
    run --separate-stderr check race
    expect 2 'race.c: is a folder'
    rmdir race.c
    run --separate-stderr check --fast
    expect 2 "unknown option '--fast'"
    run --separate-stderr check -A
    expect 2 "'-A' wants a value"
    run --separate-stderr "$INTEG2D_BIN/integ2d-check" --site=nosuch race "$EXERCISES/race/race.c"
    expect 2 "integ2d-check: --site: " nosuch
    [[ $stderr != *sed* ]]
    run --separate-stderr check scripts
    expect 2 'batch scripts need a site with Slurm'
    CC=nosuchcc run --separate-stderr check race "$EXERCISES/race/race.c"
    expect 2 'no compiler nosuchcc'
    [ -z "$(find . -name '*.c' -o -name 'record*')" ]
}

@test "a program that does not compile is shown the line, and is not run" {
    sed 's/worker_stop(me);/worker_stop(me)/' "$EXERCISES/race/race.c" >race.c
    run --separate-stderr check race
    expect 1 'race: not yet' 'hint (compiler)' race.c:43:
    [ -z "$(find . -name 'record_*' -o -name 'output_*')" ]
}

@test "a directive that the compiler leaves out is told apart" {
    sed 's/#pragma omp/#pragma/' "$EXERCISES/reduction/solution/reduction.c" >reduction.c
    run --separate-stderr check reduction
    expect 1 'hint (no-omp)' "ignoring '#pragma parallel"
}

@test "what only looks right is not: numbers, exit status 0, a foreign record" {
    cat >race.c <<'END_OF_C'
#include <stdio.h>
int main(void)
{
    printf("Integral value is -5.430518e-16, Error is 5.430518e-16\n");
    return 0;
}
END_OF_C
    run --separate-stderr check race
    expect 1 'race: not yet' 'hint (no-record)'
    # Somebody else's right result.
    cat >race.c <<'END_OF_C'
#include <stdlib.h>
int main(void)
{
    return system(REAL " -n 4 --grid=100 >/dev/null");
}
END_OF_C
    sed -i "s|REAL|\"$INTEG2D_BIN/integ2d-openmp\"|" race.c
    run --separate-stderr check race
    expect 1 'race: not yet' 'hint (another-run)' 'integ2d-openmp'
    # The right program, on another grid.
    sed 's/run_start/run.grid = 10;\n    run_start/' \
        "$EXERCISES/race/solution/race.c" >race.c
    run --separate-stderr check race
    expect 1 'race: not yet' 'hint (another-run)' $'a grid of\n10;'
    # The record of a right run, put there again; and one that was edited.
    rm -r integ2d-check
    check race "$EXERCISES/race/solution/race.c" >/dev/null
    cat >race.c <<'END_OF_C'
#include <stdlib.h>
int main(void)
{
    return system("sed s/_/_/ ../race-1/record_*.json >$INTEG2D_RECORD/record_1.json");
}
END_OF_C
    run --separate-stderr check race
    expect 1 'race: not yet' 'hint (other-numbers)'
    sed -i 's|s/_/_/|s/attempt.:.0/attempt\\":1/|' race.c
    run --separate-stderr check race
    expect 1 'race: not yet' 'hint (no-record)'
    # And one that does nothing: the integral is 0.
    sed 's/worker_row(me, i);//' "$EXERCISES/race/solution/race.c" >race.c
    run --separate-stderr check race
    expect 1 'race: not yet' 'row 0 was done 0 times' 'hint (lost-row)'
    # One that ends badly after a right run.
    sed 's/return run_finish(&run);/run_finish(\&run);\n    return 3;/' \
        "$EXERCISES/race/solution/race.c" >race.c
    run --separate-stderr check race
    expect 1 'race: not yet' 'exit status 3'
}

@test "a program that hangs is ended, and leaves no process and no full disk" {
    local prefix prefix_bin
    prefix=$(copy_prefix)
    prefix_bin=$prefix/bin
    sed -i 's/^limit_s.*/limit_s = 1/' "$prefix/share/integ2d/exercises/race/exercise"
    sed 's/taken\[i\] = 1;/fwrite(big, sizeof big, 1, stdout);/
        1i #include <stdio.h>\nstatic char big[1 << 20];' "$EXERCISES/race/race.c" >race.c
    run --separate-stderr check race
    expect 1 'race: not yet' 'hint (hangs)'
    [ "$(stat -c %s integ2d-check/race-1/output_1.out)" -le 134217728 ]
    [ -z "$(find /proc/[0-9]*/exe -lname "$PWD/*" 2>/dev/null)" ]
}

@test "a race that did not show is luck, and not accepted" {
    # Each thread waits until the one before it is done.
    sed 's/^static char \*taken;/static volatile int done;\n&/
        s/    for (long i = take/    while (done < me->number)\n        ;\n&/
        s/    worker_stop(me);/&\n    done++;/
        s/run_start(&run);/run.repeat = 1;\n    &/' \
        "$EXERCISES/race/race.c" >race.c
    run --separate-stderr check race
    expect 1 'race: not yet' 'hint (luck)'
}

@test "hints are text that an instructor can change, and slips are named" {
    local prefix prefix_bin hints
    prefix=$(copy_prefix)
    prefix_bin=$prefix/bin
    hints=$prefix/share/integ2d/exercises/constant/hints
    cat >"$hints" <<'END_OF_HINTS'
[mine]
when = check = "failed" or workers > 7
when = rows_wrong = grid
say = All @grid@ rows
say = of @program@ are wrong.
END_OF_HINTS
    run --separate-stderr check constant "$EXERCISES/constant/constant.c"
    expect 1 'hint (mine): All 1000 rows of integ2d-constant are wrong.'
    echo 'when = nosuch = 1' >>"$hints"
    run --separate-stderr check constant "$EXERCISES/constant/constant.c"
    expect 2 "hints:6: no fact called 'nosuch'"
    sed -i '$s/.*/when = check is good/' "$hints"
    run --separate-stderr check constant "$EXERCISES/constant/constant.c"
    expect 2 'hints:6:' 'expected FACT'
    sed -i '$s/.*/sya = x/' "$hints"
    run --separate-stderr check constant "$EXERCISES/constant/constant.c"
    expect 2 "hints:6: 'sya = x': expected [name], when"
}

@test "every fact of a hint is described, and every one described is known" {
    local fact
    for fact in $(sed -n '/^known="/,/"$/p' "$INTEG2D_SOURCE/course/integ2d-check" |
        tr -d '\\"' | sed 's/known=//'); do
        grep -q "\`$fact\`" "$EXERCISES/README.md" || { echo "$fact"; return 1; }
    done
}

# ---- Answers about runs -----------------------------------------------------------

made_id=100000
# A run of openmp: made FOLDER WORKERS SECONDS [CORES USED_S [GRID]]
made() {
    local folder=$1 id=$((++made_id))
    if [ ! -d real ]; then
        SLURM_CONF=/nonexistent "$INTEG2D_BIN/integ2d-submit" --site=local \
            --scheme=openmp --grid=100 --repeat=10 -q --output-dir=real >/dev/null
    fi
    mkdir -p "$folder"
    cp real/*/job.sbatch "$folder"
    jq --argjson n "$2" --argjson g "${6:-1000}" '.workers = $n | .grid = $g' \
        real/*/run.json >"$folder/run.json"
    jq --argjson i $id '.job_id = $i | .end = .start + 20' \
        real/*/state.json >"$folder/state.json"
    jq --arg i $id --argjson n "$2" --argjson g "${6:-1000}" --argjson t "$3" \
        --argjson c "${4:-$2}" --argjson u "${5:-1}" '
        .workers = $n | .grid = $g | .job_id = $i | .warmup_s = $t |
        .time_s = [range(10) | $t * (1 + 0.001 * ((. * 7 % 10) - 4.5))] |
        .best_s = (.time_s | min) | .median_s = $t | .cpus_granted = $c |
        .cpu_used_s = $u | .cpu_available_s = $c |
        .worker = [range($n) as $w | .worker[0]]' \
        real/*/record_*.json >"$folder/record_$id.json"
    seal "$folder/record_$id.json"
}

# The answers of an exercise about runs.
answers() {
    local name=$1 file hint count=0
    run --separate-stderr check "$name"
    expect 1 'put into this folder'
    run --separate-stderr check "$name"
    expect 1 "$name: not yet" "hint ($2)"
    run --separate-stderr check "$name" "$EXERCISES/$name/solution/$name.txt"
    expect 0 "$name: solved"
    for file in "$EXERCISES/$name"/wrong/*.txt; do
        hint=$(basename "$file" .txt)
        together here answer 1 "$name: not yet" "hint ($hint)" "$name" "$file"
        count=$((count + 1))
    done
    all_together $count
}

# In the test's own folder, where the runs are.
here() {
    cd "$BATS_TEST_TMPDIR/work" || return
    "$@"
}

@test "the scaling study: right numbers pass, each other one is told what it is" {
    made study/one 1 1.0
    made study/two 2 0.55
    made study/four 4 0.325
    made study/eight 8 0.2125
    cp -r study no-one && rm -r no-one/one
    mkdir pair && cp -r study/one study/two pair
    cp -r study mixed
    made mixed/other 2 0.1 2 1 500
    cp -r study failed
    sed -i 's/"passed"/"failed"/' failed/two/record_*.json
    seal failed/two/record_*.json
    # A share that grows with the workers: the fit is not the last point's.
    made bent/one 1 1.0
    made bent/two 2 0.5
    made bent/four 4 0.25
    made bent/eight 8 0.25
    answers scaling no-runs
    run --separate-stderr check scaling <(sed 's/study/nosuch/' \
        "$EXERCISES/scaling/solution/scaling.txt")
    expect 2
    sed 's/study/nosuch/' "$EXERCISES/scaling/solution/scaling.txt" >scaling.txt
    run --separate-stderr check scaling
    expect 2 'runs = nosuch: no such folder'
}

@test "the usage: right numbers and the reason pass, each other one is told what it is" {
    made used 4 1.0 5 3.1
    made full 4 1.0 4 3.1
    made idle 4 1.0 8 3.1
    cp -r used wrong
    sed -i 's/"passed"/"failed"/' wrong/record_*.json
    seal wrong/record_*.json
    answers usage no-job
    sed 's/used$/nosuch/' "$EXERCISES/usage/solution/usage.txt" >usage.txt
    run --separate-stderr check usage
    expect 2 nosuch
}

# ---- In the lab -------------------------------------------------------------------

@test "in the lab, programs run as jobs with the site's modules, account and MPI" {
    together ranks_at hpc2n
    together ranks_at uppmax
    together at hpc2n 1 'race: not yet' 'what came out is in integ2d-check/race-1' \
        "integ2d-check race $EXERCISES/race/race.c"
    together at hpc2n 2 '' 'Slurm did not take the job' \
        "integ2d-check -A hpc2n2026-007 race $EXERCISES/race/race.c"
    all_together 4
}

# at SITE STATUS 'words' 'words' 'command'
at() {
    run --separate-stderr on "$1" "$5"
    expect "$2" "$3" "$4"
}

ranks_at() {
    at "$1" 0 'ranks: solved' '1003 rows done once each by 4 workers' \
        "integ2d-check ranks $EXERCISES/ranks/solution/ranks.c"
    grep -q '^#SBATCH -n 4' integ2d-check/ranks-1/job.sbatch
    ls integ2d-check/ranks-1/exit_[0-9]*
}

# The values of a site for an edit: edit SITE FILE.sed FILE
edit() {
    local account modules
    account=$(sed -n 's/^account=//p' "$INTEG2D_SOURCE/site/lab/$1.conf" 2>/dev/null || true)
    modules=$(sed -n 's/^load = //p' "$INTEG2D_SOURCE/site/$1.ini")
    sed -i -E -f <(sed "s|@ACCOUNT@|$account|; s|@MODULES@|$modules|" "$2") "$3"
}

@test "the batch scripts of each site fail as they are, and pass when mended" {
    together scripts_at hpc2n
    together scripts_at uppmax
    all_together 2
}

scripts_at() {
    local script
    run --separate-stderr on "$1" 'integ2d-check scripts'
    expect 1 'put into this folder' 'job1.sbatch job2.sbatch job3.sbatch job4.sbatch job5.sbatch'
    run --separate-stderr on "$1" 'integ2d-check scripts'
    expect 1 'scripts: 0 of 5 solved' 'hint (account)' \
        'hint (threads-on-one-core)' 'hint (no-launcher)' \
        'hint (no-module)' 'hint (no-memory)'
    for script in job?.sbatch; do
        edit "$1" "$EXERCISES/scripts/solution/$script.sed" "$script"
    done
    run --separate-stderr on "$1" 'integ2d-check scripts'
    expect 0 'scripts: 5 of 5 solved'
}

@test "each mistake in mending a batch script gets its own hint" {
    local file count=0
    on hpc2n 'integ2d-check scripts' 2>/dev/null || true
    mkdir broken && mv job?.sbatch broken
    for file in "$EXERCISES"/scripts/wrong/*.sed; do
        together mended_wrongly hpc2n "$file"
        count=$((count + 1))
    done
    all_together $count
    cp broken/job1.sbatch other.sbatch
    run --separate-stderr on hpc2n 'integ2d-check scripts other.sbatch'
    expect 2 "other.sbatch: not one of this exercise's scripts"
}

# mended_wrongly SITE FILE.sed, named SCRIPT.sbatch.HINT.sed
mended_wrongly() {
    local script=${2##*/} hint=${2%.sed}
    script=${script%%.*}.sbatch hint=${hint##*.}
    cp "../broken/$script" .
    edit "$1" "$2" "$script"
    at "$1" 1 "$script: not yet" "hint ($hint)" \
        "integ2d-check $(basename "$(dirname "$(dirname "$2")")") $script"
}

@test "the placement of hybrid ranks is judged by where the workers ran" {
    local file count=2
    together placement_at hpc2n
    together placement_at uppmax
    on uppmax 'integ2d-check placement' 2>/dev/null || true
    mkdir broken && mv placement.sbatch broken
    for file in "$EXERCISES"/placement/wrong/*.sed; do
        # With two cores all ranks have to share them.
        if [[ $file == *ranks-share* && $(nproc) -lt 4 ]]; then continue; fi
        together mended_wrongly uppmax "$file"
        count=$((count + 1))
    done
    all_together $count
}

placement_at() {
    run --separate-stderr on "$1" 'integ2d-check placement'
    expect 1 'put into this folder' placement.sbatch
    run --separate-stderr on "$1" 'integ2d-check placement'
    expect 1 'hint (threads-share)'
    edit "$1" "$EXERCISES/placement/solution/placement.sbatch.sed" placement.sbatch
    run --separate-stderr on "$1" 'integ2d-check placement'
    expect 0 'placement.sbatch: solved'
}

@test "the placement can be learnt without Slurm, too" {
    run --separate-stderr check placement
    if [ "$(nproc)" -lt 4 ]; then
        expect 2 '4 cores on one node are asked for'
        return
    fi
    expect 1 'put into this folder'
    run --separate-stderr check placement
    expect 1 'hint (threads-share)'
    edit local "$EXERCISES/placement/solution/placement.sbatch.sed" placement.sbatch
    run --separate-stderr check placement
    expect 0 'placement.sbatch: solved'
}

@test "an idle core is found in the record of a real job" {
    run -0 --separate-stderr on hpc2n 'integ2d-submit -q --scheme=openmp -n 1 -c 2 --grid=1000 --json'
    local id used
    id=$(jq .job_id <<<"$output")
    used=$(jq '.record | 100 * .cpu_used_s / .cpu_available_s | round' <<<"$output")
    printf '%s\n' "job = $id" "used = \"$used,0 %\"" 'most = 50' 'reason = B)' >usage.txt
    run --separate-stderr on hpc2n 'integ2d-check usage'
    expect 0 'usage: solved'
}

@test "a check that is interrupted ends its job, and a program that runs here" {
    sed 's/taken\[i\] = 1;/;/' "$EXERCISES/race/race.c" >race.c
    on hpc2n 'echo $$ >checker; exec integ2d-check race' 2>said &
    local here=$!
    wait_for 'job [0-9]* runs' said
    kill -TERM "$(<checker)"
    local status=0
    wait "$here" || status=$?
    [ $status = 130 ]
    local id
    id=$(sed -n 's/.*job \([0-9]*\) runs.*/\1/p' said)
    for _ in $(seq 400); do
        if [ -z "$(on hpc2n "squeue -h -j $id -o %i" 2>/dev/null)" ]; then break; fi
        sleep 0.1
    done
    [ -z "$(on hpc2n "squeue -h -j $id -o %i" 2>/dev/null)" ]

    SLURM_CONF=/nonexistent "$INTEG2D_BIN/integ2d-check" --site=local race >said &
    here=$!
    for _ in $(seq 400); do
        if compgen -G "integ2d-check/race-2/progress_*" >/dev/null; then break; fi
        sleep 0.1
    done
    kill -TERM "$here"
    status=0
    wait "$here" || status=$?
    [ $status = 130 ]
    # It was told to end, and may take a moment.
    for _ in $(seq 400); do
        if [ -z "$(find /proc/[0-9]*/exe -lname "$PWD/*" 2>/dev/null)" ]; then return; fi
        sleep 0.1
    done
    false
}
