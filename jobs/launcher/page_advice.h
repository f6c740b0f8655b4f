/* SPDX-License-Identifier: BSD-3-Clause */
/* The advice on the runs of a report, as a part of its page. */
#ifndef INTEG2D_PAGE_ADVICE_H
#define INTEG2D_PAGE_ADVICE_H

#include <stdio.h>

#include "findings.h"

/* What can be said of one run of each point, and of those runs that went
 * wrong, `most` of both at the most: each advice once, with its runs. Nobody
 * is asked. */
void page_advice_print(const struct findings *findings, size_t most,
                       FILE *file);

#endif
