/* SPDX-License-Identifier: BSD-3-Clause */
/* What Slurm's commands say of a job's use, read. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "allotment.h"
#include "steps.h"
#include "tres.h"

static void assert_near(double found, double expected)
{
    assert_true(fabs(found - expected) <= 1e-9 * fabs(expected) + 1e-12);
}

static void times_are_read_as_slurm_prints_them(void **state)
{
    (void)state;
    assert_near(tres_seconds("28"), 28);
    assert_near(tres_seconds("00:28.896"), 28.896);
    assert_near(tres_seconds("01:02:03"), 3723);
    assert_near(tres_seconds("2-01:02:03"), 2 * 86400 + 3723);
    assert_near(tres_seconds("00:00:00"), 0);
    assert_true(isnan(tres_seconds("213503982334-14:25:51")));
}

static void what_is_no_time_is_not_a_number(void **state)
{
    static const char *const texts[] = {
        "",    "Unknown", "1:2:3:4", "-1",      "1-",    "0x10",
        "nan", "inf",     "1:",      ":1",      "1e999", "1-2-3",
        " 1",  "1:-2",    "N/A",     "INVALID", "5 "};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!isnan(tres_seconds(texts[i])))
            fail_msg("'%s' was read as a time", texts[i]);
    }
}

static void sizes_are_read_as_slurm_prints_them(void **state)
{
    static const char *const bad[] = {"",     "K",   "1KB", "1 K",    "-1K",
                                      "0x1K", "nan", "1X",  "INVALID"};
    (void)state;
    assert_near(tres_mib("1024K"), 1);
    assert_near(tres_mib("6M"), 6);
    assert_near(tres_mib("1.5G"), 1536);
    assert_near(tres_mib("2T"), 2 * 1048576);
    assert_near(tres_mib("1048576"), 1);
    assert_true(isnan(tres_mib("16384P")));
    assert_true(isnan(tres_mib("17179869184G")));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_true(isnan(tres_mib(bad[i])));
}

static void members_of_a_list_are_found_by_their_whole_name(void **state)
{
    static const char list[] = "cpu=00:00:02,vmem=9M,mem=6516K,node=1";
    (void)state;
    assert_near(tres_list_seconds(list, "cpu"), 2);
    assert_near(tres_list_mib(list, "mem"), 6516.0 / 1024);
    assert_true(isnan(tres_list_mib(list, "em")));
    assert_true(isnan(tres_list_mib("", "mem")));
    assert_true(isnan(tres_list_mib("mem", "mem")));
}

static void read_live(const char *lines, struct steps *steps)
{
    char text[4096];
    snprintf(text, sizeof text, "%s", lines);
    assert_int_equal(steps_read_live(text, steps), 0);
}

static void steps_are_read_from_sstat(void **state)
{
    struct steps steps = {0};
    (void)state;
    read_live("12.batch|1|00:00:11|00:00:11|0|13324K|0|cpu=00:00:11,"
              "mem=13324K|n1\n"
              "12_3.0|2|00:00:01|00:00:01|1|3288K|0|cpu=00:00:03,mem=6400K|"
              "n[1-2]\n",
              &steps);
    assert_int_equal(steps.count, 2);
    assert_string_equal(steps.step[0].name, "batch");
    assert_string_equal(steps.step[1].name, "0");
    assert_int_equal(steps.step[1].tasks, 2);
    assert_near(steps.step[1].cpu_s, 3);
    assert_int_equal(steps.step[1].cpu_min_task, 1);
    assert_string_equal(steps.step[1].nodes, "n[1-2]");
    assert_near(steps_cpu_s(&steps), 14);
    assert_near(steps_mem_mib(&steps), 13324.0 / 1024);
    steps_release(&steps);
}

/* A step that has ended is not named any more. */
static void what_a_step_has_used_is_not_lost_when_it_ends(void **state)
{
    struct steps steps = {0};
    (void)state;
    read_live("1.0|1|00:00:09|||9M|0|cpu=00:00:09,mem=9M|n1\n", &steps);
    read_live("1.1|1|00:00:02|||1M|0|cpu=00:00:02,mem=1M|n1\n", &steps);
    assert_near(steps_cpu_s(&steps), 11);
    assert_near(steps_mem_mib(&steps), 9);
    /* and figures that fall are old ones */
    read_live("1.1|1|00:00:01|||1M|0|cpu=00:00:01,mem=1M|n1\n", &steps);
    assert_near(steps_cpu_s(&steps), 11);
    steps_release(&steps);
}

static void totals_are_made_of_means_where_there_is_none(void **state)
{
    struct steps steps = {0};
    (void)state;
    read_live("1.0|4|00:00:02|00:00:01|2|3M|1||n1\n", &steps);
    assert_near(steps_cpu_s(&steps), 8);
    assert_near(steps_mem_mib(&steps), 12);
    steps_release(&steps);
}

static void other_lines_of_sstat_are_no_steps(void **state)
{
    struct steps steps = {0};
    (void)state;
    read_live("\nerror\n12|1|2|3|4|5|6|7|8\n1.batch|1|2\n1.|1|2|3|4|5|6|7|8\n",
              &steps);
    assert_int_equal(steps.count, 0);
    assert_true(isnan(steps_cpu_s(&steps)));
    assert_true(isnan(steps_mem_mib(&steps)));
    steps_release(&steps);
}

static const char accounted[] =
    "7|ada|COMPLETED|100|122|22|5|1||4|00:28.896||||||"
    "billing=4,cpu=4,mem=500M,node=1|n1|a|b job|integ2d:0123|/home/ada\n"
    "7.batch||COMPLETED|100|122|22||1|1|4|00:11.559|00:00:11|0|13324K|0|"
    "cpu=00:00:11,mem=13324K|cpu=4|n1|batch||\n"
    "7.0||COMPLETED|112|122|10||1|2|4|00:17.336|00:00:08|1|3288K|0|"
    "cpu=00:00:16,mem=6400K|cpu=4|n1|a prog||\n";

static void a_job_is_read_from_sacct(void **state)
{
    char text[2048];
    struct allotment job = {.site = "hpc2n"};
    struct steps steps = {0};
    (void)state;
    snprintf(text, sizeof text, "%s", accounted);
    assert_int_equal(steps_read_final(text, &job, &steps), 1);
    assert_int_equal(job.job_id, 7);
    assert_string_equal(job.user, "ada");
    assert_int_equal(job.state, STATE_COMPLETED);
    assert_int_equal(job.end - job.start, 22);
    assert_int_equal(job.cpus, 4);
    assert_int_equal(job.limit_min, 5);
    assert_near(job.mem_mib, 500);
    assert_string_equal(job.node_list, "n1");
    assert_string_equal(job.name, "a");
    assert_string_equal(job.site, "hpc2n");
    assert_non_null(strstr(job.words, "integ2d:0123"));
    assert_int_equal(steps.count, 2);
    assert_near(steps_cpu_s(&steps), 11.559 + 17.336);
    assert_near(steps.step[1].elapsed_s, 10);
    assert_near(steps.step[1].cpu_min_s, 8);
    assert_string_equal(steps.step[1].title, "a prog");
    steps_release(&steps);
}

/* Without statistics sacct says 0, which is not known to be so. */
static void no_statistics_are_no_data(void **state)
{
    char text[1024];
    struct allotment job = {0};
    struct steps steps = {0};
    (void)state;
    snprintf(text, sizeof text,
             "7|ada|COMPLETED|100|106|6|5|1||2|00:00:00|||||||n1|a||/\n"
             "7.batch||COMPLETED|100|106|6||1|1|2|00:00:00||||||cpu=2|n1|"
             "batch||\n");
    assert_int_equal(steps_read_final(text, &job, &steps), 1);
    assert_int_equal(steps.count, 1);
    assert_true(isnan(steps_cpu_s(&steps)));
    steps_release(&steps);
}

static void a_job_is_read_from_squeue(void **state)
{
    struct allotment job;
    char running[] = "12|ada|RUNNING|None|1000|2000|1-00:05:00|2|8|4|"
                     "cpu=8,mem=4G,node=2|n[1-2]|a|b|integ2d:0123|/home";
    char waiting[] = "13|ada|PENDING|Resources|3000|N/A|UNLIMITED|1|4|4|N/A||"
                     "x|(null)|/";
    char other[] = "no line of squeue";
    char none[] = "0|a|b|c|1|2|3|4|5|6|7|8|9|";
    (void)state;
    assert_int_equal(allotment_read(running, &job), 0);
    assert_int_equal(job.job_id, 12);
    assert_int_equal(job.state, STATE_RUNNING);
    assert_int_equal(job.start, 1000);
    assert_int_equal(job.end, 0);
    assert_int_equal(job.limit_min, 1445);
    assert_int_equal(job.nodes, 2);
    assert_int_equal(job.cpus, 8);
    assert_int_equal(job.tasks, 4);
    assert_near(job.mem_mib, 4096);
    assert_string_equal(job.name, "a");
    assert_string_equal(job.words, "a|b|integ2d:0123|/home");
    assert_int_equal(allotment_read(waiting, &job), 0);
    assert_string_equal(job.reason, "Resources");
    /* squeue's start of a job that waits is a guess */
    assert_int_equal(job.start, 0);
    assert_int_equal(job.limit_min, 0);
    assert_true(isnan(job.mem_mib));
    assert_int_equal(allotment_read(other, &job), -1);
    assert_int_equal(allotment_read(none, &job), -1);
}

static void a_jobs_use_is_its_owners_to_see(void **state)
{
    struct allotment job = {.job_id = 12, .user = "ada"};
    struct error err;
    (void)state;
    assert_int_equal(allotment_check_owner(&job, "ada", &err), 0);
    assert_int_equal(allotment_check_owner(&job, "bob", &err), -1);
    assert_non_null(strstr(err.text, "job 12 belongs to ada"));
    job.user[0] = '\0'; /* nobody has said whose it is */
    assert_int_equal(allotment_check_owner(&job, "bob", &err), 0);
}

static void how_often_statistics_are_taken_is_read(void **state)
{
    double every_s;
    (void)state;
    assert_int_equal(
        steps_read_config("A = 1\nJobAcctGatherFrequency  = 30\n"
                          "JobAcctGatherType       = jobacct_gather/linux\n",
                          &every_s),
        0);
    assert_near(every_s, 30);
    assert_int_equal(
        steps_read_config("JobAcctGatherFrequency  = energy=5,task=10,x=1\n",
                          &every_s),
        0);
    assert_near(every_s, 10);
    assert_int_equal(steps_read_config(
                         "JobAcctGatherType = jobacct_gather/none\n", &every_s),
                     1);
    assert_true(isnan(every_s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_as_slurm_prints_them),
        cmocka_unit_test(what_is_no_time_is_not_a_number),
        cmocka_unit_test(sizes_are_read_as_slurm_prints_them),
        cmocka_unit_test(members_of_a_list_are_found_by_their_whole_name),
        cmocka_unit_test(steps_are_read_from_sstat),
        cmocka_unit_test(what_a_step_has_used_is_not_lost_when_it_ends),
        cmocka_unit_test(totals_are_made_of_means_where_there_is_none),
        cmocka_unit_test(other_lines_of_sstat_are_no_steps),
        cmocka_unit_test(a_job_is_read_from_sacct),
        cmocka_unit_test(no_statistics_are_no_data),
        cmocka_unit_test(a_job_is_read_from_squeue),
        cmocka_unit_test(a_jobs_use_is_its_owners_to_see),
        cmocka_unit_test(how_often_statistics_are_taken_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
