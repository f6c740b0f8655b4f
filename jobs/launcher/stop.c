/* SPDX-License-Identifier: BSD-3-Clause */
#include "stop.h"

#include <stdio.h>
#include <string.h>

static enum stopped over_already(const struct run *run, char *text, size_t size)
{
    if (run->status.job_id)
        snprintf(text, size, "job %ld is over already: it %s",
                 run->status.job_id, state_words(run->status.state));
    else
        snprintf(text, size, "there is no job to cancel: it %s",
                 state_words(run->status.state));
    return STOP_DONE;
}

static enum stopped not_known(const struct run *run, char *text, size_t size)
{
    if (run->status.job_id)
        snprintf(text, size, "job %ld is not known any more: nothing cancelled",
                 run->status.job_id);
    else
        snprintf(text, size,
                 "its job is being submitted: try again when "
                 "that is over");
    return STOP_NO_ANSWER;
}

enum stopped stop_run(struct refresh *refresh, struct run *run, char *text,
                      size_t size)
{
    struct error err;
    if (refresh_lost(refresh, &run, 1, false, &err) != 0) {
        snprintf(text, size, "%s", err.text);
        return STOP_NO_ANSWER;
    }
    if (run_save(run, &err) != 0 && state_is_final(run->status.state))
        err.text[0] = '\0'; /* a folder only to read: it is over anyway */
    if (state_is_final(run->status.state))
        return over_already(run, text, size);
    if (run->answer != ANSWER_FOUND)
        return not_known(run, text, size);
    const struct inquiry job = {.folder = run->folder,
                                .token = run->token,
                                .job_id = run->status.job_id};
    const struct backend *backend =
        strcmp(run->backend, "local") == 0 ? &backend_local : refresh->slurm;
    refresh->requests++;
    patience_begin(&refresh->patience);
    int rc = backend->cancel(&job, &err);
    patience_end(&refresh->patience);
    if (rc != 0) {
        snprintf(text, size, "%s", err.text);
        return STOP_FAILED;
    }
    snprintf(text, size, "job %ld cancelled", run->status.job_id);
    return STOP_DONE;
}
