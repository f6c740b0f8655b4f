/* SPDX-License-Identifier: BSD-3-Clause */
/* Times and sizes as Slurm's commands print them. What is not one, or
 * is Slurm's number for what it has not counted, is NAN. */
#ifndef INTEG2D_TRES_H
#define INTEG2D_TRES_H

/* Seconds of "28", "00:28.896", "01:02:03" or "1-02:03:04". */
double tres_seconds(const char *text);

/* MiB of "13324K", "6M", "1.5G", "2T" or a number of bytes. */
double tres_mib(const char *text);

/* The same of one member of a list: "cpu=00:00:02,mem=6516K,node=1". */
double tres_list_seconds(const char *list, const char *member);
double tres_list_mib(const char *list, const char *member);

#endif
