/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole files in and out. */
#ifndef INTEG2D_FILE_H
#define INTEG2D_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* Largest site file, template or config that is read. */
enum { FILE_TEXT_MAX = 65536 };

/* Reads a regular file of at most `limit` bytes; *text ends with a NUL that
 * is not counted in *size (size may be NULL) and is freed by the caller.
 * A NUL inside the file is an error: these are texts. Returns 0, or -1 with
 * *text NULL. errno tells why when the file could not be opened (ENOENT). */
int file_read(const char *path, size_t limit, char **text, size_t *size,
              struct error *err);

/* Puts `text` at <folder>/<name>, whole or not at all: temporary file,
 * fsync, rename, fsync of the folder. Returns 0, or -1 with nothing new left
 * and an older <name> as it was (unless only the folder's fsync failed). */
int file_write(const char *folder, const char *name, const char *text,
               struct error *err);

/* Makes `text` printable in a message: control characters and bytes that
 * are not UTF-8 become \xNN. What does not fit is cut. */
void file_visible(const char *text, char *visible, size_t size);

/* 0 if `text`, read from `path`, holds only UTF-8 without control
 * characters but newline, tab and a carriage return before a newline;
 * else -1 with file and line. */
int file_check_text(const char *path, const char *text, struct error *err);

/* What file_read_ini meets, in the file's order: a section's start (key
 * NULL), a key, and after the last line the end of the file (section NULL). */
struct file_ini {
    const char *where;   /* "<path>:<line>" */
    const char *section; /* "" before the first one */
    const char *key;
    const char *value; /* "" if empty, without blanks around it */
};

/* Returns 0 to go on, or -1 with *err filled to stop. */
typedef int file_ini_fn(void *user, const struct file_ini *item,
                        struct error *err);

/* Reads an INI file with inih, calling `fn` for each item. Stricter than
 * inih: no continued or overlong lines, no section twice, nothing behind a
 * section's bracket. `whole`: the last line must end in a newline, so that a
 * half-written file is noticed. Returns 0 or -1; errno as in file_read, and
 * 0 when the file could be read. */
int file_read_ini(const char *path, bool whole, file_ini_fn *fn, void *user,
                  struct error *err);

#endif
