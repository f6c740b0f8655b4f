/* SPDX-License-Identifier: BSD-3-Clause */
/* Slurm's own commands, without what a user has set up for them: variables
 * such as SQUEUE_FORMAT would change what they print, SBATCH_PARTITION what
 * they ask for. */
#ifndef INTEG2D_SLURM_COMMAND_H
#define INTEG2D_SLURM_COMMAND_H

#include "command.h"
#include "error.h"

/* Runs a command that asks; times come as seconds since 1970. Returns 0 when
 * it exited with 0 (command->output is the caller's to free), else -1. */
int slurm_command(char *const argv[], int timeout_s, struct command *command,
                  struct error *err);

/* The environment for sbatch: ours without those variables. The caller frees
 * the list, not its texts; NULL = out of memory. */
char **slurm_command_environment(void);

#endif
