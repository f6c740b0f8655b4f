#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# make lint, and what the Makefile promises.
bats_require_minimum_version 1.5.0
load common

# make in a copy of the sources without any build in it.
copy_source() {
    git -C "$INTEG2D_SOURCE" ls-files -z --cached --others --exclude-standard |
        (cd "$INTEG2D_SOURCE" && tar --null -T - -c) | tar -x
}

@test "no tool has anything to say: compilers, formats, scripts, spelling" {
    run -0 make -C "$INTEG2D_SOURCE" BUILD="$BUILD" lint
}

@test "install and uninstall leave nothing behind, DESTDIR and all" {
    make -s -C "$INTEG2D_SOURCE" BUILD="$BUILD" \
        CC="$CC" SANITIZE="$SANITIZE" \
        PREFIX=/opt/integ2d DESTDIR="$PWD/dest" install
    [ -x dest/opt/integ2d/bin/integ2d-submit ]
    grep -q '^local root = "/opt/integ2d"' \
        dest/opt/integ2d/share/integ2d/modulefiles/hpc2n/integ2d/*.lua
    dest/opt/integ2d/bin/integ2d-submit --site=local --scheme=serial --grid=50
    make -s -C "$INTEG2D_SOURCE" BUILD="$BUILD" \
        CC="$CC" SANITIZE="$SANITIZE" \
        PREFIX=/opt/integ2d DESTDIR="$PWD/dest" uninstall
    [ -z "$(find dest -type f)" ]
}

@test "nothing is built twice, and everything when a flag changes" {
    unset BUILD
    copy_source
    make -s stage
    run -0 make stage
    [[ $output != *' CC '* ]]
    run -0 make CFLAGS=-O1 build/obj/launcher/state.o
    [[ $output == *' CC '*state.c* ]]
    touch -d '+1 minute' jobs/launcher/state.h
    run -0 make CFLAGS=-O1 build/obj/launcher/state.o
    [[ $output == *' CC '*state.c* ]]
    # The same folder by another name.
    touch -d '+2 minutes' jobs/launcher/state.h
    run -0 make CFLAGS=-O1 BUILD="$PWD/build" "$PWD/build/obj/launcher/state.o"
    [[ $output == *' CC '*state.c* ]]
}

@test "a suite that is told to end leaves nothing of its lab behind" {
    local suite lab status i
    cp "$INTEG2D_SOURCE/tests/setup_suite.bash" .
    printf '@test "waits" {\n%s\n}\n' \
        "echo \"\$INTEG2D_LAB\" >$PWD/here; sleep 300" >waits.bats
    env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$HOME" BUILD="$BUILD" \
        "$INTEG2D_SOURCE/tests/run" "$PWD/waits.bats" >said 2>&1 3>&- &
    suite=$!
    for ((i = 0; i < 400; i++)); do
        if [ -s here ]; then break; fi
        sleep 0.1
    done
    cat said
    [ -s here ]
    lab=$(<here)
    kill -TERM $suite
    status=0
    wait $suite || status=$?
    [ $status -eq 143 ]
    [ ! -e "$lab" ]
    run ! grep -qszFx "INTEG2D_LAB_PROCESS=$lab" /proc/[0-9]*/environ
    run ! pgrep -f "$PWD/waits.bats"
}

@test "a compiler that is not there is named with the package that has it" {
    run -2 make -C "$INTEG2D_SOURCE" BUILD="$PWD/build" CC=nosuchcc stage
    [[ $output == *"no C compiler 'nosuchcc'"*package* ]]
}

@test "parts that are not there are left out and named with their package" {
    unset BUILD
    copy_source
    run -0 make MPICC=nosuchmpicc
    [[ $output == *"left out: the schemes mpi and hybrid: no nosuchmpicc (Debian's packages libopenmpi-dev"* ]]
    [ -x build/root/bin/integ2d-openmp ]
    [ ! -e build/root/bin/integ2d-mpi ]
}

@test "blanks in a path are refused before anything is touched" {
    run -2 make -C "$INTEG2D_SOURCE" BUILD="$BUILD" PREFIX="$PWD/a b" install
    [[ $output == *"cannot cope with blanks"* ]]
    [ -z "$(ls)" ]
}
