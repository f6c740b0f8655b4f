/* SPDX-License-Identifier: BSD-3-Clause */
/* All that a report is about, handed to whatever prints it. */
#ifndef INTEG2D_FINDINGS_H
#define INTEG2D_FINDINGS_H

#include "caution.h"
#include "label.h"
#include "study.h"

struct findings {
    struct reader *reader;
    struct sample *samples;
    size_t count;        /* runs read */
    size_t failed, open; /* of these; they are in no figure */
    struct study study;
    struct labels labels;
    struct cautions cautions;
};

#endif
