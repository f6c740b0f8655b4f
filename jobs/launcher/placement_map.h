/* SPDX-License-Identifier: BSD-3-Clause */
/* Which worker ran where, and how busy it was. */
#ifndef INTEG2D_PLACEMENT_MAP_H
#define INTEG2D_PLACEMENT_MAP_H

#include <stdio.h>

#include "sample.h"

/* Prints the map of a right run as HTML, from its record: a row for each
 * node, a cell for each core that had a worker. Says so where there is
 * nothing to show. */
void placement_map_print(const struct sample *sample, FILE *file);

#endif
