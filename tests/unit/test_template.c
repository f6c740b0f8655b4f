/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdbool.h>
#include <sys/stat.h>

#include "file.h"
#include "scratch.h"
#include "template.h"

#define WORD "_.-"

static const struct template_value values[] = {
    {"NAME", "job", WORD, "--name", false},
    {"NODES", NULL, NULL, "-N", false},
    {"MEM", "", "", "--mem", false},
    {"CORES_2", "8", NULL, "-c", false},
    {"AT", "x@NAME@", "@", "test", false},
    {"COMMAND", "srun x", " ", "[launch]", false},
};

#define HEAD "#!/bin/bash\n"
#define TAIL "@COMMAND@\n"

static void keys_become_values_and_unset_lines_go(void **state)
{
    static const struct {
        const char *text;
        const char *script;
    } rows[] = {
        {"", ""},
        {"-J @NAME@\n", "-J job\n"},
        {"@NAME@@NAME@x@CORES_2@\n", "jobjobx8\n"},
        {"a\n-N @NODES?@\nb\n", "a\nb\n"},
        {"--mem=@MEM?@\n", ""},
        {"-c @CORES_2?@\n", "-c 8\n"},
        {"@NAME@ @NODES?@\n@NODES?@ @NAME@\n", ""},
        {"@NODES@ @MEM?@\n", ""},
        {"\n\n", "\n\n"},
        {"x @AT@ y\n", "x x@NAME@ y\n"},
        {"$PATH `x` \"y\" \\ Ume\xc3\xa5\n",
         "$PATH `x` \"y\" \\ Ume\xc3\xa5\n"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[300];
        char *script = NULL;
        struct error err = {""};

        snprintf(text, sizeof(text), HEAD "%s" TAIL, rows[i].text);
        put(text, strlen(text));
        if (template_render(path, values, COUNT(values), &script, &err) != 0)
            fail_msg("row %zu: %s", i, err.text);
        snprintf(text, sizeof(text), HEAD "%ssrun x\n", rows[i].script);
        assert_string_equal(script, text);
        free(script);
    }
}

static void expect_refused(const char *part)
{
    char *script = folder; /* not NULL, to see it become NULL */
    struct error err = {""};

    assert_int_equal(
        template_render(path, values, COUNT(values), &script, &err), -1);
    assert_null(script);
    if (strstr(err.text, part) == NULL)
        fail_msg("expected '%s', got: %s", part, err.text);
}

static void a_bad_template_is_named_with_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *error;
    } rows[] = {
        {"", "/text:1: a batch script starts with #!/bin/bash"},
        {"!/bin/bash\n" TAIL, ":1: a batch script starts with"},
        {"\xef\xbb\xbf" HEAD TAIL, ":1: a batch script starts with"},
        /* A line that can be left out must not be the first one. */
        {"#!/bin/bash @NODES?@\n" TAIL, ":1: a batch script starts with"},
        {HEAD "-J @WHO@\n" TAIL, "/text:2: there is no key @WHO@"},
        {HEAD "-J @WHO?@ @NODES?@\n" TAIL, ":2: there is no key @WHO@"},
        {HEAD "# @name@\n" TAIL, ":2: an @ that is no part of"},
        {HEAD "\nmail me@x.se\n" TAIL, ":3: an @ that is no part of"},
        {HEAD "@@\n" TAIL, ":2: an @ that"},
        {HEAD "@NAME\n" TAIL, ":2: an @ that"},
        {HEAD "@NAME @NAME@\n" TAIL, ":2: an @ that"},
        {HEAD "@NAME??@\n" TAIL, ":2: an @ that"},
        {HEAD "@?@\n" TAIL, ":2: an @ that"},
        {HEAD "@NAME@ @\n" TAIL, ":2: an @ that"},
        {HEAD "@@NAME@@\n" TAIL, ":2: an @ that"},
        {HEAD "@NA@NAME@ME@\n" TAIL, ":2: there is no key @NA@"},
        {HEAD "@AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA@\n" TAIL,
         ":2: an @ that"},
        {HEAD "-N @NODES@\n" TAIL,
         ":2: @NODES@ must have a value and has none; give -N"},
        {HEAD "--mem=@MEM@\n" TAIL, "give --mem"},
        {HEAD "-J @NAME@\n", ":2: the last line must be @COMMAND@ alone"},
        {HEAD "@COMMAND@", ":2: the last line does not end"},
        {HEAD TAIL "echo done\n", ":3: the last line must be @COMMAND@"},
        {HEAD " @COMMAND@\n", ":2: the last line must be @COMMAND@"},
        {HEAD, ":1: the last line must be @COMMAND@"},
        {"#!/bin/bash\r\n@COMMAND@\r\n", ":1: a carriage return"},
        {HEAD "a\rb\n" TAIL, ":2: the byte \\x0d"},
        {HEAD "\x1b[0m\n" TAIL, ":2: the byte \\x1b"},
        {HEAD "Ume\xe5\n" TAIL, ":2: the byte \\xe5"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        put(rows[i].text, strlen(rows[i].text));
        expect_refused(rows[i].error);
    }
}

static void hostile_files_are_refused_and_never_waited_for(void **state)
{
    char *zeros = calloc(1, FILE_TEXT_MAX + 1);

    (void)state;
    assert_non_null(zeros);
    expect_refused("/text: cannot be opened: No such file");
    put(zeros, FILE_TEXT_MAX + 1);
    expect_refused("too long");
    put(zeros, 5);
    expect_refused("this is no text file");
    free(zeros);
    unlink(path);
    assert_int_equal(mkdir(path, 0777), 0);
    expect_refused("this is a folder");
    rmdir(path);
    assert_int_equal(mkfifo(path, 0666), 0);
    expect_refused("this is a named pipe");
}

static void only_words_go_into_a_script(void **state)
{
    static const char *const bad[] = {
        "a\n#SBATCH -A x",
        ";a",
        "$a",
        "'a",
        "a\n",
        "\na",
        "a\r",
        "a b",
        "a;id",
        "a'b",
        "a\"b",
        "$(id)",
        "`id`",
        "a\\",
        "a|b",
        "a&b",
        "a>b",
        "a\tb",
        "a\x1b",
        "a\x7f",
        "@NAME@",
        "a#",
        "a\xc3\xa5",
        "a*",
        " ",
        "-a",
        "=a",
    };
    static const char *const good[] = {"a", "a-b_c.d", "0", "", NULL};
    struct template_value value = {"NAME", NULL, WORD, "--name", false};
    struct error err = {""};

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        value.value = bad[i];
        if (template_check(&value, &err) != -1)
            fail_msg("'%s' is let in", bad[i]);
        assert_int_equal(strncmp(err.text, "--name: '", 9), 0);
        assert_null(strchr(err.text, '\n'));
        assert_non_null(strstr(err.text, "letters, digits and _ . -"));
    }
    for (size_t i = 0; i < COUNT(good); i++) {
        value.value = good[i];
        assert_int_equal(template_check(&value, &err), 0);
    }
}

static void a_number_is_not_a_word(void **state)
{
    struct template_value value = {"TASKS", "4x", NULL, "-n", false};
    struct error err = {""};

    (void)state;
    assert_int_equal(template_check(&value, &err), -1);
    assert_string_equal(err.text,
                        "-n: '4x' cannot go into a batch script; expected: "
                        "digits, the first of them not 0");
    value.value = "40";
    assert_int_equal(template_check(&value, &err), 0);
}

/* What Slurm is asked for and the script leaves out would be two jobs. */
static void a_needed_value_must_reach_the_script(void **state)
{
    static const struct {
        const char *text;
        bool found;
    } rows[] = {
        {"#SBATCH -C '@CONSTRAINT?@'\n", true},
        {"#SBATCH -C @CONSTRAINT@\n", true},
        {"export C=@CONSTRAINT?@\n", true},
        {"", false},
        {"##SBATCH -C @CONSTRAINT?@\n", false},
        {"# @CONSTRAINT?@\n", false},
        {"#SBATCH -C @CONSTRAINT?@ -N @NODES?@\n", false},
    };
    struct template_value needed[] = {
        {"CONSTRAINT", "zen4", WORD, "-C", true},
        {"NODES", "", NULL, "-N", true},
        {"COMMAND", "srun x", " ", "[launch]", false},
    };
    struct error err = {""};
    char *script = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[300];
        char expected[300];
        int rc;

        snprintf(text, sizeof(text), HEAD "%s" TAIL, rows[i].text);
        put(text, strlen(text));
        rc = template_render(path, needed, COUNT(needed), &script, &err);
        if (rc != (rows[i].found ? 0 : -1))
            fail_msg("row %zu: %s", i, err.text);
        free(script);
        if (rows[i].found)
            continue;
        assert_null(script);
        snprintf(expected, sizeof(expected),
                 "%s: no line has @CONSTRAINT@, so -C zen4 would be lost: add "
                 "such a line to the template, or leave -C out if you gave it",
                 path);
        assert_string_equal(err.text, expected);
    }
    needed[0].what = "cpu_unit";
    assert_int_equal(
        template_render(path, needed, COUNT(needed), &script, &err), -1);
    assert_null(strstr(err.text, "leave"));
    needed[0].value = "";
    assert_int_equal(
        template_render(path, needed, COUNT(needed), &script, &err), 0);
    free(script);
}

static void a_bad_value_stops_the_script_even_if_unused(void **state)
{
    struct template_value rows[] = {
        {"NAME", "a;id", WORD, "--name", false},
        {"COMMAND", "srun x", " ", "[launch]", false},
    };
    struct error err = {""};
    char *script = NULL;

    (void)state;
    put(HEAD TAIL, strlen(HEAD TAIL));
    assert_int_equal(template_render(path, rows, COUNT(rows), &script, &err),
                     -1);
    assert_null(script);
    assert_non_null(strstr(err.text, "--name: 'a;id' cannot go"));
}

/* The keys the launcher gives, with a value for each. */
static const struct template_value full[] = {
    {"ACCOUNT", "hpc2n2026-042", WORD, "-A", false},
    {"NAME", "integ2d-openmp", WORD, "--name", false},
    {"TIME", "00:05:00", ":-", "-t", false},
    {"PARTITION", "fat", WORD, "-p", false},
    {"NODES", "1", NULL, "-N", false},
    {"TASKS", "1", NULL, "-n", false},
    {"CPUS_PER_TASK", "4", NULL, "-c", false},
    {"THREADS_PER_CORE", "1", NULL, "cpu_unit", false},
    {"MEM", "2000M", "", "--mem", false},
    {"CONSTRAINT", "zen3|zen4", "&|-", "-C", false},
    {"RESERVATION", "course", WORD, "--reservation", false},
    {"COMMENT", "integ2d:0f", ":", "token", false},
    {"ARRAY", "1-8%2", "-%", "array", false},
    {"OUTPUT", "output_%j.out", "_%.", "output", false},
    {"ERROR", "error_%j.err", "_%.", "error", false},
    {"TASK_FOLDER", "task_", "_", "array", false},
    {"SCRIPT", "job.sbatch", ".", "script", false},
    {"MODULES", "GCC/13.2.0 OpenMPI/4.1.6", "._/ +-", "load", false},
    {"VERSION", "0.1.0", WORD, "version", false},
    {"THREADS", "4", NULL, "-n", false},
    {"BIN_DIR", "/opt/my programs/bin", "._/ +-", "bin", false},
    {"COMMAND", "integ2d-openmp --grid=10", " =-", "[launch]", false},
};

/* Renders the template of a site, with or without the optional values. */
static char *render(const char *site, bool all)
{
    static const char *const optional[] = {
        "PARTITION",   "NODES",   "MEM",   "CONSTRAINT",
        "RESERVATION", "THREADS", "ARRAY", "TASK_FOLDER"};
    struct template_value rows[COUNT(full)];
    const char *root = getenv("INTEG2D_SOURCE");
    struct error err = {""};
    char file[5000];
    char *script = NULL;

    memcpy(rows, full, sizeof(rows));
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t j = 0; !all && j < COUNT(optional); j++) {
            if (strcmp(rows[i].key, optional[j]) == 0)
                rows[i].value = "";
        }
    }
    snprintf(file, sizeof(file), "%s/jobs/%s.sbatch.in",
             root == NULL ? "." : root, site);
    if (template_render(file, rows, COUNT(rows), &script, &err) != 0)
        fail_msg("%s", err.text);
    assert_null(strchr(script, '@'));
    /* A line that is left out leaves no gap behind. */
    assert_null(strstr(script, "\n\n\n"));
    return script;
}

/* The script's lines but comments and empty ones. */
static void expect_lines(const char *site, bool all, const char *expected)
{
    char *script = render(site, all);
    char lines[4000] = "";
    char *rest = NULL;

    for (char *line = strtok_r(script, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] == '#' && strncmp(line, "#SBATCH ", 8) != 0 &&
            strncmp(line, "#!", 2) != 0)
            continue;
        size_t used = strlen(lines);
        snprintf(lines + used, sizeof(lines) - used, "%s\n", line);
    }
    free(script);
    assert_string_equal(lines, expected);
}

#define END                                                                    \
    "#SBATCH -o output_%j.out\n"                                               \
    "#SBATCH -e error_%j.err\n"                                                \
    "#SBATCH --open-mode=append\n"                                             \
    "ml purge > /dev/null 2>&1\n"                                              \
    "ml GCC/13.2.0 OpenMPI/4.1.6 integ2d/0.1.0\n"                              \
    "export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK\n"
#define TRAPS                                                                  \
    "trap 'echo $? ${SLURM_RESTART_COUNT:-0} > exit_$SLURM_JOB_ID' EXIT\n"     \
    "trap 'exit 143' TERM\n"
#define RECORD "export INTEG2D_RECORD=$PWD\n"
#define COMMAND "integ2d-openmp --grid=10\n"
#define RUN RECORD TRAPS COMMAND
#define START                                                                  \
    "#SBATCH -A hpc2n2026-042\n"                                               \
    "#SBATCH -J integ2d-openmp\n"                                              \
    "#SBATCH -t 00:05:00\n"
#define SIZE                                                                   \
    "#SBATCH -n 1\n"                                                           \
    "#SBATCH -c 4\n"
#define MORE                                                                   \
    "#SBATCH -N 1\n"                                                           \
    "#SBATCH --mem=2000M\n"                                                    \
    "#SBATCH -C 'zen3|zen4'\n"                                                 \
    "#SBATCH --reservation=course\n"
#define COMMENT "#SBATCH --comment=integ2d:0f\n"
#define ARRAY "#SBATCH --array=1-8%2\n"
#define FOLDER "cd task_$SLURM_ARRAY_TASK_ID || exit\n"
#define THREADS "export OMP_NUM_THREADS=4\n"

static void the_hpc2n_script_has_these_lines(void **state)
{
    (void)state;
    expect_lines(
        "hpc2n", true,
        "#!/bin/bash\n" START SIZE MORE COMMENT ARRAY END THREADS FOLDER RUN);
    expect_lines("hpc2n", false, "#!/bin/bash\n" START SIZE COMMENT END RUN);
}

static void the_uppmax_script_has_these_lines(void **state)
{
    (void)state;
    expect_lines("uppmax", true,
                 "#!/bin/bash -l\n" START "#SBATCH -p fat\n" SIZE
                 "#SBATCH --threads-per-core=1\n" MORE COMMENT ARRAY END THREADS
                     FOLDER RUN);
    expect_lines("uppmax", false,
                 "#!/bin/bash -l\n" START SIZE
                 "#SBATCH --threads-per-core=1\n" COMMENT END RUN);
}

static void the_local_script_has_these_lines(void **state)
{
    (void)state;
    expect_lines(
        "local", true,
        "#!/bin/bash\n"
        "export PATH=\"/opt/my programs/bin:$PATH\"\n" THREADS RECORD COMMAND);
    expect_lines("local", false,
                 "#!/bin/bash\n"
                 "export PATH=\"/opt/my programs/bin:$PATH\"\n" RECORD COMMAND);
}

/* Every template the toolkit brings, cut off behind every byte. */
static void a_half_written_template_is_never_used(void **state)
{
    static const char *const names[] = {"hpc2n", "uppmax", "local"};
    const char *root = getenv("INTEG2D_SOURCE");

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char file[5000];
        char *text = NULL;
        char *script = NULL;
        size_t size;
        struct error err;

        snprintf(file, sizeof(file), "%s/jobs/%s.sbatch.in",
                 root == NULL ? "." : root, names[i]);
        assert_int_equal(file_read(file, FILE_TEXT_MAX, &text, &size, &err), 0);
        for (size_t length = 0; length < size; length++) {
            put(text, length);
            if (template_render(path, full, COUNT(full), &script, &err) == 0)
                fail_msg("%s: %zu bytes were enough", names[i], length);
        }
        free(text);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_become_values_and_unset_lines_go),
        TEST(a_bad_template_is_named_with_its_line),
        TEST(hostile_files_are_refused_and_never_waited_for),
        TEST(only_words_go_into_a_script),
        TEST(a_number_is_not_a_word),
        TEST(a_needed_value_must_reach_the_script),
        TEST(a_bad_value_stops_the_script_even_if_unused),
        TEST(the_hpc2n_script_has_these_lines),
        TEST(the_uppmax_script_has_these_lines),
        TEST(the_local_script_has_these_lines),
        TEST(a_half_written_template_is_never_used),
    };

    return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
