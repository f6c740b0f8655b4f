/* SPDX-License-Identifier: BSD-3-Clause */
/* One line that says how a job is doing: rewritten in place on a terminal,
 * a line for each change elsewhere. It goes to stderr. */
#ifndef INTEG2D_PROGRESS_H
#define INTEG2D_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
    bool quiet;
    bool terminal;
    bool shown;    /* a line stands on the terminal */
    size_t tenths; /* of a bar, shown last; one more, 0 = none yet */
    char last[512];
};

/* quiet: nothing is shown at all. */
void progress_start(struct progress *progress, bool quiet);

/* what: what changes seldom ("job 12 runs"); detail: what changes all the
 * time ("4 s, 2 of 5 repeats"), shown on a terminal only. */
void progress_show(struct progress *progress, const char *what,
                   const char *detail);

/* So many of several are over: a bar with the text behind it on a terminal;
 * elsewhere the text, at the start, at the end and at each tenth between. */
void progress_bar(struct progress *progress, size_t done, size_t total,
                  const char *text);

/* A line of its own, once. */
void progress_note(struct progress *progress, const char *text);

/* Takes the line off the terminal. */
void progress_end(struct progress *progress);

#endif
