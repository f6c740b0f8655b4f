/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "file.h"
#include "site.h"
#include "site_file.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char good[] = "[site]\n"                        /* 1 */
                           "title = Example, Sisu\n"         /* 2 */
                           "status = active\n"               /* 3 */
                           "as_of = 2026-11\n"               /* 4 */
                           "source = a page\n"               /* 5 */
                           "scheduler = slurm\n"             /* 6 */
                           "login_hosts = ^login[1-4]\\.s\n" /* 7 */
                           "[account]\n"                     /* 8 */
                           "use = required\n"                /* 9 */
                           "pattern = ^p[0-9]+$\n"           /* 10 */
                           "example = pNNN\n"                /* 11 */
                           "[partition]\n"                   /* 12 */
                           "use = optional\n"                /* 13 */
                           "[limits]\n"                      /* 14 */
                           "default_min = 5\n"               /* 15 */
                           "longest_min = 60\n"              /* 16 */
                           "node_types = a:4 b:16 c-x:8\n"   /* 17 */
                           "cpu_unit = thread\n"             /* 18 */
                           "one_node = yes\n"                /* 19 */
                           "[modules]\n"                     /* 20 */
                           "load = GCC/13 OpenMPI/4\n"       /* 21 */
                           "[launch]\n"                      /* 22 */
                           "serial =\n"                      /* 23 */
                           "threads =\n"                     /* 24 */
                           "mpi = srun -n @RANKS@\n"         /* 25 */
                           "hybrid = srun -c @THREADS@\n";   /* 26 */

/* The test's own folder of site files. */
static char folder[64];

static int enter(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/integ2d-site.XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int leave(void **state)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    (void)state;
    if (dir == NULL)
        return -1;
    while ((entry = readdir(dir)) != NULL)
        unlinkat(dirfd(dir), entry->d_name,
                 entry->d_type == DT_DIR && entry->d_name[0] != '.'
                     ? AT_REMOVEDIR
                     : 0);
    closedir(dir);
    return rmdir(folder);
}

static void put(const char *name, const char *text, size_t size)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* The good file with the first `from` replaced by `to`, as t.ini. */
static void put_changed(const char *from, const char *to)
{
    char text[2000];
    const char *at = strstr(good, from);

    assert_non_null(at);
    snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, to,
             at + strlen(from));
    put("t.ini", text, strlen(text));
}

static const char *source_folder(const char *name)
{
    static char path[4096];
    const char *root = getenv("INTEG2D_SOURCE");

    snprintf(path, sizeof(path), "%s/%s", root == NULL ? "." : root, name);
    return path;
}

static void expect_error(const char *name, const char *part)
{
    struct error err = {""};
    struct site site;

    assert_int_equal(site_load(folder, name, &site, &err), -1);
    if (strstr(err.text, part) == NULL)
        fail_msg("expected '%s', got: %s", part, err.text);
}

static void every_key_reaches_its_member(void **state)
{
    struct error err = {""};
    struct site site;

    (void)state;
    put("t.ini", good, strlen(good));
    if (site_load(folder, "t", &site, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(site.name, "t");
    assert_string_equal(site.title, "Example, Sisu");
    assert_false(site.retired);
    assert_string_equal(site.successor, "");
    assert_string_equal(site.as_of, "2026-11");
    assert_string_equal(site.source, "a page");
    assert_true(site.slurm);
    assert_string_equal(site.login_hosts, "^login[1-4]\\.s");
    assert_int_equal(site.account, SITE_REQUIRED);
    assert_string_equal(site.account_pattern, "^p[0-9]+$");
    assert_string_equal(site.account_example, "pNNN");
    assert_int_equal(site.partition, SITE_OPTIONAL);
    assert_string_equal(site.partition_default, "");
    assert_int_equal(site.default_min, 5);
    assert_int_equal(site.longest_min, 60);
    assert_int_equal(site.type_count, 3);
    assert_string_equal(site.types[2].name, "c-x");
    assert_int_equal(site.types[2].cores, 8);
    assert_true(site.cpu_is_thread);
    assert_true(site.one_node);
    assert_string_equal(site.modules, "GCC/13 OpenMPI/4");
    assert_string_equal(site.launch[SCHEME_SERIAL], "");
    assert_string_equal(site.launch[SCHEME_THREADS], "");
    assert_string_equal(site.launch[SCHEME_MPI], "srun -n @RANKS@");
    assert_string_equal(site.launch[SCHEME_HYBRID], "srun -c @THREADS@");
    assert_string_equal(site.mpi_one_node, "");
    assert_string_equal(site_extra_modules(&site, "blas"), "");
    assert_int_equal(site_check_active(&site, &err), 0);
}

static void a_scheme_may_have_modules_and_mpi_a_line_of_its_own(void **state)
{
    struct error err = {""};
    struct site site;

    (void)state;
    put_changed("[launch]\n", "julia = Julia/1\nblas = A/1-B C+2\njit =\n"
                              "[launch]\nmpi_one_node = mpirun -n @RANKS@\n");
    if (site_load(folder, "t", &site, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(site.modules, "GCC/13 OpenMPI/4");
    assert_string_equal(site_extra_modules(&site, "blas"), "A/1-B C+2");
    assert_string_equal(site_extra_modules(&site, "julia"), "Julia/1");
    assert_string_equal(site_extra_modules(&site, "jit"), "");
    assert_string_equal(site_extra_modules(&site, "mpi"), "");
    assert_string_equal(site.mpi_one_node, "mpirun -n @RANKS@");
    assert_string_equal(site.launch[SCHEME_MPI], "srun -n @RANKS@");
}

/* A change to the good file, and what must be said of it. */
static const struct {
    const char *from, *to;
    const char *error;
} bad_lines[] = {
    {"status = active", "status = on",
     "t.ini:3: [site] status: 'on' is not allowed; expected: active or "
     "retired"},
    {"status = active", "status = ac", "'ac' is not allowed"},
    {"status = active", "status = active or retired", "is not allowed"},
    {"scheduler = slurm", "scheduler = pbs", ":6: [site] scheduler: 'pbs'"},
    {"as_of = 2026-11", "as_of = 2026-13", "YYYY-MM"},
    {"as_of = 2026-11", "as_of = November", "YYYY-MM"},
    {"as_of = 2026-11", "as_of = 2026-00", "YYYY-MM"},
    {"as_of = 2026-11", "as_of = 2026-1", "YYYY-MM"},
    {"as_of = 2026-11", "as_of = 2026-+1", "YYYY-MM"},
    {"as_of = 2026-11", "as_of = 1926-11", "YYYY-MM"},
    {"as_of = 2026-11", "as_of = 2026/11", "YYYY-MM"},
    {"source = a page", "source = \xc3\xa5", "plain ASCII"},
    {"as_of", "asof",
     "t.ini:4: there is no key 'asof' in [site]; did you "
     "mean as_of?"},
    {"as_of", "colour", "there is no key 'colour' in [site] (site/"},
    {"as_of = 2026-11", "as_of = 2026-11\nas_of = 2026-11",
     ":5: [site] as_of: the key is in this file twice"},
    {"as_of = 2026-11", "as_of =\nas_of = 2026-11", ":5: [site] as_of: "},
    {"[limits]", "[limit]", "t.ini:14: there is no section [limit]"},
    {"[limits]", "[account]",
     ":14: the section [account] is in this file "
     "twice"},
    {"[limits]", "[more]\n[limits]", ":14: there is no section [more]"},
    {"[site]\n", "", ":1: a key before the first [section]"},
    {"[launch]", "[launch", ":22: a section is one word"},
    {"use = required", "use = maybe", ":9: [account] use: 'maybe'"},
    {"pattern = ^p[0-9]+$", "pattern = ^p[0-9+$",
     ":10: [account] pattern: '^p[0-9+$' is no regular expression"},
    {"login_hosts = ^login", "login_hosts = (", "no regular expression"},
    {"pattern = ^p[0-9]+$\n", "", "[account] pattern and example are"},
    {"example = pNNN\n", "", "[account] pattern and example are"},
    {"example = pNNN", "example = p\"NNN", ":11: [account] example"},
    {"default_min = 5", "default_min = 0", ":15: [limits] default_min: 0"},
    {"default_min = 5", "default_min = 5:00", "'5:00' is not a whole"},
    {"default_min = 5", "default_min = 61", "more than longest_min"},
    {"longest_min = 60", "longest_min = 99999999999", "out of range"},
    {"longest_min = 60", "longest_min = 60 x", "not a whole number"},
    {"a:4", "a", ":17: [limits] node_types: 'a' is not allowed"},
    {"a:4", "a:", "'' is not a whole number"},
    {"a:4", "a:0", "out of range"},
    {"a:4", "a:4:4", "'4:4' is not a whole number"},
    {"a:4", ":4", "'' is not allowed"},
    {"a:4", "a;:4", "'a;' is not allowed"},
    {"a:4", "-a:4", "'-a' is not allowed"},
    {"a:4", "b:4", "the node type b is there twice"},
    {"a:4",
     "1:1 2:1 3:1 4:1 5:1 6:1 7:1 8:1 9:1 10:1 11:1 12:1 13:1 14:1 "
     "15:1",
     "more than 16 node types"},
    {"a:4", "a123456789a123456789a123456789a123456789:4", "is not allowed"},
    {"use = optional", "use = forbidden\ndefault = x",
     "[partition] default cannot be set"},
    {"scheduler = slurm", "scheduler = none",
     "must be forbidden where scheduler = none"},
    {"status = active", "status = retired", "[site] successor is missing"},
    {"status = active", "status = retired\nsuccessor = t",
     "names the site itself"},
    {"status = active", "status = active\nsuccessor = u",
     "belongs to a retired site only"},
    {"status = active", "status = active\nsuccessor = ../u",
     "[site] successor: '../u'"},
    {"mpi = srun -n @RANKS@", "mpi =",
     "t.ini:26: the file ends here without a value for mpi in [launch]"},
    {"mpi = srun -n @RANKS@\n", "", ":25: the file ends here"},
    {"hybrid = srun -c @THREADS@", "hybrid =",
     "t.ini:26: the file ends here without a value for hybrid in [launch]"},
    {"hybrid = srun -c @THREADS@", "hybrid = srun -c @WORKERS@",
     ":26: [launch] hybrid: 'srun -c @WORKERS@' is not allowed"},
    {"mpi = srun", "mpi_one_nod = srun\nmpi = srun",
     "there is no key 'mpi_one_nod' in [launch]; did you mean mpi_one_node?"},
    {"load = GCC/13 OpenMPI/4", "blsa = OpenBLAS/3",
     ":21: there is no key 'blsa' in [modules]; did you mean blas?"},
    {"load = GCC/13 OpenMPI/4", "cobol = COBOL/3",
     ":21: there is no key 'cobol' in [modules] (site/"},
    {"load = GCC/13 OpenMPI/4", "blas = OpenBLAS/3\nblas = OpenBLAS/4",
     ":22: [modules] blas: the key is in this file twice"},
    {"load = GCC/13 OpenMPI/4", "blas =\nblas = OpenBLAS/4", ":22: [modules] "},
    {"serial =", "blas = OpenBLAS", ":23: there is no key 'blas' in [launch]"},
    {"default_min = 5", "mpi = 5", ":15: there is no key 'mpi' in [limits]"},
    {"mpi = srun -n @RANKS@", "mpi", ":25: this is neither"},
    {"mpi = srun -n @RANKS@", "mpi = srun\n -n 4",
     ":26: the line starts with a blank"},
    {"title = Example", "title = \x1b[31m", ":2: the byte \\x1b"},
    {"title = Example", "title = \xe5", ":2: the byte \\xe5"},
    {"title = Example, Sisu", "title =", "without a value for title"},
};

static void a_bad_line_is_named_with_file_line_and_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad_lines); i++) {
        put_changed(bad_lines[i].from, bad_lines[i].to);
        expect_error("t", bad_lines[i].error);
        expect_error("t", "t.ini:");
    }
}

static void no_key_that_reaches_a_script_takes_more_than_words(void **state)
{
    static const char *const keys[][2] = {
        {"load = GCC/13 OpenMPI/4", "load = GCC"},
        {"load = GCC/13 OpenMPI/4", "blas = OpenBLAS"},
        {"mpi = srun -n @RANKS@", "mpi = srun"},
        {"serial =", "mpi_one_node = srun"},
        {"hybrid = srun -c @THREADS@", "hybrid = srun"},
        {"serial =", "serial = srun"},
        {"threads =", "threads = srun"},
        {"use = optional", "use = optional\ndefault = main"},
        {"login_hosts = ^login[1-4]\\.s", "monitor = seff"},
        {"example = pNNN", "example = pNNN"},
    };
    static const char *const tails[] = {
        "$(id)", "`id`", ";id", "|id", "&id",      ">x",   "<x",       "'x",
        "\"x",   "\\x",  "*",   "?x",  "(x)",      "{x}",  "!x",       "~x",
        "%x",    "#x",   "@X@", "@",   "@WORKERS", "\t-x", "\xc3\xa5",
    };
    char line[200];

    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct error err;
        struct site site;

        put_changed(keys[i][0], keys[i][1]);
        assert_int_equal(site_load(folder, "t", &site, &err), 0);
        for (size_t j = 0; j < COUNT(tails); j++) {
            snprintf(line, sizeof(line), "%s%s", keys[i][1], tails[j]);
            put_changed(keys[i][0], line);
            expect_error("t", "is not allowed; expected: ");
        }
    }
    put_changed("load = GCC/13", "load = -GCC/13");
    expect_error("t", "is not allowed");
    put_changed("load = GCC/13 OpenMPI/4", "blas = x -OpenBLAS");
    expect_error("t", ":21: [modules] blas: 'x -OpenBLAS' is not allowed");
    put_changed("mpi = srun", "mpi = -srun");
    expect_error("t", "is not allowed");
    put_changed("use = optional", "use = optional\ndefault = -p");
    expect_error("t", "is not allowed");
    put_changed("load = GCC/13 OpenMPI/4", "load = GCC/13 -x");
    expect_error("t", "is not allowed");
    put_changed("load = GCC/13 OpenMPI/4", "load = GCC/13  OpenMPI/4");
    expect_error("t", "is not allowed");
    put_changed("mpi = srun -n @RANKS@", "mpi = srun  -n @RANKS@");
    expect_error("t", "is not allowed");
    put_changed("mpi = srun -n @RANKS@", "mpi = @RANKS@ srun");
    expect_error("t", "is not allowed");
    put_changed("mpi = srun -n @RANKS@", "mpi = @THREADS@ srun");
    expect_error("t", "is not allowed");
}

static void a_launch_command_may_be_a_path_and_count_twice(void **state)
{
    static const char *const values[] = {
        "/opt/mpi/bin/mpirun -n @RANKS@ --map-by=ppr:@RANKS@:node",
        "./start,@RANKS@@RANKS@",
        "mpirun -n @RANKS@ --map-by slot:PE=@THREADS@@RANKS@",
        "env OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader srun",
        "_start+1",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        char line[200];
        struct error err = {""};
        struct site site;

        snprintf(line, sizeof(line), "mpi = %s", values[i]);
        put_changed("mpi = srun -n @RANKS@", line);
        if (site_load(folder, "t", &site, &err) != 0)
            fail_msg("%s", err.text);
        assert_string_equal(site.launch[SCHEME_MPI], values[i]);
    }
}

/* Every file the toolkit brings is loaded, and cut off behind every byte. */
static void a_half_written_site_file_never_loads(void **state)
{
    static const char *const names[] = {"hpc2n", "uppmax", "local", "rackham"};

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char path[5000];
        char *text = NULL;
        size_t size;
        struct error err = {""};
        struct site site;

        snprintf(path, sizeof(path), "%s/%s.ini", source_folder("site"),
                 names[i]);
        assert_int_equal(file_read(path, FILE_TEXT_MAX, &text, &size, &err), 0);
        put("t.ini", text, size);
        if (site_load(folder, "t", &site, &err) != 0)
            fail_msg("%s", err.text);
        for (size_t length = 0; length < size; length++) {
            put("t.ini", text, length);
            if (site_load(folder, "t", &site, &err) == 0)
                fail_msg("%s: %zu bytes were enough", names[i], length);
            assert_non_null(strstr(err.text, "t.ini:"));
        }
        free(text);
    }
}

static void hostile_files_are_refused_and_never_waited_for(void **state)
{
    char path[128];
    char *zeros = calloc(1, FILE_TEXT_MAX + 1);

    (void)state;
    assert_non_null(zeros);
    put("t.ini", "", 0);
    expect_error("t", "t.ini:1: the file ends here without");
    put("t.ini",
        "\x7f"
        "ELF\x02\x01\x01\0\0",
        9);
    expect_error("t", "t.ini: this is no text file");
    put("t.ini", zeros, FILE_TEXT_MAX + 1);
    expect_error("t", "too long");
    memset(zeros, 'x', FILE_TEXT_MAX);
    put("t.ini", zeros, FILE_TEXT_MAX);
    expect_error("t", "t.ini:1: the line has 65536 bytes");
    free(zeros);
    snprintf(path, sizeof(path), "%s/t.ini", folder);
    unlink(path);
    assert_int_equal(mkfifo(path, 0666), 0);
    expect_error("t", "named pipe");
    unlink(path);
    assert_int_equal(mkdir(path, 0777), 0);
    expect_error("t", "this is a folder");
    rmdir(path);
    assert_int_equal(symlink("/nonexistent", path), 0);
    expect_error("t", "t.ini: cannot be opened: No such file");
}

/* root may read everything, so the test does not stay root. */
static void an_unreadable_site_file_is_named(void **state)
{
    uid_t user = geteuid();
    struct error err = {""};
    struct site site;
    char path[128];
    int rc;

    (void)state;
    put("t.ini", good, strlen(good));
    snprintf(path, sizeof(path), "%s/t.ini", folder);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod(path, 0), 0);
    if (user == 0)
        assert_int_equal(seteuid(65534), 0);
    rc = site_load(folder, "t", &site, &err);
    assert_int_equal(seteuid(user), 0);
    assert_int_equal(rc, -1);
    assert_non_null(strstr(err.text, "t.ini: cannot be opened: Permission"));
}

static void
an_unknown_site_is_told_the_nearest_and_the_active_ones(void **state)
{
    static const struct {
        const char *name;
        const char *error;
    } rows[] = {
        {"hpc2m", "no site called 'hpc2m'; did you mean hpc2n? (sites: "
                  "hpc2n, local, uppmax)"},
        {"HPC2N", "did you mean hpc2n?"},
        {"rackam", "did you mean rackham? (sites: hpc2n, local, uppmax)"},
        {"dardel", "no site called 'dardel' (sites: hpc2n, local, uppmax)"},
        {"example", "no site called 'example'"},
        {"", "no site called ''"},
        {"../site/hpc2n", "no site called '../site/hpc2n'"},
        {"./hpc2n", "no site called './hpc2n'"},
        {"hpc2n.ini", "no site called 'hpc2n.ini'"},
        {"hpc2n\n", "no site called 'hpc2n\\x0a'"},
        {"/etc/passwd", "no site called"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = {""};
        struct site site;

        assert_int_equal(
            site_load(source_folder("site"), rows[i].name, &site, &err), -1);
        if (strstr(err.text, rows[i].error) == NULL)
            fail_msg("'%s' gave %s", rows[i].name, err.text);
    }
}

static void the_list_has_sites_only_and_in_order(void **state)
{
    static const char *const files[] = {
        "b.ini",     "a.ini",  "example.ini",
        "A.ini",     "c.txt",  ".ini",
        "d_.ini",    "e.ini~", "a123456789a123456789a123456789ab.ini",
        "f.ini.ini",
    };
    char names[SITE_LIST][32];
    char name[32];
    struct error err = {""};
    int count = -1;

    (void)state;
    for (size_t i = 0; i < COUNT(files); i++)
        put(files[i], "", 0);
    assert_int_equal(site_list(folder, names, &count, &err), 0);
    assert_int_equal(count, 2);
    assert_string_equal(names[0], "a");
    assert_string_equal(names[1], "b");
    for (int i = 0; i < SITE_LIST; i++) {
        snprintf(name, sizeof(name), "s%d.ini", i);
        put(name, "", 0);
    }
    assert_int_equal(site_list(folder, names, &count, &err), -1);
    assert_non_null(strstr(err.text, "more than 64 site files"));
    assert_int_equal(site_list("/nonexistent", names, &count, &err), -1);
    assert_non_null(strstr(err.text, "/nonexistent: the folder of the site"));
}

static void a_retired_site_loads_and_names_its_successor(void **state)
{
    static const char *const names[] = {"rackham", "snowy"};

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct error err = {""};
        struct site site;
        struct site next;

        assert_int_equal(
            site_load(source_folder("site"), names[i], &site, &err), 0);
        assert_int_equal(site_check_active(&site, &err), -1);
        assert_int_equal(strncmp(err.text, names[i], strlen(names[i])), 0);
        assert_non_null(strstr(err.text, " was shut down (UPPMAX, "));
        assert_non_null(strstr(err.text, "; use --site=uppmax"));
        assert_int_equal(
            site_load(source_folder("site"), site.successor, &next, &err), 0);
        assert_int_equal(site_check_active(&next, &err), 0);
    }
}

/* Fills *host's site as site_find_host sees it; NULL = none. */
static void expect_found(const char *where, const char *host, const char *lab,
                         const char *name, const char *said)
{
    struct error err = {""};
    struct site site;
    char source[200] = "";
    int rc =
        site_find_host(where, host, lab, &site, source, sizeof(source), &err);

    if (name == NULL) {
        assert_int_equal(rc, -1);
        if (strstr(err.text, said) == NULL)
            fail_msg("%s gave %s", host, err.text);
        return;
    }
    if (rc != 0)
        fail_msg("%s: %s", host, err.text);
    assert_string_equal(site.name, name);
    assert_string_equal(source, said);
}

static void the_login_host_decides_and_then_the_lab(void **state)
{
    const char *sites = source_folder("site");
    const char *kebnekaise = "b-an01.hpc2n.umu.se";

    (void)state;
    expect_found(sites, kebnekaise, NULL, "hpc2n",
                 "login host b-an01.hpc2n.umu.se");
    expect_found(sites, "pelle4.uppmax.uu.se", "", "uppmax",
                 "login host pelle4.uppmax.uu.se");
    expect_found(sites, kebnekaise, "uppmax", "hpc2n",
                 "login host b-an01.hpc2n.umu.se");
    expect_found(sites, "laptop", "uppmax", "uppmax", "INTEG2D_LAB_SITE");
    expect_found(sites, "laptop", NULL, NULL,
                 "this machine, laptop, is no site's login node; say which "
                 "site with --site=NAME (sites: hpc2n, local, uppmax)");
    expect_found(sites, "xb-an01.hpc2n.umu.se", NULL, NULL, "no site's");
    expect_found(sites, "b-an05.hpc2n.umu.se", NULL, NULL, "no site's");
    expect_found(sites, "b-an01", NULL, NULL, "no site's");
    expect_found(sites, "pelle1xuppmax", NULL, NULL, "no site's");
    expect_found(sites, "", NULL, NULL, "no site's");
    expect_found(sites, "laptop", "hpc2m", NULL,
                 "INTEG2D_LAB_SITE: no site called 'hpc2m'; did you mean "
                 "hpc2n?");
    expect_found(sites, "laptop", "../../x", NULL, "no site called '../../x'");
}

static void a_broken_site_file_does_not_stop_other_sites(void **state)
{
    (void)state;
    put("a.ini", "broken", 6);
    put("b.ini", good, strlen(good));
    expect_found(folder, "login1.s", NULL, "b", "login host login1.s");
    expect_found(folder, "x", "b", "b", "INTEG2D_LAB_SITE");
    expect_found(folder, "x", NULL, NULL, "a.ini:1: this is neither");
    expect_error("q", "no site called 'q' (sites: a, b)");
    put("c.ini", good, strlen(good));
    expect_found(folder, "login1.s", NULL, NULL,
                 "login1.s fits two sites, b and c; say which");
}

static void auto_reads_this_machine_and_the_environment(void **state)
{
    struct error err = {""};
    struct site site;
    char source[200] = "";

    (void)state;
    put_changed("login_hosts = ^login[1-4]\\.s\n", "");
    unsetenv("INTEG2D_LAB_SITE");
    assert_int_equal(site_find(folder, &site, source, sizeof(source), &err),
                     -1);
    setenv("INTEG2D_LAB_SITE", "t", 1);
    assert_int_equal(site_find(folder, &site, source, sizeof(source), &err), 0);
    assert_string_equal(site.name, "t");
    put_changed("^login[1-4]\\.s", ".");
    unsetenv("INTEG2D_LAB_SITE");
    assert_int_equal(site_find(folder, &site, source, sizeof(source), &err), 0);
    assert_int_equal(strncmp(source, "login host ", 11), 0);
}

static void cores_go_by_constraint_partition_or_all(void **state)
{
    static const struct {
        const char *constraint, *partition;
        long cores;
    } rows[] = {
        {"", "", 16},     {"a", "", 4},       {"", "a", 4},
        {"a|c-x", "", 8}, {"a&fast", "", 4},  {"v100", "", 16},
        {"a*2", "", 4},   {"[a|c-x]", "", 8}, {"ab", "", 16},
        {"c", "", 16},    {"x-c-x", "", 16},  {"a", "c-x", 8},
        {"&|", "()", 16},
    };
    struct error err;
    struct site site;

    (void)state;
    put("t.ini", good, strlen(good));
    assert_int_equal(site_load(folder, "t", &site, &err), 0);
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(
            site_cores(&site, rows[i].constraint, rows[i].partition),
            rows[i].cores);
    put_changed("node_types = a:4 b:16 c-x:8\n", "");
    assert_int_equal(site_load(folder, "t", &site, &err), 0);
    assert_int_equal(site_cores(&site, "a", ""), 0);
}

static void accounts_must_have_the_shape_of_the_site(void **state)
{
    static const struct {
        const char *site, *account;
        const char *error;
    } rows[] = {
        {"hpc2n", "hpc2n2026-042", NULL},
        {"hpc2n", "hpc2n2026-1", NULL},
        {"hpc2n", "", "hpc2n needs an account (project): add -A hpc2nXXXX-"},
        {"hpc2n", "hpc2n2026.042",
         "-A: 'hpc2n2026.042' is no account of "
         "hpc2n; accounts there look like hpc2nXX"},
        {"hpc2n", "uppmax2026-1-2", "no account of hpc2n"},
        {"hpc2n", "hpc2n2026-042 ", "no account"},
        {"hpc2n", " hpc2n2026-042", "no account"},
        {"hpc2n", "hpc2n2026-042\n", "'hpc2n2026-042\\x0a' is no account"},
        {"hpc2n", "hpc2n2026-042\nhpc2n2026-042", "no account"},
        {"hpc2n", "x\nhpc2n2026-042", "no account"},
        {"hpc2n", "hpc2n2026-042;id", "no account"},
        {"hpc2n", "$(id)", "no account"},
        {"hpc2n", "hpc2n1026-042", "no account"},
        {"uppmax", "uppmax2026-1-42", NULL},
        {"uppmax", "naiss2025-22-262", NULL},
        {"uppmax", "naiss2025-22.262", "look like uppmaxYYYY-X-ZZZ"},
        {"uppmax", "hpc2n2026-042", "no account of uppmax"},
        {"uppmax", "sens2026001", "no account"},
        {"local", "", NULL},
        {"local", "hpc2n2026-042", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = {""};
        struct site site;
        int rc;

        assert_int_equal(
            site_load(source_folder("site"), rows[i].site, &site, &err), 0);
        rc = site_check_account(&site, rows[i].account, "-A", &err);
        assert_int_equal(rc, rows[i].error == NULL ? 0 : -1);
        if (rows[i].error != NULL && !strstr(err.text, rows[i].error))
            fail_msg("'%s' gave %s", rows[i].account, err.text);
    }
}

/* The pattern of a site file is no reason to let a line into a script. */
static void a_loose_account_pattern_lets_nothing_else_in(void **state)
{
    struct error err = {""};
    struct site site;

    (void)state;
    put_changed("^p[0-9]+$", "[^x]*|.*");
    assert_int_equal(site_load(folder, "t", &site, &err), 0);
    assert_int_equal(site_check_account(&site, "any-1", "-A", &err), 0);
    assert_int_equal(site_check_account(&site, "a\nb", "-A", &err), -1);
    assert_int_equal(site_check_account(&site, "a b", "-A", &err), -1);
    assert_int_equal(site_check_account(&site, "a\"", "-A", &err), -1);
    put_changed("^p[0-9]+$", "p[0-9]");
    assert_int_equal(site_load(folder, "t", &site, &err), 0);
    assert_int_equal(site_check_account(&site, "p1", "-A", &err), 0);
    assert_int_equal(site_check_account(&site, "p1x", "-A", &err), -1);
    assert_int_equal(site_check_account(&site, "xp1", "-A", &err), -1);
    put_changed("use = required", "use = optional");
    assert_int_equal(site_load(folder, "t", &site, &err), 0);
    assert_int_equal(site_check_account(&site, "", "-A", &err), 0);
    assert_int_equal(site_check_account(&site, "q1", "-A", &err), -1);
}

static void the_example_has_every_key_and_loads(void **state)
{
    char path[5000];
    char *text = NULL;
    size_t size;
    struct error err = {""};
    struct site site;
    struct site_key row;
    size_t count = 0;

    (void)state;
    snprintf(path, sizeof(path), "%s/example.ini", source_folder("site"));
    assert_int_equal(file_read(path, FILE_TEXT_MAX, &text, &size, &err), 0);
    put("t.ini", text, size);
    if (site_load(folder, "t", &site, &err) != 0)
        fail_msg("%s", err.text);
    while (row = site_file_key(count), row.key != NULL) {
        char section[64];
        char key[64];
        const char *at;
        const char *next;

        count++;
        snprintf(section, sizeof(section), "\n[%s]\n", row.section);
        snprintf(key, sizeof(key), "\n%s =", row.key);
        at = strstr(text, section);
        assert_non_null(at);
        next = strstr(at + 2, "\n[");
        at = strstr(at + 2, key);
        if (at == NULL || (next != NULL && at > next))
            fail_msg("example.ini has no %s in [%s]", row.key, row.section);
    }
    assert_true(count >= 20);
    free(text);
}

/* The numbers of the real sites, so that nobody changes them in passing. */
static void the_sites_have_their_own_facts(void **state)
{
    const char *sites = source_folder("site");
    struct error err;
    struct site site;

    (void)state;
    assert_int_equal(site_load(sites, "hpc2n", &site, &err), 0);
    assert_int_equal(site.longest_min, 168 * 60);
    assert_int_equal(site.partition, SITE_FORBIDDEN);
    assert_int_equal(site_cores(&site, "skylake", ""), 28);
    assert_int_equal(site_cores(&site, "zen3|zen4", ""), 256);
    assert_string_equal(site.monitor, "job-usage");
    assert_true(site.monitor_url);
    assert_string_equal(site.launch[SCHEME_MPI], "srun");
    assert_string_equal(site_extra_modules(&site, "blas"), "OpenBLAS/0.3.24");
    assert_string_equal(site_extra_modules(&site, "openmp"), "");
    assert_int_equal(site_load(sites, "uppmax", &site, &err), 0);
    assert_int_equal(site.longest_min, 10 * 24 * 60);
    assert_true(site.cpu_is_thread);
    assert_true(site.one_node);
    assert_int_equal(site_cores(&site, "", "haswell"), 16);
    assert_int_equal(site_cores(&site, "", ""), 48);
    assert_int_equal(site_load(sites, "local", &site, &err), 0);
    assert_false(site.slurm);
    assert_string_equal(site.launch[SCHEME_MPI],
                        "env HWLOC_COMPONENTS=-pci,-linux:pci mpirun -n "
                        "@RANKS@ --mca pml ob1 --mca btl self,vader");
    assert_string_equal(site.mpi_one_node, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_key_reaches_its_member),
        TEST(a_scheme_may_have_modules_and_mpi_a_line_of_its_own),
        TEST(a_bad_line_is_named_with_file_line_and_key),
        TEST(no_key_that_reaches_a_script_takes_more_than_words),
        TEST(a_launch_command_may_be_a_path_and_count_twice),
        TEST(a_half_written_site_file_never_loads),
        TEST(hostile_files_are_refused_and_never_waited_for),
        TEST(an_unreadable_site_file_is_named),
        TEST(an_unknown_site_is_told_the_nearest_and_the_active_ones),
        TEST(the_list_has_sites_only_and_in_order),
        TEST(a_retired_site_loads_and_names_its_successor),
        TEST(the_login_host_decides_and_then_the_lab),
        TEST(a_broken_site_file_does_not_stop_other_sites),
        TEST(auto_reads_this_machine_and_the_environment),
        TEST(cores_go_by_constraint_partition_or_all),
        TEST(accounts_must_have_the_shape_of_the_site),
        TEST(a_loose_account_pattern_lets_nothing_else_in),
        TEST(the_example_has_every_key_and_loads),
        TEST(the_sites_have_their_own_facts),
    };

    return cmocka_run_group_tests_name("site", tests, NULL, NULL);
}
