/* SPDX-License-Identifier: BSD-3-Clause */
/* Speedup, efficiency and time as pictures, drawn by gnuplot. */
#ifndef INTEG2D_PLOT_H
#define INTEG2D_PLOT_H

#include <stddef.h>

#include "error.h"
#include "findings.h"

enum { PLOT_SERIES = 14 }; /* more cannot be told apart */

/* Draws into the file at `path`, which ends in .svg, .png or .pdf; whole or
 * not at all. *left_out: how many series had no room. Returns 0 or -1. */
int plot_write(const struct findings *findings, const char *path,
               size_t *left_out, struct error *err);

/* The same as SVG, to be put into a page; the caller frees *svg. */
int plot_svg(const struct findings *findings, char **svg, size_t *left_out,
             struct error *err);

/* Whether `path` has an ending that plot_write knows; -1 with an error. */
int plot_check(const char *path, struct error *err);

#endif
