/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../kernels/driver/grant.h"

#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

static const char *const variables[] = {"OMP_NUM_THREADS",
                                        "SLURM_CPUS_PER_TASK",
                                        "SLURM_NTASKS",
                                        "SLURM_MEM_PER_NODE",
                                        "SLURM_MEM_PER_CPU",
                                        "SLURM_CPUS_ON_NODE",
                                        "OMPI_COMM_WORLD_SIZE",
                                        "PMI_SIZE",
                                        "SLURM_STEP_NUM_TASKS",
                                        "OMPI_COMM_WORLD_RANK",
                                        "PMI_RANK",
                                        "PMIX_RANK",
                                        "SLURM_PROCID"};

/* As in a shell outside of any job. */
static int outside(void **state)
{
    (void)state;
    for (size_t v = 0; v < sizeof variables / sizeof variables[0]; v++)
        unsetenv(variables[v]);
    return 0;
}

static void set(const char *name, const char *value)
{
    assert_int_equal(setenv(name, value, 1), 0);
}

static void only_whole_numbers_are_read(void **state)
{
    static const struct {
        const char *text;
        long number;
    } rows[] = {
        {"0", 0},      {"4", 4},
        {"007", 7},    {"1000000000", 1000000000},
        {"4,2", 4},    {"1000000001", -1},
        {"", -1},      {" 4", -1},
        {"-4", -1},    {"+4", -1},
        {"4x", -1},    {"4 ", -1},
        {"4(x2)", -1}, {"99999999999999999999", -1},
        {"1e3", -1},   {",4", -1},
        {"4.5", -1},   {"0x4", -1},
    };

    (void)state;
    assert_int_equal(grant_number("OMP_NUM_THREADS"), -1);
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        set("OMP_NUM_THREADS", rows[r].text);
        if (grant_number("OMP_NUM_THREADS") != rows[r].number)
            fail_msg("'%s' was read as %ld", rows[r].text,
                     grant_number("OMP_NUM_THREADS"));
    }
}

static void workers_are_what_was_granted(void **state)
{
    cpu_set_t all, one;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    assert_int_equal(grant_workers(), CPU_COUNT(&all));
    CPU_ZERO(&one);
    for (size_t c = 0; CPU_COUNT(&one) == 0; c++)
        if (CPU_ISSET(c, &all))
            CPU_SET(c, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(grant_workers(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
    set("SLURM_CPUS_PER_TASK", "3");
    assert_int_equal(grant_workers(), 3);
    set("OMP_NUM_THREADS", "5");
    assert_int_equal(grant_workers(), 5);
    set("OMP_NUM_THREADS", "4097"); /* more than a program can have */
    assert_int_equal(grant_workers(), 3);
    set("OMP_NUM_THREADS", "0");
    assert_int_equal(grant_workers(), 3);
}

static void cpus_are_tasks_times_cpus_of_each(void **state)
{
    (void)state;
    assert_int_equal(grant_cpus(7), 7);
    set("SLURM_CPUS_PER_TASK", "3");
    assert_int_equal(grant_cpus(7), 7); /* a shell, not a job */
    set("SLURM_NTASKS", "4");
    assert_int_equal(grant_cpus(7), 12);
    unsetenv("SLURM_CPUS_PER_TASK");
    assert_int_equal(grant_cpus(7), 4);
    set("SLURM_NTASKS", "70000");
    set("SLURM_CPUS_PER_TASK", "70000");
    assert_int_equal(grant_cpus(7), 4900000000);
}

static void odds_with_the_grant_name_both_numbers(void **state)
{
    static const struct {
        const char *granted, *threads;
        int workers, typed;
        const char *begin, *part; /* NULL: nothing to say */
    } rows[] = {
        {"0", "9", 9, 0, NULL, NULL},
        {"4", "4", 4, 0, NULL, NULL},
        {"4", "1", 4, 1, NULL, NULL},
        {"4", "1", 2, 1, NULL, NULL}, /* on purpose */
        {"4", "x", 8, 0, NULL, NULL}, /* the number came from elsewhere */
        {"4", "1", 1, 0, "OMP_NUM_THREADS says 1, but", "4 CPUs, so that 3 s"},
        {"4", "6", 6, 0, "OMP_NUM_THREADS says 6, but", "4 CPUs, so that wor"},
        {"4", "1", 6, 1, "-n or -c says 6, but", "4 CPUs, so that workers w"},
        {"1", "1", 2, 1, "-n or -c says 2, but", "1 CPU, so that workers w"},
    };
    char message[320];

    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        set("SLURM_CPUS_PER_TASK", rows[r].granted);
        set("OMP_NUM_THREADS", rows[r].threads);
        message[0] = '\0';
        assert_int_equal(
            grant_odds(rows[r].workers, rows[r].typed, message, sizeof message),
            rows[r].begin != NULL);
        if (rows[r].begin == NULL) {
            assert_string_equal(message, "");
            continue;
        }
        assert_memory_equal(message, rows[r].begin, strlen(rows[r].begin));
        assert_non_null(strstr(message, rows[r].part));
        assert_true(strlen(message) < sizeof message - 1);
    }
}

static void a_launcher_is_known_by_what_it_sets(void **state)
{
    const char *launcher = NULL;
    int first = -1;

    (void)state;
    assert_int_equal(grant_copies(&first, &launcher), 0);
    set("SLURM_STEP_NUM_TASKS", "4");
    set("SLURM_PROCID", "2");
    assert_int_equal(grant_copies(&first, &launcher), 4);
    assert_int_equal(first, 0);
    assert_string_equal(launcher, "srun");
    set("PMI_SIZE", "3");
    set("PMI_RANK", "0");
    assert_int_equal(grant_copies(&first, &launcher), 3);
    assert_int_equal(first, 1);
    assert_non_null(strstr(launcher, "MPICH"));
    /* Started by a mpirun whose daemons srun started: 1 rank is 1 rank. */
    set("OMPI_COMM_WORLD_SIZE", "1");
    assert_int_equal(grant_copies(&first, &launcher), 0);
    set("OMPI_COMM_WORLD_SIZE", "2");
    set("OMPI_COMM_WORLD_RANK", "1");
    assert_int_equal(grant_copies(&first, &launcher), 2);
    assert_int_equal(first, 0);
    assert_non_null(strstr(launcher, "Open MPI"));
    /* Without a rank somebody has to say it. */
    unsetenv("OMPI_COMM_WORLD_RANK");
    assert_int_equal(grant_copies(&first, &launcher), 2);
    assert_int_equal(first, 1);
}

static void memory_is_the_least_of_what_there_is(void **state)
{
    double free_mib;

    (void)state;
    free_mib = grant_memory_mib();
    assert_true(free_mib > 0.0 && free_mib < 1e9);
    set("SLURM_MEM_PER_NODE", "7");
    assert_true(fabs(grant_memory_mib() - 7.0) < 1e-9);
    set("SLURM_MEM_PER_NODE", "900000000"); /* more than there is */
    assert_true(grant_memory_mib() < 1e8);
    set("SLURM_MEM_PER_NODE", "0"); /* all of the node */
    assert_true(grant_memory_mib() > 7.0);
    unsetenv("SLURM_MEM_PER_NODE");
    set("SLURM_MEM_PER_CPU", "2");
    assert_true(grant_memory_mib() > 2.0); /* of how many is not known */
    set("SLURM_CPUS_ON_NODE", "3");
    assert_true(fabs(grant_memory_mib() - 6.0) < 1e-9);
}

static void a_limit_of_the_process_counts_what_it_has_taken(void **state)
{
    struct rlimit old, limit;
    double left_mib;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_AS, &old), 0);
    limit = old;
    limit.rlim_cur = (rlim_t)1 << 30;
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < limit.rlim_cur)
        skip();
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
    left_mib = grant_memory_mib();
    assert_int_equal(setrlimit(RLIMIT_AS, &old), 0);
    assert_true(left_mib >= 0.0 && left_mib < 1023.0);
}

static void the_first_of_several_is_known_by_its_launcher(void **state)
{
    (void)state;
    assert_true(grant_is_first());
    set("SLURM_PROCID", "3");
    assert_false(grant_is_first());
    set("SLURM_PROCID", "0");
    assert_true(grant_is_first());
    set("PMIX_RANK", "1");
    assert_false(grant_is_first());
    set("OMPI_COMM_WORLD_RANK", "0");
    assert_true(grant_is_first());
}

#define TEST(name) cmocka_unit_test_setup(name, outside)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_whole_numbers_are_read),
        TEST(workers_are_what_was_granted),
        TEST(cpus_are_tasks_times_cpus_of_each),
        TEST(odds_with_the_grant_name_both_numbers),
        TEST(a_launcher_is_known_by_what_it_sets),
        TEST(the_first_of_several_is_known_by_its_launcher),
        TEST(memory_is_the_least_of_what_there_is),
        TEST(a_limit_of_the_process_counts_what_it_has_taken),
    };

    return cmocka_run_group_tests_name("grant", tests, NULL, NULL);
}
