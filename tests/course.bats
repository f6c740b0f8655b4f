#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# The course: its pages, what its commands print, its manual pages.
bats_require_minimum_version 1.5.0
load common
load course

setup_file() {
    build_course
}

# The exit status is that of the pages' commands: 0 if all hold.
@test "the commands of all pages print what the pages show, at each site" {
    run -0 "$INTEG2D_SOURCE/course/blocks" compare "$COURSE/blocks.json"
    [[ $output == *' blocks run, 0 wrong'* ]]
}

@test "each command block has its output on record, and each record its block" {
    jq -r '.[] | select(.run and .output) | .name as $name | .place as $place |
        .sites[] | (if . == "laptop" and $place == "login" then "hpc2n" else . end)
        + "/" + $name + ".txt"' "$COURSE/blocks.json" | sort -u >wanted
    (cd "$INTEG2D_SOURCE/course/results" && find . -mindepth 2 -name '*.txt') |
        sed 's/^..//' | sort >found
    diff wanted found
    [ -s found ]
    # Nothing of the machine they come from but its kind.
    run -1 grep -rE "/tmp/|/root/|/home/|$(hostname)" \
        "$INTEG2D_SOURCE/course/results"
}

@test "an output with another word, count, verdict or integral is found" {
    cat >page <<'END'
job 12 submitted, integ2d-runs/hpc2n-mpi-n4-20261122T140918Z-8156a3df8edc
job 12 waits in the queue: not looked at by the scheduler yet
scheme  site   job  workers  nodes   grid     best   median      integral         error   CPU  check
mpi     hpc2n   12        4      1  10000  0.325 s  0.330 s  3.585201e-16  3.585201e-16  97 %  passed
speedup 3.71 at -t 00:05:00
END
    sed -e 's/job 12/job 7/' -e 's/ 12 /  7 /' -e 's/8156a3df8edc/0123456789ab/' -e '/waits/d' \
        -e 's/0.3[0-9]* s/1.9 s/g' -e 's/97 %/61 %/' -e 's/3.585201e/-1.2e/g' \
        -e 's/3.71/2.2/' page >again
    difference() {
        /usr/bin/python3 -c 'import sys
sys.path.insert(0, sys.argv[1] + "/course/_ext")
from likeness import difference
print(difference(*(open(name).read() for name in sys.argv[2:])), end="")' \
            "$INTEG2D_SOURCE" "$@"
    }
    run -0 difference page again
    [ -z "$output" ]
    for change in s/passed/failed/ 's/      4 /      5 /' s/10000/20000/ \
        's/3.585201e-16/3.585201e-05/' s/3.71/371.0/ s/submitted/seen/ \
        s/hpc2n-mpi/hpc2n-openmp/ '$d' 's/  site / /' '$s/$/\nsegmentation fault/'; do
        sed "$change" page >again
        run -0 difference page again
        [ -n "$output" ]
    done
}

@test "what is wrong in a page is said with its line, and ends the build" {
    cat >index.rst <<'END'
Title
=====

.. commands:: one
   :sites: hpc3n

   true

.. commands:: two words

   true

.. commands:: two

   echo {acount}

.. commands:: three

   true

.. commands:: three

   true

.. site-tabs::

   {monitr}

.. site-text:: hpc2n

   Text.

.. episode:: ten

.. math::

   \begin{nothing}

.. exercise::
END
    run -1 --separate-stderr /usr/bin/sphinx-build -W --keep-going -q -n -b html \
        -c "$INTEG2D_SOURCE/course" . built
    for words in '4: ERROR: commands: no site "hpc3n", expected of hpc2n' \
        '9: ERROR: Error in "commands" directive' \
        '13: ERROR: commands: "{acount}" has no value for hpc2n' \
        '21: ERROR: commands: there is a block "three" already' \
        '25: ERROR: site-tabs: "{monitr}" has no value for hpc2n' \
        '29: ERROR: site-text: belongs inside site-tabs' \
        '33: ERROR: Error in "episode" directive' \
        'maths: Environment not supported' \
        '39: ERROR: Content block expected for the "exercise" directive'; do
        if [[ $stderr != *"$words"* ]]; then
            printf 'expected: %s\nfound: %s\n' "$words" "$stderr"
            return 1
        fi
    done
}

# The options as a program's --help has them, and as its page has them.
told() {
    "$@" --help | sed -nE \
        's/^ {1,6}((-[A-Za-z?](, | [A-Z]+)?)?(--[a-z-]+[^ ]*)?)( .*)?$/\1/p' |
        sed -n '/^-/p'
}

paged() {
    sed -n 's/^\.\. option:: //p' "$INTEG2D_SOURCE/course/reference/$1.rst"
}

@test "each program has a page, with the options of its --help and no other" {
    local program kernels=()
    for program in "$INTEG2D_BIN"/integ2d-*; do
        program=${program##*/}
        if [ -e "$INTEG2D_SOURCE/kernels/${program#integ2d-}.c" ]; then
            kernels+=("$program")
            continue
        fi
        diff <(told "$INTEG2D_BIN/$program" | sort) <(paged "$program" | sort)
        [ "$(paged "$program" | wc -l)" -gt 1 ]
    done
    for program in "${kernels[@]}"; do
        told "$INTEG2D_BIN/$program"
    done | sort -u >options
    diff options <(paged integ2d-SCHEME | sort)
    [ ${#kernels[@]} -gt 1 ] && [ -s options ]
}

@test "manual pages are installed when they are built, and found" {
    local prefix=$PWD/prefix program
    # A copy, so that other tests find no manual pages in the build.
    cp -r "$BUILD" build
    make -s -C "$INTEG2D_SOURCE" BUILD="$PWD/build" CC="$CC" \
        SANITIZE="$SANITIZE" man
    make -s -C "$INTEG2D_SOURCE" BUILD="$PWD/build" CC="$CC" \
        SANITIZE="$SANITIZE" PREFIX="$prefix" install
    for program in "$prefix"/bin/*; do
        program=${program##*/}
        [ "$(MANPATH=$prefix/share/man man -w "$program")" = \
            "$prefix/share/man/man1/$program.1" ]
        run -0 lexgrog "$prefix/share/man/man1/$program.1"
        [[ $output == *"\"$program - "* ]]
    done
    run -0 mandoc -T lint -W error "$prefix"/share/man/man1/*.1
    [ -z "$output" ]
    # Bold and the rest are for terminals.
    MANPATH=$prefix/share/man man integ2d-submit | col -b >text
    grep -q '^ *--dry-run$' text
    grep -q 'sbatch job.sbatch' text
}

@test "course-serve shows the pages on loopback, and says where" {
    env --default-signal=INT "$INTEG2D_SOURCE/course/serve" "$COURSE" >said 2>&1 &
    local server=$! address
    wait_for 'http://127.0.0.1:' said
    address=$(grep -o 'http://127.0.0.1:[0-9]*/' said)
    /usr/bin/python3 -c 'import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1]).read().decode())' "$address" >page
    grep -q '<h1>Parallel computing on clusters' page
    kill -INT $server
    wait $server
}
