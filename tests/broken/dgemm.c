/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Broken on purpose: to be loaded before the BLAS library, whose product it
 * passes on. WRONG is a statement about the n x n elements of c, and SKIP says
 * in which calls there is no product at all.
 */
#include <cblas.h>
#include <dlfcn.h>

typedef void function(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE,
                      enum CBLAS_TRANSPOSE, int, int, int, double,
                      const double *, int, const double *, int, double,
                      double *, int);

void cblas_dgemm(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE ta,
                 enum CBLAS_TRANSPOSE tb, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb,
                 double beta, double *c, int ldc)
{
    function *next = (function *)dlsym(RTLD_NEXT, "cblas_dgemm");
    static int calls;

    calls++;
    if (SKIP)
        return;
    next(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    WRONG;
}
