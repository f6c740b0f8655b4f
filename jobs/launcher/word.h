/* SPDX-License-Identifier: BSD-3-Clause */
/* What may stand in a value that reaches a script: nothing that a shell or
 * sbatch would read as more than the words it is.
 *
 * `marks` are the punctuation marks that are allowed besides letters and
 * digits (ASCII); a blank may be one of them. The first character is a
 * letter or a digit, or one of . _ / where they are among the marks, so it
 * is never that of an option. `marks` NULL = a whole number: digits, the
 * first of them not 0. */
#ifndef INTEG2D_WORD_H
#define INTEG2D_WORD_H

#include <stdbool.h>
#include <stddef.h>

/* Whether all of `text` is as above. An empty text is not. */
bool word_fits(const char *text, const char *marks);

/* Writes the rule in words: "letters, digits and . -, starting with a
 * letter, a digit or one of ." What does not fit is cut. */
void word_rule(const char *marks, char *rule, size_t size);

/* Copies `text` to `out` (size > 0) with every `from`, which is not empty,
 * replaced by `to`. Returns 0, or -1 with `out` empty when it does not fit. */
int word_replace(const char *text, const char *from, const char *to, char *out,
                 size_t size);

#endif
