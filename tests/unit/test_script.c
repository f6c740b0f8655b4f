/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "script.h"

static struct script script;

static void parse(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    script_parse(copy, &script);
}

static int done(void **state)
{
    (void)state;
    script_release(&script);
    return 0;
}

static void options_are_read_in_every_form_of_sbatch(void **state)
{
    static const char *const forms[] = {
        "-n 4 -c 2 -N 3",
        "-n4 -c2 -N3",
        "--ntasks=4 --cpus-per-task=2 --nodes=3",
        "--ntasks 4 --cpus-per-task 2 --nodes 3",
        "-n \"4\" -c '2' -N 3 # three nodes",
        "-J x -o -n4 -n 4\t-c 2 -N 3\r",
    };
    char text[200];
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        snprintf(text, sizeof text, "#!/bin/bash\n#SBATCH %s\ntrue\n",
                 forms[i]);
        parse(text);
        if (script.tasks != 4 || script.cpus_per_task != 2 || script.nodes != 3)
            fail_msg("%s: %ld, %ld, %ld", forms[i], script.tasks,
                     script.cpus_per_task, script.nodes);
        script_release(&script);
    }
}

static void the_last_one_holds_and_a_wrong_one_does_not_count(void **state)
{
    (void)state;
    parse("#SBATCH -n 4\n#SBATCH -n 8\n#SBATCH -n x\n#SBATCH --ntasksx=9\n"
          "#SBATCH -t 1:30:00\n#SBATCH --mem=2G\n#SBATCH -A one\n"
          "#SBATCH -C 'a|b'\n#SBATCH --reservation=r\n#SBATCH -p fat\n");
    assert_int_equal(script.tasks, 8);
    assert_int_equal(script.time_min, 90);
    assert_int_equal(script.mem_mib, 2048);
    assert_string_equal(script.account, "one");
    assert_string_equal(script.constraint, "a|b");
    assert_string_equal(script.reservation, "r");
    assert_string_equal(script.partition, "fat");
}

static void lines_behind_the_first_command_are_comments(void **state)
{
    (void)state;
    parse("#SBATCH -n 4\n\n# text\n##SBATCH -n 5\n  true\n#SBATCH -n 8\n");
    assert_int_equal(script.tasks, 4);
}

static void the_last_command_is_what_runs(void **state)
{
    (void)state;
    parse("#SBATCH -c 6\nexport OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK\n"
          "srun integ2d-openmp --grid=300 --repeat=7 --math=plain\n# end\n");
    assert_string_equal(
        script.launch,
        "srun integ2d-openmp --grid=300 --repeat=7 --math=plain");
    assert_string_equal(script.scheme, "openmp");
    assert_int_equal(script.grid, 300);
    assert_int_equal(script.repeat, 7);
    assert_int_equal(script.omp_num_threads, 6);
}

static void nothing_said_is_nothing(void **state)
{
    (void)state;
    parse("");
    assert_int_equal(script.tasks, 0);
    assert_string_equal(script.launch, "");
    script_release(&script);
    parse("export OMP_NUM_THREADS=$N\ninteg2d-\n");
    assert_int_equal(script.omp_num_threads, 0);
    assert_string_equal(script.scheme, "");
    assert_int_equal(script.grid, 0);
}

static void a_text_of_any_length_is_read(void **state)
{
    static char text[40000];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    memcpy(text, "#SBATCH -A ", 11);
    text[20000] = '\n';
    parse(text);
    assert_int_equal(strlen(script.account), SCRIPT_TEXT - 1);
    assert_int_equal(strlen(script.launch), sizeof script.launch - 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, done)
    const struct CMUnitTest tests[] = {
        TEST(options_are_read_in_every_form_of_sbatch),
        TEST(the_last_one_holds_and_a_wrong_one_does_not_count),
        TEST(lines_behind_the_first_command_are_comments),
        TEST(the_last_command_is_what_runs),
        TEST(nothing_said_is_nothing),
        TEST(a_text_of_any_length_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
