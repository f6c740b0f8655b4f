/* SPDX-License-Identifier: BSD-3-Clause */
/* What the fuzz targets share. A target is LLVMFuzzerTestOneInput in a file
 * fuzz_NAME.c: it gives its input to one parser, in process, and requires
 * what the parser's header promises of everything it accepts. */
#ifndef INTEG2D_FUZZ_H
#define INTEG2D_FUZZ_H

#include <stddef.h>
#include <stdint.h>

enum { FUZZ_PARTS = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, as a finding, when a promise is broken. */
#define REQUIRE(promise)                                                       \
    do {                                                                       \
        if (!(promise))                                                        \
            fuzz_broken(__FILE__, __LINE__, #promise);                         \
    } while (0)

_Noreturn void fuzz_broken(const char *file, int line, const char *promise);

/* The input as texts that end where it has a NUL, each in memory of its own,
 * so that one byte read too many is found. Those not there are "". */
struct fuzz_parts {
    char *text[FUZZ_PARTS];
    size_t size[FUZZ_PARTS];
    size_t count; /* that were there, at least 1 */
};

void fuzz_split(const uint8_t *data, size_t size, struct fuzz_parts *parts);
void fuzz_release(struct fuzz_parts *parts);

/* A file in memory. The launcher's file_read, file_write and access look for
 * files here by the last part of their path, and nowhere else. At most
 * FUZZ_PARTS; one of the same name is replaced. */
void fuzz_put(const char *name, const char *text, size_t size);

/* Its text, NULL = no such file. */
const char *fuzz_file(const char *name);

/* Forgets them all. */
void fuzz_clear(void);

/* Requires that a text is fit for a terminal: UTF-8, and no control
 * characters but newlines. */
void fuzz_require_visible(const char *text);

/* Requires that a batch script has no more lines, and none of a shell's
 * special characters more often, than the template it was made from. */
void fuzz_require_script(const char *script, const char *template);

/* The whole of a project's file that seeds are made of; the program's folder
 * is the root of the sources. */
char *fuzz_source(const char *path);

#endif
