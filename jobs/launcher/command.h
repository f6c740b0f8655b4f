/* SPDX-License-Identifier: BSD-3-Clause */
/* Another program's output. */
#ifndef INTEG2D_COMMAND_H
#define INTEG2D_COMMAND_H

#include <stdbool.h>

#include "error.h"

/* Runs argv[0] (found on PATH, no shell) with standard input and error from
 * and to /dev/null and returns what it printed in *text (the caller frees
 * it), at most 1 MiB. Ends it after timeout_s. Returns 0 when it exited with
 * 0, else -1. */
int command_output(char *const argv[], int timeout_s, char **text,
                   struct error *err);

/* Whether a program of that name is found on PATH. */
bool command_exists(const char *name);

#endif
