/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The check is Freivalds' (1977): for any vector x, C x = A (B x), and the
 * right-hand side takes n² operations in place of n³. One wrong element shows
 * with every x that has no 0; any other wrong product agrees with a random x of
 * +1 and -1 at most half the time. The first x is all 1, the others are random,
 * the same in every run.
 *
 * A computed sum of n products is off by at most g = n u / (1 - n u) times the
 * sum of their absolute values, u = 2^-53, in any order and with fused
 * multiply-adds too (Higham, Accuracy and Stability of Numerical Algorithms,
 * 2nd edition, section 3.1). C, C x, B x and A (B x) are such sums, and nothing
 * in A and B is negative: with s = A (B 1), row i of the two sides differs by
 * at most 4 g s_i and terms in g². The tolerance, 5 n u s_i, has room for
 * these.
 */
#include "product.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, HUGE_PAGE = 2 << 20 };

/* All at once, so that all of it is refused, or none; on huge pages if the
 * system has some. */
void product_allocate(struct product *product, struct run *run)
{
    const size_t n = (size_t)run->grid;
    const size_t matrix = (n * n * sizeof(double) / PAGE + 1) * PAGE;
    const size_t bytes = 3 * matrix + 4 * n * sizeof(product_row);
    char *start;

    if (run->status != 0)
        return;
    product->n = run->grid;
    product->room = run_array(run, bytes + HUGE_PAGE, 1);
    if (product->room == NULL)
        return;
    start = (char *)product->room + HUGE_PAGE;
    start -= (uintptr_t)start % HUGE_PAGE;
    madvise(start, bytes, MADV_HUGEPAGE); /* refused: slower, no worse */
    product->a = (double *)(void *)start;
    product->b = (double *)(void *)(start + matrix);
    product->c = (double *)(void *)(start + 2 * matrix);
    product->x = (product_row *)(void *)(start + 3 * matrix);
    product->bx = product->x + n;
    product->abx = product->bx + n;
    product->cx = product->abx + n;
}

void product_release(struct product *product)
{
    free(product->room);
}

/* In (0, 1]. The generator has Knuth's multiplier for 64 bits (The Art of
 * Computer Programming, volume 2, section 3.3.4). */
static double random_number(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return 1.0 - (double)(*state >> 11) * 0x1p-53;
}

/* out = m x, by plain loops: the library is no witness in its own case. */
static void multiply(long n, const double *m, product_row *x, product_row *out)
{
    for (long i = 0; i < n; i++) {
        product_row sum = {0.0};

        for (long j = 0; j < n; j++)
            for (int v = 0; v < PRODUCT_VECTORS; v++)
                sum[v] += m[i * n + j] * x[j][v];
        memcpy(out[i], sum, sizeof sum);
    }
}

void product_fill(struct product *product, const struct run *run)
{
    const long n = product->n;
    uint64_t state = 1;

    if (run->status != 0)
        return;
    for (long k = 0; k < n * n; k++) {
        product->a[k] = random_number(&state);
        product->b[k] = random_number(&state);
    }
    for (long i = 0; i < n; i++)
        for (int v = 0; v < PRODUCT_VECTORS; v++)
            product->x[i][v] =
                v == 0 || random_number(&state) > 0.5 ? 1.0 : -1.0;
    multiply(n, product->b, product->x, product->bx);
    multiply(n, product->a, product->bx, product->abx);
}

void product_forget(struct product *product)
{
    for (long k = 0; k < product->n * product->n; k++)
        product->c[k] = NAN;
}

void product_judge(struct product *product, struct run *run)
{
    const long n = product->n;
    double worst = 0.0;

    multiply(n, product->c, product->x, product->cx);
    for (long i = 0; i < n; i++)
        for (int v = 0; v < PRODUCT_VECTORS; v++) {
            const double s = product->abx[i][0];
            const double error =
                fabs(product->cx[i][v] - product->abx[i][v]) / s;

            if (!(error <= worst) && !isnan(worst))
                worst = error;
        }
    run_judge(run, "Product of two matrices", worst, 5.0 * (double)n * 0x1p-53);
}
