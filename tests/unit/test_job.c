/* SPDX-License-Identifier: BSD-3-Clause */
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "job.h"
#include "scratch.h"

static struct site site;
static struct config config;
static struct options options;
static struct job job;
static struct error err;

static const char *source_path(const char *name)
{
    static char file[PATH_MAX];
    const char *root = getenv("INTEG2D_SOURCE");

    snprintf(file, sizeof(file), "%s/%s", root == NULL ? "." : root, name);
    return file;
}

/* A new command line for `name`, of which only the scheme is given. */
static void at(const char *name, const char *scheme)
{
    options = (struct options){.scheme = scheme};
    config = (struct config){0};
    if (site_load(source_path("site"), name, &site, &err) != 0)
        fail_msg("%s", err.text);
}

static void expect_made(void)
{
    memset(&job, 0x55, sizeof(job));
    err = (struct error){""};
    if (job_make(&options, &config, &site, &job, &err) != 0)
        fail_msg("%s", err.text);
}

static void expect_refused(const char *part)
{
    err = (struct error){""};
    if (job_make(&options, &config, &site, &job, &err) != -1)
        fail_msg("was taken; expected '%s'", part);
    if (strstr(err.text, part) == NULL)
        fail_msg("expected '%s', got: %s", part, err.text);
}

static void save(struct setting *setting, const char *value)
{
    snprintf(setting->value, sizeof(setting->value), "%s", value);
    snprintf(setting->source, sizeof(setting->source), "config.ini:7");
}

static void a_kind_of_scheme_asks_for_its_own_resources(void **state)
{
    static const struct {
        const char *scheme, *n, *c, *nodes_typed;
        long workers, tasks, cpus, nodes;
    } rows[] = {
        {"serial", NULL, NULL, NULL, 1, 1, 1, 0},
        {"serial", "1", NULL, "1", 1, 1, 1, 1},
        {"serial", NULL, "4", NULL, 1, 1, 4, 0},
        {"openmp", NULL, NULL, NULL, 1, 1, 1, 0},
        {"openmp", "4", NULL, NULL, 4, 1, 4, 0},
        {"openmp", NULL, "4", NULL, 4, 1, 4, 0},
        {"openmp", "2", "4", NULL, 2, 1, 4, 0},
        {"openmp", "4", "4", "1", 4, 1, 4, 1},
        {"mpi", NULL, NULL, NULL, 1, 1, 1, 0},
        {"mpi", "4", NULL, NULL, 4, 4, 1, 0},
        {"mpi", NULL, "2", NULL, 1, 1, 2, 0},
        {"mpi", "4", "2", "4", 4, 4, 2, 4},
        {"mpi", "65535", NULL, NULL, 65535, 65535, 1, 0},
        {"jit", NULL, "2", NULL, 1, 1, 2, 0},
        {"fortran", "1", NULL, NULL, 1, 1, 1, 0},
        {"julia", NULL, NULL, NULL, 1, 1, 1, 0},
        {"threads", "4", NULL, NULL, 4, 1, 4, 0},
        {"gil", NULL, "4", NULL, 4, 1, 4, 0},
        {"fortran-openmp", "2", "4", NULL, 2, 1, 4, 0},
        {"multiprocess", "4", NULL, "1", 4, 1, 4, 1},
        {"blas", "3", NULL, NULL, 3, 1, 3, 0},
        {"hybrid", NULL, NULL, NULL, 1, 1, 1, 0},
        {"hybrid", "2", NULL, NULL, 2, 2, 1, 0},
        {"hybrid", NULL, "3", NULL, 3, 1, 3, 0},
        {"hybrid", "2", "3", "2", 6, 2, 3, 2},
        {"hybrid", "65535", "1", NULL, 65535, 65535, 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        at("hpc2n", rows[i].scheme);
        options.workers = rows[i].n;
        options.cpus_per_task = rows[i].c;
        options.nodes = rows[i].nodes_typed;
        expect_made();
        assert_string_equal(job.scheme.name, rows[i].scheme);
        assert_int_equal(job.workers, rows[i].workers);
        assert_int_equal(job.tasks, rows[i].tasks);
        assert_int_equal(job.cpus_per_task, rows[i].cpus);
        assert_int_equal(job.nodes, rows[i].nodes);
    }
}

static void workers_that_contradict_the_rest_are_refused(void **state)
{
    static const struct {
        const char *scheme, *n, *c, *nodes, *error;
    } rows[] = {
        {"serial", "2", NULL, NULL, "-n: serial has one worker, and 2 were"},
        {"openmp", "4", "2", NULL,
         "-c 2: too few cores for the 4 workers of -n"},
        {"jit", "2", NULL, NULL, "-n: jit has one worker, and 2 were"},
        {"blas", "4", "2", NULL, "-c 2: too few cores for the 4 workers of -n"},
        {"multiprocess", "4", NULL, "2", "-N: multiprocess runs as 1 task"},
        {"hybrid", "2", "4", "3", "-N: hybrid runs as 2 tasks, too few for 3"},
        {"hybrid", "300", "300", NULL,
         "-n 300 -c 300: that makes 90000 workers; at most 65535"},
        {"hybrid", "65535", "65535", NULL,
         " makes 4294836225 workers; at most"},
        {"openmp", "4", NULL, "2", "-N: openmp runs as 1 task, too few for 2"},
        {"serial", NULL, NULL, "2", "-N: serial runs as 1 task, too few"},
        {"mpi", "2", NULL, "3", "-N: mpi runs as 2 tasks, too few for 3"},
        {"mpi", NULL, NULL, "2", "-N: mpi runs as 1 task, too few for 2"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        at("hpc2n", rows[i].scheme);
        options.workers = rows[i].n;
        options.cpus_per_task = rows[i].c;
        options.nodes = rows[i].nodes;
        expect_refused(rows[i].error);
    }
}

static void what_is_not_given_has_a_value_of_its_own(void **state)
{
    (void)state;
    at("hpc2n", "openmp");
    expect_made();
    assert_int_equal(job.grid, 10000);
    assert_int_equal(job.repeat, 6);
    assert_int_equal(job.time_min, 5);
    assert_int_equal(job.mem_mib, 0);
    assert_string_equal(job.math, "plain");
    assert_string_equal(job.name, "integ2d-openmp");
    assert_string_equal(job.account, "");
    assert_string_equal(job.partition, "");
    assert_string_equal(job.constraint, "");
    assert_string_equal(job.reservation, "");
    assert_string_equal(job.site.name, "hpc2n");
}

static void some_schemes_have_a_grid_of_their_own(void **state)
{
    (void)state;
    at("hpc2n", "blas");
    expect_made();
    assert_int_equal(job.grid, 3000);
    options.grid = "77";
    expect_made();
    assert_int_equal(job.grid, 77);
    at("hpc2n", "pitfalls");
    options.mode = "race";
    expect_made();
    assert_int_equal(job.grid, 500);
}

static void a_scheme_without_a_fast_row_refuses_one(void **state)
{
    static const char *const plain[] = {
        "fortran", "fortran-openmp", "jit", "julia", "blas", "pitfalls"};
    static const char *const both[] = {
        "serial", "threads", "gil", "openmp", "multiprocess", "mpi", "hybrid"};

    (void)state;
    for (size_t i = 0; i < COUNT(plain); i++) {
        at("hpc2n", plain[i]);
        options.mode = strcmp(plain[i], "pitfalls") == 0 ? "race" : NULL;
        options.math = "plain";
        expect_made();
        options.math = "simd";
        expect_refused(" has no fast row: leave 'simd' out");
        expect_refused(plain[i]);
    }
    for (size_t i = 0; i < COUNT(both); i++) {
        at("hpc2n", both[i]);
        options.math = "simd";
        expect_made();
        assert_string_equal(job.math, "simd");
    }
}

static void a_mode_is_for_the_scheme_that_has_some(void **state)
{
    static const struct {
        const char *scheme, *mode, *error;
    } rows[] = {
        {"pitfalls", NULL,
         "--mode is missing: say which of pitfalls (race, false-sharing, "
         "padded, atomic-term, atomic-row, lock-term, lock-row, imbalance, "
         "oversubscribed)"},
        {"pitfalls", "rcae",
         "--mode: pitfalls has no mode 'rcae'; did you mean race? (modes: "
         "race"},
        {"pitfalls", "deadlock", "has no mode 'deadlock' (modes: race, "},
        {"pitfalls", "", "has no mode ''"},
        {"pitfalls", "race\n", "has no mode 'race\\x0a'"},
        {"pitfalls", "race;id", "has no mode 'race;id'"},
        {"openmp", "race", "--mode: openmp has no modes: leave 'race' out"},
        {"hybrid", "", "--mode: hybrid has no modes: leave '' out"},
    };
    const struct scheme *scheme;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        at("hpc2n", rows[i].scheme);
        options.mode = rows[i].mode;
        expect_refused(rows[i].error);
    }
    assert_int_equal(scheme_find("pitfalls", &scheme, &err), 0);
    for (int i = 0; scheme->modes[i] != NULL; i++) {
        at("hpc2n", "pitfalls");
        options.mode = scheme->modes[i];
        expect_made();
        assert_string_equal(job.mode, scheme->modes[i]);
        assert_non_null(strstr(job.command, " --mode="));
        assert_non_null(strstr(job.command, scheme->modes[i]));
    }
    at("hpc2n", "openmp");
    expect_made();
    assert_string_equal(job.mode, "");
}

static void the_placement_is_shown_by_all_who_know_it(void **state)
{
    (void)state;
    at("hpc2n", "openmp");
    options.placement = true;
    expect_made();
    assert_non_null(strstr(job.command, " --math=plain --placement"));
    at("hpc2n", "openmp");
    expect_made();
    assert_null(strstr(job.command, "--placement"));
    at("hpc2n", "blas");
    options.placement = true;
    expect_refused("--placement: where the threads of blas run is not known");
}

static void what_is_given_is_taken(void **state)
{
    (void)state;
    at("uppmax", "mpi");
    options.workers = "8";
    options.grid = "10000000";
    options.repeat = "100000";
    options.math = "simd";
    options.time = "1-02:03:04";
    options.mem = "3G";
    options.partition = "fat";
    options.constraint = "a|b&c";
    options.reservation = "the-course";
    options.name = "My.job_1";
    expect_made();
    assert_int_equal(job.grid, 10000000);
    assert_int_equal(job.repeat, 100000);
    assert_int_equal(job.time_min, 26 * 60 + 4);
    assert_int_equal(job.mem_mib, 3072);
    assert_string_equal(job.math, "simd");
    assert_string_equal(job.partition, "fat");
    assert_string_equal(job.constraint, "a|b&c");
    assert_string_equal(job.reservation, "the-course");
    assert_string_equal(job.name, "My.job_1");
}

static void numbers_out_of_range_are_refused_by_name(void **state)
{
    static const char *const bad[] = {"",     "0",   "-1",   "x",
                                      " 1",   "1 ",  "1.5",  "0x10",
                                      "1;id", "1e3", "1\n2", "99999999999999"};
    static const struct {
        const char **value;
        const char *too_large, *what;
    } rows[] = {
        {&options.workers, "65536", "-n: "},
        {&options.cpus_per_task, "65536", "-c: "},
        {&options.nodes, "100001", "-N: "},
        {&options.grid, "10000001", "--grid: "},
        {&options.repeat, "100001", "--repeat: "},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t j = 0; j <= COUNT(bad); j++) {
            at("hpc2n", "mpi");
            *rows[i].value = j < COUNT(bad) ? bad[j] : rows[i].too_large;
            expect_refused(rows[i].what);
        }
    }
    at("hpc2n", "mpi");
    options.mem = "0";
    expect_refused("--mem: ");
    options.mem = "4X";
    expect_refused("--mem: ");
}

static void what_no_node_of_the_site_can_hold_is_refused(void **state)
{
    static const struct {
        const char *site, *scheme, *n, *c, *nodes, *constraint, *partition,
            *error;
    } rows[] = {
        {"hpc2n", "openmp", "256", NULL, NULL, NULL, NULL, NULL},
        {"hpc2n", "openmp", "257", NULL, NULL, NULL, NULL,
         "-n, -c: 257 cores on one node are asked for, and hpc2n has 256:"},
        {"hpc2n", "openmp", "28", NULL, NULL, "skylake", NULL, NULL},
        {"hpc2n", "openmp", "29", NULL, NULL, "skylake", NULL,
         "hpc2n has 28 with -C skylake: ask for fewer"},
        {"hpc2n", "openmp", "129", NULL, NULL, "zen3", NULL, "has 128 with"},
        {"hpc2n", "openmp", "129", NULL, NULL, "zen3|zen4", NULL, NULL},
        {"hpc2n", "openmp", "257", NULL, NULL, "zen3|zen4", NULL, "has 256 "},
        {"hpc2n", "openmp", "256", NULL, NULL, "unheard-of", NULL, NULL},
        {"hpc2n", "serial", NULL, "73", NULL, "largemem", NULL, "has 72 with"},
        {"hpc2n", "openmp", "2", "29", NULL, "skylake", NULL, "-n, -c: 29 "},
        {"hpc2n", "mpi", "2", "29", NULL, "skylake", NULL, "-n: 29 cores"},
        {"hpc2n", "mpi", "1000", NULL, NULL, "skylake", NULL, NULL},
        {"hpc2n", "mpi", "28", NULL, "1", "skylake", NULL, NULL},
        {"hpc2n", "mpi", "29", NULL, "1", "skylake", NULL,
         "-n: 29 cores on one node are asked for, and hpc2n has 28 with -C "
         "skylake: ask for fewer, or for more nodes"},
        {"hpc2n", "mpi", "56", NULL, "2", "skylake", NULL, NULL},
        {"hpc2n", "mpi", "57", NULL, "2", "skylake", NULL, "-n: 29 cores"},
        {"hpc2n", "mpi", "14", "4", "2", "skylake", NULL, NULL},
        {"hpc2n", "mpi", "15", "4", "2", "skylake", NULL, "-n: 32 cores"},
        {"hpc2n", "hybrid", "14", "4", "2", "skylake", NULL, NULL},
        {"hpc2n", "hybrid", "15", "4", "2", "skylake", NULL,
         "-n, -c: 32 cores on one node are asked for, and hpc2n has 28 with "
         "-C skylake: ask for fewer, or for more nodes"},
        {"hpc2n", "hybrid", "1", "29", NULL, "skylake", NULL,
         "has 28 with -C skylake: ask for fewer"},
        {"uppmax", "openmp", "48", NULL, NULL, NULL, NULL, NULL},
        {"uppmax", "openmp", "49", NULL, NULL, NULL, NULL, "uppmax has 48:"},
        {"uppmax", "openmp", "16", NULL, NULL, NULL, "haswell", NULL},
        {"uppmax", "openmp", "17", NULL, NULL, NULL, "haswell", "has 16:"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        at(rows[i].site, rows[i].scheme);
        options.workers = rows[i].n;
        options.cpus_per_task = rows[i].c;
        options.nodes = rows[i].nodes;
        options.constraint = rows[i].constraint;
        options.partition = rows[i].partition;
        if (rows[i].error != NULL)
            expect_refused(rows[i].error);
        else
            expect_made();
    }
}

static void saved_settings_limit_the_cores_as_typed_ones_do(void **state)
{
    (void)state;
    at("hpc2n", "openmp");
    options.workers = "29";
    save(&config.constraint, "skylake");
    expect_refused("hpc2n has 28");
    options.constraint = "zen3";
    expect_made();
    assert_string_equal(job.constraint, "zen3");
    at("uppmax", "openmp");
    options.workers = "17";
    save(&config.partition, "haswell");
    expect_refused("uppmax has 16");
    options.partition = "pelle";
    expect_made();
    assert_string_equal(job.partition, "pelle");
}

static void a_site_without_node_types_limits_nothing(void **state)
{
    (void)state;
    at("hpc2n", "openmp");
    site.type_count = 0;
    options.workers = "65535";
    expect_made();
    assert_int_equal(job.nodes, 0);
}

static void a_job_that_fits_one_node_is_pinned_where_the_site_says(void **state)
{
    static const struct {
        const char *site, *n, *c, *nodes_typed, *partition;
        long nodes;
    } rows[] = {
        {"uppmax", NULL, NULL, NULL, NULL, 1},
        {"uppmax", "48", NULL, NULL, NULL, 1},
        {"uppmax", "49", NULL, NULL, NULL, 0},
        {"uppmax", "24", "2", NULL, NULL, 1},
        {"uppmax", "25", "2", NULL, NULL, 0},
        {"uppmax", "16", NULL, NULL, "haswell", 1},
        {"uppmax", "17", NULL, NULL, "haswell", 0},
        {"uppmax", "4", NULL, "2", NULL, 2},
        {"hpc2n", "4", NULL, NULL, NULL, 0},
        {"hpc2n", "4", NULL, "3", NULL, 3},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        at(rows[i].site, "mpi");
        options.workers = rows[i].n;
        options.cpus_per_task = rows[i].c;
        options.nodes = rows[i].nodes_typed;
        options.partition = rows[i].partition;
        expect_made();
        assert_int_equal(job.nodes, rows[i].nodes);
    }
}

/* Keeps this process to its first `count` cores. */
static void keep_to(const cpu_set_t *all, int count)
{
    cpu_set_t few;

    CPU_ZERO(&few);
    for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&few) < count; i++) {
        if (CPU_ISSET(i, all))
            CPU_SET(i, &few);
    }
    assert_int_equal(sched_setaffinity(0, sizeof(few), &few), 0);
}

static int make_with(const char *scheme, int workers)
{
    char count[16];

    at("local", scheme);
    snprintf(count, sizeof(count), "%d", workers);
    options.workers = count;
    return job_make(&options, &config, &site, &job, &err);
}

static void a_local_job_gets_the_cores_this_process_may_use(void **state)
{
    static const char *const schemes[] = {"openmp", "mpi"};
    cpu_set_t all;
    int refused = 0;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
    for (int cores = CPU_COUNT(&all); cores > 0; cores /= 2) {
        keep_to(&all, cores);
        for (size_t i = 0; i < COUNT(schemes); i++) {
            refused += make_with(schemes[i], cores) != 0;
            assert_int_equal(job.nodes, 0);
            refused += make_with(schemes[i], cores + 1) == 0;
        }
    }
    assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
    assert_int_equal(refused, 0);
    assert_non_null(strstr(err.text, "-n: 2 cores on one node are asked for, "
                                     "and local has 1: ask for fewer"));
}

static void the_time_limit_is_the_sites_at_most(void **state)
{
    (void)state;
    at("hpc2n", "mpi");
    options.time = "168:00:00";
    expect_made();
    assert_int_equal(job.time_min, 10080);
    options.time = "10081";
    expect_refused("-t: 10081 is longer than any job may run on hpc2n: ask "
                   "for at most 7-00:00:00");
    options.time = "7-00:00:01";
    expect_refused("-t: 7-00:00:01 is longer");
    options.time = "0";
    expect_refused("-t: ");
    options.time = "1:2:3:4";
    expect_refused("-t: '1:2:3:4' is no time limit");
    at("local", "serial");
    options.time = "61";
    expect_refused("at most 01:00:00");
}

static void a_saved_time_limit_is_used_and_named(void **state)
{
    (void)state;
    at("hpc2n", "mpi");
    save(&config.time, "20");
    expect_made();
    assert_int_equal(job.time_min, 20);
    options.time = "30";
    expect_made();
    assert_int_equal(job.time_min, 30);
    options.time = NULL;
    save(&config.time, "8-0");
    expect_refused("config.ini:7: 8-0 is longer");
    save(&config.time, "soon");
    expect_refused("config.ini:7: 'soon' is no time limit");
}

static void a_local_site_refuses_what_only_slurm_can_give(void **state)
{
    static const struct {
        const char **value;
        const char *typed, *error;
    } rows[] = {
        {&options.nodes, "2", "-N: '2' is for Slurm, and --site=local has"},
        {&options.mem, "2G", "--mem: '2G' is for Slurm"},
        {&options.partition, "fat", "-p: 'fat' is for Slurm"},
        {&options.constraint, "zen3", "-C: 'zen3' is for Slurm"},
        {&options.reservation, "mine", "--reservation: 'mine' is for Slurm"},
    };
    static struct setting *const saved[] = {
        &config.partition, &config.constraint, &config.reservation};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        at("local", "mpi");
        *rows[i].value = rows[i].typed;
        expect_refused(rows[i].error);
    }
    for (size_t i = 0; i < COUNT(saved); i++) {
        at("local", "mpi");
        save(saved[i], "word");
        expect_refused("config.ini:7: 'word' is for Slurm");
    }
    at("local", "mpi");
    options.nodes = "1";
    expect_made();
}

static void a_partition_is_named_only_where_the_site_takes_one(void **state)
{
    (void)state;
    at("hpc2n", "mpi");
    options.partition = "batch";
    expect_refused("-p: hpc2n chooses the partition itself: leave 'batch' out");
    options.partition = NULL;
    save(&config.partition, "batch");
    expect_refused("config.ini:7: hpc2n chooses the partition itself");
    at("uppmax", "mpi");
    expect_made();
    assert_string_equal(job.partition, "");
    snprintf(site.partition_default, sizeof(site.partition_default), "haswell");
    options.workers = "17";
    expect_made();
    assert_string_equal(job.partition, "haswell");
    assert_int_equal(job.nodes, 0);
    site.partition = SITE_REQUIRED;
    expect_made();
    assert_string_equal(job.partition, "haswell");
    site.partition_default[0] = '\0';
    expect_refused("uppmax demands a partition: give one with -p");
    options.partition = "fat";
    expect_made();
    assert_string_equal(job.partition, "fat");
}

static void settle_text(const char *value, const char *what)
{
    expect_refused(what);
    for (const char *c = err.text; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20)
            fail_msg("'%s' brings a control character into: %s", value,
                     err.text);
    }
}

/* Each would be more than a word to bash or to sbatch. */
static const char *const hostile[] = {"a b",
                                      "a\nb",
                                      "a\n#SBATCH -A x",
                                      "a;id",
                                      "$(id)",
                                      "`id`",
                                      "${IFS}",
                                      "a'b",
                                      "a\"b",
                                      "a\\b",
                                      "a>b",
                                      "a<b",
                                      "-x",
                                      "--wrap=id",
                                      "#x",
                                      "a#b",
                                      "~",
                                      "*",
                                      "a(b",
                                      "\x1b[31mred",
                                      "a\tb",
                                      "a\rb",
                                      "!x",
                                      "Ume\xc3\xa5",
                                      "a,b",
                                      "@NAME@",
                                      "a=b",
                                      "%j",
                                      " "};

static void nothing_typed_becomes_a_command_on_any_site(void **state)
{
    static const char *const names[] = {"hpc2n", "uppmax", "local"};
    static const struct {
        const char **value;
        const char *what;
    } rows[] = {
        {&options.name, "--name: "},
        {&options.partition, "-p: "},
        {&options.constraint, "-C: "},
        {&options.reservation, "--reservation: "},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        for (size_t j = 0; j < COUNT(rows); j++) {
            for (size_t k = 0; k < COUNT(hostile); k++) {
                at(names[i], "mpi");
                *rows[j].value = hostile[k];
                settle_text(hostile[k], rows[j].what);
                assert_non_null(strstr(err.text, "cannot go into a batch"));
            }
        }
        at(names[i], "mpi");
        options.name = "a|b";
        expect_refused("--name: 'a|b' cannot go into a batch script");
        options.name = "a&b";
        expect_refused("--name: 'a&b' cannot go into a batch script");
    }
}

static void saved_texts_have_the_same_rules(void **state)
{
    static struct setting *const saved[] = {
        &config.partition, &config.constraint, &config.reservation};

    (void)state;
    for (size_t i = 0; i < COUNT(saved); i++) {
        for (size_t j = 0; j < COUNT(hostile); j++) {
            at("uppmax", "mpi");
            save(saved[i], hostile[j]);
            settle_text(hostile[j], "cannot go into a batch script");
        }
    }
}

static void hostile_schemes_maths_and_times_are_refused(void **state)
{
    static const char *const maths[] = {"",        "Plain",     "simd ",
                                        "simd;id", "plain\nid", "-h"};
    (void)state;
    for (size_t i = 0; i < COUNT(hostile); i++) {
        at("hpc2n", hostile[i]);
        settle_text(hostile[i], "no scheme called '");
        at("hpc2n", "mpi");
        options.time = hostile[i];
        settle_text(hostile[i], "-t: '");
        options.time = NULL;
        options.mem = hostile[i];
        settle_text(hostile[i], "--mem: '");
        options.mem = NULL;
        options.math = hostile[i];
        expect_refused("--math: '");
    }
    for (size_t i = 0; i < COUNT(maths); i++) {
        at("hpc2n", "mpi");
        options.math = maths[i];
        expect_refused("' is neither plain nor simd");
    }
}

static void a_text_that_is_too_long_is_refused_not_cut(void **state)
{
    static const struct {
        const char **value;
        const char *what;
        const char *taken;
    } rows[] = {
        {&options.name, "--name: the value has more than 199", job.name},
        {&options.partition, "-p: the value has more than", job.partition},
        {&options.constraint, "-C: the value has more than", job.constraint},
        {&options.reservation, "--reservation: the value has", job.reservation},
    };
    char text[201];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    for (size_t i = 0; i < COUNT(rows); i++) {
        at("uppmax", "mpi");
        *rows[i].value = text;
        text[200] = '\0';
        text[199] = 'x';
        expect_refused(rows[i].what);
        text[199] = '\0';
        expect_made();
        assert_string_equal(rows[i].taken, text);
    }
}

static void a_job_needs_a_scheme(void **state)
{
    (void)state;
    at("hpc2n", NULL);
    expect_refused("--scheme is missing");
    at("hpc2n", "openmpi");
    expect_refused("no scheme called 'openmpi'; did you mean openmp?");
    at("hpc2n", "");
    expect_refused("no scheme called ''");
}

static void the_command_runs_the_scheme_as_the_site_starts_it(void **state)
{
    static const struct {
        const char *site, *scheme, *workers, *command;
    } rows[] = {
        {"hpc2n", "serial", NULL,
         "integ2d-serial --grid=10000 --repeat=6 --math=plain"},
        {"hpc2n", "openmp", "4",
         "integ2d-openmp --grid=10000 --repeat=6 --math=plain"},
        {"hpc2n", "mpi", "4",
         "srun integ2d-mpi --grid=10000 --repeat=6 --math=plain"},
        {"local", "mpi", "1",
         "env HWLOC_COMPONENTS=-pci,-linux:pci mpirun -n 1 --mca pml ob1 --mca "
         "btl self,vader integ2d-mpi "
         "--grid=10000 --repeat=6 --math=plain"},
        {"hpc2n", "mpi", "1",
         "env OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader srun integ2d-mpi "
         "--grid=10000 --repeat=6 --math=plain"},
        {"uppmax", "mpi", "4",
         "env OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader srun integ2d-mpi "
         "--grid=10000 --repeat=6 --math=plain"},
        {"uppmax", "mpi", "49",
         "srun integ2d-mpi --grid=10000 --repeat=6 --math=plain"},
        {"hpc2n", "multiprocess", "4",
         "integ2d-multiprocess --grid=10000 --repeat=6 --math=plain"},
        {"hpc2n", "blas", "4",
         "integ2d-blas --grid=3000 --repeat=6 --math=plain"},
        {"hpc2n", "hybrid", "4",
         "srun --cpu-bind=cores integ2d-hybrid -c 1 --grid=10000 --repeat=6 "
         "--math=plain"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        at(rows[i].site, rows[i].scheme);
        options.workers = rows[i].workers;
        expect_made();
        assert_string_equal(job.command, rows[i].command);
    }
    at("local", "mpi");
    options = (struct options){.scheme = "mpi",
                               .workers = "1",
                               .grid = "77",
                               .repeat = "3",
                               .math = "simd"};
    expect_made();
    assert_string_equal(job.command,
                        "env HWLOC_COMPONENTS=-pci,-linux:pci mpirun -n 1 "
                        "--mca pml ob1 --mca btl self,vader "
                        "integ2d-mpi --grid=77 --repeat=3 --math=simd");
}

static void
ranks_have_the_short_start_only_where_they_share_a_node(void **state)
{
    static const struct {
        const char *site, *n, *nodes;
        bool one;
    } rows[] = {
        {"hpc2n", "4", NULL, false}, {"hpc2n", "4", "1", true},
        {"hpc2n", "4", "2", false},  {"hpc2n", NULL, NULL, true},
        {"uppmax", "4", NULL, true}, {"uppmax", "4", "1", true},
        {"uppmax", "4", "2", false}, {"uppmax", "96", NULL, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        at(rows[i].site, "mpi");
        snprintf(site.mpi_one_node, sizeof(site.mpi_one_node), "one");
        options.workers = rows[i].n;
        options.nodes = rows[i].nodes;
        expect_made();
        assert_int_equal(strncmp(job.command, "one integ2d-mpi ", 16) == 0,
                         rows[i].one);
        site.mpi_one_node[0] = '\0';
        expect_made();
        assert_int_equal(strncmp(job.command, "srun integ2d-mpi ", 17), 0);
        options.scheme = "hybrid"; /* has a line of its own */
        expect_made();
        assert_null(strstr(job.command, "one"));
    }
}

static void a_hybrid_job_tells_ranks_and_threads(void **state)
{
    (void)state;
    at("local", "hybrid");
    site.slurm = true; /* so that the cores of this machine do not matter */
    options.workers = "3";
    options.cpus_per_task = "4";
    expect_made();
    assert_string_equal(job.command,
                        "env HWLOC_COMPONENTS=-pci,-linux:pci mpirun -n 3 "
                        "--map-by slot:PE=4 --mca pml ob1 --mca "
                        "btl self,vader integ2d-hybrid -c 4 --grid=10000 "
                        "--repeat=6 --math=plain");
}

static void a_scheme_loads_the_modules_it_needs_after_the_sites(void **state)
{
    (void)state;
    at("hpc2n", "blas");
    expect_made();
    assert_string_equal(job.modules,
                        "GCC/13.2.0 OpenMPI/4.1.6 OpenBLAS/0.3.24");
    at("hpc2n", "openmp");
    expect_made();
    assert_string_equal(job.modules, "GCC/13.2.0 OpenMPI/4.1.6");
    at("hpc2n", "blas");
    site.modules[0] = '\0';
    expect_made();
    assert_string_equal(job.modules, "OpenBLAS/0.3.24");
    at("local", "blas");
    expect_made();
    assert_string_equal(job.modules, "");
}

static void the_numbers_of_the_job_are_filled_in_each_time(void **state)
{
    (void)state;
    at("hpc2n", "mpi");
    options.workers = "12";
    snprintf(site.launch[SCHEME_MPI], sizeof(site.launch[SCHEME_MPI]),
             "run -n @RANKS@ --map=@RANKS@@RANKS@:@THREADS@:@RANKS");
    expect_made();
    assert_string_equal(job.command,
                        "run -n 12 --map=1212:1:@RANKS integ2d-mpi "
                        "--grid=10000 --repeat=6 --math=plain");
    at("hpc2n", "openmp");
    options.workers = "2";
    options.cpus_per_task = "5";
    snprintf(site.launch[SCHEME_THREADS], sizeof(site.launch[SCHEME_THREADS]),
             "run @RANKS@ @THREADS@");
    expect_made();
    assert_int_equal(strncmp(job.command, "run 1 2 integ2d-openmp ", 23), 0);
}

static void each_job_has_a_token_of_its_own(void **state)
{
    char first[JOB_TOKEN + 1];
    char comment[64];

    (void)state;
    at("hpc2n", "mpi");
    expect_made();
    assert_int_equal(strlen(job.token), JOB_TOKEN);
    assert_int_equal(strspn(job.token, "0123456789abcdef"), JOB_TOKEN);
    snprintf(comment, sizeof(comment), "integ2d:%s", job.token);
    assert_string_equal(job.comment, comment);
    snprintf(first, sizeof(first), "%s", job.token);
    expect_made();
    assert_string_not_equal(job.token, first);
}

static void an_account_must_have_the_sites_shape(void **state)
{
    (void)state;
    at("hpc2n", "mpi");
    expect_made();
    assert_int_equal(job_set_account(&job, "hpc2n2026-042", "-A", &err), 0);
    assert_string_equal(job.account, "hpc2n2026-042");
    assert_int_equal(job_set_account(&job, "", "-A", &err), -1);
    assert_non_null(strstr(err.text, "hpc2n needs an account"));
    assert_int_equal(
        job_set_account(&job, "naiss2026-1-2", "config.ini:3", &err), -1);
    assert_non_null(strstr(err.text, "config.ini:3: 'naiss2026-1-2' is no "
                                     "account of hpc2n"));
    at("uppmax", "mpi");
    expect_made();
    assert_int_equal(job_set_account(&job, "naiss2026-1-2", "-A", &err), 0);
    assert_string_equal(job.account, "naiss2026-1-2");
}

/* The site's own expression lets everything pass here. */
static void a_hostile_account_is_refused_whatever_the_site_says(void **state)
{
    (void)state;
    at("hpc2n", "mpi");
    snprintf(site.account_pattern, sizeof(site.account_pattern), ".*");
    expect_made();
    for (size_t i = 0; i < COUNT(hostile); i++) {
        if (job_set_account(&job, hostile[i], "-A", &err) != -1)
            fail_msg("'%s' was taken", hostile[i]);
        assert_non_null(strstr(err.text, "-A: '"));
        assert_null(strchr(err.text, '\n'));
        assert_null(strchr(err.text, '\x1b'));
        assert_string_equal(job.account, "");
    }
}

static void an_account_is_dropped_where_none_is_used(void **state)
{
    char text[300] = "";

    (void)state;
    at("local", "mpi");
    expect_made();
    snprintf(job.account, sizeof(job.account), "old");
    assert_int_equal(job_set_account(&job, "; id", "-A", &err), 0);
    assert_string_equal(job.account, "");
    at("hpc2n", "mpi");
    site.account = SITE_OPTIONAL;
    snprintf(site.account_pattern, sizeof(site.account_pattern), "x*");
    expect_made();
    assert_int_equal(job_set_account(&job, "", "-A", &err), 0);
    assert_string_equal(job.account, "");
    memset(text, 'x', 200);
    assert_int_equal(job_set_account(&job, text, "-A", &err), -1);
    assert_non_null(strstr(err.text, "-A: the value has more than 199"));
    text[199] = '\0';
    assert_int_equal(job_set_account(&job, text, "-A", &err), 0);
    assert_string_equal(job.account, text);
}

/* The script's lines that say something to Slurm or bash. */
static void expect_lines(const char *expected)
{
    char lines[4000] = "";
    char *script = NULL;
    char *rest = NULL;

    if (job_script(&job, source_path("jobs"), "/opt/my programs/bin", &script,
                   &err) != 0)
        fail_msg("%s", err.text);
    for (char *line = strtok_r(script, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        size_t used = strlen(lines);

        if (line[0] != '#' || strncmp(line, "#SBATCH ", 8) == 0)
            snprintf(lines + used, sizeof(lines) - used, "%s\n", line);
    }
    free(script);
    assert_string_equal(lines, expected);
}

#define FILES                                                                  \
    "#SBATCH -o output_%%j.out\n"                                              \
    "#SBATCH -e error_%%j.err\n"                                               \
    "#SBATCH --open-mode=append\n"                                             \
    "ml purge > /dev/null 2>&1\n"
#define CORES "export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK\n"
#define RECORD "export INTEG2D_RECORD=$PWD\n"
#define TRAPS                                                                  \
    "trap 'echo $? ${SLURM_RESTART_COUNT:-0} > exit_$SLURM_JOB_ID' EXIT\n"     \
    "trap 'exit 143' TERM\n"
#define MODULE "integ2d/" INTEG2D_VERSION "\n"

/* Where the site loses comments. */
static void the_name_has_the_token_where_comments_are_stripped(void **state)
{
    char expected[200];

    (void)state;
    at("hpc2n", "mpi");
    site.no_comments = true;
    options.name = "try";
    expect_made();
    snprintf(expected, sizeof(expected), "try-%s", job.token);
    assert_string_equal(job.name, expected);
    site.no_comments = false;
    expect_made();
    assert_string_equal(job.name, "try");
}

static void the_hpc2n_script_asks_for_what_the_job_does(void **state)
{
    char expected[2000];

    (void)state;
    at("hpc2n", "mpi");
    options.workers = "8";
    options.cpus_per_task = "2";
    options.nodes = "2";
    options.mem = "2G";
    options.time = "90";
    options.constraint = "zen3|zen4";
    options.reservation = "course";
    options.name = "try-1";
    expect_made();
    assert_int_equal(job_set_account(&job, "hpc2n2026-042", "-A", &err), 0);
    snprintf(
        expected, sizeof(expected),
        "#SBATCH -A hpc2n2026-042\n#SBATCH -J try-1\n"
        "#SBATCH -t 01:30:00\n#SBATCH -n 8\n#SBATCH -c 2\n"
        "#SBATCH -N 2\n#SBATCH --mem=2048M\n#SBATCH -C 'zen3|zen4'\n"
        "#SBATCH --reservation=course\n#SBATCH --comment=integ2d:%s\n" FILES
        "ml GCC/13.2.0 OpenMPI/4.1.6 " MODULE CORES RECORD TRAPS
        "srun integ2d-mpi --grid=10000 --repeat=6 --math=plain\n",
        job.token);
    expect_lines(expected);
}

static void the_uppmax_script_asks_for_what_the_job_does(void **state)
{
    char expected[2000];

    (void)state;
    at("uppmax", "openmp");
    options.workers = "4";
    options.partition = "fat";
    expect_made();
    assert_int_equal(job_set_account(&job, "uppmax2026-1-2", "-A", &err), 0);
    snprintf(expected, sizeof(expected),
             "#SBATCH -A uppmax2026-1-2\n#SBATCH -J integ2d-openmp\n"
             "#SBATCH -t 00:05:00\n#SBATCH -p fat\n#SBATCH -n 1\n"
             "#SBATCH -c 4\n#SBATCH --threads-per-core=1\n#SBATCH -N 1\n"
             "#SBATCH --comment=integ2d:%s\n" FILES
             "ml OpenMPI/4.1.6-GCC-13.2.0 " MODULE CORES
             "export OMP_NUM_THREADS=4\n" RECORD TRAPS
             "integ2d-openmp --grid=10000 --repeat=6 --math=plain\n",
             job.token);
    expect_lines(expected);
}

static void a_hybrid_script_tells_the_threads_of_a_rank(void **state)
{
    char expected[2000];

    (void)state;
    at("uppmax", "hybrid");
    options.workers = "2";
    options.cpus_per_task = "3";
    expect_made();
    assert_int_equal(job_set_account(&job, "uppmax2026-1-2", "-A", &err), 0);
    snprintf(expected, sizeof(expected),
             "#SBATCH -A uppmax2026-1-2\n#SBATCH -J integ2d-hybrid\n"
             "#SBATCH -t 00:05:00\n#SBATCH -n 2\n"
             "#SBATCH -c 3\n#SBATCH --threads-per-core=1\n#SBATCH -N 1\n"
             "#SBATCH --comment=integ2d:%s\n" FILES
             "ml OpenMPI/4.1.6-GCC-13.2.0 " MODULE CORES
             "export OMP_NUM_THREADS=3\n" RECORD TRAPS
             "srun --cpu-bind=cores integ2d-hybrid -c 3 --grid=10000 "
             "--repeat=6 --math=plain\n",
             job.token);
    expect_lines(expected);
}

static void the_script_of_a_scheme_loads_its_modules(void **state)
{
    char expected[2000];

    (void)state;
    at("hpc2n", "blas");
    options.workers = "2";
    expect_made();
    assert_int_equal(job_set_account(&job, "hpc2n2026-042", "-A", &err), 0);
    snprintf(expected, sizeof(expected),
             "#SBATCH -A hpc2n2026-042\n#SBATCH -J integ2d-blas\n"
             "#SBATCH -t 00:05:00\n#SBATCH -n 1\n#SBATCH -c 2\n"
             "#SBATCH --comment=integ2d:%s\n" FILES
             "ml GCC/13.2.0 OpenMPI/4.1.6 OpenBLAS/0.3.24 " MODULE CORES
             "export OMP_NUM_THREADS=2\n" RECORD TRAPS
             "integ2d-blas --grid=3000 --repeat=6 --math=plain\n",
             job.token);
    expect_lines(expected);
}

static void the_local_script_runs_the_programs_of_this_toolkit(void **state)
{
    (void)state;
    at("local", "openmp");
    options.workers = "1";
    expect_made();
    expect_lines("export PATH=\"/opt/my programs/bin:$PATH\"\n"
                 "export OMP_NUM_THREADS=1\n" RECORD
                 "integ2d-openmp --grid=10000 --repeat=6 --math=plain\n");
    at("local", "serial");
    expect_made();
    expect_lines("export PATH=\"/opt/my programs/bin:$PATH\"\n" RECORD
                 "integ2d-serial --grid=10000 --repeat=6 --math=plain\n");
}

static void expect_no_script(const char *templates, const char *bin_dir,
                             const char *part)
{
    char *script = folder; /* not NULL, to see it become NULL */

    err = (struct error){""};
    assert_int_equal(job_script(&job, templates, bin_dir, &script, &err), -1);
    assert_null(script);
    if (strstr(err.text, part) == NULL)
        fail_msg("expected '%s', got: %s", part, err.text);
}

/* A template with every line of hpc2n's but those that have `without`. */
static void put_template(const char *without)
{
    char text[8000] = "";
    char line[512];
    FILE *file = fopen(source_path("jobs/hpc2n.sbatch.in"), "r");

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        size_t used = strlen(text);

        if (strstr(line, without) == NULL)
            snprintf(text + used, sizeof(text) - used, "%s", line);
    }
    fclose(file);
    snprintf(path, sizeof(path), "%s/hpc2n.sbatch.in", folder);
    put(text, strlen(text));
}

static void a_template_that_would_lose_a_request_is_refused(void **state)
{
    static const struct {
        const char *key, *what;
    } rows[] = {
        {"@ACCOUNT@", "-A"},
        {"@NAME@", "--name"},
        {"@TIME@", "-t"},
        {"@TASKS@", "-n"},
        {"@CPUS_PER_TASK@", "-c"},
        {"@NODES?@", "-N"},
        {"@MEM?@", "--mem"},
        {"@CONSTRAINT?@", "-C"},
        {"@COMMENT@", "the comment"},
        {"@RESERVATION?@", "--reservation"},
        {"@THREADS?@", "-n"},
    };

    (void)state;
    at("hpc2n", "openmp");
    options.nodes = "1";
    options.mem = "1G";
    options.constraint = "zen3";
    options.reservation = "course";
    expect_made();
    assert_int_equal(job_set_account(&job, "hpc2n2026-042", "-A", &err), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        put_template(rows[i].key);
        expect_no_script(folder, "/bin", rows[i].what);
    }
}

static void
a_template_without_a_key_serves_jobs_that_do_not_need_it(void **state)
{
    char *script = NULL;

    (void)state;
    at("hpc2n", "mpi");
    expect_made();
    assert_int_equal(job_set_account(&job, "hpc2n2026-042", "-A", &err), 0);
    put_template("CONSTRAINT");
    if (job_script(&job, folder, "/bin", &script, &err) != 0)
        fail_msg("%s", err.text);
    assert_null(strstr(script, "-C"));
    free(script);
    snprintf(job.constraint, sizeof(job.constraint), "zen3");
    expect_no_script(folder, "/bin", "-C");
}

static void what_the_site_brings_is_checked_for_the_script_too(void **state)
{
    const char *templates = source_path("jobs");

    (void)state;
    at("hpc2n", "mpi");
    snprintf(site.launch[SCHEME_MPI], sizeof(site.launch[SCHEME_MPI]),
             "srun; id;");
    options.workers = "2";
    expect_made();
    assert_int_equal(job_set_account(&job, "hpc2n2026-042", "-A", &err), 0);
    expect_no_script(templates, "/bin", "[launch]: 'srun; id; ");
    at("hpc2n", "mpi");
    snprintf(site.modules, sizeof(site.modules), "GCC; id");
    expect_refused("[modules]: 'GCC; id'");
    at("hpc2n", "blas");
    snprintf(site.extras[0].modules, sizeof(site.extras[0].modules), "a; id");
    expect_refused("[modules]: 'GCC/13.2.0 OpenMPI/4.1.6 a; id'");
    at("local", "serial");
    expect_made();
    templates = source_path("jobs");
    expect_no_script(templates, "/opt/$(id)", "the folder of the programs: ");
    expect_no_script(templates, "/opt\"", "the folder of the programs: ");
}

static void a_template_that_is_not_there_is_named(void **state)
{
    char long_path[5000];
    char *script = NULL;

    (void)state;
    at("hpc2n", "mpi");
    expect_made();
    expect_no_script(folder, "/bin", "/hpc2n.sbatch.in: cannot be opened");
    memset(long_path, 'x', sizeof(long_path) - 1);
    long_path[sizeof(long_path) - 1] = '\0';
    assert_int_equal(job_script(&job, long_path, "/bin", &script, &err), -1);
    assert_null(script);
    assert_non_null(strstr(err.text, "the path of the templates is too long"));
}

static void a_script_without_an_account_is_not_written(void **state)
{
    (void)state;
    at("hpc2n", "mpi");
    expect_made();
    expect_no_script(source_path("jobs"), "/bin",
                     "@ACCOUNT@ must have a value and has none; give -A");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_kind_of_scheme_asks_for_its_own_resources),
        TEST(workers_that_contradict_the_rest_are_refused),
        TEST(what_is_not_given_has_a_value_of_its_own),
        TEST(some_schemes_have_a_grid_of_their_own),
        TEST(a_scheme_without_a_fast_row_refuses_one),
        TEST(a_mode_is_for_the_scheme_that_has_some),
        TEST(the_placement_is_shown_by_all_who_know_it),
        TEST(what_is_given_is_taken),
        TEST(numbers_out_of_range_are_refused_by_name),
        TEST(what_no_node_of_the_site_can_hold_is_refused),
        TEST(saved_settings_limit_the_cores_as_typed_ones_do),
        TEST(a_site_without_node_types_limits_nothing),
        TEST(a_job_that_fits_one_node_is_pinned_where_the_site_says),
        TEST(a_local_job_gets_the_cores_this_process_may_use),
        TEST(the_time_limit_is_the_sites_at_most),
        TEST(a_saved_time_limit_is_used_and_named),
        TEST(a_local_site_refuses_what_only_slurm_can_give),
        TEST(a_partition_is_named_only_where_the_site_takes_one),
        TEST(nothing_typed_becomes_a_command_on_any_site),
        TEST(saved_texts_have_the_same_rules),
        TEST(hostile_schemes_maths_and_times_are_refused),
        TEST(a_text_that_is_too_long_is_refused_not_cut),
        TEST(a_job_needs_a_scheme),
        TEST(the_command_runs_the_scheme_as_the_site_starts_it),
        TEST(ranks_have_the_short_start_only_where_they_share_a_node),
        TEST(a_hybrid_job_tells_ranks_and_threads),
        TEST(a_scheme_loads_the_modules_it_needs_after_the_sites),
        TEST(the_numbers_of_the_job_are_filled_in_each_time),
        TEST(each_job_has_a_token_of_its_own),
        TEST(an_account_must_have_the_sites_shape),
        TEST(a_hostile_account_is_refused_whatever_the_site_says),
        TEST(an_account_is_dropped_where_none_is_used),
        TEST(the_name_has_the_token_where_comments_are_stripped),
        TEST(the_hpc2n_script_asks_for_what_the_job_does),
        TEST(the_uppmax_script_asks_for_what_the_job_does),
        TEST(a_hybrid_script_tells_the_threads_of_a_rank),
        TEST(the_script_of_a_scheme_loads_its_modules),
        TEST(the_local_script_runs_the_programs_of_this_toolkit),
        TEST(a_template_that_would_lose_a_request_is_refused),
        TEST(a_template_without_a_key_serves_jobs_that_do_not_need_it),
        TEST(what_the_site_brings_is_checked_for_the_script_too),
        TEST(a_template_that_is_not_there_is_named),
        TEST(a_script_without_an_account_is_not_written),
    };

    return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
