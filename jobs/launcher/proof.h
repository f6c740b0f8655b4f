/* SPDX-License-Identifier: BSD-3-Clause */
/* The three JSON files of a run, scanned without a tree, and whether they
 * prove a success. This is the fast way to what result.h judges: it only ever
 * says yes, and only of files as integ2d writes them, with a checksum that
 * holds. Everything else is for result_collect to judge and to explain. */
#ifndef INTEG2D_PROOF_H
#define INTEG2D_PROOF_H

#include <stdbool.h>
#include <stddef.h>

#include "scan.h"

/* run.json, state.json and the record, as far as they are wanted. */
struct request {
    long schema, workers, nodes, cpus_per_task, time_min, grid, repeat;
    char site[SCAN_TEXT], scheme[SCAN_TEXT], math[SCAN_TEXT], mode[SCAN_TEXT];
    char backend[SCAN_TEXT], token[SCAN_TEXT], account[SCAN_TEXT];
    char name[SCAN_TEXT], submitted[SCAN_TEXT];
};

struct ending {
    long job_id, array_id, exit_code, signal, attempt, nodes, start, end;
    char state[SCAN_TEXT], reason[SCAN_TEXT], by[SCAN_TEXT];
};

struct check {
    char verdict[SCAN_TEXT];
    long rows_done;
};

struct measured {
    long schema, workers, grid, repeat, attempt;
    char scheme[SCAN_TEXT], math[SCAN_TEXT], sum[SCAN_TEXT], job_id[SCAN_TEXT];
    char version[SCAN_TEXT], compiler[SCAN_TEXT], flags[SCAN_TEXT];
    char host[SCAN_TEXT], cpu_model[SCAN_TEXT], start[SCAN_TEXT];
    double warmup_s, best_s, median_s, integral, error;
    double cpu_used_s, cpu_available_s, peak_mem_mib;
    char integral_hex[SCAN_TEXT], checksum[SCAN_TEXT];
    struct scan_reals time_s;
    size_t parts;
    struct check check;
    bool sealed; /* its checksum holds */
};

struct proof {
    struct request asked;
    struct ending ending;
    struct measured found;
    char *file; /* read last: the record */
    size_t size, room;
};

/* NULL when out of memory. */
struct proof *proof_make(void);

/* Reads the files in `folder`; whether all are there with all keys that are
 * wanted, each of its kind. If not, *proof is of no use until the next. */
bool proof_read(struct proof *proof, const char *folder);

/* Whether there is a state.json in `folder` that says that the job is over. */
bool proof_is_over(struct proof *proof, const char *folder);

/* Whether they prove a success. */
bool proof_holds(const struct proof *proof);

void proof_release(struct proof *proof);

#endif
