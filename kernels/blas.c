/* SPDX-License-Identifier: BSD-3-Clause
 *
 * BLAS: threads hidden in a library. The product of two n x n matrices is one
 * call; on how many threads it runs, and how fast, is the library's affair.
 * What it was, and whether the product is right, is found out in blas/.
 */
#include "blas/library.h"
#include "blas/product.h"
#include "driver/driver.h"

#include <cblas.h>

static void compute(const struct product *product)
{
    const int n = (int)product->n;

    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1.0,
                product->a, n, product->b, n, 0.0, product->c, n);
}

/* No rows of an integral, so no ways of adding them up either. */
static void refuse(struct run *run)
{
    if (run->math == MATH_SIMD)
        run_stop(run, "--math=simd: the library has its own kernels: leave "
                      "--math out");
    if (run->sum == SUM_RUNNING)
        run_stop(run, "--sum=running: a matrix product has no running sum: "
                      "leave --sum out");
    if (run->placement)
        run_stop(run, "--placement: the library places its threads itself: "
                      "leave --placement out");
}

static const struct about about = {
    .doc = "Multiply two N x N matrices with cblas_dgemm.",
    .grid = 3000,
};

int main(int argc, char **argv)
{
    struct product product = {0};
    struct run run;

    run_init_about(&run, "blas", WORKERS_CHOSEN, &about, argc, argv);
    refuse(&run);
    product_allocate(&product, &run);
    library_set_threads(&run);
    run_start(&run);
    product_fill(&product, &run);
    while (run_next(&run)) {
        product_forget(&product);
        run_begin(&run);
        compute(&product);
        run_end(&run);
        product_judge(&product, &run);
    }
    library_describe(&run);
    product_release(&product);
    return run_finish(&run);
}
