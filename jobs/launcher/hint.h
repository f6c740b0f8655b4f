/* SPDX-License-Identifier: BSD-3-Clause */
/* What a job's use says about how it was asked for: the lesson's exercise. */
#ifndef INTEG2D_HINT_H
#define INTEG2D_HINT_H

#include "usage.h"

/* Fills usage->hints, after tally_make. */
void hint_make(struct usage *usage);

#endif
