#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# Bad input: a clear error that names it, exit status 2, nothing submitted.
bats_require_minimum_version 1.5.0
load common

@test "an unknown or misspelt site is named with the nearest one" {
    refused hpc2n 'integ2d-submit --site=hpc2m --scheme=mpi -n 4' \
        "no site called 'hpc2m'" 'did you mean hpc2n?'
    refused hpc2n 'integ2d-submit --site=../x --scheme=mpi -n 4' "'../x'"
    refused hpc2n 'integ2d-submit --site=example --scheme=mpi -n 4' 'example'
}

@test "a retired site names its successor" {
    refused hpc2n 'integ2d-submit --site=rackham --scheme=mpi -n 4' \
        rackham '--site=uppmax'
    refused hpc2n 'integ2d-submit --site=snowy --scheme=mpi -n 4' \
        snowy '--site=uppmax'
}

@test "a machine of no known site is told to name one" {
    run -2 --separate-stderr env -u INTEG2D_LAB_SITE \
        "$INTEG2D_BIN/integ2d-submit" --scheme=mpi -n 4
    [[ $stderr == *--site* ]]
    [[ $stderr == *hpc2n*local*uppmax* ]]
}

@test "an unknown, misspelt or missing scheme is named with the nearest one" {
    refused hpc2n 'integ2d-submit --scheme=opnemp -n 4' \
        "no scheme called 'opnemp'" 'did you mean openmp?'
    refused hpc2n 'integ2d-submit --scheme=cobol -n 4' \
        'serial, jit, fortran, julia, threads, gil, openmp, fortran-openmp, multiprocess, blas, pitfalls, mpi, hybrid'
    refused hpc2n 'integ2d-submit -n 4' '--scheme is missing'
}

@test "a number of workers that is none is named as it was typed" {
    refused hpc2n 'integ2d-submit --scheme=mpi -n 0' '-n: 0'
    refused hpc2n 'integ2d-submit --scheme=mpi -n -1' '-n: -1'
    refused hpc2n 'integ2d-submit --scheme=mpi -n 4x' '4x'
    refused hpc2n 'integ2d-submit --scheme=mpi -n 99999999999' '99999999999'
    refused hpc2n "integ2d-submit --scheme=mpi -n ''" '-n'
    refused hpc2n 'integ2d-submit --scheme=mpi -n 4.5' '4.5'
}

@test "other numbers are checked like it" {
    refused hpc2n 'integ2d-submit --scheme=mpi --grid=0' '--grid: 0'
    refused hpc2n 'integ2d-submit --scheme=mpi --grid=1e4' '--grid: ' 1e4
    refused hpc2n 'integ2d-submit --scheme=mpi --repeat=x' '--repeat'
    refused hpc2n 'integ2d-submit --scheme=mpi -N 0' '-N: 0'
    refused hpc2n 'integ2d-submit --scheme=mpi -c 0' '-c: 0'
    refused hpc2n 'integ2d-submit --scheme=mpi --mem=lots' '--mem' lots
    refused hpc2n 'integ2d-submit --scheme=mpi --math=fast' "'fast'" plain simd
}

@test "four workers for serial are refused with what would take them" {
    refused hpc2n 'integ2d-submit --scheme=serial -n 4' 'one worker' \
        '--scheme=openmp' '--scheme=mpi'
}

@test "a hybrid job's ranks and threads are counted together" {
    refused hpc2n 'integ2d-submit --scheme=hybrid -n 2 -c 0' '-c: 0'
    refused hpc2n 'integ2d-submit --scheme=hybrid -n 2 -c 2x' '-c' 2x
    refused hpc2n 'integ2d-submit --scheme=hybrid -n 8 -c 4 -C skylake -N 1' \
        '-n, -c: 32 cores' 28
    refused hpc2n 'integ2d-submit --scheme=hybrid -n 2 -c 2 -N 3' '-N' '2 tasks'
    refused hpc2n 'integ2d-submit --scheme=hybrid -n 60000 -c 2' '120000 workers'
}

@test "a mode is asked for where there are some, and refused where not" {
    refused hpc2n 'integ2d-submit --scheme=pitfalls' '--mode is missing' \
        'race, false-sharing'
    refused hpc2n 'integ2d-submit --scheme=pitfalls --mode=rcae' "'rcae'" \
        'did you mean race?'
    refused hpc2n "integ2d-submit --scheme=pitfalls --mode=''" "no mode ''"
    refused hpc2n 'integ2d-submit --scheme=openmp --mode=race' '--mode' \
        'openmp has no modes'
}

@test "a scheme without a fast row or without a map says so" {
    local scheme
    for scheme in jit fortran julia fortran-openmp blas 'pitfalls --mode=race'; do
        refused hpc2n "integ2d-submit --scheme=$scheme --math=simd" '--math' \
            "${scheme%% *} has no fast row" simd
    done
    refused hpc2n 'integ2d-submit --scheme=blas --placement' --placement blas
}

@test "a program that was left out of the build names the part it needs" {
    local prefix
    prefix=$(copy_prefix)
    rm "$prefix"/bin/integ2d-{blas,fortran,pitfalls}
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=blas" \
        "there is no program $prefix/bin/integ2d-blas" \
        'without a BLAS library' 'hpc2n: ml OpenBLAS/0.3.24' libopenblas-dev
    refused uppmax "$prefix/bin/integ2d-submit --scheme=fortran" \
        'without a Fortran compiler' 'apt-get install gfortran'
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=pitfalls --mode=race" \
        "there is no program $prefix/bin/integ2d-pitfalls" 'install integ2d again'
}

@test "without Julia it says what to load or install" {
    refused hpc2n "PATH=/nowhere $INTEG2D_BIN/integ2d-submit --site=local \
        --scheme=julia" 'no julia in PATH' 'load its module' 'make deps-julia'
}

@test "more workers than a node has are refused with what it has" {
    refused hpc2n 'integ2d-submit --scheme=openmp -n 257' 257 256
    refused hpc2n 'integ2d-submit --scheme=openmp -n 29 -C skylake' 29 28 skylake
    refused uppmax 'integ2d-submit --scheme=openmp -n 49' 49 48
    refused uppmax 'integ2d-submit --scheme=mpi -n 49 -N 1' 49 48
    refused hpc2n 'integ2d-submit --scheme=openmp -n 4 -c 2' '-c 2:'
    refused hpc2n 'integ2d-submit --scheme=openmp -n 4 -N 2' '-N'
    local cores=$(($(nproc) + 1))
    run -2 --separate-stderr "$INTEG2D_BIN/integ2d-submit" --site=local \
        --scheme=openmp -n $cores
    [[ $stderr == *"$cores cores"* ]]
}

@test "a node of the cluster that is too small is Slurm's refusal, shown" {
    refused hpc2n "integ2d-submit --scheme=openmp -n 256" 'Slurm refused the job'
}

@test "an account of the wrong shape is refused with the right shape" {
    refused hpc2n 'integ2d-submit --scheme=mpi -A uppmax2026-2-042' \
        uppmax2026-2-042 hpc2nXXXX-YYY
    refused uppmax 'integ2d-submit --scheme=mpi -A naiss2026-22.262' \
        naiss2026-22.262 uppmaxYYYY-X-ZZZ
    refused hpc2n 'INTEG2D_ACCOUNT=mine integ2d-submit --scheme=mpi' \
        INTEG2D_ACCOUNT mine hpc2nXXXX-YYY
}

@test "an account that Slurm refuses comes back with those one has" {
    refused hpc2n 'integ2d-submit --scheme=mpi -A hpc2n2026-999' \
        'Slurm refused the job' 'Invalid account' 'hpc2n2026-042'
}

@test "a partition is refused where the site forbids one" {
    refused hpc2n 'integ2d-submit --scheme=mpi -p batch' '-p' "'batch'"
}

@test "a partition is demanded where the site demands one" {
    local prefix
    prefix=$(copy_prefix)
    sed -i '/^\[partition\]/,/^\[/s/^use = .*/use = required/' \
        "$prefix/share/integ2d/site/uppmax.ini"
    refused uppmax "$prefix/bin/integ2d-submit --scheme=mpi" \
        'demands a partition' '-p'
}

@test "a partition, reservation or constraint unknown to Slurm is its refusal" {
    refused uppmax 'integ2d-submit --scheme=mpi -p nosuch' \
        'Slurm refused the job' nosuch
    refused uppmax 'integ2d-submit --scheme=mpi --reservation=nosuch' \
        'Slurm refused the job' reservation
    refused uppmax 'integ2d-submit --scheme=mpi -C nosuch' \
        'Slurm refused the job' feature
}

@test "a time over the site's limit, or that is none, is refused" {
    refused hpc2n 'integ2d-submit --scheme=mpi -t 169:00:00' '-t' 169:00:00 7-00
    refused uppmax 'integ2d-submit --scheme=mpi -t 10-0:01' '-t' 10-00
    refused hpc2n 'integ2d-submit --scheme=mpi -t soon' '-t' soon
    refused hpc2n 'integ2d-submit --scheme=mpi -t 0' '-t' 0
    refused hpc2n 'integ2d-submit --scheme=mpi -t UNLIMITED' '-t' UNLIMITED
}

@test "nothing typed can bring a line or a command into the script" {
    local option value
    for option in -A -J -p -C --reservation -t --mem -n -N -c --grid --repeat --math --mode; do
        for value in $'x\n#SBATCH -n 99' 'x"y' "x'y" '$(id)' 'x;id' '`id`' 'x y' '-x' $'x\ry' 'x\y'; do
            # A dry run has all of the way but Slurm.
            run -2 --separate-stderr "$INTEG2D_BIN/integ2d-submit" --dry-run \
                --site=uppmax --scheme=mpi -A uppmax2026-2-042 "$option=$value"
            [ -z "$output" ] || {
                echo "accepted: $option '$value'"
                return 1
            }
        done
    done
}

@test "options that do not exist and stray words are refused" {
    refused hpc2n 'integ2d-submit --scheme=mpi --cores-per-task=2' cores-per-task
    refused hpc2n 'integ2d-submit --scheme=mpi mpi' "'mpi' is not an option"
    refused hpc2n 'integ2d-submit --scheme' scheme
}

# A changed copy of a site file: site_file 'sed expression' 'words' ...
site_file() {
    local expression=$1 prefix
    shift
    rm -rf "$BATS_TEST_TMPDIR/prefix"
    prefix=$(copy_prefix)
    sed -i "$expression" "$prefix/share/integ2d/site/hpc2n.ini"
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=mpi" hpc2n.ini "$@"
}

@test "a broken site file is named with line and key" {
    site_file 's/^longest_min.*/longest_min = ten/' longest_min ten
    site_file 's/^longest_min.*/lonest_min = 10/' lonest_min
    site_file '/^longest_min/d' longest_min
    site_file 's/^pattern.*/pattern = ^(hpc2n/' pattern
    site_file 's/^mpi *=.*/mpi = srun; rm -rf ~/' mpi
    site_file 's/^load *=.*/load = GCC $(id)/' load
    site_file '20,$d' hpc2n.ini
    site_file '1,$d' hpc2n.ini
}

@test "an unreadable or hostile site file is refused" {
    local prefix file
    prefix=$(copy_prefix)
    file=$prefix/share/integ2d/site/hpc2n.ini
    head -c 2000 /dev/urandom >"$file"
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=mpi" hpc2n.ini
    head -c 100000 /dev/zero | tr '\0' x >"$file"
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=mpi" hpc2n.ini
    rm "$file"
    mkdir "$file"
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=mpi" hpc2n
    rmdir "$file"
    mkfifo "$file"
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=mpi" hpc2n.ini
    rm "$file"
    ln -s loop.ini "$prefix/share/integ2d/site/loop.ini"
    refused hpc2n "$prefix/bin/integ2d-submit --site=loop --scheme=mpi" loop
}

@test "a broken template is named with its line" {
    local prefix file
    prefix=$(copy_prefix)
    file=$prefix/share/integ2d/jobs/hpc2n.sbatch.in
    sed -i 's/@TASKS@/@TAKS@/' "$file"
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=mpi" \
        hpc2n.sbatch.in: TAKS
    sed -i 's/@TAKS@/@TASKS/' "$file"
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=mpi" hpc2n.sbatch.in:
    sed -i 's/@TASKS/@PARTITION@/' "$file"
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=mpi" \
        hpc2n.sbatch.in: PARTITION
    head -n 10 "$file" >half && mv half "$file"
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=mpi" hpc2n.sbatch.in
    rm "$file"
    refused hpc2n "$prefix/bin/integ2d-submit --scheme=mpi" hpc2n.sbatch.in
}

# The user's file with these lines: config_file 'lines' 'words' ...
config_file() {
    mkdir -p config/integ2d
    printf '%b' "$1" >config/integ2d/config.ini
    shift
    refused hpc2n "XDG_CONFIG_HOME=$PWD/config integ2d-submit --scheme=mpi" \
        config.ini "$@"
}

@test "a broken config.ini is named with line and key" {
    config_file '[hpc2n]\nacount = hpc2n2026-042\n' :2: acount
    config_file '[hpc2m]\naccount = x\n' hpc2m
    config_file '[defaults]\nsite = hpc2m\n' hpc2m
    config_file '[hpc2n]\naccount = mine\n' :2 mine hpc2nXXXX-YYY
    config_file '[hpc2n]\ntime = soon\n' :2 soon
    config_file '[hpc2n]\naccount\n' :2
    config_file '[hpc2n]\npartition = batch\n' :2 batch
    config_file '[hpc2n]\naccount = hpc2n2026-042\0\n' config.ini
}

@test "an output folder that cannot be made is named" {
    refused hpc2n 'integ2d-submit --scheme=mpi --output-dir=/proc/runs' \
        /proc/runs --output-dir
    touch file
    refused hpc2n 'integ2d-submit --scheme=mpi --output-dir=file' file
    refused hpc2n "integ2d-submit --scheme=mpi --output-dir=$(printf 'x%.0s' {1..300})" \
        --output-dir
}

@test "an output folder that fills up is named, and nothing is submitted" {
    local prefix
    prefix=$(copy_prefix)
    sed -i "1s/\$/\n# $(printf 'x%.0s' {1..2000})/" \
        "$prefix/share/integ2d/jobs/hpc2n.sbatch.in"
    # A file may not grow past 1 KiB here, as on a full disk.
    refused hpc2n "trap '' XFSZ; ulimit -f 1;
        $prefix/bin/integ2d-submit --scheme=mpi" job.sbatch
    [ -z "$(ls integ2d-runs)" ]
}

@test "without a Slurm configuration it says so and names --site=local" {
    refused hpc2n 'SLURM_CONF=/nonexistent/slurm.conf integ2d-submit --scheme=mpi' \
        /nonexistent/slurm.conf
    echo 'NoSuchKey=1' >slurm.conf
    refused hpc2n "SLURM_CONF=$PWD/slurm.conf integ2d-submit --scheme=mpi" \
        "$PWD/slurm.conf" --site=local
}

@test "with munge down nothing is submitted and it says so" {
    sed "s|socket=[^, ]*|socket=$PWD/nosuch.socket|" "$INTEG2D_LAB/etc/slurm.conf" >slurm.conf
    refused hpc2n "SLURM_CONF=$PWD/slurm.conf integ2d-submit --scheme=mpi -A hpc2n2026-042" \
        munge 'Nothing was submitted'
}

@test "the site's own rules are what the lab's Slurm says, too" {
    run -1 --separate-stderr on hpc2n "sbatch -n 1 --wrap=true"
    [[ $stderr == *account* ]]
    run -1 --separate-stderr on hpc2n "sbatch -A hpc2n2026-042 -p batch -n 1 --wrap=true"
    [[ $stderr == *partition* ]]
}
