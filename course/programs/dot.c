/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A reduction: the scalar product of two vectors, which is 1/2 here. Threads
 * share the turns of the loop, and each has a sum of its own until the end.
 */
#include <math.h>
#include <stdio.h>

int main(void)
{
    const long n = 10000000;
    const double pi = acos(-1.0);
    double sum = 0.0;

#pragma omp parallel for reduction(+ : sum)
    for (long i = 0; i < n; i++) {
        const double x = pi * ((double)i + 0.5) / (double)n;

        sum += sin(x) * sin(x) / (double)n;
    }
    printf("%.17g\n", sum);
    return 0;
}
