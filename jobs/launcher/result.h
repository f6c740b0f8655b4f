/* SPDX-License-Identifier: BSD-3-Clause */
/* What came out of a run, and whether it can be believed. */
#ifndef INTEG2D_RESULT_H
#define INTEG2D_RESULT_H

#include <stdbool.h>
#include <stdio.h>

#include "advice.h"
#include "error.h"
#include "fact.h"
#include "proof.h"
#include "record.h"
#include "run.h"

enum verdict {
    RESULT_RIGHT,  /* final state, exit status 0, whole record, check passed */
    RESULT_FAILED, /* the job or its check failed */
    RESULT_OPEN    /* still running, or not known */
};

struct result {
    struct run run;
    struct record record; /* record.text NULL = none that can be believed */
    enum verdict verdict;
    double cpu_efficiency; /* used / available CPU time; NAN = not known */
    char text[4096];    /* why it is not right, in words, "" = it is; the last
                           lines of the error file among them */
    struct facts facts; /* and what follows from them: see advise.h */
    struct advice_list advice;
};

/* Reads what `run` left behind and judges it by the state in run->status.
 * A finished job's record may arrive late on a network file system: it is
 * waited for up to wait_ms. result_release when done. */
void result_collect(const struct run *run, long wait_ms, struct result *result);

/* The same from files that prove a success (proof_holds); the record's tree is
 * not built. Returns whether there is memory for it. result_release when done,
 * either way. */
bool result_prove(const struct proof *proof, const char *folder,
                  struct result *result);

void result_release(struct result *result);

/* Prints the result as a JSON object. Returns 0, or -1 when out of memory or
 * when it cannot be written. */
int result_print(const struct result *result, FILE *file);

#endif
