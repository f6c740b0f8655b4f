/* SPDX-License-Identifier: BSD-3-Clause */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scheme.h"

static void every_scheme_of_the_table_is_found_and_described(void **state)
{
    struct error err;

    (void)state;
    assert_non_null(scheme_table[0].name);
    for (const struct scheme *row = scheme_table; row->name; row++) {
        const struct scheme *found = NULL;

        assert_int_equal(scheme_find(row->name, &found, &err), 0);
        assert_ptr_equal(found, row);
        assert_non_null(row->summary);
        assert_true(row->kind < SCHEME_KINDS);
    }
}

/* What one row says must not contradict the rest of the row. */
static void the_rows_say_what_the_launcher_can_use(void **state)
{
    char *order = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&order, &size);

    (void)state;
    assert_non_null(out);
    for (const struct scheme *row = scheme_table; row->name; row++) {
        fprintf(out, "%s ", row->name);
        assert_true(row->grid >= 0);
        assert_int_equal(row->part == NULL && row->command == NULL,
                         row->debian == NULL);
        assert_true(row->part == NULL || row->command == NULL);
        if (row->modes == NULL)
            continue;
        for (int i = 0; row->modes[i] != NULL; i++)
            assert_in_range(strlen(row->modes[i]), 1, 31);
    }
    assert_int_equal(fclose(out), 0);
    assert_string_equal(order, "serial jit fortran julia threads gil openmp "
                               "fortran-openmp multiprocess blas pitfalls mpi "
                               "hybrid ");
    free(order);
}

/* make builds a program from each kernels/NAME.c: each has a row here, and no
 * row is without its program. */
static void the_table_and_the_kernels_have_the_same_names(void **state)
{
    const char *root = getenv("INTEG2D_SOURCE");
    char path[4096];
    size_t rows = 0, files = 0;
    glob_t found;

    (void)state;
    for (const struct scheme *row = scheme_table; row->name; row++)
        rows++;
    snprintf(path, sizeof(path), "%s/kernels/*.c", root == NULL ? "." : root);
    assert_int_equal(glob(path, 0, NULL, &found), 0);
    for (files = 0; files < found.gl_pathc; files++) {
        const struct scheme *row;
        struct error err = {""};
        char name[64];

        snprintf(name, sizeof(name), "%s",
                 strrchr(found.gl_pathv[files], '/') + 1);
        *strrchr(name, '.') = '\0';
        if (scheme_find(name, &row, &err) != 0)
            fail_msg("%s", err.text);
    }
    globfree(&found);
    assert_int_equal(files, rows);
}

static void kinds_have_the_names_of_the_launch_section(void **state)
{
    (void)state;
    assert_string_equal(scheme_kind_name(SCHEME_SERIAL), "serial");
    assert_string_equal(scheme_kind_name(SCHEME_THREADS), "threads");
    assert_string_equal(scheme_kind_name(SCHEME_MPI), "mpi");
    assert_string_equal(scheme_kind_name(SCHEME_HYBRID), "hybrid");
}

static void an_unknown_scheme_is_told_the_nearest_or_all(void **state)
{
    static const struct {
        const char *name;
        const char *error;
    } rows[] = {
        {"opnemp", "no scheme called 'opnemp'; did you mean openmp? "},
        {"MPI", "did you mean mpi?"},
        {"quantum", "(schemes: serial, jit, fortran, julia, threads, gil, "
                    "openmp, fortran-openmp, multiprocess, blas, pitfalls, "
                    "mpi, hybrid)"},
        {"", "no scheme called '' (schemes: "},
        {"mpi\n", "'mpi\\x0a'"},
        {"mip", "did you mean mpi?"},
        {"mp", "did you mean mpi?"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct scheme *found = NULL;
        struct error err = {""};

        assert_int_equal(scheme_find(rows[i].name, &found, &err), -1);
        assert_null(found);
        if (strstr(err.text, rows[i].error) == NULL)
            fail_msg("'%s' gave %s", rows[i].name, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scheme_of_the_table_is_found_and_described),
        cmocka_unit_test(the_rows_say_what_the_launcher_can_use),
        cmocka_unit_test(the_table_and_the_kernels_have_the_same_names),
        cmocka_unit_test(kinds_have_the_names_of_the_launch_section),
        cmocka_unit_test(an_unknown_scheme_is_told_the_nearest_or_all),
    };

    return cmocka_run_group_tests_name("scheme", tests, NULL, NULL);
}
