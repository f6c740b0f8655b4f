/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static void kinds_have_the_names_of_the_launch_section(void **state)
{
    (void)state;
    assert_string_equal(scheme_kind_name(SCHEME_SERIAL), "serial");
    assert_string_equal(scheme_kind_name(SCHEME_THREADS), "threads");
    assert_string_equal(scheme_kind_name(SCHEME_MPI), "mpi");
}

static void an_unknown_scheme_is_told_the_nearest_or_all(void **state)
{
    static const struct {
        const char *name;
        const char *error;
    } rows[] = {
        {"opnemp", "no scheme called 'opnemp'; did you mean openmp? "},
        {"MPI", "did you mean mpi?"},
        {"quantum", "(schemes: serial, openmp, mpi"},
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
        cmocka_unit_test(kinds_have_the_names_of_the_launch_section),
        cmocka_unit_test(an_unknown_scheme_is_told_the_nearest_or_all),
    };

    return cmocka_run_group_tests_name("scheme", tests, NULL, NULL);
}
