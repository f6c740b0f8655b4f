/* SPDX-License-Identifier: BSD-3-Clause */
#include <sys/stat.h>

#include "config.h"
#include "scratch.h"

static const char *const known[] = {"hpc2n", "local", "uppmax", NULL};

static void put_text(const char *text)
{
    put(text, strlen(text));
}

static void load(const char *site, struct config *config)
{
    struct error err = {""};

    if (config_load(path, site, known, config, &err) != 0)
        fail_msg("%s", err.text);
}

static void expect(const struct setting *setting, const char *value, int line)
{
    char source[200] = "";

    if (line > 0)
        snprintf(source, sizeof(source), "%s:%d", path, line);
    assert_string_equal(setting->value, value);
    assert_string_equal(setting->source, source);
}

static void every_key_is_read_with_its_place(void **state)
{
    struct config config;

    (void)state;
    put_text("; mine\n[defaults]\nsite = hpc2n\naccount = a\npartition = p\n"
             "time = 10:00\nconstraint = zen3|zen4\nreservation = r\n"
             "output-dir = /tmp/my runs\n");
    load("", &config);
    expect(&config.site, "hpc2n", 3);
    expect(&config.account, "a", 4);
    expect(&config.partition, "p", 5);
    expect(&config.time, "10:00", 6);
    expect(&config.constraint, "zen3|zen4", 7);
    expect(&config.reservation, "r", 8);
    expect(&config.output_dir, "/tmp/my runs", 9);
}

static void a_file_that_is_not_there_is_an_empty_one(void **state)
{
    struct config config;
    struct error err;

    (void)state;
    memset(&config, 'x', sizeof(config));
    load("hpc2n", &config);
    expect(&config.site, "", 0);
    expect(&config.output_dir, "", 0);
    assert_int_equal(
        config_load("/dev/null/config.ini", "", known, &config, &err), 0);
}

static void the_sites_section_goes_before_defaults(void **state)
{
    static const char *const texts[] = {
        "[defaults]\naccount = d\ntime = 5\n"
        "[hpc2n]\naccount = h\nreservation =\n[uppmax]\naccount = u\n",
        "[uppmax]\naccount = u\n[hpc2n]\naccount = h\nreservation =\n"
        "[defaults]\naccount = d\ntime = 5\nreservation = r\n",
    };
    static const int lines[] = {5, 4};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct config config;

        put_text(texts[i]);
        load("hpc2n", &config);
        expect(&config.account, "h", lines[i]);
        assert_string_equal(config.time.value, "5");
        assert_string_equal(config.reservation.value, "");
        load("local", &config);
        assert_string_equal(config.account.value, "d");
        load("", &config);
        assert_string_equal(config.account.value, "d");
    }
}

static void a_bad_line_is_named_and_nothing_is_kept(void **state)
{
    static const struct {
        const char *text;
        const char *error;
    } rows[] = {
        {"account = a\n", "/text:1: a key before the first [section]"},
        {"[defaults]\nacount = a\n",
         "/text:2: there is no key 'acount'; did you mean account?"},
        {"[defaults]\ncolour = a\n", ":2: there is no key 'colour' (keys: "},
        {"[defaults]\naccount\n", ":2: this is neither a [section] nor"},
        {"[defaults]\naccount = a\naccount = b\n",
         ":3: the key account is in [defaults] twice"},
        {"[defaults]\n[defaults]\n", ":2: the section [defaults] is in"},
        {"[default]\n", ":1: [default] is neither [defaults] nor a site"},
        {"[hpc2m]\n", ":1: [hpc2m] is neither [defaults] nor a site; did you "
                      "mean [hpc2n]?"},
        {"[dardel]\naccount = a\n", ":1: [dardel] is neither"},
        {"[hpc2n]\nsite = hpc2n\n",
         ":2: the key site belongs in [defaults], not in [hpc2n]"},
        {"[uppmax]\nacount = a\n", ":2: there is no key 'acount'"},
        {"[defaults]\naccount = a\n  b\n", ":3: the line starts with a"},
        {"[defaults]\naccount = a\x1b\n", ":2: the byte \\x1b"},
        {"[defaults\naccount = a\n", ":1: a section is one word"},
        {"\x7f"
         "ELF\n",
         ":1: the byte \\x7f"},
    };
    struct config empty;

    (void)state;
    memset(&empty, 0, sizeof(empty));
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = {""};
        struct config config;

        put_text(rows[i].text);
        if (config_load(path, "hpc2n", known, &config, &err) != -1 ||
            strstr(err.text, rows[i].error) == NULL)
            fail_msg("row %zu gave %s", i, err.text);
        assert_memory_equal(&config, &empty, sizeof(empty));
    }
}

static void a_config_that_is_no_file_is_refused(void **state)
{
    struct error err = {""};
    struct config config;

    (void)state;
    assert_int_equal(mkdir(path, 0777), 0);
    assert_int_equal(config_load(path, "", known, &config, &err), -1);
    assert_non_null(strstr(err.text, "/text: this is a folder"));
    rmdir(path);
    assert_int_equal(mkfifo(path, 0666), 0);
    assert_int_equal(config_load(path, "", known, &config, &err), -1);
    assert_non_null(strstr(err.text, "/text: this is a named pipe"));
}

/* root may read everything, so the test does not stay root. */
static void an_unreadable_config_is_named(void **state)
{
    uid_t user = geteuid();
    struct error err = {""};
    struct config config;
    int rc;

    (void)state;
    put_text("[defaults]\n");
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod(path, 0), 0);
    if (user == 0)
        assert_int_equal(seteuid(65534), 0);
    rc = config_load(path, "", known, &config, &err);
    assert_int_equal(seteuid(user), 0);
    assert_int_equal(rc, -1);
    assert_non_null(strstr(err.text, "/text: cannot be opened: Perm"));
}

static void set(const char *name, const char *value)
{
    if (value == NULL)
        unsetenv(name);
    else
        setenv(name, value, 1);
}

static void the_path_goes_by_xdg_and_then_home(void **state)
{
    static const struct {
        const char *xdg, *home;
        const char *path;
    } rows[] = {
        {"/x", "/h", "/x/integ2d/config.ini"},
        {NULL, "/h", "/h/.config/integ2d/config.ini"},
        {"", "/h", "/h/.config/integ2d/config.ini"},
        {"relative", "/h", "/h/.config/integ2d/config.ini"},
        {NULL, NULL, ""},
        {"", "", ""},
    };
    char found[64];
    struct error err = {""};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int rc;

        set("XDG_CONFIG_HOME", rows[i].xdg);
        set("HOME", rows[i].home);
        rc = config_path(found, sizeof(found), &err);
        assert_int_equal(rc, 0);
        assert_string_equal(found, rows[i].path);
    }
    set("HOME", "/h");
    assert_int_equal(config_path(found, 10, &err), -1);
    assert_non_null(strstr(err.text, "too long"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_key_is_read_with_its_place),
        TEST(a_file_that_is_not_there_is_an_empty_one),
        TEST(the_sites_section_goes_before_defaults),
        TEST(a_bad_line_is_named_and_nothing_is_kept),
        TEST(a_config_that_is_no_file_is_refused),
        TEST(an_unreadable_config_is_named),
        TEST(the_path_goes_by_xdg_and_then_home),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
