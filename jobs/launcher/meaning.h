/* SPDX-License-Identifier: BSD-3-Clause */
/* What a fit means, in words that a learner can check with the table. */
#ifndef INTEG2D_MEANING_H
#define INTEG2D_MEANING_H

#include <stddef.h>

#include "label.h"
#include "study.h"

enum { MEANING = 1200 };

/* "" where the series has no two numbers of workers. Returns `text`. */
const char *meaning_strong(const struct series *series,
                           const struct labels *labels, char text[MEANING]);

const char *meaning_weak(const struct weak *weak, const struct labels *labels,
                         char text[MEANING]);

#endif
