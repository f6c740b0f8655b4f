/* SPDX-License-Identifier: BSD-3-Clause */
/* What several counts of one job's processor time make together. */
#ifndef INTEG2D_TALLY_H
#define INTEG2D_TALLY_H

#include "usage.h"

/* Fills usage->tally from the rest. Two counts agree when they differ by no
 * more than 1 s and 5 %, and by what the one may count and the other not: the
 * start of the programs (3 s and 10 %), and what happened after the last time
 * that step statistics were taken. */
void tally_make(struct usage *usage);

/* "8.2 s", "1:02:03" and so on; "no data" for NAN. */
const char *tally_time(double seconds, char text[32]);

/* "512 MiB", "1.5 GiB"; "no data" for NAN. */
const char *tally_mem(double mib, char text[32]);

/* "98 %"; "no data" for NAN. */
const char *tally_percent(double share, char text[32]);

#endif
