/* SPDX-License-Identifier: BSD-3-Clause */
/* How the things of a study are called: by what tells them apart, and by no
 * more. */
#ifndef INTEG2D_LABEL_H
#define INTEG2D_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "study.h"

enum { LABEL = 200 };

/* What is not the same everywhere in the study. */
struct labels {
    bool site, mode, math, sum, kind, grid;
};

void labels_make(const struct study *study, struct labels *labels);

/* "openmp", "openmp (hpc2n, simd, B)": without the grid. */
const char *label_scheme(const struct labels *labels,
                         const struct sample *sample, char text[LABEL]);

/* "openmp, grid 3000" */
const char *label_series(const struct labels *labels,
                         const struct sample *sample, char text[LABEL]);

/* What all points have in common, in a line: "site local, math plain, grid
 * 10000"; then, where there is more than one, a line for each kind of run,
 * saying what makes it one. Each line begins with `bullet`. */
void label_explain(const struct labels *labels, const struct study *study,
                   const struct reader *reader, const char *bullet, FILE *file);

/* Text of a time with its unit, three digits or more of it meaning something:
 * "1.250 ms", "0.125 s", "1234 s". */
const char *label_time(double time_s, char text[LABEL]);

#endif
