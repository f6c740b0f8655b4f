/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../kernels/driver/driver.h"
#include "../../kernels/driver/grant.h"
#include "../../kernels/driver/record.h"

#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_record.XXXXXX";
static double times[3] = {0.5, 0.25, 1.0};
static struct worker workers[2];
static struct run run;
static char message[256];

static int fresh(void **state)
{
    (void)state;
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    setenv("INTEG2D_RECORD", folder, 1);
    setenv("INTEG2D_JOB_ID", "42", 1);
    unsetenv("SLURM_JOB_ID");
    unsetenv("SLURM_NTASKS");
    unsetenv("SLURM_CPUS_PER_TASK");
    unsetenv("SLURM_RESTART_COUNT");
    message[0] = '\0';
    memset(workers, 0, sizeof workers);
    workers[0].cpu_s = 1.5;
    workers[0].mem_mib = 3.0;
    workers[1].cpu_s = 1.0;
    workers[1].mem_mib = 4.0;
    workers[1].rows = 6;
    run = (struct run){.grid = 10,
                       .workers = 2,
                       .repeat = 3,
                       .warmup_s = 2.0,
                       .h = M_PI / 10,
                       .scheme = "serial",
                       .time_s = times,
                       .integral = 0x1.8p-54,
                       .worker = workers};
    run.check.rows_done = 10;
    return 0;
}

/* Files in the folder, hidden ones too; each is removed. */
static int empty_folder(void)
{
    DIR *files = opendir(folder);
    int count = 0;

    assert_non_null(files);
    for (struct dirent *file; (file = readdir(files)) != NULL;)
        if (strcmp(file->d_name, ".") != 0 && strcmp(file->d_name, "..") != 0) {
            count++;
            assert_int_equal(unlink(file->d_name), 0);
        }
    assert_int_equal(closedir(files), 0);
    return count;
}

static int clear(void **state)
{
    (void)state;
    empty_folder();
    assert_int_equal(chdir("/"), 0);
    return rmdir(folder);
}

static json_t *written(const char *name)
{
    json_t *record;

    assert_int_equal(record_write(&run, message, sizeof message), 0);
    record = json_load_file(name, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(record);
    return record;
}

static double real(const json_t *record, const char *key)
{
    return json_number_value(json_object_get(record, key));
}

static void assert_near(double found, double expected)
{
    assert_true(fabs(found - expected) <= 1e-12);
}

static void record_has_every_figure(void **state)
{
    json_t *record = written("record_42.json");

    (void)state;
    assert_near(real(record, "best_s"), 0.25);
    assert_near(real(record, "median_s"), 0.5);
    assert_near(real(record, "warmup_s"), 2.0);
    assert_near(real(record, "cpu_used_s"), 2.5);
    assert_near(real(record, "cpu_available_s"), 1.75 * 2);
    assert_near(real(record, "cpus_granted"), 2);
    assert_near(real(record, "peak_mem_mib"), 7.0);
    assert_string_equal(
        json_string_value(json_object_get(record, "integral_hex")),
        "0x1.8p-54");
    assert_int_equal(json_array_size(json_object_get(record, "time_s")), 3);
    assert_int_equal(json_array_size(json_object_get(record, "worker")), 2);
    assert_int_equal(empty_folder(), 1);
    json_decref(record);
}

static void granted_cpus_are_tasks_times_cpus(void **state)
{
    json_t *record;

    (void)state;
    setenv("SLURM_NTASKS", "4", 1);
    setenv("SLURM_CPUS_PER_TASK", "3", 1);
    setenv("SLURM_JOB_ID", "1001", 1);
    setenv("SLURM_RESTART_COUNT", "2", 1);
    record = written("record_1001.json");
    assert_near(real(record, "cpus_granted"), 12);
    assert_near(real(record, "cpu_available_s"), 1.75 * 12);
    assert_near(real(record, "attempt"), 2);
    json_decref(record);
}

static void what_is_not_finite_becomes_null(void **state)
{
    json_t *record, *check;

    (void)state;
    run.integral = NAN;
    run.warmup_s = NAN;
    run.check.failed = 1;
    run.check.worst_error = INFINITY;
    record = written("record_42.json");
    assert_true(json_is_null(json_object_get(record, "integral")));
    assert_true(json_is_null(json_object_get(record, "integral_hex")));
    assert_true(json_is_null(json_object_get(record, "error")));
    assert_true(json_is_null(json_object_get(record, "warmup_s")));
    check = json_object_get(record, "check");
    assert_true(json_is_null(json_object_get(check, "worst_error")));
    assert_string_equal(json_string_value(json_object_get(check, "verdict")),
                        "failed");
    json_decref(record);
}

static void what_only_some_schemes_have_is_in_their_records(void **state)
{
    json_t *record, *notes;

    (void)state;
    run.build_s = NAN;
    record = written("record_42.json");
    assert_null(json_object_get(record, "build_s"));
    notes = json_object_get(record, "notes");
    assert_true(json_is_object(notes));
    assert_int_equal(json_object_size(notes), 0);
    json_decref(record);
    run.build_s = 0.25;
    run.result = "matrix product";
    run_note(&run, "library", "OpenBLAS %d", 3);
    run_note(&run, "library", "another");
    run_note(&run, "kernel", "SkylakeX");
    record = written("record_42.json");
    assert_near(real(record, "build_s"), 0.25);
    notes = json_object_get(record, "notes");
    assert_int_equal(json_object_size(notes), 2);
    assert_string_equal(json_string_value(json_object_get(notes, "library")),
                        "OpenBLAS 3");
    assert_true(json_is_null(json_object_get(record, "integral")));
    assert_true(json_is_null(json_object_get(record, "integral_hex")));
    assert_true(json_is_null(json_object_get(record, "error")));
    json_decref(record);
}

static void folder_that_is_not_there_is_found_before(void **state)
{
    (void)state;
    setenv("INTEG2D_RECORD", "/nowhere/at/all", 1);
    assert_int_equal(record_probe(message, sizeof message), -1);
    assert_non_null(
        strstr(message, "/nowhere/at/all: No such file or directory"));
}

static void probe_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(record_probe(message, sizeof message), 0);
    assert_int_equal(empty_folder(), 0);
}

static void id_cannot_lead_elsewhere(void **state)
{
    const char *const ids[] = {"../1", "a/b", ".x", "a b", "1;2", "1\n2"};

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        setenv("INTEG2D_JOB_ID", ids[i], 1);
        assert_int_equal(record_probe(message, sizeof message), -1);
    }
}

/* A file that may grow to 100 bytes only, as on a disk that fills up. */
static void full_disk_leaves_nothing(void **state)
{
    struct rlimit all, little;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
    little = all;
    little.rlim_cur = 100;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    assert_int_equal(record_write(&run, message, sizeof message), -1);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
    assert_non_null(strstr(message, "record_42.json: File too large"));
    assert_int_equal(empty_folder(), 0);
}

static void progress_is_one_line_and_goes_away(void **state)
{
    char line[80] = "";
    FILE *file;

    (void)state;
    record_progress(&run, 0);
    record_progress(&run, 2);
    file = fopen("progress_42", "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_int_equal(fgetc(file), EOF);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(strncmp(line, "2 3 ", 4), 0);
    json_decref(written("record_42.json"));
    assert_int_equal(access("progress_42", F_OK), -1);
}

static void without_a_folder_nothing_is_written(void **state)
{
    (void)state;
    unsetenv("INTEG2D_RECORD");
    assert_int_equal(record_probe(message, sizeof message), 0);
    record_progress(&run, 1);
    assert_int_equal(record_write(&run, message, sizeof message), 0);
    assert_int_equal(empty_folder(), 0);
}

static void only_whole_numbers_are_granted(void **state)
{
    const struct {
        const char *text;
        long number;
    } table[] = {{"4", 4},   {"4,2", 4},  {"0", 0},
                 {"", -1},   {"-3", -1},  {"4x", -1},
                 {" 4", -1}, {"1e3", -1}, {"9999999999999999999999", -1}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        setenv("SLURM_NTASKS", table[i].text, 1);
        assert_int_equal(grant_number("SLURM_NTASKS"), table[i].number);
    }
}

static void workers_come_from_openmp_then_slurm_then_the_machine(void **state)
{
    (void)state;
    setenv("SLURM_CPUS_PER_TASK", "7", 1);
    setenv("OMP_NUM_THREADS", "5", 1);
    assert_int_equal(grant_workers(), 5);
    setenv("OMP_NUM_THREADS", "many", 1);
    assert_int_equal(grant_workers(), 7);
    unsetenv("OMP_NUM_THREADS");
    assert_int_equal(grant_workers(), 7);
    unsetenv("SLURM_CPUS_PER_TASK");
    assert_in_range(grant_workers(), 1, sysconf(_SC_NPROCESSORS_CONF));
}

#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, fresh, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(record_has_every_figure),
        FOLDER_TEST(granted_cpus_are_tasks_times_cpus),
        FOLDER_TEST(what_is_not_finite_becomes_null),
        FOLDER_TEST(what_only_some_schemes_have_is_in_their_records),
        FOLDER_TEST(folder_that_is_not_there_is_found_before),
        FOLDER_TEST(probe_leaves_nothing),
        FOLDER_TEST(id_cannot_lead_elsewhere),
        FOLDER_TEST(full_disk_leaves_nothing),
        FOLDER_TEST(progress_is_one_line_and_goes_away),
        FOLDER_TEST(without_a_folder_nothing_is_written),
        FOLDER_TEST(only_whole_numbers_are_granted),
        FOLDER_TEST(workers_come_from_openmp_then_slurm_then_the_machine),
    };

    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
