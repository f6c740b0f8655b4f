/* SPDX-License-Identifier: BSD-3-Clause */
/* What runs' jobs are doing now: one request for all of them. */
#ifndef INTEG2D_REFRESH_H
#define INTEG2D_REFRESH_H

#include <stddef.h>

#include "backend.h"
#include "error.h"
#include "patience.h"
#include "run.h"

struct refresh {
    const char *backend;         /* as typed for Slurm's jobs, "" = not: then
                                    the commands take the library's place where
                                    the controller talks to them alone */
    const char *lib_dir;         /* where backend_choose looks */
    const struct backend *slurm; /* for Slurm's jobs; NULL = to be chosen */
    struct error note;           /* why it is not the library; "" = it is */
    long requests;               /* to Slurm so far */
    struct patience patience;    /* with each request */
};

/* Asks for those of the `count` runs that are not over, and keeps in each
 * run's status and answer what is known of it now: from the back end, or from
 * the job's own exit file where nobody else knows it. A run without a job
 * number is looked up by its token. Returns 0, or -1 when there was no
 * answer: then runs are as they were. */
int refresh_runs(struct refresh *refresh, struct run *const *runs, size_t count,
                 struct error *err);

/* The same, with the runs whose submission was cut short made certain: asks
 * twice, 2 s apart, so that a request on its way has arrived. Afterwards such
 * a run has its job's number, or is STATE_NEVER_CREATED; STATE_UNKNOWN where
 * neither is certain: it is still being submitted (unless `mine`: by this
 * program), or is old and there is no accounting. */
int refresh_lost(struct refresh *refresh, struct run *const *runs, size_t count,
                 bool mine, struct error *err);

/* The controller hung up on a request. Where it answers the commands and hangs
 * up on the library again, the library does not fit it, and the request was
 * never read: then the commands take its place, a line says so, and the answer
 * is true. `run`: whose job was asked for (a job of its token makes the answer
 * false); NULL = none. */
bool refresh_refit(struct refresh *refresh, struct run *run);

/* Saves those of the runs that have another job number than `before`, or are
 * over since. A folder that is only ours to read keeps its old state, and so
 * does one whose job was sent by hand: that state is another job's. */
void refresh_save(struct run *const *runs, const struct job_status *before,
                  size_t count);

#endif
