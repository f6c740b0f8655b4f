/* SPDX-License-Identifier: BSD-3-Clause */
/* Another program's output. */
#ifndef INTEG2D_COMMAND_H
#define INTEG2D_COMMAND_H

#include <stdbool.h>

#include "error.h"

/* How a program ended, and what it printed. */
struct command {
    char *output;         /* at most 1 MiB; the caller frees it */
    char complaint[1024]; /* the end of its standard error, without the last
                             newline */
    int status;           /* exit status; 128 + the signal that ended it */
};

/* Runs argv[0] (found on PATH, no shell) in `folder` (NULL = here) with
 * `environment` (NULL = ours), with nothing to read, in a process group of its
 * own, and ends it after timeout_s. Returns 0 when it has ended by itself,
 * whatever its exit status; -1 when it could not be started or had to be
 * ended, with errno ETIMEDOUT for the latter and no output to free. */
int command_run(char *const argv[], const char *folder,
                char *const environment[], int timeout_s,
                struct command *command, struct error *err);

/* As command_run, for its output only: returns 0 when it exited with 0 and
 * leaves what it printed in *text (the caller frees it), else -1. */
int command_output(char *const argv[], int timeout_s, char **text,
                   struct error *err);

/* Whether a program of that name is found on PATH. */
bool command_exists(const char *name);

#endif
