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
    local made=(build/obj/launcher/state.o build/obj/driver/row.o build/lib/fortran.so)
    make -s -C "$INTEG2D_SOURCE" BUILD="$BUILD" CC="$CC" SANITIZE="$SANITIZE" stage
    run -0 make -C "$INTEG2D_SOURCE" BUILD="$BUILD" CC="$CC" SANITIZE="$SANITIZE" stage
    run ! grep -E ' (CC|FC|LINK) ' <<<"$output"
    unset BUILD
    copy_source
    make -s "${made[@]}"
    run -0 make "${made[@]}"
    run ! grep -E ' (CC|FC|LINK) ' <<<"$output"
    run -0 make CFLAGS=-O1 "${made[@]}"
    [[ $output == *' CC '*state.c* ]]
    [[ $output == *' CC '*row.c* ]]
    [[ $output == *' FC '*fortran.f90* ]]
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

# clang does not find gcc's header of libgccjit without being told where.
@test "parts that are not there are left out and named with their package" {
    local whole=$BUILD scheme
    local missing=(SANITIZE= MPICC=nosuchmpicc FC=nosuchfc CC=clang JIT_FLAGS=
        BLAS_LIBS=-lno-such-blas)
    unset BUILD
    copy_source
    # What needs none of them comes from the build that is there, as if it had
    # been made with these settings.
    if [ -z "$SANITIZE" ]; then
        mkdir -p build/bin build/lib build/obj
        cp -a "$whole"/bin/integ2d-{submit,collect,cancel,report,usage} build/bin
        cp -a "$whole"/lib/{liblauncher.a,libdriver.a,libdriver.so,backend-slurm.so} build/lib
        cp -a "$whole"/obj/{launcher,driver} build/obj
        make -s "${missing[@]}" build/obj/flags
        touch -d 2000-01-01 build/obj/flags
    fi
    run -0 make "${missing[@]}"
    [[ $output == *"left out: the schemes mpi and hybrid: no nosuchmpicc (Debian's packages libopenmpi-dev"* ]]
    [[ $output == *"left out: the schemes fortran and fortran-openmp: no nosuchfc (Debian's package gfortran)"* ]]
    [[ $output == *"left out: the scheme jit: no libgccjit.h (Debian's package libgccjit-12-dev)"* ]]
    [[ $output == *"left out: the scheme blas: no cblas.h or no -lno-such-blas (Debian's package libopenblas-dev)"* ]]
    for scheme in serial openmp threads gil multiprocess pitfalls julia; do
        [ -x build/root/bin/integ2d-$scheme ]
    done
    for scheme in mpi hybrid fortran fortran-openmp jit blas; do
        [ ! -e build/root/bin/integ2d-$scheme ]
    done
    [ ! -e build/root/lib/integ2d/fortran.so ]
    build/root/bin/integ2d-submit --site=local --scheme=openmp -n 2 --grid=50
}

@test "blanks in a path are refused before anything is touched" {
    run -2 make -C "$INTEG2D_SOURCE" BUILD="$BUILD" PREFIX="$PWD/a b" install
    [[ $output == *"cannot cope with blanks"* ]]
    [ -z "$(ls)" ]
}
