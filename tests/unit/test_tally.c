/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts of one job's processor time against each other, and what they say
 * about how it was asked for. */
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hint.h"
#include "tally.h"
#include "usage_page.h"
#include "usage_view.h"

static struct usage *usage;
static char *shown;

/* A job of 4 cores that ran for 100 s. */
static int make(void **state)
{
    (void)state;
    usage = calloc(1, sizeof *usage);
    if (!usage)
        return -1;
    usage->allotment = (struct allotment){.job_id = 12,
                                          .name = "job",
                                          .state = STATE_COMPLETED,
                                          .start = 1000,
                                          .end = 1100,
                                          .nodes = 1,
                                          .cpus = 4,
                                          .mem_mib = 1000,
                                          .node_list = "n1"};
    usage->steps_every_s = NAN;
    usage->now_s = 100;
    return 0;
}

static int release(void **state)
{
    (void)state;
    steps_release(&usage->steps);
    trace_release(&usage->trace);
    lanes_release(&usage->lanes);
    json_decref(usage->record);
    free(usage);
    free(shown);
    shown = NULL;
    return 0;
}

static void account(double cpu_s)
{
    struct step *step = steps_find(&usage->steps, "batch");
    assert_non_null(step);
    step->cpu_s = cpu_s;
    step->tasks = 1;
    step->elapsed_s = usage->now_s;
    usage->accounted = true;
}

/* used_s between the clocks, total_s altogether, and one lane a worker. */
static void record(double used_s, double total_s, size_t workers)
{
    json_t *list = json_array(), *texts = json_array();
    for (size_t i = 0; i < workers; i++)
        json_array_append_new(texts, json_string("0+90000000"));
    for (size_t i = 0; i < workers; i++)
        json_array_append_new(list, json_pack("{ss si sf}", "host", "n1",
                                              "core", (int)i, "busy_s", 90.0));
    usage->has_run = true;
    usage->record =
        json_pack("{sf si so s[f] s{ss so}}", "cpu_total_s", total_s,
                  "cpus_granted", 2, "worker", list, "time_s", 90.0, "timeline",
                  "repeat", "0+90000000", "worker", texts);
    assert_non_null(usage->record);
    json_object_set_new(usage->record, "cpu_used_s", json_real(used_s));
    assert_int_equal(lanes_read(usage->record, &usage->lanes), 0);
}

static void assert_near(double found, double expected, double within)
{
    assert_true(fabs(found - expected) <= within);
}

static void judge(void)
{
    tally_make(usage);
    hint_make(usage);
}

static void assert_said(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("'%s' is not in '%s'", words, text);
}

static void efficiency_is_what_was_used_of_what_was_asked_for(void **state)
{
    (void)state;
    account(380);
    judge();
    assert_int_equal(usage->tally.trusted, SOURCE_ACCOUNTING);
    assert_near(usage->tally.source[SOURCE_ACCOUNTING].efficiency, 0.95, 1e-9);
    assert_int_equal(usage->tally.agreement, AGREE_ALONE);
    assert_int_equal(usage->hints.count, 0);
}

static void record_and_accounting_agree(void **state)
{
    (void)state;
    account(372);
    record(350, 365, 4);
    judge();
    assert_int_equal(usage->tally.agreement, AGREE_YES);
    /* of the job's 4 cores, whatever the program thought it had */
    assert_near(usage->tally.source[SOURCE_RECORD].efficiency, 350 / 360.0,
                1e-9);
    assert_said(usage->tally.text, "agree");
    assert_int_equal(usage->hints.count, 0);
}

/* Processes that nobody waited for are not in the accounts. */
static void accounting_that_misses_processes_is_not_trusted(void **state)
{
    (void)state;
    account(90);
    record(350, 365, 4);
    judge();
    assert_int_equal(usage->tally.agreement, AGREE_NO);
    assert_int_equal(usage->tally.trusted, SOURCE_RECORD);
    assert_said(usage->tally.text, "Trust the kernel's record");
}

static void a_job_that_did_more_than_its_kernel_is_told(void **state)
{
    (void)state;
    account(390);
    record(100, 120, 4);
    judge();
    assert_int_equal(usage->tally.agreement, AGREE_NO);
    assert_int_equal(usage->tally.trusted, SOURCE_ACCOUNTING);
    assert_said(usage->tally.text, "did more than its kernel");
}

static void a_short_job_is_the_records_to_judge(void **state)
{
    (void)state;
    usage->now_s = 3;
    account(3.5);
    record(2, 3, 4);
    judge();
    assert_int_equal(usage->tally.trusted, SOURCE_RECORD);
}

static void step_statistics_may_lag_but_not_lead(void **state)
{
    (void)state;
    account(390);
    assert_int_equal(trace_add(&usage->trace, 90, 5, 4, 10), 0);
    usage->trace.steps_s = 350;
    usage->trace.steps_at_s = 90;
    judge();
    assert_int_equal(usage->tally.agreement, AGREE_YES);
    usage->trace.steps_s = 100; /* 40 s more are possible, 290 are not */
    judge();
    assert_int_equal(usage->tally.agreement, AGREE_NO);
    assert_said(usage->tally.text, "Trust accounting");
    usage->trace.steps_s = 600;
    judge();
    assert_int_equal(usage->tally.trusted, SOURCE_STEPS);
}

static void nobody_has_counted(void **state)
{
    (void)state;
    judge();
    assert_int_equal(usage->tally.trusted, SOURCES);
    assert_true(isnan(usage->tally.busy));
    assert_int_equal(usage->hints.count, 0);
}

static void four_workers_on_five_cores(void **state)
{
    (void)state;
    usage->allotment.cpus = 5;
    account(365);
    record(350, 360, 4);
    judge();
    assert_near(usage->tally.busy, 3.9, 0.1);
    assert_int_equal(usage->hints.count, 1);
    assert_said(usage->hints.text[0],
                "Of the 5 cores asked for, 3.9 were busy");
    assert_said(usage->hints.text[0], "ran 4 workers: start 5, or ask for 4");
}

/* Looks of a job of any program: threads that are busy on so many cores. */
static void see(long threads, int cores, double share, long omp)
{
    struct look look = {.busy_threads = threads,
                        .ready_threads = threads,
                        .omp_threads = omp,
                        .processes = 1};
    for (int i = 0; i < 4; i++)
        look.allowed[i] = cores > 1 || i == 0;
    for (int i = 0; i < cores; i++)
        look.core_s[i] = share * 10;
    assert_int_equal(trace_add_look(&usage->trace, 20, 10, &look), 0);
    assert_int_equal(trace_add_look(&usage->trace, 30, 10, &look), 0);
}

static void a_serial_program_on_four_cores(void **state)
{
    (void)state;
    account(99);
    see(1, 1, 0.99, 0);
    judge();
    assert_int_equal(usage->hints.count, 1);
    assert_said(usage->hints.text[0], "1.0 were busy");
    assert_said(usage->hints.text[0], "One worker did all the work");
}

static void omp_num_threads_is_one(void **state)
{
    (void)state;
    account(99);
    see(1, 1, 0.99, 1);
    judge();
    assert_int_equal(usage->hints.count, 1);
    assert_said(usage->hints.text[0], "OMP_NUM_THREADS is 1");
    assert_said(usage->hints.text[0], "export OMP_NUM_THREADS=4");
}

static void all_threads_on_one_core(void **state)
{
    (void)state;
    account(99);
    see(4, 1, 1, 4);
    judge();
    assert_int_equal(usage->hints.count, 1);
    assert_said(usage->hints.text[0], "4 workers took turns on one core");
}

/* A record says where its workers were at one moment. */
static void workers_of_a_record_on_one_core(void **state)
{
    (void)state;
    account(99);
    record(88, 95, 4);
    for (size_t i = 0; i < usage->lanes.count; i++)
        usage->lanes.lane[i].core = 3;
    json_object_set_new(usage->record, "cpus_allowed", json_integer(1));
    judge();
    assert_int_equal(usage->hints.count, 1);
    assert_said(usage->hints.text[0], "4 workers took turns on one core");
    json_object_set_new(usage->record, "cpus_allowed", json_integer(2));
    judge();
    assert_int_equal(usage->hints.count, 1);
    assert_said(usage->hints.text[0], "had work for 4.0 cores and got 1.0");
}

/* Cores that are full with others' work do not stand idle. */
static void workers_that_get_no_core_are_not_idle(void **state)
{
    (void)state;
    account(200);
    see(4, 4, 0.5, 4);
    judge();
    assert_int_equal(usage->hints.count, 1);
    assert_said(usage->hints.text[0], "had work for 4.0 cores and got 2.0");
}

/* However little of the cores they get. */
static void workers_on_a_crowded_machine_are_not_bound(void **state)
{
    struct look look = {.busy_threads = 3, .ready_threads = 4};
    (void)state;
    account(33);
    for (int i = 0; i < 4; i++) {
        look.allowed[i] = true;
        look.core_s[i] = i == 2 ? 1.0 : 0.7;
    }
    assert_int_equal(trace_add_look(&usage->trace, 20, 10, &look), 0);
    judge();
    assert_int_equal(usage->hints.count, 1);
    assert_said(usage->hints.text[0], "had work for 4.0 cores and got 0.3");
}

static void all_cores_busy_is_no_advice(void **state)
{
    (void)state;
    account(390);
    see(4, 4, 0.98, 4);
    judge();
    assert_int_equal(usage->hints.count, 0);
}

static void memory_at_its_limit_is_told(void **state)
{
    (void)state;
    account(390);
    usage->steps.step[0].mem_mib = 970;
    judge();
    assert_int_equal(usage->hints.count, 1);
    assert_said(usage->hints.text[0], "970 MiB of the 1000 MiB");
}

static void work_that_is_uneven_is_told(void **state)
{
    (void)state;
    account(390);
    usage->steps.step[0].tasks = 4;
    usage->steps.step[0].cpu_min_s = 10;
    usage->steps.step[0].cpu_min_task = 2;
    judge();
    assert_int_equal(usage->hints.count, 1);
    assert_said(usage->hints.text[0], "task 2 of step batch");
}

/* ---- How it looks -------------------------------------------------------- */

static size_t columns_of(const char *line, size_t length)
{
    size_t columns = 0;
    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)line[i] & 0xc0) != 0x80;
    return columns;
}

static void show(size_t width, int height)
{
    struct style style = {.width = width};
    size_t size;
    FILE *out;
    free(shown);
    out = open_memstream(&shown, &size);
    assert_non_null(out);
    if (height > 0)
        usage_view_now(usage, &style, height, out);
    else
        usage_view_end(usage, &style, out);
    assert_int_equal(fclose(out), 0);
}

static void assert_fits(size_t width)
{
    for (const char *at = shown; *at;) {
        size_t length = strcspn(at, "\n");
        if (columns_of(at, length) > width)
            fail_msg("wider than %zu: %.*s", width, (int)length, at);
        at += length + (at[length] == '\n');
    }
}

static void every_width_from_40_on_is_enough(void **state)
{
    (void)state;
    account(99);
    see(4, 4, 0.25, 4);
    record(350, 365, 4);
    judge();
    for (size_t width = 40; width <= 200; width += 7) {
        show(width, 0);
        assert_fits(width);
        show(width, 24);
        assert_fits(width);
    }
}

/* As many lines as it says, and no more than fit on the screen. */
static void a_screen_is_not_scrolled(void **state)
{
    struct style style = {.width = 80};
    struct look look = {.busy_threads = 64, .processes = 1};
    char *text;
    size_t size;
    int lines = 0;
    (void)state;
    for (int i = 0; i < 64; i++)
        look.allowed[i] = true;
    assert_int_equal(trace_add_look(&usage->trace, 30, 10, &look), 0);
    judge();
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    int said = usage_view_now(usage, &style, 24, out);
    assert_int_equal(fclose(out), 0);
    for (const char *at = text; *at; at++)
        lines += *at == '\n';
    assert_int_equal(lines, said);
    assert_true(lines < 24);
    assert_said(text, "more cores");
    free(text);
}

/* Nothing known is never 0 %, neither in words nor in the picture. */
static void what_nobody_knows_is_no_data(void **state)
{
    char *page;
    size_t size;
    (void)state;
    usage->allotment.mem_mib = NAN;
    judge();
    show(80, 0);
    assert_said(shown, "CPU efficiency:  no data");
    assert_said(shown, "memory:          no data");
    assert_null(strstr(shown, "0 %"));
    FILE *out = open_memstream(&page, &size);
    assert_non_null(out);
    usage_page_print(usage, out);
    assert_int_equal(fclose(out), 0);
    assert_said(page, "class=\"unknown\"");
    assert_null(strstr(page, ">0 %"));
    assert_null(strstr(page, "class=\"idle\""));
    assert_null(strstr(page, "nan"));
    free(page);
}

static void the_page_quotes_what_people_have_typed(void **state)
{
    char *page;
    size_t size;
    (void)state;
    snprintf(usage->allotment.name, sizeof usage->allotment.name,
             "<script>alert(1)</script>&\"");
    account(99);
    judge();
    FILE *out = open_memstream(&page, &size);
    assert_non_null(out);
    usage_page_print(usage, out);
    assert_int_equal(fclose(out), 0);
    assert_null(strstr(page, "<script"));
    assert_said(page, "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;");
    free(page);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(efficiency_is_what_was_used_of_what_was_asked_for),
        TEST(record_and_accounting_agree),
        TEST(accounting_that_misses_processes_is_not_trusted),
        TEST(a_job_that_did_more_than_its_kernel_is_told),
        TEST(a_short_job_is_the_records_to_judge),
        TEST(step_statistics_may_lag_but_not_lead),
        TEST(nobody_has_counted),
        TEST(four_workers_on_five_cores),
        TEST(a_serial_program_on_four_cores),
        TEST(omp_num_threads_is_one),
        TEST(all_threads_on_one_core),
        TEST(workers_of_a_record_on_one_core),
        TEST(workers_that_get_no_core_are_not_idle),
        TEST(workers_on_a_crowded_machine_are_not_bound),
        TEST(all_cores_busy_is_no_advice),
        TEST(memory_at_its_limit_is_told),
        TEST(work_that_is_uneven_is_told),
        TEST(every_width_from_40_on_is_enough),
        TEST(a_screen_is_not_scrolled),
        TEST(what_nobody_knows_is_no_data),
        TEST(the_page_quotes_what_people_have_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
