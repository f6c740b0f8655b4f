/* SPDX-License-Identifier: BSD-3-Clause */
/* What runs jobs: Slurm through its library, or this machine itself. */
#ifndef INTEG2D_BACKEND_H
#define INTEG2D_BACKEND_H

#include <stdbool.h>
#include <time.h>

#include "error.h"
#include "job.h"
#include "state.h"

/* What is known of a job. Times are seconds since 1970, 0 = not yet. */
struct job_status {
    long job_id;
    enum job_state state;
    char reason[64]; /* Slurm's word for why it waits or ended; "" = none */
    int exit_code;   /* of the script */
    int signal;      /* that ended the script, 0 = none */
    long nodes;      /* number of nodes it got, 0 = not known */
    time_t start;
    time_t end;
};

/* What became of a request to run a job. */
enum submitted {
    SUBMIT_OK,
    SUBMIT_REFUSED, /* certainly no job: the text says why */
    SUBMIT_UNSURE   /* sent, but no answer came: there may be a job */
};

struct backend {
    const char *name; /* as run.json has it */

    /* Must come first. Returns 0, or -1 when there is nothing to talk to.
     * libslurm may also end the process here, with a message and exit status
     * 2: at_end (NULL = nothing) is called before that. */
    int (*open)(void (*at_end)(void), struct error *err);

    /* Runs `script` in `folder` (an absolute path). Fills *job_id on
     * SUBMIT_OK, *err otherwise. */
    enum submitted (*submit)(const struct job *job, const char *script,
                             const char *folder, long *job_id,
                             struct error *err);

    /* Fills *status for its job_id, whose run folder is `folder` and whose
     * comment is `comment`: numbers are used again, comments are not.
     * Returns 0 (state STATE_UNKNOWN: nobody knows that job), or -1 when no
     * answer could be had now. */
    int (*status)(const char *folder, const char *comment,
                  struct job_status *status, struct error *err);
};

extern const struct backend backend_local;

/* The part that knows libslurm, loaded from <lib_dir>/backend-slurm.so.
 * Returns 0, or -1 when it or libslurm is not there. */
int backend_load(const char *lib_dir, const struct backend **backend,
                 struct error *err);

/* The backend of that name: "slurm" or "local". */
int backend_find(const char *name, const char *lib_dir,
                 const struct backend **backend, struct error *err);

#endif
