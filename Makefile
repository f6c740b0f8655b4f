# SPDX-License-Identifier: BSD-3-Clause
# integ2d. `make help` lists the targets; settings of your own (CC, PREFIX,
# CFLAGS ...) go on the command line or into config.mk.

VERSION := 0.1.0

-include config.mk

BUILD    ?= build
PREFIX   ?= /usr/local
DESTDIR  ?=
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin FC),default)
FC := gfortran
endif
MPICC    ?= mpicc
BLAS_LIBS ?= -lopenblas
PKG_CONFIG ?= pkg-config
SANITIZE ?=
CFLAGS   ?= -O2 -g
LDFLAGS  ?=

ifneq ($(words $(CURDIR)|$(BUILD)|$(PREFIX)|$(DESTDIR)),1)
$(error integ2d: make cannot cope with blanks in the path of the sources, BUILD, PREFIX or DESTDIR: choose others)
endif

# ---- What is there ---------------------------------------------------------
# A part that every program needs is named with its package when it is not
# there. What only some parts need is left out with them, and said.

have = $(shell printf '\043include <$(1)>\n' | $(CC) $(CFLAGS) $(2) -E -x c - >/dev/null 2>&1 && echo yes)
NEEDED := jansson.h:libjansson-dev hwloc.h:libhwloc-dev ini.h:libinih-dev
LEFT_OUT :=
comma := ,
ifeq ($(shell command -v $(MPICC) 2>/dev/null),)
LEFT_OUT += "the schemes mpi and hybrid: no $(MPICC) (Debian's packages libopenmpi-dev, openmpi-bin)"
NO_KERNEL += mpi hybrid
endif
ifeq ($(shell command -v $(FC) 2>/dev/null),)
LEFT_OUT += "the schemes fortran and fortran-openmp: no $(FC) (Debian's package gfortran)"
NO_KERNEL += fortran fortran-openmp
endif
# Debian has this header in a folder of gcc's own, where clang does not look.
JIT_FLAGS := $(addprefix -idirafter,$(filter /%,$(shell gcc -print-file-name=include 2>/dev/null)))
ifneq ($(call have,libgccjit.h,$(JIT_FLAGS)),yes)
LEFT_OUT += "the scheme jit: no libgccjit.h (Debian's package libgccjit-12-dev)"
NO_KERNEL += jit
endif
have_blas = $(shell printf '\043include <cblas.h>\nint main(void) { cblas_dscal(0, 0, 0, 1); }\n' | \
	$(CC) $(CFLAGS) -x c - $(LDFLAGS) $(BLAS_LIBS) -o /dev/null >/dev/null 2>&1 && echo yes)
ifneq ($(have_blas),yes)
LEFT_OUT += "the scheme blas: no cblas.h or no $(BLAS_LIBS) (Debian's package libopenblas-dev)"
NO_KERNEL += blas
endif
ifneq ($(call have,slurm/slurm.h),yes)
LEFT_OUT += "jobs through Slurm: no slurm/slurm.h (Debian's package libslurm-dev)"
NO_SLURM := yes
endif

WARN := -std=gnu11 -Wall -Wextra -Wshadow -Wconversion -pedantic -Werror
SAN  := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer)
BASE := -D_GNU_SOURCE $(WARN) $(SAN) -DINTEG2D_VERSION='"$(VERSION)"'
# Kernels: the same bits from any compiler, so no contraction, no fast-math.
KERNEL_OPT := -O3 -g -ffp-contract=off
COMPILER := $(notdir $(firstword $(CC))) $(shell $(CC) -dumpfullversion 2>/dev/null || $(CC) -dumpversion 2>/dev/null)
KERNEL_FLAGS = $(BASE) $(KERNEL_OPT) -Ikernels/driver \
	-DINTEG2D_COMPILER='"$(COMPILER)"' -DINTEG2D_FLAGS='"$(strip $(KERNEL_OPT) $(SAN))"'
FORTRAN_OPT := -O3 -g -ffp-contract=off
FORTRAN_FLAGS = -std=f2018 -Wall -Wextra -pedantic -Werror -fPIC $(FORTRAN_OPT)
FORTRAN = $(notdir $(firstword $(FC))) $(shell $(FC) -dumpfullversion 2>/dev/null)
LAUNCHER_FLAGS = $(BASE) $(CFLAGS) -fPIC -Ijobs/launcher

# ---- What is built ---------------------------------------------------------

KERNELS  := $(filter-out $(NO_KERNEL),$(basename $(notdir $(wildcard kernels/*.c))))
PROGRAMS := submit collect cancel report usage
MODULES  := $(filter-out $(PROGRAMS) backend_slurm,$(basename $(notdir $(wildcard jobs/launcher/*.c))))
UNITS    := $(basename $(notdir $(wildcard tests/unit/test_*.c)))
SITES    := $(basename $(notdir $(wildcard modulefiles/*.lua)))

BIN  := $(BUILD)/bin
OBJ  := $(BUILD)/obj
ROOT := $(abspath $(BUILD))/root

KERNEL_BINS   := $(KERNELS:%=$(BIN)/integ2d-%)
LAUNCHER_BINS := $(PROGRAMS:%=$(BIN)/integ2d-%)
DRIVER_OBJS   := $(patsubst kernels/driver/%.c,$(OBJ)/driver/%.o,$(wildcard kernels/driver/*.c))
LAUNCHER_OBJS := $(MODULES:%=$(OBJ)/launcher/%.o)
SLURM_PART    := $(if $(NO_SLURM),,$(BUILD)/lib/backend-slurm.so)
FORTRAN_PART  := $(if $(filter fortran,$(KERNELS)),$(BUILD)/lib/fortran.so)
DRIVER_PART   := $(BUILD)/lib/libdriver.so
UNIT_BINS     := $(UNITS:%=$(BUILD)/unit/%)

.PHONY: all kernels stage demo test torture fuzz fuzzers faults bench lint format \
	install uninstall deps deps-julia clean help units course \
	course-serve course-results man FORCE
.DELETE_ON_ERROR:

all: stage
	@for part in $(LEFT_OUT); do echo "integ2d: left out: $$part"; done

# Commands are shown with V=1; otherwise a line says what is made.
Q := $(if $(V),,@)
SAY = $(if $(V),:,printf '  %-7s %s\n')

# The headers that a file needs, beside it. The folder of the build is written
# there by its variable: BUILD may name it in more than one way.
DEPEND = -MMD -MP -MT '$(1)'

# ---- What must be installed ------------------------------------------------

deps:
	@sh .ci/deps build lab test

deps-julia:
	@sh .ci/julia

# ---- Rebuild when the compiler or a flag changes ---------------------------

define STAMP
$(shell $(CC) --version 2>/dev/null | head -n 1) | $(KERNEL_FLAGS) | $(FORTRAN) $(FORTRAN_FLAGS) | $(LAUNCHER_FLAGS) | $(LDFLAGS) | $(BLAS_LIBS)
endef
$(OBJ)/flags: FORCE
	@mkdir -p $(@D)
	@command -v $(CC) >/dev/null || { \
	  echo "integ2d: no C compiler '$(CC)': run 'make deps' (Debian's package gcc or clang)" >&2; exit 2; }
	@for part in $(NEEDED); do \
	  printf '#include <%s>\n' $${part%:*} | $(CC) $(CFLAGS) -E -x c - >/dev/null 2>&1 || { \
	  echo "integ2d: no $${part%:*}: run 'make deps' (Debian's package $${part#*:})" >&2; exit 2; }; done
	@printf '%s\n' '$(subst ','\'',$(STAMP))' | cmp -s - $@ || \
	  printf '%s\n' '$(subst ','\'',$(STAMP))' > $@
FORCE:

# ---- Kernels ---------------------------------------------------------------

kernels: $(KERNEL_BINS) $(FORTRAN_PART)

$(OBJ)/driver/%.o: kernels/driver/%.c $(OBJ)/flags
	@mkdir -p $(@D)
	@$(SAY) CC $<
	$(Q)$(CC) $(KERNEL_FLAGS) $(call DEPEND,$$(OBJ)/driver/$*.o) -c $< -o $@

$(BUILD)/lib/libdriver.a: $(DRIVER_OBJS)
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# The same for the programs of learners, which integ2d-check compiles: with all
# that it needs, and never with sanitizers, which the learner's compiler lacks.
$(DRIVER_PART): $(wildcard kernels/driver/*.[ch]) $(OBJ)/flags
	@mkdir -p $(@D)
	@$(SAY) CC $@
	$(Q)$(CC) $(KERNEL_FLAGS) -fno-sanitize=all -fPIC -shared $(filter %.c,$^) $(LDFLAGS) \
	  -ljansson -lhwloc -lm -o $@

$(BIN)/integ2d-%: kernels/%.c $(BUILD)/lib/libdriver.a $(OBJ)/flags
	@mkdir -p $(@D) $(OBJ)/kernels
	@$(SAY) CC $<
	$(Q)$(COMPILE) $(KERNEL_FLAGS) $(EXTRA) $(call DEPEND,$$(BIN)/integ2d-$*) -MF $(OBJ)/kernels/$*.d \
	  $< $(BUILD)/lib/libdriver.a $(LIBS) $(LDFLAGS) -ljansson -lhwloc -lm -o $@

$(KERNEL_BINS): COMPILE = $(CC)
$(BIN)/integ2d-openmp $(BIN)/integ2d-hybrid $(BIN)/integ2d-pitfalls: EXTRA = -fopenmp
$(BIN)/integ2d-threads $(BIN)/integ2d-gil: EXTRA = -pthread
$(BIN)/integ2d-mpi $(BIN)/integ2d-hybrid: COMPILE = OMPI_CC="$(CC)" $(MPICC)
$(BIN)/integ2d-fortran: LIBS = -ldl
$(BIN)/integ2d-julia: LIBS = -ldl
$(BIN)/integ2d-julia: EXTRA = $(if $(SANITIZE),-rdynamic tests/sanitizer/dlopen.c)
$(BIN)/integ2d-jit: EXTRA = $(JIT_FLAGS)
$(BIN)/integ2d-jit: LIBS = -lgccjit
$(BIN)/integ2d-fortran-openmp: $(OBJ)/fortran/fortran-openmp.o
$(BIN)/integ2d-fortran-openmp: LIBS = -lgomp
$(BIN)/integ2d-fortran $(BIN)/integ2d-fortran-openmp: EXTRA = \
	-DINTEG2D_FORTRAN='"$(FORTRAN) $(FORTRAN_OPT)"' $(filter %.o,$^)

BLAS_PARTS := $(patsubst kernels/%.c,$(OBJ)/%.o,$(wildcard kernels/blas/*.c))
$(OBJ)/blas/%.o: kernels/blas/%.c $(OBJ)/flags
	@mkdir -p $(@D)
	@$(SAY) CC $<
	$(Q)$(CC) $(KERNEL_FLAGS) $(call DEPEND,$$(OBJ)/blas/$*.o) -c $< -o $@
$(BIN)/integ2d-blas: $(BLAS_PARTS)
$(BIN)/integ2d-blas: EXTRA = $(BLAS_PARTS)
$(BIN)/integ2d-blas: LIBS = $(BLAS_LIBS) -ldl

# Fortran that a C program loads when it starts, and Fortran linked into one.
$(BUILD)/lib/fortran.so: kernels/fortran.f90 $(OBJ)/flags
	@mkdir -p $(@D)
	@$(SAY) FC $<
	$(Q)$(FC) $(FORTRAN_FLAGS) -shared $< -o $@

$(OBJ)/fortran/fortran-openmp.o: kernels/fortran-openmp.f90 $(OBJ)/flags
	@mkdir -p $(@D)
	@$(SAY) FC $<
	$(Q)$(FC) $(FORTRAN_FLAGS) -fopenmp -J $(@D) -c $< -o $@

# ---- Launcher --------------------------------------------------------------

$(OBJ)/launcher/%.o: jobs/launcher/%.c $(OBJ)/flags
	@mkdir -p $(@D)
	@$(SAY) CC $<
	$(Q)$(CC) $(LAUNCHER_FLAGS) $(call DEPEND,$$(OBJ)/launcher/$*.o) -c $< -o $@

$(BUILD)/lib/liblauncher.a: $(LAUNCHER_OBJS)
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(LAUNCHER_BINS): $(BIN)/integ2d-%: $(OBJ)/launcher/%.o $(BUILD)/lib/liblauncher.a
	@mkdir -p $(@D)
	@$(SAY) LINK $@
	$(Q)$(CC) $(SAN) $(CFLAGS) -pthread $^ $(LDFLAGS) -linih -ljansson -lm -o $@

# The one file that knows libslurm, loaded when a job needs it. Bound at once
# (-z now), so that a libslurm without what it calls is found out then.
$(BUILD)/lib/backend-slurm.so: jobs/launcher/backend_slurm.c $(BUILD)/lib/liblauncher.a $(OBJ)/flags
	@mkdir -p $(@D) $(OBJ)/launcher
	@$(SAY) CC $<
	$(Q)$(CC) $(LAUNCHER_FLAGS) -shared -Wl,-z,now $(call DEPEND,$$(BUILD)/lib/backend-slurm.so) -MF $(OBJ)/launcher/backend_slurm.d \
	  $< $(BUILD)/lib/liblauncher.a $(LDFLAGS) -lslurm -o $@

# ---- Install: the same rules fill build/root, where demo and tests run -----

DATA := $(DESTDIR)$(PREFIX)/share/integ2d
INSTALL_BINS := $(KERNEL_BINS) $(LAUNCHER_BINS)
# What an exercise needs, but for its solution; and what its programs include.
EXERCISE_FILES := $(patsubst course/exercises/%,%,$(filter-out %.rst,$(wildcard \
	course/exercises/*/exercise course/exercises/*/hints course/exercises/*/*.*)))
EXERCISE_HEADERS := driver check options
# Manual pages are installed when `make man` has made them.
MAN_PAGES = $(wildcard $(BUILD)/man/*.1)

install: $(INSTALL_BINS) $(SLURM_PART) $(FORTRAN_PART) $(DRIVER_PART)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/integ2d $(DATA)/site/advice $(DATA)/jobs
	install -m 755 $(INSTALL_BINS) site/lab/integ2d-lab $(DESTDIR)$(PREFIX)/bin/
	install -m 755 $(SLURM_PART) $(FORTRAN_PART) $(DRIVER_PART) $(DESTDIR)$(PREFIX)/lib/integ2d/
	install -d $(DESTDIR)$(PREFIX)/include/integ2d/driver
	install -m 644 $(EXERCISE_HEADERS:%=kernels/driver/%.h) $(DESTDIR)$(PREFIX)/include/integ2d/driver/
	install -m 755 course/integ2d-check $(DESTDIR)$(PREFIX)/bin/
	@for file in $(EXERCISE_FILES); do \
	  install -D -m 644 course/exercises/$$file $(DATA)/exercises/$$file || exit 1; done
	install -m 644 kernels/julia.jl $(DATA)/
	install -d $(DATA)/course
	install -m 644 $(wildcard course/programs/*.c) kernels/serial.c $(wildcard kernels/driver/row.[ch]) $(DATA)/course/
	$(if $(MAN_PAGES),install -d $(DESTDIR)$(PREFIX)/share/man/man1)
	$(if $(MAN_PAGES),install -m 644 $(MAN_PAGES) $(DESTDIR)$(PREFIX)/share/man/man1/)
	install -m 644 $(wildcard site/*.ini) $(DATA)/site/
	install -m 644 $(wildcard site/advice/*.ini) $(DATA)/site/advice/
	install -m 644 $(wildcard jobs/*.sbatch.in) $(DATA)/jobs/
	@for site in $(SITES); do \
	  install -d $(DATA)/modulefiles/$$site/integ2d && \
	  sed -e 's|@PREFIX@|$(PREFIX)|g' -e 's|@VERSION@|$(VERSION)|g' modulefiles/$$site.lua \
	    > $(DATA)/modulefiles/$$site/integ2d/$(VERSION).lua || exit 1; done
	@cd site/lab && find . -type f ! -name integ2d-lab | while read -r file; do \
	  install -D -m "$$(stat -c %a "$$file")" "$$file" "$(DATA)/lab/$$file" || exit 1; done

uninstall:
	rm -f $(foreach name,$(KERNELS) $(PROGRAMS) lab check,$(DESTDIR)$(PREFIX)/bin/integ2d-$(name))
	rm -f $(DESTDIR)$(PREFIX)/share/man/man1/integ2d-*.1
	rm -rf $(DESTDIR)$(PREFIX)/lib/integ2d $(DESTDIR)$(PREFIX)/include/integ2d $(DATA)

stage: kernels $(LAUNCHER_BINS) $(SLURM_PART) $(DRIVER_PART)
	@$(MAKE) --no-print-directory -s install PREFIX=$(ROOT) DESTDIR=

# ---- Tests -----------------------------------------------------------------

$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/lib/liblauncher.a $(BUILD)/lib/libdriver.a
	@mkdir -p $(@D)
	@$(SAY) CC $<
	$(Q)$(CC) $(LAUNCHER_FLAGS) -Ikernels/driver $(call DEPEND,$$(BUILD)/unit/$*) $< $(BUILD)/lib/liblauncher.a \
	  $(BUILD)/lib/libdriver.a $(LDFLAGS) -lcmocka -linih -ljansson -lhwloc -lm -o $@

units: $(UNIT_BINS)

test:
	@sh .ci/deps build lab test course
	@sh .ci/julia
	@$(MAKE) --no-print-directory stage units
	@BUILD=$(abspath $(BUILD)) CC="$(CC)" SANITIZE="$(SANITIZE)" tests/run

# 500 submissions and 100 sweeps killed at random instants; `make test` has fewer.
torture:
	@sh .ci/deps build lab test
	@$(MAKE) --no-print-directory stage
	@BUILD=$(abspath $(BUILD)) tests/torture
	@BUILD=$(abspath $(BUILD)) tests/torture 100 slurm sweep

bench: stage
	@sh .ci/deps build lab bench
	@BUILD=$(abspath $(BUILD)) CC="$(CC)" tests/bench/run

# Calls that fail, for programs without sanitizers (tests/faults/walk).
faults: $(BUILD)/faults/fault.so

$(BUILD)/faults/fault.so: tests/faults/fault.c $(OBJ)/flags
	@mkdir -p $(@D)
	@$(SAY) CC $<
	$(Q)$(CC) $(LAUNCHER_FLAGS) -shared $< $(LDFLAGS) -o $@

# ---- Fuzzing: each parser in a program of its own (tests/fuzz) --------------

FUZZ_SECONDS ?= 60
FUZZERS := $(basename $(notdir $(wildcard tests/fuzz/fuzz_*.c)))
# What the launcher calls for a file finds it in memory (tests/fuzz/fuzz.c).
FUZZ_WRAP := $(patsubst %,-Wl$(comma)--wrap=%,file_read file_write access stat)

# In a build of its own: clang, with sanitizers that end the program.
fuzzers:
	@$(MAKE) --no-print-directory BUILD=$(abspath $(BUILD))/fuzz CC=clang \
	  SANITIZE=fuzzer-no-link,address,undefined \
	  CFLAGS='-O2 -g -fno-sanitize-recover=all' \
	  $(FUZZERS:%=$(abspath $(BUILD))/fuzz/bin/%)

$(OBJ)/fuzz/%.o: tests/fuzz/%.c $(OBJ)/flags
	@mkdir -p $(@D)
	@$(SAY) CC $<
	$(Q)$(CC) $(LAUNCHER_FLAGS) $(call DEPEND,$$(OBJ)/fuzz/$*.o) -c $< -o $@

$(FUZZERS:%=$(BIN)/%): $(BIN)/%: $(OBJ)/fuzz/%.o $(OBJ)/fuzz/fuzz.o $(BUILD)/lib/liblauncher.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(SAN) -fsanitize=fuzzer $^ $(FUZZ_WRAP) $(LDFLAGS) -linih -ljansson -lm -o $@

fuzz:
	@sh .ci/deps build test
	@$(MAKE) --no-print-directory fuzzers
	@FUZZ=$(BUILD)/fuzz tests/fuzz/run $(FUZZ_SECONDS)

# ---- The course: pages, and from the same tree the man pages ----------------

# Debian's Sphinx, whichever other is in the PATH.
SPHINX := /usr/bin/sphinx-build -W --keep-going -q -n -d $(BUILD)/course-trees

course:
	@sh .ci/deps course
	@$(SPHINX) -b html course $(BUILD)/course
	@echo 'integ2d: the course is in $(BUILD)/course/index.html'

course-serve: course
	@course/serve $(BUILD)/course

# What the commands of the pages print, from a lab of their own.
course-results: stage course
	@sh .ci/deps lab
	@env -u INTEG2D_LAB INTEG2D_BIN=$(ROOT)/bin course/blocks record $(BUILD)/course/blocks.json
	@$(MAKE) --no-print-directory course

man:
	@sh .ci/deps course
	@$(SPHINX) -b man course $(BUILD)/man

C_FILES := $(wildcard kernels/*.[ch] kernels/blas/*.[ch] kernels/driver/*.[ch] course/programs/*.c jobs/launcher/*.[ch] tests/unit/*.[ch] tests/fuzz/*.[ch] tests/faults/*.c tests/fastrow/*.[ch] tests/broken/*.[ch] tests/stand-in/*.c tests/sanitizer/*.[ch] tests/bench/*.[ch] course/exercises/*/*.c course/exercises/*/*/*.c)
SHELL_FILES := .ci/run .ci/deps .ci/julia tests/run tests/torture tests/fuzz/run tests/faults/walk tests/bench/run tests/bench/launcher site/lab/integ2d-lab site/lab/commands/hpc2n/job-usage course/integ2d-check
PYTHON_FILES := $(wildcard kernels/driver/*.py course/python/*.py course/*.py course/_ext/*.py tests/bench/*.py) tests/bench/schemes tests/bench/folders tests/bench/sweep course/blocks course/serve tests/browser/course
LUA_FILES := $(wildcard modulefiles/*.lua site/lab/*.lua site/lab/modules/*.lua)
BATS_FILES := $(wildcard tests/*.bats tests/*.bash)

# Each tool must find nothing; they can run side by side (make -j). Warnings of
# gcc are errors in any build. clang builds the kernels, and reads the rest.
LINT := kernels warnings format cppcheck shell bats small
.PHONY: $(LINT:%=lint-%)
lint: $(LINT:%=lint-%)
lint-kernels:
	$(MAKE) --no-print-directory BUILD=$(BUILD)/clang CC=clang kernels
lint-warnings:
	printf '%s\n' jobs/launcher/*.c tests/unit/*.c | xargs -P 2 -n 10 \
	  clang $(LAUNCHER_FLAGS) -Ikernels/driver -fsyntax-only
lint-format:
	clang-format --dry-run -Werror $(C_FILES)
lint-cppcheck:
	cppcheck --quiet --std=c11 --enable=warning,performance,portability \
	  --suppress=missingIncludeSystem --suppress=ctuuninitvar \
	  --error-exitcode=1 \
	  -DINTEG2D_VERSION='""' -DINTEG2D_COMPILER='""' -DINTEG2D_FLAGS='""' \
	  -Ikernels -Ikernels/driver -Ijobs/launcher kernels jobs/launcher
lint-shell:
	shellcheck -x $(SHELL_FILES)
lint-bats: # variables that bats sets, and words meant for another shell
	printf '%s\n' $(BATS_FILES) | xargs -P 2 -n 4 \
	  shellcheck -x -e SC2016,SC2030,SC2031,SC2154
lint-small:
	for file in $(LUA_FILES); do luac5.4 -p $$file || exit 1; done
	/usr/bin/python3 -c 'import ast, sys; [ast.parse(open(f).read(), f) for f in sys.argv[1:]]' $(PYTHON_FILES)
	for file in course/_static/*.js; do node --check $$file || exit 1; done
	@# Words misspelt on purpose, and a line end before a word.
	codespell --ignore-words-list=taks,acount,nin --skip=build*,.git,integ2d-runs .

format:
	clang-format -i $(C_FILES)

# ---- The rehearsal: what a learner types, on the cluster of the lab --------

DEMO := $(BUILD)/root/bin/integ2d-lab

demo:
	@sh .ci/deps build lab
	@$(MAKE) --no-print-directory stage
	@$(DEMO) up
	@for site in hpc2n uppmax; do \
	  printf '\nAs on a login node of %s:\n\n    $$ ml integ2d\n    $$ integ2d-submit --site=%s --scheme=mpi -n 4\n\n' $$site $$site; \
	  $(DEMO) exec --site=$$site -- bash -lc "ml integ2d && integ2d-submit --site=$$site --scheme=mpi -n 4" || exit; done
	@printf '\nNow you. A shell as on a login node, and the cluster taken down again:\n\n'
	@printf '    %s shell --site=hpc2n\n    %s down\n\nIn that shell, for example:\n\n' $(DEMO) $(DEMO)
	@printf '    ml integ2d\n    integ2d-submit --scheme=openmp -n 2\n    integ2d-submit --scheme=serial -A hpc2n2026-042 --dry-run\n    integ2d-collect\n'

help:
	@echo 'make            build everything into $(BUILD)/root'
	@echo 'make demo       run the main job on the rehearsal cluster'
	@echo 'make test       the whole test suite, on a private Slurm'
	@echo 'make torture    500 submissions killed at random instants: none lost or doubled'
	@echo 'make fuzz       broken input for every parser, FUZZ_SECONDS=60 each'
	@echo 'make bench      measure; nothing is judged'
	@echo 'make course     the pages of the course, in $(BUILD)/course'
	@echo 'make course-serve    show them on http://127.0.0.1'
	@echo 'make course-results  run the commands of the pages, keep what they print'
	@echo 'make man        manual pages, in $(BUILD)/man; make install takes them along'
	@echo 'make lint       formats, warnings, scripts, spelling'
	@echo 'make format     clang-format on all C files'
	@echo 'make install    to PREFIX=$(PREFIX) (DESTDIR= in front)'
	@echo 'make uninstall  take it away again'
	@echo 'make deps       install the Debian packages that are missing'
	@echo 'make deps-julia install Debian 11'"'"'s Julia on Debian 12'
	@echo 'make clean      remove $(BUILD)'
	@echo 'Settings: CC CFLAGS LDFLAGS FC MPICC BLAS_LIBS BUILD PREFIX DESTDIR V=1'
	@echo '          SANITIZE=address,undefined or SANITIZE=thread'

clean:
	rm -rf $(BUILD)

-include $(wildcard $(OBJ)/*/*.d $(BUILD)/unit/*.d)
