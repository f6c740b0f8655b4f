/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The library that answers the calls of BLAS: asked at run time, by functions
 * that may not be there, so that one program runs with any of them.
 */
#ifndef LIBRARY_H
#define LIBRARY_H

#include "../driver/driver.h"

/* Before run_start() and before the first call of BLAS: let it run on as many
 * threads as were asked for or, at most, granted. Sets run->workers; a library
 * known to run fewer than asked for stops the run. */
void library_set_threads(struct run *run);

/* After the last repeat, the notes "library", "threads" and "kernel"; and
 * "advice" if the kernel is below this machine. */
void library_describe(struct run *run);

#endif
