/* SPDX-License-Identifier: BSD-3-Clause */
/* The pictures of a job's page, as SVG that takes its colours from the page.
 * Stretches of time of which nothing is known are hatched, and never drawn as
 * zero. */
#ifndef INTEG2D_FIGURE_H
#define INTEG2D_FIGURE_H

#include <stdio.h>

#include "usage.h"

enum { FIGURE_ROWS = 128 }; /* cores or workers that are shown one by one */

/* A row for each core: the darker, the busier. */
void figure_cores(const struct usage *usage, FILE *file);

/* Cores busy together, against those asked for. */
void figure_busy(const struct usage *usage, FILE *file);

/* Memory, against what was asked for. */
void figure_memory(const struct usage *usage, FILE *file);

/* A row for each worker of a kernel: busy or not. */
void figure_workers(const struct usage *usage, FILE *file);

#endif
