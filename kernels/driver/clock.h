/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The one time base of all kernels, in seconds.
 */
#ifndef CLOCK_H
#define CLOCK_H

double clock_wall_s(void);  /* CLOCK_MONOTONIC: for every duration */
double clock_cpu_s(void);   /* CPU time of this process, all its threads */
double clock_epoch_s(void); /* time of day: to say when, never how long */

#endif
