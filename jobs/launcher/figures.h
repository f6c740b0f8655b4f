/* SPDX-License-Identifier: BSD-3-Clause */
/* The figures of a record that hang together. */
#ifndef INTEG2D_FIGURES_H
#define INTEG2D_FIGURES_H

#include <stddef.h>

#include "error.h"

struct figures {
    const double *time_s; /* the timed repeats; NAN = not known */
    size_t repeats;
    double warmup_s; /* NAN = none */
    double best_s, median_s;
    double integral;          /* NAN = the scheme has none */
    const char *integral_hex; /* the same in hexadecimal; "" = none */
};

/* Whether times are such as can be measured, and the figures that a kernel
 * works out from others those that it would work out: 0, or -1 with what is
 * wrong. */
int figures_check(const struct figures *figures, struct error *err);

#endif
