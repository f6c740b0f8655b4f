#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
# The fast row: the same bits from each clone, the coefficients, the loop.
# bats' run sets these:
# shellcheck disable=SC2154
bats_require_minimum_version 1.5.0
load together

# The bits of all rows that fastrow/bits.c walks through. They change when the
# row's arithmetic does, and then what every grid gives changes with them.
BITS=58e2254d8498b7c2
FLAGS=(-std=gnu11 -D_GNU_SOURCE -ffp-contract=off)

setup() {
    : "${INTEG2D_SOURCE:=$(cd "$BATS_TEST_DIRNAME/.." && pwd)}"
    row=$INTEG2D_SOURCE/kernels/driver/row_simd.c
    bits=$INTEG2D_SOURCE/tests/fastrow/bits.c
    mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return
}

# Which of the three clones this CPU can run.
runnable() {
    local flags
    flags=" $(grep -m 1 '^flags' /proc/cpuinfo) "
    for clone in avx512f fma default; do
        [[ $clone != default && $flags != *" $clone "* ]] || echo "$clone"
    done
}

# The clone's own name in the object file: clang adds a number.
symbol() { nm "$1" | sed -n "s/^.* t \(row\.$2\(\.[0-9]*\)\{0,1\}\)$/\1/p"; }

# bits_of OBJECT CLONE: what this clone gives, whatever the CPU would choose.
bits_of() {
    local name
    name=$(symbol "$1" "$2")
    [ -n "$name" ]
    objcopy --redefine-sym "$name=row_$2" --globalize-symbol="row_$2" \
        "$1" "$2.o"
    gcc "${FLAGS[@]}" -O1 -DROW="row_$2" "$bits" "$2.o" -lm -o "bits_$2"
    "./bits_$2"
}

@test "every clone that this CPU can run gives the same bits, from gcc and clang" {
    local compiler level clone count=0
    for compiler in gcc clang; do
        for level in -O0 -O2 -O3; do
            for clone in $(runnable); do
                together clone_gives_bits "$compiler" $level "$clone"
                count=$((count + 1))
            done
        done
    done
    [ $count -ge 6 ]
    all_together $count
    echo "# ran $count: gcc and clang, -O0 -O2 -O3, $(runnable | xargs)" >&3
}

# clone_gives_bits COMPILER LEVEL CLONE
clone_gives_bits() {
    echo "$*"
    "$1" "${FLAGS[@]}" "$2" -c "$row" -o row.o
    [ "$(bits_of row.o "$3")" = "$BITS" ]
}

@test "the clone that this CPU chooses, and no clones at all, give the same bits" {
    local compiler
    for compiler in gcc clang; do
        "$compiler" "${FLAGS[@]}" -O3 "$row" "$bits" -lm -o chosen
        [ "$(./chosen)" = "$BITS" ]
        "$compiler" "${FLAGS[@]}" -O3 -march=native "$row" "$bits" -lm -o native
        [ "$(./native)" = "$BITS" ]
    done
}

@test "a multiply-add done in software gives the same bits" {
    gcc "${FLAGS[@]}" -O3 -c "$row" -o row.o
    bits_of row.o default >/dev/null
    # The C library's fma without the instruction.
    GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2 ./bits_default small >software
    ./bits_default small >hardware
    [ "$(wc -c <software)" -eq 17 ]
    diff software hardware
}

@test "sin_coefficients.py makes the coefficients that row_simd.c has" {
    local numbers='-\{0,1\}0x1\.[0-9a-f]*p[-+][0-9]*'
    /usr/bin/python3 "$INTEG2D_SOURCE/kernels/driver/sin_coefficients.py" >printed
    grep -o -e "$numbers" printed >made
    sed -n '/^static const double \(co\)\{0,1\}sine/,/^};/p' "$row" |
        grep -o -e "$numbers" >found
    [ "$(wc -l <made)" -eq 12 ]
    diff made found
}

# 64 points a turn with 16 lanes of two pairs: in units of one vector, 54
# multiply-adds, 4 products and 4 additions for each 8 vectors of results.
# Nothing else may be in there, and no value may leave the registers.
@test "the inner loop is 7.75 vector operations a point, from gcc and clang" {
    local compiler
    for compiler in gcc clang; do
        "$compiler" "${FLAGS[@]}" -O3 -c "$row" -o row.o
        objdump -d --no-show-raw-insn \
            --disassemble="$(symbol row.o avx512f)" row.o >listing
        python3 - listing <<'EOF'
import re, sys
lines = [line.strip() for line in open(sys.argv[1])]
place = {line.split(":")[0]: k for k, line in enumerate(lines)}
found = []
for end, line in enumerate(lines):
    jump = re.search(r"\sj\w+\s+([0-9a-f]+) ", line)
    begin = place.get(jump.group(1), end) if jump else end
    body = lines[begin:end]
    wide = [line for line in body if "%zmm" in line]
    ops = [sum(bool(re.search(op, line)) for line in wide)
           for op in (r"\svfn?m(add|sub)\d+pd", r"\svmulpd", r"\svaddpd")]
    moves = sum("vmovapd %zmm" in line for line in wide)
    memory = sum("(" in line for line in wide)
    if ops[0] >= 54:
        found.append((ops, len(wide) - sum(ops) - moves, memory))
print(found)
assert any(ops[0] % 54 == 0 and ops[1] == ops[2] == ops[0] // 54 * 4
           and other == 0 and memory == 0 for ops, other, memory in found)
EOF
    done
}
