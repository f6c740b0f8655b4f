/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON straight into a file, without a tree of it: for tens of thousands of
 * results the tree is what takes the time. Numbers and texts come out as
 * jansson writes them. */
#ifndef INTEG2D_JSON_OUT_H
#define INTEG2D_JSON_OUT_H

#include <stddef.h>
#include <stdio.h>

enum { JSON_OUT_COLUMNS = 16, JSON_OUT_KEY = 64 };

/* The next key of an object, its line moved to the right by `columns` (at most
 * JSON_OUT_COLUMNS), and the colon. The key has less than JSON_OUT_KEY
 * characters and nothing to escape. *before: "{", and from then on ",". */
void json_out_key(const char **before, int columns, const char *key,
                  FILE *file);

/* A text in quotes, UTF-8 as it must be already; NULL is null. */
void json_out_text(const char *text, FILE *file);

/* A number that is always read as a real one; one that is not finite is
 * null. */
void json_out_real(double number, FILE *file);

/* A JSON text of one or more lines, each but the first moved to the right by
 * `columns`; line ends behind it are left out. */
void json_out_lines(const char *text, size_t size, int columns, FILE *file);

#endif
