/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pattern.h"

static void expect(const char *pattern, const char *error)
{
    struct error err = {""};
    int rc = pattern_check(pattern, &err);

    if (rc != (error == NULL ? 0 : -1) ||
        (error != NULL && strstr(err.text, error) == NULL))
        fail_msg("'%s' gave %d %s", pattern, rc, err.text);
}

static void patterns_of_accounts_and_hosts_are_fine(void **state)
{
    (void)state;
    expect("^hpc2n20[0-9]{2}-[0-9]{1,3}$", NULL);
    expect("^b-an0[1-4]\\.hpc2n", NULL);
    expect("a{999}", NULL);
    expect("[^]{99}+]{9}[[:alpha:]{99}]{9}[{99}]{9}\\(\\+\\+", NULL);
    expect("a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t+", NULL);
    expect("(a+|b*)+(c?)*", NULL);
    expect("a{,10}b{100,}", NULL);
    expect("(a|b)*\\{9999\\}", NULL);
    expect("", NULL);
}

/* Each of these took the C library many seconds, or all of the memory. */
static void what_takes_for_ever_is_refused(void **state)
{
    (void)state;
    expect("a{255}{255}{255}", "repetitions");
    expect("((a{255}){255}){255}", "repetitions");
    expect("((a{1,99}){,99}){99,}", "repetitions");
    expect("a{1001}", "repetitions");
    expect("a{99999999999999999999}", "repetitions");
    expect("uppma++++++++++++++++++++++++x", "repetitions");
    expect("((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+", "repetitions");
    expect("[a]{99}(b{99}){99}", "repetitions");
    expect("(a|b)*+++++++++++", "repetitions");
    expect("(a*)*b\\1", "\\1 is not possible");
}

static void what_the_library_refuses_is_refused_in_its_words(void **state)
{
    (void)state;
    expect("a(", "Unmatched");
    expect("a)(", "Unmatched");
    expect("a{2,1}", "Invalid");
    expect("a{-1}", "Invalid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_of_accounts_and_hosts_are_fine),
        cmocka_unit_test(what_takes_for_ever_is_refused),
        cmocka_unit_test(what_the_library_refuses_is_refused_in_its_words),
    };

    return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
