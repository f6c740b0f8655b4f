/* SPDX-License-Identifier: BSD-3-Clause */
/* The findings for other programs. */
#ifndef INTEG2D_EXPORT_H
#define INTEG2D_EXPORT_H

#include <stdio.h>

#include "compare.h"
#include "findings.h"

/* One line of column names, then a line a point. What is not known is
 * empty. */
void export_csv(const struct findings *findings, FILE *file);

/* One object: kinds, points with every repeat of their runs, the fits, the
 * doubts and the comparison (NULL = none). Written as it is made, never held as
 * a whole. Returns 0, or -1 when out of memory. */
int export_json(const struct findings *findings,
                const struct comparison *comparison, FILE *file);

#endif
