/* SPDX-License-Identifier: BSD-3-Clause */
/* Speedups as bars, for a terminal. */
#ifndef INTEG2D_CHART_H
#define INTEG2D_CHART_H

#include <stdio.h>

#include "findings.h"
#include "sheet.h"

/* A bar for each point of each series with several numbers of workers, on one
 * scale, and where its end should be. Blocks where the locale's characters
 * are UTF-8. */
void chart_print(const struct findings *findings, const struct style *style,
                 FILE *file);

#endif
