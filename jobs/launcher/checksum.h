/* SPDX-License-Identifier: BSD-3-Clause */
/* The checksum that a kernel writes into its record's last key. It tells a
 * record that was edited, cut or damaged since from one that is as the kernel
 * left it. It is against accidents and slips: whoever wants to deceive can
 * work it out anew. */
#ifndef INTEG2D_CHECKSUM_H
#define INTEG2D_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As POSIX's cksum(1) prints it for a file with that content. */
uint32_t checksum_of(const char *text, size_t size);

/* Whether `text`, a record, ends in a line
 *     "checksum": "CHECKSUM SIZE"
 * and a closing brace, as a kernel writes them, and all before that line has
 * that checksum and size. */
bool checksum_holds(const char *text, size_t size);

#endif
