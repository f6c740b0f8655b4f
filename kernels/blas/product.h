/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Two matrices, and whether a product of them is right.
 */
#ifndef PRODUCT_H
#define PRODUCT_H

#include "../driver/driver.h"

enum { PRODUCT_VECTORS = 8 };

/* One element of each of so many vectors, side by side. */
typedef double product_row[PRODUCT_VECTORS];

/* C = A B, n x n each, row by row. */
struct product {
    long n;
    double *a, *b, *c;
    product_row *x, *bx, *abx, *cx; /* n rows each */
    void *room;                     /* what all of them lie in */
};

/* Before run_start(), so that it can say when the matrices of this grid do not
 * fit: then run->status is 2, and nothing is to be released. */
void product_allocate(struct product *product, struct run *run);

/* Fill A and B, the same in every run; nothing if the run was stopped. */
void product_fill(struct product *product, const struct run *run);

/* Before each repeat: what an earlier one left in C shall not pass. */
void product_forget(struct product *product);

/* In place of run_check(): is C the product of A and B? */
void product_judge(struct product *product, struct run *run);

void product_release(struct product *product);

#endif
