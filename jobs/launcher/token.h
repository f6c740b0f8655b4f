/* SPDX-License-Identifier: BSD-3-Clause */
/* A job is known by its run's token, whatever a site does to a part of it:
 * the comment is "integ2d:<token>", the working folder's name ends in
 * "-<token>", and so does the job's name where a site strips comments. */
#ifndef INTEG2D_TOKEN_H
#define INTEG2D_TOKEN_H

#include <stdbool.h>

enum { TOKEN_TEXT = 24 }; /* room for a token and its end */

/* A task of an array has the array's token with ":" and its number behind.
 * Copies the array's token and returns the number; 0 for any other token,
 * which is copied whole. */
long token_split(const char *token, char array[TOKEN_TEXT]);

/* Whether a job with this comment, name and working folder (each may be
 * NULL) is the one of the run with this token. */
bool token_fits(const char *token, const char *comment, const char *name,
                const char *work_dir);

/* The same for a job of which these are parts of one line of text. */
bool token_in_line(const char *token, const char *line);

#endif
