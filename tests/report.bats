#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# integ2d-report: what runs taken together mean.
bats_require_minimum_version 1.5.0
load common

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    local scheme
    for scheme in serial 'openmp -n 1' 'openmp -n 2' 'mpi -n 2'; do
        # shellcheck disable=SC2086 # two words
        OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
            SLURM_CONF=/nonexistent "$INTEG2D_BIN/integ2d-submit" -q \
            --site=local --scheme=$scheme --grid=500 --repeat=10 || return
    done
}

# The real runs of this file; what they came from is not changed.
real_runs() {
    cp -r "$BATS_FILE_TMPDIR/integ2d-runs" .
}

report() {
    "$INTEG2D_BIN/integ2d-report" "$@"
}

# A run folder made from a real one: made FOLDER SCHEME WORKERS GRID SECONDS.
# Its repeats lie within 1 % of the time, in no order.
made() {
    local from=("$BATS_FILE_TMPDIR"/integ2d-runs/*-openmp-n1-*)
    local folder=$1/local-$2-n$3-g$4 id=$((RANDOM + 100000))
    mkdir -p "$folder"
    cp "${from[0]}/job.sbatch" "$folder"
    jq --arg s "$2" --argjson n "$3" --argjson g "$4" \
        '.scheme = $s | .workers = $n | .grid = $g' \
        "${from[0]}/run.json" >"$folder/run.json"
    jq --argjson i $id --argjson t "$5" \
        '.job_id = $i | .end = .start + ($t * 12 | ceil)' \
        "${from[0]}/state.json" >"$folder/state.json"
    jq --arg s "$2" --argjson n "$3" --argjson g "$4" --argjson t "$5" \
        --arg i $id '
        .scheme = $s | .workers = $n | .grid = $g | .job_id = $i |
        .warmup_s = $t |
        .time_s = [range(10) | $t * (1 + 0.01 * ((. * 7 % 10) - 4.5) / 4.5)] |
        (.time_s | sort) as $all | .best_s = $all[0] |
        .median_s = ($all[4] + $all[5]) / 2 |
        .worker = [range($n) as $w | .worker[0]]' \
        "${from[0]}"/record_*.json >"$folder/record_$id.json"
    seal "$folder/record_$id.json"
}

# openmp with a serial share of 10 %, and its baseline
made_sweep() {
    made "$1" serial 1 1000 1.0
    made "$1" openmp 1 1000 1.0
    made "$1" openmp 2 1000 0.55
    made "$1" openmp 4 1000 0.325
    made "$1" openmp 8 1000 0.2125
}

@test "real runs become one table, with and without a name for them" {
    real_runs
    run -0 --separate-stderr report
    [[ $output == '4 runs'*'site local, grid 500, math plain'* ]]
    [[ $output == *'scheme '*'vs serial'*'vs one'* ]]
    [ "$(grep -cE '^(serial|openmp|mpi) +500 ' <<<"$output")" = 4 ]
    local all=$output
    run -0 --separate-stderr report integ2d-runs
    [ "$output" = "$all" ]
    run -0 --separate-stderr report integ2d-runs/*
    [ "$output" = "$all" ]
    # The same run twice is one run.
    run -0 --separate-stderr report integ2d-runs integ2d-runs/*
    [ "$output" = "$all" ]
    cd integ2d-runs
    run -0 --separate-stderr report
    [ "$output" = "$all" ]
    cd ./*-mpi-n2-*
    run -0 --separate-stderr report
    [[ $output == '1 run'$'\n'*mpi* ]]
    cd ../..
    local id
    id=$(jq .job_id integ2d-runs/*-mpi-n2-*/state.json)
    run -0 --separate-stderr report "$id"
    [[ $output == '1 run'$'\n'*mpi* ]]
}

@test "the figures are those of the records" {
    real_runs
    local record
    record=$(echo integ2d-runs/*-openmp-n2-*/record_*.json)
    report --format=json >all.json
    [ "$(jq '.runs' all.json)" = 4 ]
    [ "$(jq -c '.points[] | select(.scheme == "openmp" and .workers == 2) |
        .runs[0].time_s' all.json)" = "$(jq -c .time_s "$record")" ]
    [ "$(jq '.points[] | select(.scheme == "openmp" and .workers == 2) |
        .time_s.median' all.json)" = "$(jq .median_s "$record")" ]
    report --format=csv >all.csv
    [ "$(wc -l <all.csv)" = 5 ]
    run -0 python3 -c 'import csv
rows = list(csv.DictReader(open("all.csv")))
print({len(row) for row in rows}, *[row["repeats"] for row in rows
    if row["scheme"] == "openmp" and row["workers"] == "2"])'
    [ "$output" = '{32} 10' ]
}

@test "a known share is found, told and can be checked" {
    made_sweep sweep
    run -0 --separate-stderr report sweep
    [[ $output == *'openmp, grid 1000: the part of the work that workers do not share is 10 % +- '* ]]
    [[ $output == *'no number of workers is more than 10 times as fast as one'* ]]
    [[ $output == *'8 workers should take 0.1 x 1.000 s + 0.9 x 1.000 s / 8 = 212.50 ms; 212.50 ms were measured'* ]]
    [[ $output != *Doubts* ]]
    run -0 --separate-stderr report sweep --format=markdown
    [[ $output == *'| scheme | grid |'*'## Scaling'*'- openmp, grid 1000'* ]]
    made sweep openmp 4 2000 1.05
    run -0 --separate-stderr report sweep
    [[ $output == *'openmp, grid 1000 to 2000 with 1 to 4 workers'*Gustafson* ]]
}

@test "the table fits 80 and 200 columns, and colours are for terminals" {
    made_sweep sweep
    local width
    for width in 60 80 200; do
        COLUMNS=$width report sweep --plot >out
        [ "$(wc -L <out)" -le $width ]
        grep -q '^openmp .* 8 ' out
    done
    COLUMNS=80 report sweep | grep -q 'vs serial .*eff.*vs one'
    COLUMNS=200 report sweep | grep -q 'Karp-Flatt.*MAD'
    run -1 grep $'\033' out
    TERM=xterm script -qec "'$INTEG2D_BIN/integ2d-report' sweep" typed >/dev/null
    grep -q $'\033\[1m' typed
    NO_COLOR=1 TERM=xterm script -qec \
        "'$INTEG2D_BIN/integ2d-report' sweep" typed >/dev/null
    run -1 grep $'\033' typed
}

@test "plots are drawn as SVG, PNG and PDF, and as bars" {
    made_sweep sweep
    report sweep --plot="it's a plot.svg" >/dev/null
    [[ $(head -c 200 "it's a plot.svg") == *'<svg'* ]]
    grep -q 'Speedup against serial' "it's a plot.svg"
    report sweep --plot=plot.png >/dev/null
    [ "$(head -c 4 plot.png | tail -c 3)" = PNG ]
    report sweep --plot=plot.pdf >/dev/null
    [ "$(head -c 4 plot.pdf)" = %PDF ]
    [ "$(find . -maxdepth 1 -name '.integ2d-plot*')" = '' ]
    [ "$(stat -c %a plot.png)" = "$(printf '%o' $((0666 & ~$(umask))))" ]
    LC_ALL=C run -0 --separate-stderr report sweep --plot
    [[ $output == *'Speedup against one worker'*'     2 #'*'1.82  91 %'* ]]
    LC_ALL=C.UTF-8 run -0 --separate-stderr report sweep --plot
    [[ $output == *'     2 █'* ]]
}

@test "the page is one file, whole and escaped" {
    made_sweep sweep
    mv sweep 'a <b> & "c"'
    report 'a <b> & "c"' --format=html >page.html
    grep -q '<svg' page.html
    grep -q '<h2>Placement</h2>' page.html
    grep -q '>Job scripts</h2>' page.html
    grep -q 'integ2d-openmp --grid=500' page.html
    # Nothing is fetched from elsewhere.
    run -1 grep -iE '(src|href)="?(http|//|/|file)|@import|url\(' page.html
    run -1 grep '<b> &' page.html
    local tag
    for tag in h2 h3 table tbody pre details ul li div svg; do
        [ "$(grep -oE "<${tag}[ >]" page.html | wc -l)" = \
            "$(grep -o "</$tag>" page.html | wc -l)" ]
    done
}

@test "the page has the advice on runs, each once, and of those that failed" {
    made_sweep sweep
    report sweep --format=html >page.html
    grep -q '<h2>Advice</h2>' page.html
    grep -q 'no rule applies to these runs' page.html
    local file
    for file in sweep/*-openmp-n[248]-*/record_*.json; do
        jq '.flags = "-O0"' "$file" >new
        mv new "$file"
        seal "$file"
    done
    file=$(echo sweep/*-openmp-n1-*)
    jq '.state = "TIMEOUT"' "$file/state.json" >new
    mv new "$file/state.json"
    run -1 --separate-stderr report sweep --format=html
    [[ $output == *'time-too-short (error)'*'openmp, 1 worker, job '*'debug-build (warning)'*'openmp'*', 2 workers, job '*', 8 workers, job '*'make clean'* ]]
    [ "$(grep -c 'debug-build' <<<"$output")" = 1 ]
    # teardown wants no advice on runs that were right.
    rm -r sweep
}

@test "jobs of runs that are not over are asked for once, of others nobody" {
    on hpc2n 'integ2d-submit --scheme=serial --grid=300 -q &&
        integ2d-submit --scheme=openmp -n 2 --grid=300 -q'
    # Without Slurm: nothing is asked.
    run -0 --separate-stderr env SLURM_CONF=/nonexistent \
        "$INTEG2D_BIN/integ2d-report"
    [[ $output == '2 runs'$'\n'* && $stderr == '' ]]
    # Both have ended since they were looked at last.
    local state
    for state in integ2d-runs/*/state.json; do
        jq '.state = "RUNNING"' "$state" >new
        mv new "$state"
    done
    run -3 --separate-stderr env SLURM_CONF=/nonexistent PATH=/usr/bin:/bin \
        "$INTEG2D_BIN/integ2d-report"
    [[ $output == '2 runs, of which 0 failed and 2 not known to be over'* ]]
    run -0 --separate-stderr on hpc2n integ2d-report
    [[ $output == '2 runs'$'\n'* ]]
    # What came of it is kept.
    run -0 --separate-stderr env SLURM_CONF=/nonexistent \
        "$INTEG2D_BIN/integ2d-report"
    [[ $stderr == '' ]]
}

@test "the runs of a sweep are found where they are, and half a sweep is shown" {
    local sweep tasks
    "$INTEG2D_BIN/integ2d-submit" --site=local --scheme=serial,openmp -n 1,2 \
        --grid=500 --repeat=2 -q
    sweep=$(echo integ2d-runs/*)
    made integ2d-runs serial 1 2000 4.0
    run -0 --separate-stderr report
    [[ $output == '4 runs'* ]]
    run -0 --separate-stderr report "$sweep"
    [[ $output == '3 runs'* ]]
    run -0 --separate-stderr "$INTEG2D_BIN/integ2d-collect" "$sweep"
    [ ${#lines[@]} = 4 ]
    # Half of it: a job that was never created, and one not yet asked for.
    tasks=("$sweep"/*/task_*)
    jq '.state = "NEVER_CREATED" | .job_id = 0' "${tasks[0]}/state.json" >new
    mv new "${tasks[0]}/state.json"
    rm -r "$sweep"/array_3-*
    sed -i '/^asked 3/d' "$sweep/journal"
    run -1 --separate-stderr report "$sweep"
    [[ $output == '2 runs, of which 1 failed'* ]]
    [[ $stderr == *'it was never created'* ]]
    [[ $stderr == *'1 job of sweeps has not been submitted'* ]]
    # One that may have been asked for, and of which there is nothing.
    find "${tasks[1]}" -type f ! -name '*.sbatch' -delete
    run -1 --separate-stderr report "$sweep"
    [[ $output == '2 runs, of which 2 failed'* ]]
    [[ $stderr != *'is being submitted'* ]]
}

@test "two sets of runs are compared, beyond noise or not" {
    made_sweep now
    made before serial 1 1000 1.001
    made before openmp 2 1000 0.7
    made before openmp 4 1000 0.25
    run -0 --separate-stderr report now --against before
    [[ $output == *'Against before'* ]]
    [[ $output =~ serial\ +1000\ +1\ .*within\ noise ]]
    [[ $output =~ openmp\ +1000\ +2\ .*1\.273.*faster ]]
    [[ $output =~ openmp\ +1000\ +4\ .*slower ]]
    [[ $output == *'2 of 3 changed by more than noise'*'2 only here, 0 only there'* ]]
    report now --against before --format=json >both.json
    [ "$(jq -r '[.against[].change] | join(",")' both.json)" = \
        'within noise,faster,slower' ]
    report now --against before --format=html | grep -q '<h2>What changed</h2>'
    run -2 --separate-stderr report now --against nowhere
    [[ $stderr == *nowhere* ]]
    run -2 --separate-stderr report now --against before --format=csv
    [[ $stderr == *'--against has no place in CSV'* ]]
}

@test "runs of mixed versions are kept apart and named" {
    made_sweep sweep
    local record
    for record in sweep/*-openmp-n[48]-*/record_*.json; do
        jq '.version = "0.0.9" | .flags = "-O1"' "$record" >new
        mv new "$record"
        seal "$record"
    done
    run -0 --separate-stderr report sweep
    [[ $output == *'kind A: integ2d '*'kind B: integ2d 0.0.9'*'-O1'* ]]
    [[ $output == *'openmp (kind B), grid 1000: no speedup against serial: the nearest such run is not comparable, being of another version flags'* ]]
    # Of kind B, no speedup is shown.
    [[ $output =~ openmp\ \(kind\ B\)\ +1000\ +8\ +0\.[0-9]+\ +[0-9.]+\ %\ +-\ +-\ +-\ +-\ +-\ +- ]]
}

@test "what cannot be is left out, and what was possible is shown" {
    made_sweep sweep
    local record=(sweep/*-openmp-n2-*/record_*.json)
    cp "${record[0]}" good
    jq '.time_s[3] = -1' good >"${record[0]}"
    run -1 --separate-stderr report sweep
    [[ $stderr == *"${record[0]##*/} was changed after the run"* ]]
    seal "${record[0]}"
    run -1 --separate-stderr report sweep
    [[ $stderr == *'repeat 4 took -1 s: a time must be more than 0'* ]]
    [[ $output == *'5 runs, of which 1 failed'* ]]
    [ "$(grep -c '^openmp' <<<"$output")" = 3 ]
    jq '.time_s[3] = 0' good >"${record[0]}"
    seal "${record[0]}"
    run -1 --separate-stderr report sweep
    [[ $stderr == *'repeat 4 took 0 s'* ]]
    jq '.best_s = 0.001' good >"${record[0]}"
    seal "${record[0]}"
    run -1 --separate-stderr report sweep
    [[ $stderr == *'it was changed after the run'* ]]
    # One that is older than checksums is taken, and that is said.
    jq 'del(.checksum)' good >"${record[0]}"
    run -0 --separate-stderr report sweep
    [[ $output == *'1 record has no checksum'* ]]
    head -c 300 good >"${record[0]}"
    run -1 --separate-stderr report sweep
    [[ $stderr == *"${record[0]##*/}"*'not a whole record'* ]]
    rm "${record[0]}"
    run -1 --separate-stderr report sweep
    [[ $stderr == *'left no record'* ]]
    # This machine knows nothing of its job.
    local folder=${record[0]%/*}
    jq '.state = "RUNNING"' "$folder/state.json" >new
    mv new "$folder/state.json"
    run -3 --separate-stderr report sweep
    [[ $stderr == *'is not known any more, to this machine'* ]]
    [[ $output == *'5 runs, of which 0 failed and 1 not known to be over'* ]]
    echo '{' >"$folder/run.json"
    run -2 --separate-stderr report sweep
    [[ $stderr == *'run.json: not what integ2d-submit wrote'* ]]
    [ "$(grep -c '^openmp' <<<"$output")" = 3 ]
}

@test "a clock that was set is noticed, and the measured times are kept" {
    made_sweep sweep
    local state=(sweep/*-openmp-n2-*/state.json)
    jq '.start -= 86400 | .end -= 86400' "${state[0]}" >new
    mv new "${state[0]}"
    run -0 --separate-stderr report sweep
    [[ $output == *'openmp, grid 1000, 2 workers: a clock was set meanwhile'* ]]
    [ "$(grep -c '^openmp  *1000' <<<"$output")" = 4 ]
    # It ended before it began.
    jq '.start += 86400 | .end = .start - 5' "${state[0]}" >new
    mv new "${state[0]}"
    run -0 --separate-stderr report sweep
    [[ $output == *'openmp, grid 1000, 2 workers: a clock was set meanwhile: the job ended 5 s before it began'* ]]
    [ "$(grep -c '^openmp  *1000' <<<"$output")" = 4 ]
    # And it has not begun yet.
    jq '.start = now + 7200 | .start |= floor | .end = .start + 9' \
        "${state[0]}" >new
    mv new "${state[0]}"
    run -0 --separate-stderr report sweep
    [[ $output == *'openmp, grid 1000, 2 workers: a clock is wrong: the run began '*' s from now, in the future'* ]]
    [ "$(grep -c '^openmp  *1000' <<<"$output")" = 4 ]
}

@test "what is no run, an empty folder and a wrong option are named" {
    run -2 --separate-stderr report
    [[ $stderr == *'no runs in ./integ2d-runs, nor here'* ]]
    mkdir empty
    run -2 --separate-stderr report empty
    [[ $stderr == *'empty: no run folder is in it'* ]]
    run -2 --separate-stderr report nosuch
    [[ $stderr == *nosuch* ]]
    run -2 --separate-stderr report 123456
    [[ $stderr == *'job 123456'* ]]
    run -2 --separate-stderr report --format=jsn
    [[ $stderr == *"there is no 'jsn'; did you mean json?"* ]]
    run -2 --separate-stderr report --plot=speedup.jpg
    [[ $stderr == *'must end in .svg, .png or .pdf'* ]]
    real_runs
    run -2 --separate-stderr report integ2d-runs nosuch
    [[ $output == '4 runs'* ]]
}

@test "without gnuplot or a place to write, the rest is shown all the same" {
    made_sweep sweep
    mkdir bin
    run -2 --separate-stderr env PATH="$PWD/bin" \
        "$INTEG2D_BIN/integ2d-report" sweep --plot=plot.png
    [[ $stderr == *'no plot: gnuplot is not there'*gnuplot-nox* ]]
    [[ $output == *openmp*Scaling* ]]
    [ ! -e plot.png ]
    run -2 --separate-stderr env PATH="$PWD/bin" \
        "$INTEG2D_BIN/integ2d-report" sweep --format=html
    [[ $output == *'<p>no plot: gnuplot is not there'*'Job scripts'*'</html>' ]]
    printf '#!/bin/sh\necho "line 1: it broke" >&2\nexit 3\n' >bin/gnuplot
    chmod +x bin/gnuplot
    run -2 --separate-stderr env PATH="$PWD/bin:/usr/bin:/bin" \
        "$INTEG2D_BIN/integ2d-report" sweep --plot=plot.png
    [[ $stderr == *'gnuplot failed (exit status 3): line 1: it broke'* ]]
    run -2 --separate-stderr report sweep --plot=/nonexistent/plot.png
    [[ $stderr == *'/nonexistent/plot.png cannot be written'* ]]
    [[ $output == *openmp*Scaling* ]]
    mkdir folder.png
    run -2 --separate-stderr report sweep --plot=folder.png
    [[ $stderr == *'folder.png cannot be written: Is a directory'* ]]
    [ "$(find . -name '.integ2d-plot*')" = '' ]
    run -1 bash -c "'$INTEG2D_BIN/integ2d-report' sweep >/dev/full"
    [[ $output == *'cannot write to standard output'* ]]
}
