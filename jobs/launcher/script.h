/* SPDX-License-Identifier: BSD-3-Clause */
/* What a job.sbatch asks for and starts, whoever has edited it. */
#ifndef INTEG2D_SCRIPT_H
#define INTEG2D_SCRIPT_H

#include "error.h"

enum { SCRIPT_TEXT = 200 };

/* Numbers are 0 and texts "" where the script says nothing, or nothing that
 * can be read. */
struct script {
    char *text;               /* the whole of it */
    char launch[1024];        /* the last command */
    char scheme[SCRIPT_TEXT]; /* the last command's integ2d-<scheme> */
    long tasks, cpus_per_task, nodes;
    long time_min;
    long mem_mib;
    char account[SCRIPT_TEXT], partition[SCRIPT_TEXT];
    char constraint[SCRIPT_TEXT], reservation[SCRIPT_TEXT];
    long omp_num_threads; /* exported; $SLURM_CPUS_PER_TASK counts as -c */
    long grid, repeat;    /* of the last command */
};

/* The text of <folder>/job.sbatch, or of the array's script that started the
 * task whose folder it is, with the task's command as its last line; the
 * caller frees it. Returns 0, or -1 when there is neither. */
int script_text(const char *folder, char **text, struct error *err);

/* Reads a run folder's script as sbatch would: its #SBATCH lines end at the
 * first command, and the last one of each option holds. Returns 0, or -1 when
 * there is no such text. script_release when done. */
int script_read(const char *folder, struct script *script, struct error *err);

/* The same for a text (taken over). */
void script_parse(char *text, struct script *script);

void script_release(struct script *script);

#endif
