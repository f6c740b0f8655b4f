/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table.h"

static struct result results[3];
static char *text;

typedef void print_fn(const struct table_row *rows, size_t count, FILE *file);

/* A right result, a failed one and a running one, each with figures. */
static int fresh(void **state)
{
    static const enum job_state states[] = {STATE_COMPLETED, STATE_TIMEOUT,
                                            STATE_RUNNING};
    static const enum verdict verdicts[] = {RESULT_RIGHT, RESULT_FAILED,
                                            RESULT_OPEN};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct result *result = &results[i];

        *result = (struct result){
            .run = {.folder = "/runs/one",
                    .site = "hpc2n",
                    .scheme = "openmp",
                    .workers = 4,
                    .grid = 10000,
                    .repeat = 5,
                    .math = "simd",
                    .status = {.job_id = 1234567, .nodes = 2}},
            .record = {.best_s = 0.5,
                       .median_s = 0.75,
                       .integral = 4.25,
                       .error = 1.5e-13},
            .cpu_efficiency = 0.875,
        };
        result->run.status.state = states[i];
        result->verdict = verdicts[i];
    }
    results[1].run.status.job_id = 7;
    snprintf(results[1].text, sizeof(results[1].text), "it was too slow");
    snprintf(results[2].text, sizeof(results[2].text), "it runs");
    text = NULL;
    return 0;
}

static int done(void **state)
{
    (void)state;
    free(text);
    return 0;
}

static void print(print_fn *printer, size_t count)
{
    struct table_row rows[3];
    size_t size = 0;
    FILE *file;

    free(text);
    text = NULL;
    file = open_memstream(&text, &size);
    assert_non_null(file);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(table_row_make(&results[i], &rows[i]), 0);
    printer(rows, count, file);
    assert_int_equal(fclose(file), 0);
    for (size_t i = 0; i < count; i++)
        table_row_release(&rows[i]);
}

/* The first result, by what prints a whole one. */
static void print_one(void (*printer)(const struct result *result, FILE *file))
{
    size_t size = 0;
    FILE *file;

    free(text);
    text = NULL;
    file = open_memstream(&text, &size);
    assert_non_null(file);
    printer(results, file);
    assert_int_equal(fclose(file), 0);
}

static void the_columns_stand_below_their_names(void **state)
{
    (void)state;
    snprintf(results[1].run.scheme, sizeof(results[1].run.scheme), "mpi");
    snprintf(results[1].run.site, sizeof(results[1].run.site), "a-longer-site");
    results[1].run.workers = 1000000;
    results[2].run.status.nodes = 0;
    results[2].run.status.job_id = 0;
    print(table_print, 3);
    assert_string_equal(
        text, "scheme  site               job  workers  nodes   grid     best"
              "   median      integral         error   CPU  check\n"
              "openmp  hpc2n          1234567        4      2  10000  0.500 s"
              "  0.750 s  4.250000e+00  1.500000e-13  88 %  passed\n"
              "mpi     a-longer-site        7  1000000      2  10000        -"
              "        -             -             -     -  failed\n"
              "openmp  hpc2n                -        4      -  10000        -"
              "        -             -             -     -  RUNNING\n");
}

static void a_table_without_results_has_only_names(void **state)
{
    (void)state;
    print(table_print, 0);
    assert_string_equal(text, "scheme  site  job  workers  nodes  grid  best  "
                              "median  integral  error  CPU  check\n");
    print(table_print_csv, 0);
    assert_string_equal(text,
                        "scheme,site,job_id,workers,nodes,grid,math,"
                        "mode,repeat,state,check,best_s,median_s,integral,"
                        "error,cpu_efficiency,advice,folder\n");
}

static void figures_are_shown_only_when_the_result_is_right(void **state)
{
    (void)state;
    for (int i = 1; i < 3; i++) {
        results[0] = results[i];
        print(table_print, 1);
        assert_null(strstr(text, "0.500"));
        assert_null(strstr(text, "0.750"));
        assert_null(strstr(text, "4.25"));
        assert_null(strstr(text, "e-13"));
        assert_null(strstr(text, "%"));
        print(table_print_csv, 1);
        assert_null(strstr(text, "0.5"));
        assert_null(strstr(text, "4.25"));
        assert_null(strstr(text, "e-13"));
        assert_null(strstr(text, "0.875"));
    }
}

static void short_times_are_shown_in_milliseconds(void **state)
{
    static const struct {
        double seconds;
        const char *shown;
    } rows[] = {
        {0.0000015, "  0.002 ms  "}, {0.00125, "  1.250 ms  "},
        {0.00999, "  9.990 ms  "},   {0.01, "  0.010 s  "},
        {59.9996, "  60.000 s  "},   {12345.6789, "  12345.679 s  "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        results[0].record.best_s = rows[i].seconds;
        results[0].record.median_s = 1e6;
        print(table_print, 1);
        if (strstr(text, rows[i].shown) == NULL)
            fail_msg("no '%s' in:\n%s", rows[i].shown, text);
    }
}

static void an_unknown_efficiency_is_a_dash(void **state)
{
    (void)state;
    results[0].cpu_efficiency = NAN;
    print(table_print, 1);
    assert_non_null(strstr(text, "1.500000e-13    -  passed\n"));
    results[0].cpu_efficiency = 1.004;
    print(table_print, 1);
    assert_non_null(strstr(text, "1.500000e-13  100 %  passed\n"));
}

static void the_longest_texts_are_shown_whole(void **state)
{
    struct run *run = &results[0].run;

    (void)state;
    memset(run->site, 's', sizeof(run->site) - 1);
    memset(run->scheme, 'c', sizeof(run->scheme) - 1);
    memset(run->mode, 'm', sizeof(run->mode) - 1);
    run->workers = run->grid = run->status.job_id = run->status.nodes =
        INT64_MAX;
    results[0].record.best_s = results[0].record.median_s = 1e15;
    results[0].record.integral = results[0].record.error = -1.79e308;
    results[0].cpu_efficiency = 1e30;
    print(table_print, 1);
    assert_non_null(strstr(text, "\nccccccccccccccccccccccccccccccc "
                                 "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm  "
                                 "sssssssssssssssssssssssssssssss  "
                                 "9223372036854775807  9223372036854775807  "
                                 "9223372036854775807  9223372036854775807  "
                                 "1000000000000000.000 s  "));
    assert_non_null(strstr(text, "  -1.790000e+308  -1.790000e+308  "));
    assert_non_null(strstr(text, " %  passed\n"));
}

static void explanations_are_given_for_those_that_have_one(void **state)
{
    (void)state;
    print(table_explain, 3);
    assert_string_equal(text, "it was too slow\nit runs\n");
    print(table_explain, 1);
    assert_string_equal(text, "");
}

static void jobs_that_were_never_created_are_named_once_a_sweep(void **state)
{
    static const char *const sweeps[] = {"a", "a", "a", "b"};
    struct table_row rows[4];
    char why[4][100], *printed;
    size_t size;
    FILE *file = open_memstream(&printed, &size);
    (void)state;
    assert_non_null(file);
    for (size_t i = 0; i < 4; i++) {
        snprintf(why[i], sizeof(why[i]),
                 "task %zu: never. Go on with the sweep: --resume %s", i,
                 sweeps[i]);
        rows[i] = (struct table_row){.verdict = RESULT_FAILED,
                                     .state = STATE_NEVER_CREATED,
                                     .text = why[i]};
    }
    table_explain(rows, 4, file);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(printed,
                        "task 0: never. Go on with the sweep: --resume a\n"
                        "the same holds for 2 more of its jobs\n"
                        "task 3: never. Go on with the sweep: --resume b\n");
    free(printed);
}

static void csv_has_a_line_for_each_result_and_no_digit_is_lost(void **state)
{
    (void)state;
    results[0].record.best_s = 0.123456789;
    results[0].record.integral = 0.1;
    print(table_print_csv, 3);
    assert_string_equal(
        strchr(text, '\n') + 1,
        "openmp,hpc2n,1234567,4,2,10000,simd,,5,COMPLETED,passed,0.123456789,"
        "0.75,0.10000000000000001,1.4999999999999999e-13,0.875,,"
        "\"/runs/one\"\n"
        "openmp,hpc2n,7,4,2,10000,simd,,5,TIMEOUT,failed,,,,,,,\"/runs/one\"\n"
        "openmp,hpc2n,1234567,4,2,10000,simd,,5,RUNNING,RUNNING,,,,,,,"
        "\"/runs/one\"\n");
}

/* As a spreadsheet reads it (RFC 4180): commas within quotes are no ends,
 * and two quotes are one. */
static size_t csv_fields(const char *line, char *last, size_t size)
{
    size_t fields = 1;
    size_t used = 0;
    bool quoted = false;

    for (; quoted || *line != '\n'; line++) {
        assert_int_not_equal(*line, '\0');
        if (*line == '"' && quoted && line[1] == '"')
            line++;
        else if (*line == '"') {
            quoted = !quoted;
            continue;
        } else if (*line == ',' && !quoted) {
            fields++;
            used = 0;
            continue;
        }
        assert_true(used + 1 < size);
        last[used++] = *line;
    }
    last[used] = '\0';
    return fields;
}

static void a_folder_may_have_any_name_in_csv(void **state)
{
    static const char *const names[] = {
        "/a,b",        "/a \"b\" c",         "/\"",    "/\"\"",    "/,",
        "/two\nlines", "/Ume\xc3\xa5 %s %d", "/\",\"", "/ends,\"", ""};
    char last[64];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        for (size_t j = 0; j < 3; j++) {
            struct result kept = results[0];
            size_t columns;

            results[0] = results[j];
            snprintf(results[0].run.folder, sizeof(results[0].run.folder), "%s",
                     names[i]);
            print(table_print_csv, 1);
            columns = csv_fields(text, last, sizeof(last));
            assert_int_equal(columns, 18);
            assert_int_equal(
                csv_fields(strchr(text, '\n') + 1, last, sizeof(last)),
                columns);
            assert_string_equal(last, names[i]);
            results[0] = kept;
        }
    }
}

static void advice_is_a_mark_among_many_and_in_full_for_one(void **state)
{
    struct advice advice[] = {
        {"too-slow", SEVERITY_WARNING, "It was slow.", "-t 5\n-c 2", "man x"},
        {"odd", SEVERITY_HINT, "Odd.", "", ""},
    };

    (void)state;
    results[1].advice = (struct advice_list){advice, 2};
    print(table_print, 3);
    assert_non_null(strstr(text, "  advice   check"));
    assert_non_null(strstr(text, "  warning  failed"));
    assert_non_null(strstr(text, "  -        passed"));
    print(table_explain, 3);
    assert_non_null(strstr(text, "type one of: integ2d-collect 7\n"));
    assert_null(strstr(text, "It was slow."));
    print(table_print_csv, 3);
    assert_non_null(strstr(text, ",too-slow odd,\"/runs/one\""));
    results[0] = results[1];
    print(table_print, 1);
    assert_null(strstr(text, "advice"));
    print_one(table_explain_one);
    assert_string_equal(text, "it was too slow\n\n"
                              "advice, warning (too-slow): It was slow.\n"
                              "    -t 5\n    -c 2\nRead more: man x\n\n"
                              "advice, hint (odd): Odd.\n");
}

static void advice_of_many_is_pointed_to_ten_times(void **state)
{
    struct table_row rows[12] = {0};
    char name[] = "odd";
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    (void)state;
    assert_non_null(file);
    for (int i = 0; i < 12; i++) {
        rows[i].job_id = i + 1;
        rows[i].advice = name;
    }
    table_explain(rows, 12, file);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(text,
                        "\nFor the advice, type one of: integ2d-collect 1, 2, "
                        "3, 4, 5, 6, 7, 8, 9, 10 (and 2 more)\n");
}

static void records_without_a_checksum_are_counted(void **state)
{
    (void)state;
    results[0].record.unsealed = true;
    print(table_explain, 1);
    assert_non_null(strstr(text, "1 record has no checksum"));
    results[1] = results[0];
    print(table_explain, 2);
    assert_non_null(strstr(text, "2 records have no checksum"));
    /* A record that is not believed needs none. */
    results[1].verdict = RESULT_FAILED;
    print(table_explain, 2);
    assert_non_null(strstr(text, "1 record has no checksum"));
}

static void csv_keeps_its_columns_without_an_efficiency(void **state)
{
    char last[64];

    (void)state;
    results[0].cpu_efficiency = NAN;
    print(table_print_csv, 1);
    assert_int_equal(csv_fields(strchr(text, '\n') + 1, last, sizeof(last)),
                     18);
    assert_string_equal(last, "/runs/one");
    assert_null(strstr(text, "nan"));
}

static void a_result_without_an_integral_has_a_dash_there(void **state)
{
    (void)state;
    results[0].record.integral = results[0].record.error = NAN;
    print(table_print, 1);
    assert_non_null(strstr(text, "  0.500 s  0.750 s         -      -  88 %  "
                                 "passed\n"));
    print(table_print_csv, 1);
    assert_non_null(strstr(text, ",passed,0.5,0.75,,,0.875,,\""));
}

static void a_mode_stands_beside_its_scheme(void **state)
{
    (void)state;
    snprintf(results[0].run.scheme, sizeof(results[0].run.scheme), "pitfalls");
    snprintf(results[0].run.mode, sizeof(results[0].run.mode), "race");
    print(table_print, 1);
    assert_non_null(strstr(text, "\npitfalls race  hpc2n  "));
    print(table_print_csv, 1);
    assert_non_null(strstr(text, "\npitfalls,hpc2n,1234567,4,2,10000,simd,race,"
                                 "5,"));
}

static void expect_details(const char *expected)
{
    print_one(table_print_one);
    assert_string_equal(strstr(text, "passed\n") + strlen("passed\n"),
                        expected);
}

static void details_are_what_only_some_records_have(void **state)
{
    json_t *json = json_pack("{s{ss ss}}", "notes", "library",
                             "OpenBLAS 0.3.21", "kernel", "Skylake\x1b[1mX");

    (void)state;
    results[0].record.build_s = NAN;
    expect_details("");
    results[0].record.json = json;
    expect_details("library: OpenBLAS 0.3.21\n"
                   "kernel: Skylake\\x1b[1mX\n");
    results[0].record.build_s = 0.0515;
    assert_int_equal(json_object_del(json, "notes"), 0);
    expect_details("compile time: 0.051 s\n");
    json_decref(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_columns_stand_below_their_names),
        TEST(a_table_without_results_has_only_names),
        TEST(figures_are_shown_only_when_the_result_is_right),
        TEST(short_times_are_shown_in_milliseconds),
        TEST(advice_is_a_mark_among_many_and_in_full_for_one),
        TEST(advice_of_many_is_pointed_to_ten_times),
        TEST(records_without_a_checksum_are_counted),
        TEST(an_unknown_efficiency_is_a_dash),
        TEST(the_longest_texts_are_shown_whole),
        TEST(explanations_are_given_for_those_that_have_one),
        TEST(jobs_that_were_never_created_are_named_once_a_sweep),
        TEST(csv_has_a_line_for_each_result_and_no_digit_is_lost),
        TEST(a_folder_may_have_any_name_in_csv),
        TEST(csv_keeps_its_columns_without_an_efficiency),
        TEST(a_result_without_an_integral_has_a_dash_there),
        TEST(a_mode_stands_beside_its_scheme),
        TEST(details_are_what_only_some_records_have),
    };

    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
