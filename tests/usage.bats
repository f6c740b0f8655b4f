#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# integ2d-usage: what jobs use of what they asked for, ours and any other.
bats_require_minimum_version 1.5.0
load common

# A lab of its own that takes no statistics of its jobs, for the last test. It
# comes up while the others look at jobs.
setup_file() {
    export BARE=$BATS_FILE_TMPDIR/bare
    cp -r "${INTEG2D_BIN%/bin}" "$BARE"
    sed -i 's|^JobAcctGatherType=.*|JobAcctGatherType=jobacct_gather/none|
        /^JobAcctGatherParams/d' "$BARE/share/integ2d/lab/slurm.conf.in"
    "$BARE/bin/integ2d-lab" --lab="$BARE/lab" up >"$BARE/said" 2>&1 3>&- &
}

teardown_file() {
    "$BARE/bin/integ2d-lab" --lab="$BARE/lab" down
}

usage() {
    "$INTEG2D_BIN/integ2d-lab" exec --site=hpc2n -- \
        "$INTEG2D_BIN/integ2d-usage" "$@"
}

slurm() {
    "$INTEG2D_BIN/integ2d-lab" exec --site=hpc2n -- "$@"
}

# Sends a job of any program, its lines on standard input; prints its number.
send() {
    {
        echo '#!/bin/bash'
        echo '#SBATCH -A hpc2n2026-042 -t 5 --mem-per-cpu=50'
        echo "PATH=$INTEG2D_BIN:\$PATH"
        cat
    } >job.sh
    slurm sbatch --parsable -o /dev/null "$@" job.sh
}

# A loop that keeps one core busy until it is told to end.
busy() {
    echo "while [ ! -e '$PWD/enough' ]; do :; done"
}

# Until Slurm has this for the state of a job: reached JOB STATE
reached() {
    for _ in $(seq 400); do
        if [ "$(slurm squeue -h -t all -j "$1" -o %T)" = "$2" ]; then return; fi
        sleep 0.1
    done
    echo "job $1 is not $2" >&2
    return 1
}

# Looks at a job until it has been seen at work twice, and so for two seconds;
# then the command ends the job: follow 'COMMAND' OPTION... JOB
follow() {
    local end=$1 follower live
    shift
    live=live.$BASHPID
    usage --interval=1 "$@" >"$live" 3>&- &
    follower=$!
    for _ in $(seq 400); do
        if [ "$(grep -c ' cores busy' "$live")" -ge 2 ]; then break; fi
        kill -0 "$follower" || break
        sleep 0.1
    done
    eval "$end"
    wait "$follower" && cat "$live"
}

# What accounting says: the CPU time of a job, in seconds.
accounted() {
    slurm sacct -nP -j "$1" --format=TotalCPU |
        awk -F: 'NR == 1 { for (i = 1; i <= NF; i++) s = s * 60 + $i; print s }'
}

# near A B TOLERANCE: so near that NaN is not.
near() {
    python3 -c 'import sys
a, b, within = map(float, sys.argv[1:])
sys.exit(not abs(a - b) <= within)' "$@"
}

# Blanks and line ends as one blank.
words() {
    tr -s ' \n' ' ' <<<"$1"
}

@test "a serial program on four cores: one was busy, and that is told" {
    local job
    job=$(busy | send -n 1 -c 4)
    # Slurm counts in its own time.
    for _ in $(seq 400); do
        if slurm sstat -anP -j "$job" --format=AveCPU | grep '^00:.*[1-9]'; then break; fi
        sleep 0.1
    done
    run -0 follow 'touch enough' "$job"
    [[ $output == *"of 4 cores busy"* ]]
    [[ $output == *"Of the 4 cores asked for, "[01].?" were busy"* ]]
    [[ $(words "$output") == *"One worker did"*"ask for one core."* ]]
    # Accounting, step statistics and what was seen in /proc agree.
    [[ $output == *"accounting *"*"step statistics"*"processes seen"* ]]
    [[ $output == *"Step statistics agree"* ]]
    # The same of accounting alone, and the figures are sacct's.
    run -0 usage --json "$job"
    near "$(jq '.use.counted_by[0].cpu_s' <<<"$output")" "$(accounted "$job")" 0.01
    near "$(jq '.use.efficiency * .ran_s * 4' <<<"$output")" \
        "$(accounted "$job")" 0.01
    [ "$(jq '.seen.point | length' <<<"$output")" = 0 ]
}

@test "OMP_NUM_THREADS=1, and all threads on one core, are told apart" {
    local job how shown=()
    # By itself neither would end today; the progress says that it computes.
    for how in 'env OMP_NUM_THREADS=1 integ2d-openmp' \
        "taskset -c $(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/') integ2d-openmp -n 4"; do
        job=$(send -n 1 -c 4 <<<"INTEG2D_RECORD=$PWD exec $how --grid=1000000")
        wait_for . "progress_$job"
        follow "slurm scancel $job" "$job" >"shown${#shown[@]}" &
        shown+=($!)
    done
    wait "${shown[0]}"
    wait "${shown[1]}"
    [[ $(words "$(<shown0)") == *"OMP_NUM_THREADS is 1: one thread"* ]]
    [[ $(words "$(<shown0)") == *"OMP_NUM_THREADS=4, or ask for one core."* ]]
    [[ $(words "$(<shown1)") == *"4 workers took turns on one core"* ]]
}

# The lesson's exercise.
@test "four workers on five cores: the fifth stood idle, by record and accounting" {
    on hpc2n 'integ2d-submit --scheme=multiprocess -n 4 --grid=2000 --repeat=5 -q' >sent
    local folder job
    folder=$(run_folder)
    sed -i 's/^#SBATCH -n .*/#SBATCH -n 5/; s/^#SBATCH -c .*//
        s/integ2d-multiprocess/& -n 4/' "$folder/job.sbatch"
    job=$(cd "$folder" && slurm sbatch --parsable job.sbatch)
    reached "$job" COMPLETED
    run -0 --separate-stderr usage --json "$job"
    [ "$(jq -r .state <<<"$output")" = COMPLETED ]
    [ "$(jq .asked_cores <<<"$output")" = 5 ]
    [ "$(jq '.workers | length' <<<"$output")" = 4 ]
    [ "$(jq -r .use.agree <<<"$output")" = yes ]
    # The record's CPU time, of five cores.
    near "$(jq '.use.counted_by[0].efficiency' <<<"$output")" \
        "$(jq '.cpu_used_s / (.time_s | add) / 5' "$folder/record_$job.json")" 1e-6
    [[ $(jq -r '.hints[0]' <<<"$output") == "Of the 5 cores asked for, "*"It ran 4 workers: start 5, or ask for 4 cores." ]]
    rm -r integ2d-runs # a mistake, of which advice may tell
}

@test "a run of ours: the record, accounting and both back ends say the same" {
    on hpc2n 'integ2d-submit --scheme=openmp -n 2 --grid=2000 --repeat=6 -q' >table
    local folder backend
    folder=$(run_folder)
    for backend in slurm commands; do
        run -0 usage --backend=$backend "$folder"
        printf '%s\n' "$output" >$backend
    done
    diff slurm commands
    [[ $(words "$output") == *"The kernel's record and accounting agree"* ]]
    run -0 usage --json "$(basename "$(echo "$folder"/output_*.out)" .out |
        sed s/output_//)"
    # The efficiency is that of the record itself, of a short job.
    near "$(jq '.use.counted_by[0].efficiency' <<<"$output")" \
        "$(jq '.cpu_used_s / .cpu_available_s' "$folder"/record_*.json)" 1e-6
    if [ "$(jq '.ran_s < 10' <<<"$output")" = true ]; then
        grep -q "^CPU efficiency:.*(kernel's record" slurm
        [ "$(jq '.use.efficiency == .use.counted_by[0].efficiency' <<<"$output")" = true ]
    fi
    [ "$(jq '.workers | length' <<<"$output")" = 2 ]
    # Each worker was busy in each of six repeats, and no longer than these.
    [ "$(jq -c '[.workers[].busy_start_length_s | length]' <<<"$output")" = '[6,6]' ]
    near "$(jq '[.workers[].busy_start_length_s[][1]] | add' <<<"$output")" \
        "$(jq '[.worker[].busy_s] | add' "$folder"/record_*.json)" 1e-4
    # Without Slurm the folder is all there is.
    SLURM_CONF=/nonexistent run -0 "$INTEG2D_BIN/integ2d-usage" "$folder"
    [[ $output == *"kernel's record *"*"Slurm cannot be asked"* ]]
    [[ $output != *"accounting "* ]]
}

@test "the timelines of ranks and processes begin with their own repeat" {
    local scheme
    for scheme in 'mpi -n 2' 'multiprocess -n 2'; do
        # shellcheck disable=SC2086 # two words
        OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
            "$INTEG2D_BIN/integ2d-submit" --site=local --scheme=$scheme \
            --grid=1000 --repeat=3 -q >table
        run -0 "$INTEG2D_BIN/integ2d-usage" --json "$(run_folder)"
        jq -e '.workers | length == 2 and all(
            (.busy_start_length_s | length == 3) and
            all(.busy_start_length_s[]; .[0] >= 0 and .[1] > 0))' <<<"$output"
        # A process lies within the repeat that started it. Ranks meet before a
        # repeat, but the first one may come out of that a little later.
        python3 - "$(run_folder)"/record_*.json <<'END'
import json, sys
record = json.load(open(sys.argv[1]))
timeline = record["timeline"]
repeats = [list(map(int, word.split("+"))) for word in timeline["repeat"].split()]
assert [length / 1e6 for _, length in repeats] == [
    round(t, 6) for t in record["time_s"]], (repeats, record["time_s"])
for worker in timeline["worker"]:
    for word, (_, length) in zip(worker.split(), repeats):
        start, busy = map(int, word.split("+"))
        assert 0 <= start < 6e7, word
        assert start + busy <= length + 1 or record["scheme"] == "mpi", word
END
        rm -r integ2d-runs
    done
}

@test "of two that look at one run the first keeps what it sees" {
    local folder
    "$INTEG2D_BIN/integ2d-submit" --site=local --scheme=serial --grid=20000 \
        --repeat=100 -q --no-wait >/dev/null
    folder=$(run_folder)
    for _ in {1..3}; do
        run -3 flock "$folder" "$INTEG2D_BIN/integ2d-usage" --json "$folder"
        [ -z "$(find "$folder" -name 'usage_*')" ]
    done
    for _ in {1..40}; do
        run -3 "$INTEG2D_BIN/integ2d-usage" --json "$folder"
        if [ -n "$(find "$folder" -name 'usage_*')" ]; then break; fi
    done
    [ -n "$(find "$folder" -name 'usage_*')" ]
    "$INTEG2D_BIN/integ2d-cancel" "$folder"
}

@test "without Slurm a job is followed to its end, and what was seen is kept" {
    local prefix folder
    prefix=$(copy_prefix)
    # A program that is busy before it becomes the kernel, and until told.
    { echo '#!/bin/bash' && busy && echo "exec '$INTEG2D_BIN/integ2d-openmp' \"\$@\""; } \
        >"$prefix/bin/integ2d-openmp"
    "$prefix/bin/integ2d-submit" --site=local --scheme=openmp -n 2 \
        --grid=100 --repeat=5 -q --no-wait >/dev/null
    folder=$(run_folder)
    run -0 follow 'touch enough' --html=page.html "$folder"
    [[ $output == *" of 2 cores busy"*"processes seen"* ]]
    # Another one later still knows it.
    run -0 "$INTEG2D_BIN/integ2d-usage" --json "$folder"
    [ "$(jq '.seen.point | length' <<<"$output")" -ge 1 ]
    [ "$(jq -r '.use.agree' <<<"$output")" = yes ]
    # What the record and the system count of all its processes.
    near "$(jq .steps[0].cpu_s <<<"$output")" \
        "$(jq .cpu_total_s "$folder"/record_*.json)" 1
    grep -q 'CPU use of each core over time' page.html
    # A kept file that is broken is named.
    echo '{' >"$(echo "$folder"/usage_*.json)"
    run -2 "$INTEG2D_BIN/integ2d-usage" "$folder"
    [[ $output == *usage_*".json: not what integ2d-usage wrote"* ]]
}

@test "in a terminal the view is replaced in place; Ctrl-C ends it, not the job" {
    local job status
    job=$(busy | send -n 1 -c 2)
    # On a terminal of 60 columns, until it has drawn three times.
    python3 - "$INTEG2D_BIN/integ2d-lab" exec --site=hpc2n -- \
        "$INTEG2D_BIN/integ2d-usage" --interval=1 --html=page.html "$job" <<'END'
import fcntl, os, pty, select, signal, struct, sys, termios, time
pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
    signal.signal(signal.SIGINT, signal.SIG_DFL) # whoever started the tests
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    os.execv(sys.argv[1], sys.argv[1:])
text, ended = b"", time.time() + 60
while text.count(b"\033[J") < 3 and time.time() < ended:
    if select.select([terminal], [], [], 1)[0]:
        text += os.read(terminal, 65536)
os.write(terminal, b"\003")
status = os.waitpid(pid, 0)[1]
assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 130, status
text = text.decode()
# Each goes back over as many lines as the last one had.
screens = text.split("\033[J")
assert len(screens) >= 4, text
back = int(screens[1].rsplit("\033[", 1)[1].rstrip("F"))
lines = screens[1].rsplit("\033[", 1)[0].count("\r\n")
assert back == lines, (back, lines)
assert "core" in screens[2] and "over time" in screens[2], screens[2]
for line in screens[2].replace("\033[1m", "").replace("\033[0m", "").split("\r\n"):
    assert len(line) <= 60 or "\033" in line, line
END
    [ "$(slurm squeue -h -j "$job" -o %T)" = RUNNING ]
    grep -q 'CPU use of each core over time' page.html
    # Elsewhere a line a look, and 130 too.
    slurm bash -c "'$INTEG2D_BIN/integ2d-usage' --interval=1 $job >out 2>err &
        pid=\$!; timeout 60 sh -c 'until grep -q \"of 2 cores busy\" out; do sleep 0.1; done'
        kill -TERM \$pid; wait \$pid; echo \$? >status"
    [ "$(<status)" = 130 ]
    grep -q "job $job goes on" err
    run ! grep -q $'\033' out
    touch enough
}

@test "a job that waits: why, exit status 3 with --json, and it is waited for" {
    local job
    job=$(busy | send -n 1 --begin=now+1hour)
    run -3 --separate-stderr usage --json "$job"
    [ "$(jq -r .state <<<"$output")" = PENDING ]
    [ "$(jq -r .use.efficiency <<<"$output")" = null ]
    slurm bash -c "'$INTEG2D_BIN/integ2d-usage' --interval=1 $job >out 2>err &
        pid=\$!; timeout 60 sh -c 'until grep -q . err; do sleep 0.1; done'
        scancel $job; wait \$pid; echo \$? >status"
    grep -q "job $job waits (PENDING): its start time has not come" err
    # It never started: nothing is known, and nothing made up.
    [ "$(<status)" = 0 ]
    grep -q 'CPU efficiency:  no data' out
    run ! grep -q '0 %' out
}

@test "a page of any job needs nothing else, and shows no data where there is none" {
    local job
    job=$(busy | send -n 2 -J 'a<b>&c')
    follow 'touch enough' --html=live.html "$job" >/dev/null
    usage --html later.html "$job" >/dev/null
    local page
    for page in live later; do
        /usr/bin/python3 - $page.html <<'END'
import html.parser, re, sys
text = open(sys.argv[1]).read()
class Page(html.parser.HTMLParser):
    open = []
    def handle_starttag(self, tag, attributes):
        assert tag not in ("script", "link", "img", "iframe"), tag
        if tag not in ("meta", "br"): self.open.append(tag)
    def handle_startendtag(self, tag, attributes): pass
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
page = Page()
page.feed(text)
assert page.open == [], page.open
assert "a&lt;b&gt;&amp;c" in text
assert not re.search(r"(src|@import|url\((?!#))", text)
assert "prefers-color-scheme:dark" in text
END
    done
    grep -q 'CPU use of each core over time' live.html
    grep -q 'class="idle"' live.html
    run ! grep -q 'class="idle"' later.html
    grep -q 'class="unknown"' later.html
    grep -q 'Nobody looked at this job while it ran' later.html
}

@test "the site's own command is named; in the lab job-usage leads to our page" {
    local job
    job=$(send -n 1 <<<'hostname')
    reached "$job" COMPLETED
    run -0 usage "$job"
    [[ $output == *"the site's own view: job-usage $job"* ]]
    [[ $output == *"a stand-in for HPC2N's"* ]]
    [[ $output =~ file://([^[:space:]]*/$job.html) ]]
    grep -q "Job $job" "${BASH_REMATCH[1]}"
    run -0 slurm job-usage "$job"
    [[ $output == *"file://"*"/$job.html" ]]
    run -2 slurm job-usage x
    run -2 slurm job-usage 999999
    # Elsewhere the command has no address to show.
    run -0 "$INTEG2D_BIN/integ2d-lab" exec --site=uppmax -- \
        "$INTEG2D_BIN/integ2d-usage" "$job"
    [[ $output == *"the site's own view: finishedjobinfo $job"* ]]
    [[ $output != *://* ]]
}

@test "a task of an array is found by its name" {
    local job
    job=$(send -n 1 --array=1-2 <<<'hostname')
    for _ in $(seq 400); do
        [ "$(slurm squeue -h -j "$job" -t PD,R,CG | wc -l)" = 0 ] && break
        sleep 0.1
    done
    run -0 --separate-stderr usage --json "${job}_2"
    [ "$(jq -r .state <<<"$output")" = COMPLETED ]
    [ "$(jq .job_id <<<"$output")" -ge "$job" ]
    [[ $(jq -r .steps[0].name <<<"$output") == batch ]]
    run -2 usage "${job}_3"
}

@test "what is wrong is named, and nothing is shown" {
    local job words
    job=$(send -n 1 <<<'hostname')
    while read -r arguments; do
        words=${arguments#*: }
        # shellcheck disable=SC2086 # several words
        run -2 --separate-stderr usage ${arguments%%: *}
        [ -z "$output" ]
        [[ $stderr == *"$words"* ]] || {
            echo "expected: $words, found: $stderr"
            return 1
        }
    done <<END
999999: job 999999: Slurm's controller does not know it
nosuch: 'nosuch' is no job number and no run folder here
0: '0' is no job number
/tmp: /tmp is no run folder
99999999999999999999: is no job number
--json: which job?
1 2: one job at a time
--interval=0 $job: --interval: 0 is out of range; give a whole number from 1 to 3600
--interval=fast $job: --interval: 'fast' is not a whole number
--html= $job: --html wants a file
--html=/nosuch/page.html $job: --html=/nosuch/page.html: no file can be made there: No such file or directory
--html=/tmp $job: that is there, and no file
--backend=x $job: 'x' is none of slurm, commands
END
    run -1 bash -c "'$INTEG2D_BIN/integ2d-lab' exec --site=hpc2n -- \
        '$INTEG2D_BIN/integ2d-usage' $job >/dev/full"
    [[ $output == *"cannot write to standard output"* ]]
}

@test "without accounting, a job that is over is not known, and that is said" {
    local job=999999
    sed '/^AccountingStorage/d' "$INTEG2D_LAB/etc/slurm.conf" >bare.conf
    echo AccountingStorageType=accounting_storage/none >>bare.conf
    run -2 slurm env SLURM_CONF="$PWD/bare.conf" \
        "$INTEG2D_BIN/integ2d-usage" $job
    [[ $output == *"job $job: Slurm's controller does not know it (any more), and there is no accounting"* ]]
    job=$(send -n 1 <<<'hostname')
    reached "$job" COMPLETED
    run -0 slurm env SLURM_CONF="$PWD/bare.conf" \
        "$INTEG2D_BIN/integ2d-usage" "$job"
    [[ $output == *"CPU efficiency:  no data"*"No accounting:"* ]]
}

@test "where Slurm takes no statistics, none are made up" {
    local job
    wait_for 'lab: up in' "$BARE/said"
    INTEG2D_BIN=$BARE/bin
    export INTEG2D_LAB=$BARE/lab
    job=$(busy | send -n 1 -c 2)
    follow 'touch enough' "$job" >live 2>&1
    usage "$job" >later 2>&1
    grep -q 'of 2 cores busy' live
    [[ $(words "$(<live)") == *"takes no statistics of what jobs use (JobAcctGatherType=jobacct_gather/none)"* ]]
    grep -q '^CPU efficiency:.*(processes seen' live
    grep -q '^CPU efficiency:  no data' later
}
