/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "command.h"
#include "scratch.h"

/* Long enough for any of the commands here on a busy machine. */
enum { LIMIT_S = 60 };

static char *run_shell(const char *script, struct error *err)
{
    char *const argv[] = {"sh", "-c", (char *)(uintptr_t)script, NULL};
    char *text = folder; /* not NULL, to see it become NULL */

    *err = (struct error){""};
    if (command_output(argv, LIMIT_S, &text, err) == 0) {
        assert_non_null(text);
        return text;
    }
    assert_null(text);
    return NULL;
}

static void expect_output(const char *script, const char *expected)
{
    struct error err;
    char *text = run_shell(script, &err);

    if (text == NULL)
        fail_msg("%s: %s", script, err.text);
    assert_string_equal(text, expected);
    free(text);
}

static void expect_failure(const char *script, const char *expected)
{
    struct error err;

    if (run_shell(script, &err) != NULL)
        fail_msg("%s: was no failure", script);
    assert_string_equal(err.text, expected);
}

static void what_a_program_prints_is_returned(void **state)
{
    (void)state;
    expect_output("echo one; echo two", "one\ntwo\n");
    expect_output("printf 'no line end'", "no line end");
    expect_output("echo here; echo there >&2", "here\n");
    expect_output(":", "");
    expect_output("echo late; sleep 0.2; echo later", "late\nlater\n");
}

static void no_shell_reads_the_arguments(void **state)
{
    char *const argv[] = {"printf", "[%s]", "a b", "$HOME", "`id`;", "", NULL};
    char *text = NULL;
    struct error err = {""};

    (void)state;
    assert_int_equal(command_output(argv, LIMIT_S, &text, &err), 0);
    assert_string_equal(text, "[a b][$HOME][`id`;][]");
    free(text);
}

static void standard_input_is_empty_whatever_ours_is(void **state)
{
    int saved = dup(0);
    int ends[2];

    (void)state;
    assert_true(saved >= 0);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "ours\n", 5), 5);
    assert_int_equal(dup2(ends[0], 0), 0);
    expect_output("cat", "");
    assert_int_equal(dup2(saved, 0), 0);
    close(saved);
    close(ends[0]);
    close(ends[1]);
}

static void a_program_that_fails_is_named_with_its_exit_status(void **state)
{
    (void)state;
    expect_failure("exit 1", "sh failed (exit status 1)");
    expect_failure("echo text; exit 42", "sh failed (exit status 42)");
    expect_failure("exit 255", "sh failed (exit status 255)");
    expect_failure("kill -KILL $$", "sh failed (exit status 137)");
    expect_failure("kill -TERM $$", "sh failed (exit status 143)");
}

/* Under valgrind only the program's own process learns why it cannot start,
 * and says so by 127. */
static void expect_no_start(const char *program, const char *why)
{
    char *const argv[] = {(char *)(uintptr_t)program, NULL};
    char *text = folder;
    char plain[256], traced[256];
    struct error err = {""};

    assert_int_equal(command_output(argv, LIMIT_S, &text, &err), -1);
    assert_null(text);
    snprintf(plain, sizeof(plain), "cannot run %s: %s", program, why);
    snprintf(traced, sizeof(traced), "%s failed (exit status 127)", program);
    if (strcmp(err.text, traced) != 0)
        assert_string_equal(err.text, plain);
}

static void a_program_that_cannot_start_is_named(void **state)
{
    (void)state;
    /* A folder on PATH that may not be read would be another error. */
    setenv("PATH", "/usr/bin:/bin", 1);
    expect_no_start("integ2d-no-such-program", "No such file or directory");
    put("echo x\n", 7);
    expect_no_start(path, "Permission denied");
}

static long open_files(void)
{
    long count = 0;

    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* The number in the file; 0 = there is none. */
static long number_there(void)
{
    FILE *file = fopen(path, "r");
    long number = 0;

    if (file != NULL) {
        if (fscanf(file, "%ld", &number) != 1)
            number = 0;
        fclose(file);
    }
    return number;
}

/* The program writes its process id, so that its end can be seen; a machine
 * that is busy may need more than a second until then. */
static void a_program_that_takes_too_long_is_ended(void **state)
{
    char script[256];
    char *const argv[] = {"sh", "-c", script, NULL};
    char *text = folder;
    struct error err = {""};
    struct timespec from, to;
    long pid = 0;

    (void)state;
    snprintf(script, sizeof(script), "echo $$ > %s; echo x; exec sleep 300",
             path);
    for (int limit_s = 1; pid == 0 && limit_s < 60; limit_s *= 2) {
        clock_gettime(CLOCK_MONOTONIC, &from);
        assert_int_equal(command_output(argv, limit_s, &text, &err), -1);
        clock_gettime(CLOCK_MONOTONIC, &to);
        assert_null(text);
        assert_string_equal(err.text, "cannot run sh: Connection timed out");
        assert_true(to.tv_sec - from.tv_sec < 200);
        pid = number_there();
    }
    assert_true(pid > 0);
    assert_int_equal(kill((pid_t)pid, 0), -1);
    assert_int_equal(errno, ESRCH);
}

static void output_over_the_limit_is_an_error(void **state)
{
    struct error err;
    char *text = run_shell("head -c 1000000 /dev/zero | tr '\\0' x", &err);

    (void)state;
    assert_non_null(text);
    assert_int_equal(strlen(text), 1000000);
    assert_int_equal(strspn(text, "x"), 1000000);
    free(text);
    expect_failure("head -c 1048577 /dev/zero | tr '\\0' x; exit 0",
                   "cannot run sh: File too large");
    expect_failure("yes", "cannot run sh: File too large");
}

static void no_child_and_no_open_file_is_left(void **state)
{
    struct error err;
    long before = open_files();

    (void)state;
    free(run_shell("echo x", &err));
    assert_null(run_shell("exit 3", &err));
    assert_null(run_shell("yes", &err));
    assert_int_equal(open_files(), before);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_program_prints_is_returned),
        TEST(no_shell_reads_the_arguments),
        TEST(standard_input_is_empty_whatever_ours_is),
        TEST(a_program_that_fails_is_named_with_its_exit_status),
        TEST(a_program_that_cannot_start_is_named),
        TEST(a_program_that_takes_too_long_is_ended),
        TEST(output_over_the_limit_is_an_error),
        TEST(no_child_and_no_open_file_is_left),
    };

    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
