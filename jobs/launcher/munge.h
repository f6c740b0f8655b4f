/* SPDX-License-Identifier: BSD-3-Clause */
/* munge, which vouches for a user to Slurm: without its daemon on this
 * machine no request to Slurm gets through. */
#ifndef INTEG2D_MUNGE_H
#define INTEG2D_MUNGE_H

#include <stdbool.h>
#include <stddef.h>

/* The socket of munge's daemon by slurm.conf's text (AuthInfo=socket=...):
 * munge's own where it names none, "" where the name does not fit. */
void munge_socket(const char *conf, char *path, size_t size);

/* Whether the daemon answers within wait_ms, here by the configuration that
 * Slurm's programs use. True where that cannot be found out. */
bool munge_answers(int wait_ms);

#endif
