/* SPDX-License-Identifier: BSD-3-Clause */
/* All that is known of how one job used what it asked for: gathered by
 * follow.h, judged by tally.h and hint.h, shown by usage_view.h, usage_page.h
 * and usage_json.h. What is not known is NAN, 0 or "". */
#ifndef INTEG2D_USAGE_H
#define INTEG2D_USAGE_H

#include <stdbool.h>

#include "allotment.h"
#include "lanes.h"
#include "monitor.h"
#include "processes.h"
#include "result.h"
#include "steps.h"
#include "trace.h"

enum { TALLY_TEXT = 700, HINTS = 8, HINT_TEXT = 600 };

/* Who counts processor time. */
enum source_name {
    SOURCE_RECORD,     /* the kernel, between its clocks */
    SOURCE_ACCOUNTING, /* Slurm, when the job is over */
    SOURCE_STEPS,      /* Slurm, while it runs */
    SOURCE_PROCESSES,  /* this program, in /proc */
    SOURCES
};

struct source {
    const char *name;
    bool known;
    double cpu_s, available_s;
    double efficiency; /* of the two */
    char period[100];  /* which time it is about */
};

struct tally {
    struct source source[SOURCES];
    enum source_name trusted; /* SOURCES = none is known */
    enum agreement { AGREE_YES, AGREE_NO, AGREE_ALONE } agreement;
    char text[TALLY_TEXT]; /* whether they agree, and which to trust */
    double busy;           /* cores, on average while it worked */
    double mem_mib;        /* at the peak */
    const char *mem_from;  /* who says so */
};

struct hints {
    char text[HINTS][HINT_TEXT];
    size_t count;
};

struct usage {
    struct allotment allotment;
    struct steps steps;
    bool steps_wanted;       /* it is a job of Slurm's */
    bool accounted;          /* the steps are accounting's */
    char no_steps[300];      /* why there are no step statistics, "" = there
                                could be some */
    char no_accounting[300]; /* the same for accounting */
    double steps_every_s;    /* Slurm takes them so often; NAN = not known */
    struct trace trace;
    struct look look; /* the last one; processes 0 = none seen here */
    bool has_run;
    struct run run;
    struct result result; /* of that run, when it is over */
    json_t *record; /* a kernel's, of this job; NULL = none, or no longer */
    struct lanes lanes;
    struct tally tally;
    struct hints hints;
    struct monitor monitor;
    double now_s; /* since the job's start */
};

#endif
