/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>

#include "ini_file.h"
#include "scratch.h"

/* Writes each item as "line:section.key=value " to the log. */
static int log_item(void *user, const struct ini_item *item, struct error *err)
{
    char *log = user;
    size_t used = strlen(log);
    const char *line = strrchr(item->where, ':') + 1;

    if (item->key != NULL && strcmp(item->key, "bad") == 0)
        return error_set(err, "%s: bad", item->where);
    if (item->section == NULL)
        snprintf(log + used, 500 - used, "%s:end", line);
    else if (item->key == NULL)
        snprintf(log + used, 500 - used, "%s:[%s] ", line, item->section);
    else
        snprintf(log + used, 500 - used, "%s:%s.%s=%s ", line, item->section,
                 item->key, item->value);
    return 0;
}

#define A50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A190 A50 A50 A50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void ini_items_come_in_order_with_their_lines(void **state)
{
    static const struct {
        const char *text;
        const char *log;
    } rows[] = {
        {"", "1:end"},
        {"; c\n# c\n\n  ; c\n", "4:end"},
        {"[a]\nk = v\n\n[b] ; c\nx=\ny = 1 ; c\n",
         "1:[a] 2:a.k=v 4:[b] 5:b.x= 6:b.y=1 6:end"},
        {"k = v\n", "1:.k=v 1:end"},
        {"[a]\r\nk = v\r\n", "1:[a] 2:a.k=v 2:end"},
        {"\xef\xbb\xbf[a]\nk=v;w\n", "1:[a] 2:a.k=v;w 2:end"},
        {"[a]\nk = a=b:c # d\n", "1:[a] 2:a.k=a=b:c # d 2:end"},
        {"[a]\nk = " A190 "abcd\n", "1:[a] 2:a.k=" A190 "abcd 2:end"},
        {"[" A50 A50 "]\nk=v\n", "1:[" A50 A50 "] 2:" A50 A50 ".k=v 2:end"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = {""};
        char log[600] = "";

        put(rows[i].text, strlen(rows[i].text));
        if (ini_file_read(path, true, log_item, log, &err) != 0)
            fail_msg("row %zu: %s", i, err.text);
        assert_string_equal(log, rows[i].log);
    }
}

static void odd_ini_lines_are_refused_with_their_number(void **state)
{
    static const struct {
        const char *text;
        const char *error;
    } rows[] = {
        {"[a]\nk = v\n  more\n", ":3: the line starts with a blank"},
        {"[a]\nk = v\n\tj = w\n", ":3: the line starts with a blank"},
        {" [a]\n", ":1: the line starts with a blank"},
        {"[a]\nk = " A190 "abcde\n", ":2: the line has 199 bytes; at most 198"},
        {"[a]\nk = " A190 A190 A190 "\n", ":2: the line has 57"},
        {"; " A190 A190 "\n", ":1: the line has"},
        {"[a\n", ":1: a section is one word"},
        {"[]\n", ":1: a section is one word"},
        {"[a b]\n", ":1: a section is one word"},
        {"[[a]]\n", ":1: a section is one word"},
        {"[a]x = 1\n", ":1: a section is one word"},
        {"[a;b]\n", ":1: a section is one word"},
        {"[a]\nk=v\n[b]\n[a]\n", ":4: the section [a] is in this file twice"},
        {"[a]\n\xef\xbb\xbf[a]\n", ":2: this is neither"},
        {"\xef\xbb\xbf[a]\n[a]\n", ":2: the section [a] is in this file twice"},
        {"[a]\nnothing\n", ":2: this is neither a [section] nor"},
        {"[a]\n; c\nnothing\n[b]\nx = 1\n", ":3: this is neither"},
        {"[a]\nbad = 1\nbad = 2\n", ":2: bad"},
        {"[a]\nk = v", ":2: the last line does not end"},
        {"[a]\nk = \x01\n", ":2: the byte \\x01"},
        {"\x7f"
         "ELF\x02\x01",
         ":1: the byte \\x7f"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = {""};
        char log[600] = "";

        put(rows[i].text, strlen(rows[i].text));
        if (ini_file_read(path, true, log_item, log, &err) != -1 ||
            strstr(err.text, rows[i].error) == NULL ||
            strstr(log, "end") != NULL)
            fail_msg("row %zu gave %s; %s", i, log, err.text);
    }
}

static void an_unended_last_line_is_fine_where_people_write(void **state)
{
    struct error err = {""};
    char log[600] = "";

    (void)state;
    put("[a]\nk = v", 9);
    assert_int_equal(ini_file_read(path, false, log_item, log, &err), 0);
    assert_string_equal(log, "1:[a] 2:a.k=v 2:end");
}

static void a_missing_ini_file_can_be_told_from_a_bad_one(void **state)
{
    struct error err = {""};
    char log[600] = "";

    (void)state;
    assert_int_equal(ini_file_read(path, true, log_item, log, &err), -1);
    assert_int_equal(errno, ENOENT);
    put("x\n", 2);
    errno = ENOENT;
    assert_int_equal(ini_file_read(path, true, log_item, log, &err), -1);
    assert_int_equal(errno, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ini_items_come_in_order_with_their_lines),
        TEST(odd_ini_lines_are_refused_with_their_number),
        TEST(an_unended_last_line_is_fine_where_people_write),
        TEST(a_missing_ini_file_can_be_told_from_a_bad_one),
    };

    return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
