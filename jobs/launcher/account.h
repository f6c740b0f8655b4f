/* SPDX-License-Identifier: BSD-3-Clause */
/* The accounts (projects) that the accounting database lets this user
 * charge. */
#ifndef INTEG2D_ACCOUNT_H
#define INTEG2D_ACCOUNT_H

#include <stddef.h>

#include "error.h"
#include "site.h"

/* The accounts of this user that have the shape of `site`, in one text
 * separated by ", " ("" = none). *count is their number. Returns 0, or -1
 * when the database gives no answer. */
int account_list(const struct site *site, char *list, size_t size, int *count,
                 struct error *err);

#endif
