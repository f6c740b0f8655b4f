/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checksum.h"

/* What cksum(1) of coreutils 9.1 prints. */
static void checksums_are_those_of_cksum(void **state)
{
    char long_one[300];
    (void)state;
    assert_true(checksum_of("", 0) == 4294967295u);
    assert_true(checksum_of("a", 1) == 1220704766u);
    assert_true(checksum_of("123456789", 9) == 930766865u);
    assert_true(checksum_of("hello, world\n", 13) == 1398783287u);
    memset(long_one, 'x', sizeof(long_one));
    assert_true(checksum_of(long_one, sizeof(long_one)) == 3786917833u);
}

static bool holds(const char *text)
{
    return checksum_holds(text, strlen(text));
}

static void a_text_with_its_checksum_behind_it_holds(void **state)
{
    char text[300];
    const char body[] = "{\n  \"a\": 1,\n";
    (void)state;
    snprintf(text, sizeof(text), "%s  \"checksum\": \"%u %zu\"\n}\n", body,
             checksum_of(body, strlen(body)), strlen(body));
    assert_true(holds(text));
    /* One byte more, less or other, anywhere. */
    for (size_t i = 0; text[i]; i++) {
        char other[302];
        snprintf(other, sizeof(other), "%s", text);
        other[i] ^= 1;
        assert_false(holds(other));
        memmove(other + i, text + i + 1, strlen(text + i + 1) + 1);
        assert_false(holds(other));
        snprintf(other, sizeof(other), "%.*s %s", (int)i, text, text + i);
        assert_false(holds(other));
    }
}

static void what_has_no_checksum_does_not_hold(void **state)
{
    (void)state;
    assert_false(holds(""));
    assert_false(holds("{}"));
    assert_false(holds("\n  \"checksum\": \""));
    assert_false(holds("\n  \"checksum\": \"1 1\"\n}\n"));
    assert_false(holds("{\n  \"checksum\": \"\"\n}\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checksums_are_those_of_cksum),
        cmocka_unit_test(a_text_with_its_checksum_behind_it_holds),
        cmocka_unit_test(what_has_no_checksum_does_not_hold),
    };

    return cmocka_run_group_tests_name("checksum", tests, NULL, NULL);
}
