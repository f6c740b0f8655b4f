/* SPDX-License-Identifier: BSD-3-Clause */
/* What a report keeps of a run: a few hundred bytes, read straight from the
 * run folder. Nobody is asked about the job. */
#ifndef INTEG2D_SAMPLE_H
#define INTEG2D_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "error.h"
#include "result.h"

/* What times depend on besides scheme, grid and workers: runs of different
 * kinds are never compared as if they were one. */
struct kind {
    const char *version;  /* of integ2d */
    const char *compiler; /* its name and version */
    const char *flags;
    const char *node; /* processor, or the name of its host with # for every
                         number in it */
    char label[8];    /* "A", "B" ... in the order in which they are met */
};

/* Texts are shared and stay until reader_release: equal ones have one
 * address. Everything but the first two groups is of no meaning unless the
 * verdict is RESULT_RIGHT. */
struct sample {
    char *folder; /* the caller's, as given */
    enum verdict verdict;

    const char *site, *scheme, *math, *mode, *sum;
    long job_id; /* 0 = not known */
    long workers, grid;

    const struct kind *kind;
    double warmup_s; /* NAN = none */
    double *time_s;  /* every timed repeat in its order; sample_release */
    size_t repeats;
    double cpu_efficiency; /* used / available; NAN = not known */
    double peak_mem_mib;   /* NAN = not known */
    time_t start;          /* of the first timed repeat; 0 = not known */
    long job_s;            /* from the job's start to its end; -1 = not known,
                              to whole seconds */
    long back_s;           /* by which its job ended before it began; 0 = it did
                              not, or is not known */
    long future_s;         /* by which its start lies in the future; 0 = not */
    bool unsealed;         /* its record has no checksum */
    long clock_off_s;      /* how far the first repeat's date lies outside the
                              job; 0 = inside, or not known */
};

struct reader;

/* NULL when out of memory. */
struct reader *reader_make(void);

/* Reads the run in `folder`, which it takes over, even on failure. `news`: the
 * run with what has been heard of its job since, NULL = nothing. *text
 * says why the run is not right ("" = it is), and is the reader's. Returns 0;
 * -1 when this is no run folder that can be read. */
int sample_read(struct reader *reader, char *folder, const struct run *news,
                struct sample *sample, const char **text, struct error *err);

void sample_release(struct sample *sample);

/* The kinds met so far, in order. */
const struct kind *reader_kind(const struct reader *reader, size_t index);
size_t reader_kinds(const struct reader *reader);

void reader_release(struct reader *reader);

#endif
