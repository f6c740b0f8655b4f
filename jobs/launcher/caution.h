/* SPDX-License-Identifier: BSD-3-Clause */
/* What makes figures doubtful, in words. */
#ifndef INTEG2D_CAUTION_H
#define INTEG2D_CAUTION_H

#include <stddef.h>

#include "label.h"
#include "study.h"

enum { CAUTION_MOST = 200 }; /* or a few more: more than anybody reads */

/* A list of sentences. */
struct cautions {
    char **text;
    size_t count;
};

/* Looks through the study; a sentence for each series and doubt, with the
 * numbers of workers that it is about. Returns 0, or -1 when out of memory. */
int caution_make(const struct study *study, const struct labels *labels,
                 struct cautions *cautions);

void caution_release(struct cautions *cautions);

#endif
