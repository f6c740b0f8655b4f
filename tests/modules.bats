#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# The module files of integ2d, in module trees shaped like each site's.

bats_require_minimum_version 1.5.0
load together

setup() {
    mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return
}

hpc2n() {
    "$INTEG2D_BIN/integ2d-lab" exec --site=hpc2n -- bash -c "$1"
}

uppmax() {
    "$INTEG2D_BIN/integ2d-lab" exec --site=uppmax -- bash -c "$1"
}

# Sends a script as a job from a clean environment, and prints its id.
clean_job() {
    local site=$1 account=$2 script=$3
    # shellcheck disable=SC2016 # the lab's shell expands
    "$INTEG2D_BIN/integ2d-lab" exec --site="$site" -- bash -c '
        env -i PATH=/usr/bin:/bin SLURM_CONF="$SLURM_CONF" sbatch --parsable \
            --export=NONE -n 2 -t 5 -A "$1" -o "$2.out" "$2"' - "$account" "$script"
}

# Waits until none of these jobs is in the queue any more.
jobs_wait() {
    local i
    for (( i = 0; i < 600; i++ )); do
        [[ -z $("$INTEG2D_BIN/integ2d-lab" exec --site=hpc2n -- \
            squeue -h -j "$1" -o %i) ]] && return
        sleep 0.1
    done
    return 1
}

# Prints what loading and unloading integ2d changes in the environment, Lmod's
# own bookkeeping apart.
# shellcheck disable=SC2016 # the lab's shell expands
unload_difference='
    export PATH=/usr/local/bin:/usr/bin:/bin
    shown() { env | grep -vE "^(_=|_ModuleTable|__LMOD_REF)" | sort; }
    before=$(shown)
    ml integ2d && [[ $(shown) != "$before" ]] && ml -integ2d &&
        diff <(echo "$before") <(shown)'

@test "at HPC2N, ml integ2d alone loads the compiler, then the MPI, then integ2d" {
    # shellcheck disable=SC2016
    run -0 hpc2n 'ml integ2d && echo "$LOADEDMODULES"'
    [[ $output == snicenvironment:systemdefault:GCC/13.2.0:OpenMPI/4.1.6:integ2d/* ]]
}

@test "at UPPMAX, ml integ2d alone loads the MPI, which loads its compiler" {
    # shellcheck disable=SC2016
    run -0 uppmax 'ml integ2d && echo "$LOADEDMODULES"'
    [[ $output == GCC/13.2.0:OpenMPI/4.1.6-GCC-13.2.0:integ2d/* ]]
}

@test "the programs of a loaded integ2d are found, those of an unloaded one are not" {
    for site in hpc2n uppmax; do
        run -0 "$site" 'PATH=/usr/bin:/bin; ml integ2d && type -P integ2d-lab'
        [ "$output" -ef "$INTEG2D_BIN/integ2d-lab" ]
        run -1 "$site" 'PATH=/usr/bin:/bin; ml integ2d && ml -integ2d && type -P integ2d-lab'
    done
}

@test "unloading integ2d restores the environment exactly" {
    run -0 hpc2n "$unload_difference"
    [ -z "$output" ]
    run -0 uppmax "$unload_difference"
    [ -z "$output" ]
}

@test "unloading integ2d keeps the toolchain that the learner had loaded" {
    # shellcheck disable=SC2016
    run -0 hpc2n 'ml GCC/13.2.0 OpenMPI/4.1.6 && ml integ2d && ml -integ2d && echo "$LOADEDMODULES"'
    [ "$output" = snicenvironment:systemdefault:GCC/13.2.0:OpenMPI/4.1.6 ]
    # shellcheck disable=SC2016
    run -0 uppmax 'ml OpenMPI/4.1.6-GCC-13.2.0 && ml integ2d && ml -integ2d && echo "$LOADEDMODULES"'
    [ "$output" = GCC/13.2.0:OpenMPI/4.1.6-GCC-13.2.0 ]
}

@test "ml purge keeps the sticky modules of HPC2N and no other" {
    # shellcheck disable=SC2016
    run -0 hpc2n 'ml integ2d && ml purge >/dev/null 2>&1; echo "$LOADEDMODULES"'
    [ "$output" = snicenvironment:systemdefault ]
}

@test "at HPC2N, OpenMPI without its compiler is refused, and spider says what to load" {
    run -1 hpc2n 'ml OpenMPI/4.1.6'
    [[ $output == *"cannot be loaded as requested"* ]]
    run -0 hpc2n 'ml spider OpenMPI/4.1.6'
    [[ $output == *"need to load"* && $output == *"GCC/13.2.0"* ]]
}

@test "ml spider finds every program of integ2d by its name" {
    local file count=0
    for file in "$INTEG2D_BIN"/integ2d-*; do
        together spider_finds hpc2n "${file##*/}"
        together spider_finds uppmax "${file##*/}"
        count=$((count + 2))
    done
    [ $count -ge 20 ]
    all_together $count
}

spider_finds() {
    run -0 "$1" "ml spider $2"
    [[ $output == *"$2/"*"(E)"* ]]
}

@test "the modules that the scripts of a site load are there, scheme by scheme" {
    local site account line lines
    while read -r site account; do
        # shellcheck disable=SC2016 # the lab's shell expands
        run -0 "$INTEG2D_BIN/integ2d-lab" exec --site="$site" -- bash -lc '
            ml integ2d
            for program in "$INTEG2D_BIN"/integ2d-*; do
                scheme=${program##*/integ2d-}
                case $scheme in
                submit | collect | cancel | report | usage | check | lab) continue ;;
                pitfalls) scheme="pitfalls --mode=race" ;;
                esac
                integ2d-submit --dry-run -A "$1" --scheme=$scheme || exit
            done' - "$account"
        lines=$(grep '^ml .* integ2d/' <<<"$output" | sort -u)
        [[ $lines == *OpenBLAS/* && $lines == *Julia/* ]]
        while read -r line; do
            run -0 "$site" "$line && type -P integ2d-submit"
        done <<<"$lines"
    done <<<"hpc2n hpc2n2026-042
uppmax uppmax2026-2-042"
}

@test "ml help integ2d shows a first job with the account form of the site" {
    run -0 hpc2n 'ml help integ2d'
    [[ $output == *"integ2d-submit --site=hpc2n -A hpc2nXXXX-YYY"* ]]
    run -0 uppmax 'ml help integ2d'
    [[ $output == *"integ2d-submit --site=uppmax -A uppmaxYYYY-X-ZZZ"* ]]
}

@test "ml whatis says what integ2d is, and that all other modules are stand-ins" {
    run -0 hpc2n 'ml whatis integ2d'
    [[ $output == *"learning parallel computing"* ]]
    run -0 hpc2n 'ml whatis GCC/13.2.0'
    [[ $output == *"stand-in"*"this Debian machine"* ]]
    run -0 uppmax 'ml whatis OpenMPI/4.1.6-GCC-13.2.0'
    [[ $output == *"stand-in"*"this Debian machine"* ]]
    run -0 hpc2n 'ml GCC/13.2.0 && ml whatis OpenBLAS/0.3.24'
    [[ $output == *"stand-in"*"this Debian machine"* ]]
    run -0 uppmax 'ml whatis Julia/1.10.9-LTS-linux-x86_64'
    [[ $output == *"stand-in"*"this Debian machine"* ]]
}

@test "modules work in bash -c, bash -lc and a shell started from them" {
    for flags in -c -lc; do
        run -0 "$INTEG2D_BIN/integ2d-lab" exec --site=hpc2n -- \
            bash "$flags" 'ml integ2d && bash -c "ml -t" 2>&1'
        [[ $output == *integ2d/* ]]
    done
}

@test "modules load in a job sent from an empty environment" {
    local interpreter site account script ids=''
    for interpreter in "bash" "bash -l"; do
        while read -r site account; do
            script="$BATS_TEST_TMPDIR/$site $interpreter"
            printf '#!/bin/%s\nml purge > /dev/null 2>&1\nml integ2d || exit 1\n%s\n' \
                "$interpreter" 'type -P integ2d-lab; mpirun -n 2 printenv PMIX_RANK | sort' \
                >"$script"
            ids=$ids,$(clean_job "$site" "$account" "$script")
        done <<<"hpc2n hpc2n2026-042
uppmax uppmax2026-2-042"
    done
    jobs_wait "${ids#,}"
    local outputs=("$BATS_TEST_TMPDIR"/*.out)
    [ "${#outputs[@]}" -eq 4 ]
    for script in "${outputs[@]}"; do
        mapfile -t lines <"$script"
        [ "${lines[0]}" -ef "$INTEG2D_BIN/integ2d-lab" ]
        [ "${lines[1]} ${lines[2]}" = "0 1" ]
        [ "${#lines[@]}" -eq 3 ]
    done
}

@test "modules, account and job of another cluster are left outside" {
    # shellcheck disable=SC2016
    run -0 env SLURM_JOB_ID=99 SBATCH_ACCOUNT=x INTEG2D_ACCOUNT=y MODULEPATH=/nowhere \
        LOADEDMODULES=gcc/1 "$INTEG2D_BIN/integ2d-lab" exec --site=uppmax -- \
        bash -c 'echo "[${SLURM_JOB_ID-}${SBATCH_ACCOUNT-}${INTEG2D_ACCOUNT-}${LOADEDMODULES-}]$MODULEPATH"'
    [[ $output == "[]"* && $output != *nowhere* ]]
}

@test "every Lua file compiles" {
    local file count=0
    while read -r file; do
        run -0 luac5.4 -p "$file"
        count=$((count + 1))
    done < <(find "$INTEG2D_BIN/../share/integ2d" -name '*.lua')
    [ "$count" -ge 6 ]
}
