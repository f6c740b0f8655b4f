/* SPDX-License-Identifier: BSD-3-Clause */
/* Two studies held against each other: what changed, and whether that is
 * more than noise. */
#ifndef INTEG2D_COMPARE_H
#define INTEG2D_COMPARE_H

#include <jansson.h>
#include <stddef.h>

#include "findings.h"
#include "sheet.h"

enum verdict_on_change {
    CHANGE_UNKNOWN, /* too few repeats to know the noise */
    CHANGE_NOISE,   /* the 95 % interval of the ratio holds 1 */
    CHANGE_FASTER,
    CHANGE_SLOWER
};

struct change {
    const struct point *now, *before;
    struct ratio ratio; /* before over now: more than 1 is faster */
    enum verdict_on_change verdict;
};

struct comparison {
    struct change *change;
    size_t count;
    size_t only_now, only_before; /* points without a counterpart */
    size_t beyond;                /* faster or slower */
};

/* Pairs the points that are alike but for their kind (and their sites, where
 * each study has only one). Returns 0, or -1 when out of memory. */
int compare_make(const struct findings *now, const struct findings *before,
                 struct comparison *comparison);

void compare_release(struct comparison *comparison);

/* "faster", "slower", "within noise", "not known" */
const char *compare_words(enum verdict_on_change verdict);

/* The table, a row for each pair; sheet_release when done. */
void compare_sheet(const struct comparison *comparison,
                   const struct findings *now, struct sheet *sheet);

/* What the table says, in a sentence or two. */
void compare_text(const struct comparison *comparison, char *text, size_t size);

/* The comparison as JSON; NULL when out of memory. */
json_t *compare_json(const struct comparison *comparison);

#endif
