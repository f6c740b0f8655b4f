/* SPDX-License-Identifier: BSD-3-Clause */
/* Extended regular expressions from text files. */
#ifndef INTEG2D_PATTERN_H
#define INTEG2D_PATTERN_H

#include "error.h"

/* 0 for a regular expression that the C library compiles, and matches with,
 * at once; else -1, with what is wrong with it: references back, and
 * repetitions in repetitions in repetitions or very many, as in
 * ((a+)+)+, a++++ and (a{255}){255}: the library writes them out before it
 * does anything else. */
int pattern_check(const char *pattern, struct error *err);

#endif
