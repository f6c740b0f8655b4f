/* SPDX-License-Identifier: BSD-3-Clause */
/* What gnuplot is told to draw. */
#ifndef INTEG2D_PLOT_SCRIPT_H
#define INTEG2D_PLOT_SCRIPT_H

#include <stdio.h>

#include "findings.h"

/* Writes the script: data, then four panels and their legend, at most `most`
 * series in them. `terminal` is the line that sets gnuplot's. Returns how
 * many series had no room. */
size_t plot_script(const struct findings *findings, const char *terminal,
                   size_t most, FILE *file);

#endif
