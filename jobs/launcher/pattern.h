/* SPDX-License-Identifier: BSD-3-Clause */
/* Extended regular expressions from text files. */
#ifndef INTEG2D_PATTERN_H
#define INTEG2D_PATTERN_H

#include "error.h"

/* 0 for a regular expression that the C library compiles, and matches with,
 * in no time; else -1, with what is wrong with it: references back, and
 * {count}s that give more than 1000 when they are multiplied. */
int pattern_check(const char *pattern, struct error *err);

#endif
