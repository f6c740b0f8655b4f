/* SPDX-License-Identifier: BSD-3-Clause */
#include <sys/stat.h>

#include "program.h"
#include "scratch.h"

static struct error err;

/* A job of that scheme at a site that has modules for blas and julia. */
static struct job job_of(const char *name)
{
    struct job job = {
        .site = {.name = "hpc2n",
                 .extras = {{"blas", "OpenBLAS/1"}, {"julia", "Julia/1"}},
                 .extra_count = 2}};
    const struct scheme *scheme = NULL;

    assert_int_equal(scheme_find(name, &scheme, &err), 0);
    job.scheme = *scheme;
    return job;
}

static void expect_none(const char *scheme, const char *bin_dir,
                        const char *part)
{
    struct job job = job_of(scheme);

    err = (struct error){""};
    assert_int_equal(program_check(&job, bin_dir, &err), -1);
    if (strstr(err.text, part) == NULL)
        fail_msg("expected '%s', got: %s", part, err.text);
}

/* A file of that name in this test's folder. */
static void put_program(const char *name, mode_t mode)
{
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    put("", 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void a_program_that_was_left_out_is_named_with_its_part(void **state)
{
    (void)state;
    expect_none("blas", "/nowhere",
                "--scheme=blas: this integ2d was built without a BLAS "
                "library, so there is no program /nowhere/integ2d-blas. Load "
                "or install it and build integ2d again (hpc2n: ml OpenBLAS/1; "
                "on Debian: apt-get install libopenblas-dev)");
    expect_none("fortran", "/nowhere",
                "again (on Debian: apt-get install gfortran)");
    expect_none("hybrid", "/nowhere", "built without MPI, so");
}

static void a_program_that_every_build_has_is_to_be_installed(void **state)
{
    struct job job = job_of("serial");
    char long_path[5000];

    (void)state;
    expect_none("julia", "/nowhere",
                "--scheme=julia: there is no program /nowhere/integ2d-julia: "
                "install integ2d again");
    expect_none("pitfalls", "/no\x1bwhere",
                "no program /no\\x1bwhere/integ2d-pitfalls: install");
    memset(long_path, 'x', sizeof(long_path) - 1);
    long_path[sizeof(long_path) - 1] = '\0';
    expect_none("serial", long_path, "there is no program");
    put_program("integ2d-serial", 0644);
    expect_none("serial", folder, "there is no program");
    put_program("integ2d-serial", 0755);
    assert_int_equal(program_check(&job, folder, &err), 0);
}

static void a_command_the_program_needs_is_looked_for(void **state)
{
    struct job job = job_of("julia");
    char paths[200];
    char *saved = strdup(getenv("PATH"));

    (void)state;
    assert_non_null(saved);
    put_program("integ2d-julia", 0755);
    snprintf(paths, sizeof(paths), "/nowhere:%s", folder);
    setenv("PATH", paths, 1);
    /* The modules of the site bring it. */
    assert_int_equal(program_check(&job, folder, &err), 0);
    job.site.extra_count = 0;
    assert_int_equal(program_check(&job, folder, &err), -1);
    assert_string_equal(err.text,
                        "--scheme=julia: there is no julia in PATH: load its "
                        "module, or install it (on Debian: make deps-julia)");
    put_program("julia", 0755);
    assert_int_equal(program_check(&job, folder, &err), 0);
    snprintf(paths, sizeof(paths), "%s/integ2d-julia", folder);
    assert_int_equal(unlink(paths), 0);
    setenv("PATH", saved, 1);
    free(saved);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_program_that_was_left_out_is_named_with_its_part),
        TEST(a_program_that_every_build_has_is_to_be_installed),
        TEST(a_command_the_program_needs_is_looked_for),
    };

    return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
