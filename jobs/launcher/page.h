/* SPDX-License-Identifier: BSD-3-Clause */
/* The findings as one HTML file that needs nothing else. */
#ifndef INTEG2D_PAGE_H
#define INTEG2D_PAGE_H

#include <stdio.h>

#include "compare.h"
#include "error.h"
#include "findings.h"

enum { PAGE_POINTS = 64 }; /* whose placement and scripts are shown */

/* Writes the page. comparison NULL = none. Returns 0; 1 with *err when it is
 * whole but for the plots. */
int page_print(const struct findings *findings,
               const struct comparison *comparison, FILE *file,
               struct error *err);

#endif
