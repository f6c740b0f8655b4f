/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "file.h"
#include "scratch.h"

static int count_entries(void)
{
    DIR *dir = opendir(folder);
    int count = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count - 2; /* . and .. */
}

static void expect_unreadable(const char *part)
{
    struct error err = {""};
    char *text = folder; /* not NULL, to see it become NULL */

    assert_int_equal(file_read(path, 10, &text, NULL, &err), -1);
    assert_null(text);
    if (strstr(err.text, part) == NULL || strstr(err.text, path) == NULL)
        fail_msg("expected '%s', got: %s", part, err.text);
}

static void expect_content(const char *content)
{
    struct error err;
    char *text = NULL;
    size_t size = 0;

    assert_int_equal(file_read(path, 100, &text, &size, &err), 0);
    assert_string_equal(text, content);
    assert_int_equal(size, strlen(content));
    free(text);
}

static void a_file_is_read_whole_up_to_the_limit(void **state)
{
    (void)state;
    put("", 0);
    expect_content("");
    put("a\nb", 3);
    expect_content("a\nb");
    put("0123456789", 10);
    struct error err;
    char *text = NULL;
    assert_int_equal(file_read(path, 10, &text, NULL, &err), 0);
    free(text);
    put("0123456789a", 11);
    expect_unreadable("too long; at most 10 bytes");
}

static void what_is_no_readable_text_file_is_refused(void **state)
{
    (void)state;
    expect_unreadable("No such file");
    assert_int_equal(errno, ENOENT);
    put("ab\0cd", 5);
    expect_unreadable("zero byte at position 2");
    unlink(path);
    assert_int_equal(mkdir(path, 0777), 0);
    expect_unreadable("this is a folder");
    rmdir(path);
    /* Returns at once although nobody writes to the pipe. */
    assert_int_equal(mkfifo(path, 0666), 0);
    expect_unreadable("this is a named pipe");
    unlink(path);
    assert_int_equal(symlink("/dev/zero", path), 0);
    expect_unreadable("this is a device");
    unlink(path);
    assert_int_equal(symlink(path, path), 0);
    expect_unreadable("cannot be opened");
}

/* root may read everything, so the test does not stay root. */
static void an_unreadable_file_is_refused(void **state)
{
    uid_t user = geteuid();
    struct error err = {""};
    char *text = NULL;
    int rc;

    (void)state;
    put("a", 1);
    assert_int_equal(chmod(folder, 0711), 0);
    assert_int_equal(chmod(path, 0), 0);
    if (user == 0)
        assert_int_equal(seteuid(65534), 0);
    rc = file_read(path, 10, &text, NULL, &err);
    assert_int_equal(seteuid(user), 0);
    assert_int_equal(rc, -1);
    assert_non_null(strstr(err.text, "Permission denied"));
}

static void a_file_is_written_and_replaced(void **state)
{
    struct error err;
    struct stat status;
    mode_t mask = umask(022);

    (void)state;
    assert_int_equal(file_write(folder, "text", "one\n", FILE_KEPT, &err), 0);
    expect_content("one\n");
    assert_int_equal(file_write(folder, "text", "", FILE_KEPT, &err), 0);
    expect_content("");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0644);
    assert_int_equal(count_entries(), 1);
    umask(mask);
}

static void a_write_that_fails_leaves_the_old_file_and_no_other(void **state)
{
    struct error err = {""};
    struct rlimit old;
    struct rlimit tiny;
    int rc;

    (void)state;
    put("old", 3);
    /* As on a full disk: not a byte more than 4 can be written. */
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tiny = old;
    tiny.rlim_cur = 4;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tiny), 0);
    rc = file_write(folder, "text", "longer than four", FILE_KEPT, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(rc, -1);
    assert_non_null(strstr(err.text, "/text: cannot be written: File too"));
    expect_content("old");
    assert_int_equal(count_entries(), 1);
}

static void a_place_that_cannot_be_written_is_named(void **state)
{
    struct error err = {""};

    (void)state;
    assert_int_equal(file_write("/nonexistent/x", "a", "t", FILE_KEPT, &err),
                     -1);
    assert_non_null(strstr(err.text, "/nonexistent/x: the folder cannot"));
    put("", 0);
    assert_int_equal(file_write(path, "a", "t", FILE_KEPT, &err), -1);
    assert_non_null(strstr(err.text, "Not a directory"));
    unlink(path);
    assert_int_equal(mkdir(path, 0777), 0);
    assert_int_equal(file_write(folder, "text", "t", FILE_KEPT, &err), -1);
    assert_non_null(strstr(err.text, "Is a directory"));
    assert_int_equal(count_entries(), 1);
}

static void a_left_over_temporary_file_is_not_in_the_way(void **state)
{
    struct error err;
    char left[256];

    (void)state;
    snprintf(left, sizeof(left), "%s/.text.%ld.0", folder, (long)getpid());
    assert_int_equal(symlink("/nonexistent/x", left), 0);
    assert_int_equal(file_write(folder, "text", "new", FILE_KEPT, &err), 0);
    expect_content("new");
    assert_int_equal(unlink(left), 0);
    assert_int_equal(count_entries(), 1);
}

static void control_characters_become_visible(void **state)
{
    static const struct {
        const char *text;
        const char *visible;
    } rows[] = {
        {"", ""},
        {"plain $text;", "plain $text;"},
        {"a\nb", "a\\x0ab"},
        {"\x1b[31m", "\\x1b[31m"},
        {"\x7f", "\\x7f"},
        {"Ume\xc3\xa5", "Ume\xc3\xa5"},
        {"\xc2\x9b"
         "1m",
         "\\xc2\\x9b1m"},
        {"\xff\xfe", "\\xff\\xfe"},
        {"\xc3", "\\xc3"},
        {"\xe2\x82", "\\xe2\\x82"},
        {"\xc0\xaf", "\\xc0\\xaf"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
    };
    char visible[64];
    char small[6];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        file_visible(rows[i].text, visible, sizeof(visible));
        assert_string_equal(visible, rows[i].visible);
    }
    file_visible("abcdefgh", small, sizeof(small));
    assert_string_equal(small, "abcde");
    file_visible("abc\n", small, sizeof(small));
    assert_string_equal(small, "abc");
    file_visible("abcd\xc3\xa5", small, sizeof(small));
    assert_string_equal(small, "abcd");
}

static void a_path_is_named_as_from_here(void **state)
{
    static const struct {
        const char *behind; /* the working folder */
        const char *shown;  /* NULL: all of it */
    } rows[] = {
        {"/a", "a"}, {"/a/b\n", "a/b\\x0a"}, {"", NULL},
        {"/", NULL}, {"beside/a", NULL},
    };
    char old[256], here[256], whole[300];

    (void)state;
    assert_non_null(getcwd(old, sizeof(old)));
    assert_int_equal(chdir(folder), 0);
    assert_non_null(getcwd(here, sizeof(here)));
    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(whole, sizeof(whole), "%s%s", here, rows[i].behind);
        assert_string_equal(file_short_name(whole),
                            rows[i].shown ? rows[i].shown : whole);
    }
    assert_string_equal(file_short_name("a/b"), "a/b");
    assert_int_equal(chdir("/"), 0);
    assert_string_equal(file_short_name("/a"), "/a");
    assert_int_equal(chdir(old), 0);
}

static void text_is_checked_with_file_and_line(void **state)
{
    static const struct {
        const char *text;
        const char *error;
    } rows[] = {
        {"", NULL},
        {"a\tb\r\nUme\xc3\xa5\n", NULL},
        {"a\n\x01\n", "f:2: the byte \\x01"},
        {"a\rb\n", "f:1: the byte \\x0d"},
        {"\n\n\x1b[0m", "f:3: the byte \\x1b"},
        {"\x7f"
         "ELF",
         "f:1: the byte \\x7f"},
        {"a\nb\xff", "f:2: the byte \\xff"},
        {"Ume\xe5\n", "f:1: the byte \\xe5"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = {""};
        int rc = file_check_text("f", rows[i].text, &err);

        assert_int_equal(rc, rows[i].error == NULL ? 0 : -1);
        if (rows[i].error != NULL && !strstr(err.text, rows[i].error))
            fail_msg("row %zu gave %s", i, err.text);
    }
}

static void a_long_text_does_not_overrun_an_error(void **state)
{
    struct error err;
    char text[5000];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    errno = EIO;
    assert_int_equal(error_set(&err, "%s", text), -1);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    assert_int_equal(error_prefix(&err, "%s", "where"), -1);
    assert_int_equal(strncmp(err.text, "where: xxx", 10), 0);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    assert_int_equal(error_prefix(&err, "%s", text), -1);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    assert_int_equal(errno, EIO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_read_whole_up_to_the_limit),
        TEST(what_is_no_readable_text_file_is_refused),
        TEST(an_unreadable_file_is_refused),
        TEST(a_file_is_written_and_replaced),
        TEST(a_write_that_fails_leaves_the_old_file_and_no_other),
        TEST(a_place_that_cannot_be_written_is_named),
        TEST(a_left_over_temporary_file_is_not_in_the_way),
        TEST(control_characters_become_visible),
        TEST(a_path_is_named_as_from_here),
        TEST(text_is_checked_with_file_and_line),
        TEST(a_long_text_does_not_overrun_an_error),
    };

    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
