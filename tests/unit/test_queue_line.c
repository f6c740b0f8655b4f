/* SPDX-License-Identifier: BSD-3-Clause */
/* What squeue and sacct print, read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "accounting.h"
#include "queue_line.h"
#include "token.h"

static struct inquiry job;

static void read_queue(const char *lines, long job_id)
{
    char text[2048];

    snprintf(text, sizeof(text), "%s", lines);
    job = (struct inquiry){
        .token = "0123456789ab", .job_id = job_id, .answer = ANSWER_DOUBT};
    queue_line_read(text, &job, 1);
}

static void read_accounting(const char *lines, long job_id)
{
    char text[2048];

    snprintf(text, sizeof(text), "%s", lines);
    job = (struct inquiry){
        .token = "0123456789ab", .job_id = job_id, .answer = ANSWER_ABSENT};
    accounting_read(text, &job, 1);
}

static void a_line_of_squeue_is_read(void **state)
{
    (void)state;
    read_queue("7|RUNNING|0|2|1|100|400|n[1-2]|None|7|N/"
               "A|x|integ2d:0123456789ab|/a|\n",
               7);
    assert_int_equal(job.answer, ANSWER_FOUND);
    assert_int_equal(job.status.job_id, 7);
    assert_int_equal(job.status.state, STATE_RUNNING);
    assert_int_equal(job.status.nodes, 2);
    assert_int_equal(job.status.attempt, 1);
    assert_int_equal(job.status.start, 100);
    assert_int_equal(job.status.end, 0);
    assert_string_equal(job.status.reason, "");
    read_queue("7|FAILED|1792|1|0|100|400|n1|NonZeroExitCode|7|N/A|x||/"
               "a-0123456789ab|\n",
               0);
    assert_int_equal(job.answer, ANSWER_FOUND);
    assert_int_equal(job.status.exit_code, 7);
    assert_int_equal(job.status.signal, 0);
    assert_int_equal(job.status.end, 400);
    /* As Slurm 24.11 prints it. */
    read_queue("7|FAILED|7:0|1|0|1|4|n1|None|7|N/A|x||/a-0123456789ab|\n", 7);
    assert_int_equal(job.status.exit_code, 7);
    assert_int_equal(job.status.signal, 0);
    read_queue("7|FAILED|0:9|1|0|1|4|n1|None|7|N/A|x||/a-0123456789ab|\n", 7);
    assert_int_equal(job.status.exit_code, 0);
    assert_int_equal(job.status.signal, 9);
    read_queue("7|FAILED|9|1|0|N/A|400||NodeDown|7|N/A|x-0123456789ab||/a|\n",
               0);
    assert_int_equal(job.status.signal, 9);
    assert_int_equal(job.status.start, 0);
    assert_int_equal(job.status.nodes, 0);
    assert_string_equal(job.status.reason, "NodeDown");
}

/* It goes to a terminal and into state.json. */
static void a_reason_is_printable_whatever_it_was(void **state)
{
    const size_t room = sizeof(job.status.reason) - 2;
    char line[600], name[400];

    (void)state;
    read_queue(
        "7|PENDING|0|1|0|N/A|N/A||\x1b[31m\xff|7|N/A|x-0123456789ab||/|\n", 7);
    assert_string_equal(job.status.reason, "\\x1b[31m\\xff");
    /* What does not fit is not cut in the middle of a letter. */
    memset(name, 'x', sizeof name);
    snprintf(line, sizeof line,
             "7|PENDING|0|1|0|N/A|N/A||%.*s\xc3\xa5|7|N/A|x-0123456789ab||/|\n",
             (int)room, name);
    read_queue(line, 7);
    assert_int_equal(strlen(job.status.reason), room);
}

static void of_several_with_the_token_the_first_is_the_runs_own(void **state)
{
    static const char lines[] =
        "9|RUNNING|0|1|0|100|400|n1|None|9|N/A|x|integ2d:0123456789ab|/a|\n"
        "8|PENDING|0|1|0|N/A|N/A||Priority|8|N/A|x|integ2d:0123456789ab|/a|\n"
        "10|PENDING|0|1|0|N/A|N/A||Priority|10|N/A|x|integ2d:0123456789ab|/"
        "a|\n";

    (void)state;
    read_queue(lines, 0);
    assert_int_equal(job.status.job_id, 8);
    read_queue(lines, 10);
    assert_int_equal(job.status.job_id, 10);
    read_accounting("9|RUNNING|0:0|1|2|1|9|x||/a-0123456789ab\n"
                    "8|FAILED|0:0|1|2|1|8|x||/a-0123456789ab\n"
                    "10|FAILED|0:0|1|2|1|10|x||/a-0123456789ab\n",
                    0);
    assert_int_equal(job.status.job_id, 8);
    assert_int_equal(job.status.attempt, 0);
}

static void other_jobs_and_other_texts_are_passed_over(void **state)
{
    static const char *const lines[] = {
        "",
        "\n\n",
        "||||||||||||\n",
        "7\n",
        "7|RUNNING|0|2|1|100|400|n1|None",
        "7|RUNNING|0|2|1|100|400|n1|None|7|N/A|x|integ2d:0123456789ac|/a|\n",
        "7|RUNNING|0|2|1|100|400|n1|None|7|N/A|x|integ2d:0123456789abc|/a|\n",
        "7|RUNNING|0|2|1|100|400|n1|None|7|N/A|0123456789ab|no|/a|\n",
        "8|RUNNING|0|2|1|100|400|n1|None|8|N/A|x|integ2d:0123456789ab|/a|\n",
        "-7|RUNNING|0|2|1|1|4|n1|None|7|N/A|x|integ2d:0123456789ab|/a|\n",
        "7x|RUNNING|0|2|1|1|4|n1|None|7|N/A|x|integ2d:0123456789ab|/a|\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        read_queue(lines[i], 7);
        assert_int_equal(job.answer, ANSWER_DOUBT);
        read_accounting(lines[i], 7);
        assert_int_equal(job.answer, ANSWER_ABSENT);
    }
}

static void names_and_comments_may_hold_anything(void **state)
{
    (void)state;
    read_queue(
        "6|PENDING|0|1|0|N/A|N/A||None|6|N/A|a|b|c\ne||/x|\n"
        "7|PENDING|0|1|0|N/A|N/A||None|7|N/A|a|b c|integ2d:0123456789ab|/x|\n",
        0);
    assert_int_equal(job.answer, ANSWER_FOUND);
    assert_int_equal(job.status.job_id, 7);
    assert_int_equal(job.status.state, STATE_PENDING);
    assert_string_equal(job.status.reason, "None");
}

static void a_later_line_of_sacct_is_a_later_attempt(void **state)
{
    (void)state;
    read_accounting("7|NODE_FAIL|0:0|100|110|1|7|x||/a-0123456789ab\n"
                    "7|CANCELLED by 0|0:15|120|130|1|7|x||/a-0123456789ab\n",
                    7);
    assert_int_equal(job.answer, ANSWER_FOUND);
    assert_int_equal(job.status.attempt, 1);
    assert_int_equal(job.status.state, STATE_CANCELLED);
    assert_int_equal(job.status.signal, 15);
    assert_int_equal(job.status.start, 120);
    assert_int_equal(job.status.end, 130);
    assert_string_equal(job.status.by, "root");
    read_accounting(
        "7|CANCELLED by 4123456789|0:0|1|2|1|7|x||/a-0123456789ab\n", 7);
    assert_string_equal(job.status.by, "user number 4123456789");
    read_accounting("7|REQUEUED|3:0|None|Unknown|1|7|x||/a-0123456789ab\n", 7);
    assert_int_equal(job.status.start, 0);
    assert_int_equal(job.status.exit_code, 3);
    assert_int_equal(job.status.state, STATE_REQUEUED);
}

/* Every cluster of a federation has a line, in any order. */
static void another_clusters_line_says_more(void **state)
{
    static const char *const lines[] = {
        "7|REVOKED|0:0|None|9|1|x||/a-0123456789ab\n"
        "7|FAILED|5:0|120|130|2|x||/a-0123456789ab\n",
        "7|FAILED|5:0|120|130|2|x||/a-0123456789ab\n"
        "7|REVOKED|0:0|None|9|1|x||/a-0123456789ab\n"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        read_accounting(lines[i], 7);
        assert_int_equal(job.status.state, STATE_FAILED);
        assert_int_equal(job.status.exit_code, 5);
        assert_int_equal(job.status.nodes, 2);
        assert_int_equal(job.status.attempt, 0);
    }
    read_accounting("7|REVOKED|0:0|None|9|1|x||/a-0123456789ab\n", 7);
    assert_int_equal(job.status.state, STATE_REVOKED);
}

static void a_token_is_known_wherever_a_site_leaves_it(void **state)
{
    static const char token[] = "0123456789ab";

    (void)state;
    assert_true(token_fits(token, "integ2d:0123456789ab", NULL, NULL));
    assert_true(token_fits(token, NULL, "x-0123456789ab", NULL));
    assert_true(token_fits(token, "a site's own", "x", "/a/b-0123456789ab"));
    assert_false(token_fits(token, NULL, NULL, NULL));
    assert_false(token_fits(token, "integ2d:0123456789a", "x", "/a"));
    assert_false(token_fits(token, "integ2d:0123456789abc", "x", "/a"));
    assert_false(token_fits(token, NULL, "0123456789ab", "0123456789ab"));
    assert_false(
        token_fits(token, NULL, "x-0123456789ab-1", "/0123456789ab/x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_squeue_is_read),
        cmocka_unit_test(a_reason_is_printable_whatever_it_was),
        cmocka_unit_test(of_several_with_the_token_the_first_is_the_runs_own),
        cmocka_unit_test(other_jobs_and_other_texts_are_passed_over),
        cmocka_unit_test(names_and_comments_may_hold_anything),
        cmocka_unit_test(a_later_line_of_sacct_is_a_later_attempt),
        cmocka_unit_test(another_clusters_line_says_more),
        cmocka_unit_test(a_token_is_known_wherever_a_site_leaves_it),
    };

    return cmocka_run_group_tests_name("queue_line", tests, NULL, NULL);
}
