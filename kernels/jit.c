/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Just in time: one worker takes all rows, with a loop that this program
 * compiles for itself when it starts (libgccjit, the compiler as a library).
 */
#include "driver/clock.h"
#include "driver/driver.h"

#include <errno.h>
#include <ftw.h>
#include <libgccjit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Describe, statement by statement, what serial runs for a row:
 *
 *     double row(double sum, double x, double h, long n)
 *     {
 *         long j;
 *
 *         j = 0;
 *     head:
 *         if (j < n) goto body; else goto done;
 *     body:
 *         sum += sin(x + h * ((double)j + 0.5));
 *         j += 1;
 *         goto head;
 *     done:
 *         return sum;
 *     }
 *
 * A call that fails returns NULL, those that are given NULL fail too, and the
 * context keeps the first error. */
static void describe(gcc_jit_context *c)
{
    gcc_jit_type *real = gcc_jit_context_get_type(c, GCC_JIT_TYPE_DOUBLE);
    gcc_jit_type *whole = gcc_jit_context_get_type(c, GCC_JIT_TYPE_LONG);
    gcc_jit_param *sum = gcc_jit_context_new_param(c, NULL, real, "sum");
    gcc_jit_param *x = gcc_jit_context_new_param(c, NULL, real, "x");
    gcc_jit_param *h = gcc_jit_context_new_param(c, NULL, real, "h");
    gcc_jit_param *n = gcc_jit_context_new_param(c, NULL, whole, "n");
    gcc_jit_param *params[] = {sum, x, h, n};
    gcc_jit_function *row = gcc_jit_context_new_function(
        c, NULL, GCC_JIT_FUNCTION_EXPORTED, real, "row", 4, params, 0);
    gcc_jit_function *sine = gcc_jit_context_get_builtin_function(c, "sin");
    gcc_jit_lvalue *j = gcc_jit_function_new_local(row, NULL, whole, "j");
    gcc_jit_block *start = gcc_jit_function_new_block(row, "start");
    gcc_jit_block *head = gcc_jit_function_new_block(row, "head");
    gcc_jit_block *body = gcc_jit_function_new_block(row, "body");
    gcc_jit_block *done = gcc_jit_function_new_block(row, "done");
    gcc_jit_rvalue *value; /* grows from (double)j to sin(...) */

    gcc_jit_block_add_assignment(start, NULL, j,
                                 gcc_jit_context_zero(c, whole));
    gcc_jit_block_end_with_jump(start, NULL, head);

    gcc_jit_block_end_with_conditional(
        head, NULL,
        gcc_jit_context_new_comparison(c, NULL, GCC_JIT_COMPARISON_LT,
                                       gcc_jit_lvalue_as_rvalue(j),
                                       gcc_jit_param_as_rvalue(n)),
        body, done);

    value =
        gcc_jit_context_new_cast(c, NULL, gcc_jit_lvalue_as_rvalue(j), real);
    value = gcc_jit_context_new_binary_op(
        c, NULL, GCC_JIT_BINARY_OP_PLUS, real, value,
        gcc_jit_context_new_rvalue_from_double(c, real, 0.5));
    value = gcc_jit_context_new_binary_op(c, NULL, GCC_JIT_BINARY_OP_MULT, real,
                                          gcc_jit_param_as_rvalue(h), value);
    value = gcc_jit_context_new_binary_op(c, NULL, GCC_JIT_BINARY_OP_PLUS, real,
                                          gcc_jit_param_as_rvalue(x), value);
    value = gcc_jit_context_new_call(c, NULL, sine, 1, &value);
    gcc_jit_block_add_assignment_op(body, NULL, gcc_jit_param_as_lvalue(sum),
                                    GCC_JIT_BINARY_OP_PLUS, value);
    gcc_jit_block_add_assignment_op(body, NULL, j, GCC_JIT_BINARY_OP_PLUS,
                                    gcc_jit_context_one(c, whole));
    gcc_jit_block_end_with_jump(body, NULL, head);

    gcc_jit_block_end_with_return(done, NULL, gcc_jit_param_as_rvalue(sum));
}

/* The code of the row, which is never released: it is used until the end.
 * Optimised as the other kernels are, see the Makefile. */
static void *compile(gcc_jit_context *c)
{
    gcc_jit_result *result;

    gcc_jit_context_set_int_option(c, GCC_JIT_INT_OPTION_OPTIMIZATION_LEVEL, 3);
    gcc_jit_context_add_command_line_option(c, "-ffp-contract=off");
    describe(c);
    result = gcc_jit_context_compile(c);
    return result == NULL ? NULL : gcc_jit_result_get_code(result, "row");
}

static char folder[4096];    /* for libgccjit's temporary files */
static struct run *building; /* the run whose row is being compiled */

static int discard(const char *path, const struct stat *status, int type,
                   struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

/* libgccjit ends the program by itself when it cannot write a file or start
 * the assembler. Leave in good order then, too. */
static void leave(void)
{
    if (building == NULL)
        return;
    nftw(folder, discard, 8, FTW_DEPTH | FTW_PHYS);
    run_stop(building, "libgccjit gave up on compiling the row: it takes 'as' "
                       "and 'ld' in PATH (Debian's package binutils) and room "
                       "in the folder TMPDIR");
    run_start(building);
    _exit(run_finish(building));
}

/* A temporary folder of our own, in which nothing can stay behind; 0, or -1. */
static int make_folder(struct run *run)
{
    const char *parent = getenv("TMPDIR");

    if (parent == NULL || parent[0] == '\0')
        parent = "/tmp";
    snprintf(folder, sizeof folder, "%.4000s/integ2d-jit-XXXXXX", parent);
    if (mkdtemp(folder) != NULL && setenv("TMPDIR", folder, 1) == 0 &&
        atexit(leave) == 0)
        return 0;
    run_stop(run,
             "no temporary folder can be made in %.100s: %s; name another "
             "in TMPDIR",
             parent, strerror(errno));
    return -1;
}

static void build(struct run *run)
{
    const double begin_s = clock_wall_s();
    gcc_jit_context *c;

    if (run->status != 0 || make_folder(run) != 0)
        return;
    building = run;
    c = gcc_jit_context_acquire();
    *(void **)&run->row = compile(c);
    if (run->row == NULL)
        run_stop(run, "libgccjit cannot build the row: %s",
                 gcc_jit_context_get_first_error(c));
    gcc_jit_context_release(c);
    building = NULL;
    nftw(folder, discard, 8, FTW_DEPTH | FTW_PHYS);
    run->build_s = clock_wall_s() - begin_s;
}

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, 0);

    for (long i = 0; i < run->grid; i++)
        worker_row(me, i);
    worker_stop(me);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "jit", WORKERS_ONE, argc, argv);
    build(&run);
    run_start(&run);
    while (run_next(&run)) {
        run_begin(&run);
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
