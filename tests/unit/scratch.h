/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests share that read and write a file in a folder of their own:
 * enter() and leave() are set-up and tear-down of a test. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The test's own folder, and the file in it that put() fills. */
static char folder[64];
static char path[96];

static int enter(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/integ2d-unit.XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/text", folder);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    unlink(path);
    rmdir(path);
    return rmdir(folder);
}

static void put(const char *text, size_t size)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

#endif
