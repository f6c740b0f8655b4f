/* SPDX-License-Identifier: BSD-3-Clause */
/* What is known of a run, as a flat table of named values: the words that the
 * rules of advice speak of. A value is a number or a text, or there is no
 * data: nothing is ever made up for what is not known. */
#ifndef INTEG2D_FACT_H
#define INTEG2D_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum fact {
    /* What was asked for */
    FACT_SITE,
    FACT_SCHEME,
    FACT_KIND,
    FACT_ASKED_WORKERS,
    FACT_REPEATS,
    FACT_JOB_ID,
    FACT_BY_HAND,
    FACT_SCRIPT,
    FACT_LAUNCH,
    FACT_TASKS,
    FACT_CPUS_PER_TASK,
    FACT_NODES,
    FACT_TIME_MIN,
    FACT_MEM_MIB,
    FACT_ACCOUNT,
    FACT_PARTITION,
    FACT_CONSTRAINT,
    FACT_RESERVATION,
    FACT_OMP_NUM_THREADS,
    /* What Slurm refused */
    FACT_REFUSAL,
    FACT_ACCOUNTS,
    FACT_FIRST_ACCOUNT,
    FACT_PARTITIONS,
    FACT_FEATURES,
    FACT_RESERVATIONS,
    /* The site */
    FACT_MODULES,
    FACT_MPI_LAUNCH,
    FACT_NODE_CORES,
    FACT_SLURM_VERSION,
    /* What became of the job */
    FACT_STATE,
    FACT_REASON,
    FACT_EXIT_CODE,
    FACT_SIGNAL,
    FACT_CANCELLED_BY,
    FACT_RAN_S,
    FACT_RAN_NODES,
    FACT_MAX_RSS_MIB,
    FACT_NEED_MEM_MIB,
    FACT_REPEATS_DONE,
    FACT_NEED_TIME,
    /* What it wrote */
    FACT_OUTPUT,
    FACT_ERROR,
    FACT_RESULTS,
    /* The record */
    FACT_RAN_WORKERS,
    FACT_CPUS_GRANTED,
    FACT_CPUS_ALLOWED,
    FACT_CPUS_REACHABLE,
    FACT_CPUS_USED,
    FACT_CPUS_BUSY,
    FACT_CPU_PERCENT,
    FACT_BEST_S,
    FACT_FLAGS,
    FACT_CHECK,
    FACT_CHECK_TEXT,
    FACT_COUNT
};

struct facts {
    bool known[FACT_COUNT];
    double number[FACT_COUNT];
    char *text[FACT_COUNT];
};

/* The name a rule calls it by; the head of site/advice/all.ini says what each
 * is. */
const char *fact_name(enum fact fact);

/* Whether its values are texts; if not, they are numbers. */
bool fact_is_text(enum fact fact);

/* The fact of that name: 0, or -1 with *nearest a similar name or NULL. */
int fact_find(const char *name, enum fact *fact, const char **nearest);

/* Facts are zeroed before first use: struct facts facts = {0}. A number that
 * is not finite and a text that is NULL stay unknown, and so does a text for
 * which there is no memory. */
void facts_number(struct facts *facts, enum fact fact, double number);
void facts_text(struct facts *facts, enum fact fact, const char *text);
void facts_release(struct facts *facts);

/* The value as a learner reads it, "no data" when there is none. */
void facts_show(const struct facts *facts, enum fact fact, char *shown,
                size_t size);

/* Prints all facts by name as a JSON object whose lines but the first are moved
 * to the right by `columns`; null for no data. The whole texts of files are
 * left out. */
void facts_print(const struct facts *facts, int columns, FILE *file);

#endif
