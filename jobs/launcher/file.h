/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole files in and out. */
#ifndef INTEG2D_FILE_H
#define INTEG2D_FILE_H

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

/* What a machine that stops at once may do to a file just written. */
enum file_safety {
    FILE_PLAIN, /* anything: it can be made again */
    FILE_KEPT,  /* leave the old text or the new one, whole */
};

/* Puts `text` at <folder>/<name>, for readers whole or not at all: temporary
 * file, fsync (FILE_KEPT), rename. Returns 0, or -1 with nothing new left and
 * an older <name> as it was. */
int file_write(const char *folder, const char *name, const char *text,
               enum file_safety safety, struct error *err);

/* Waits until <folder>/<name> (name "": the names in the folder) is on disk.
 * Returns 0 or -1. */
int file_sync(const char *folder, const char *name, struct error *err);

/* Makes `text` printable in a message: control characters and bytes that
 * are not UTF-8 become \xNN. What does not fit is cut. */
void file_visible(const char *text, char *visible, size_t size);

/* A path as one would name it from here, made printable: without the working
 * folder in front. Good until the next call. */
const char *file_short_name(const char *path);

/* 0 if `text`, read from `path`, holds only UTF-8 without control
 * characters but newline, tab and a carriage return before a newline;
 * else -1 with file and line. */
int file_check_text(const char *path, const char *text, struct error *err);

#endif
