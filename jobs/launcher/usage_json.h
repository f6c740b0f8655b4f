/* SPDX-License-Identifier: BSD-3-Clause */
/* A job's use for other programs. */
#ifndef INTEG2D_USAGE_JSON_H
#define INTEG2D_USAGE_JSON_H

#include <jansson.h>

#include "usage.h"

/* All of it as one object; what is not known is null. NULL when out of
 * memory. */
json_t *usage_json(const struct usage *usage);

#endif
