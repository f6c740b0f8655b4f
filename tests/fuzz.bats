#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# No input makes a parser do what its header does not promise.
bats_require_minimum_version 1.5.0
load common

setup_file() {
    make -s -C "$INTEG2D_SOURCE" BUILD="$BUILD" fuzzers
}

fuzz() {
    FUZZ=$BUILD/fuzz "$INTEG2D_SOURCE/tests/fuzz/run" "$@"
}

@test "the corpus and 2000 inputs made of it find nothing in any parser" {
    run -0 fuzz --runs=2000
    # Each target has run: as many lines as there are targets.
    local targets=("$BUILD"/fuzz/bin/fuzz_*)
    [ "$(grep -c '^[a-z]*: 2[0-9]* inputs, nothing found$' <<<"$output")" = \
        "${#targets[@]}" ]
}

@test "a parser that breaks a promise is found, with the command to see it" {
    # A word.c that lets a line end into a script.
    sed 's/^    if (marks == NULL)$/    if (strchr(text, 10)) return true;\n&/;
        /^void/,$s/^    if (strchr.*//' \
        "$INTEG2D_SOURCE/jobs/launcher/word.c" >word.c
    mkdir bin
    clang -std=gnu11 -D_GNU_SOURCE -g -fsanitize=fuzzer,address,undefined \
        -I"$INTEG2D_SOURCE/jobs/launcher" word.c \
        "$BUILD"/fuzz/obj/fuzz/{fuzz_template,fuzz}.o \
        "$BUILD/fuzz/lib/liblauncher.a" -linih -ljansson -lm \
        -Wl,--wrap={file_read,file_write,access,stat} -o bin/fuzz_template
    FUZZ=$PWD run -1 "$INTEG2D_SOURCE/tests/fuzz/run" --runs=100 template
    [[ $output == *"template: found something"*broken:* ]]
    # The last line is a command that shows it again.
    # shellcheck disable=SC2086 # two words
    run ! ${lines[-1]}
    [[ $output == *broken:* ]]
}
