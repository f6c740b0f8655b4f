/* SPDX-License-Identifier: BSD-3-Clause */
#include "inquiry.h"

#include <stdio.h>

#include "token.h"

bool inquiry_takes_job(const struct inquiry *job, long id)
{
    if (job->job_id)
        return job->job_id == id;
    return job->answer != ANSWER_FOUND || job->status.job_id >= id;
}

bool inquiry_takes_task(const struct inquiry *job, long id, long array_id)
{
    if (job->job_id)
        return job->job_id == id || job->job_id == array_id;
    return job->answer != ANSWER_FOUND || job->status.array_id >= array_id;
}

void inquiry_name(const struct inquiry *job, char name[INQUIRY_NAME])
{
    char token[TOKEN_TEXT];
    long task = token_split(job->token, token);
    if (task && job->status.array_id)
        snprintf(name, INQUIRY_NAME, "%ld_%ld", job->status.array_id, task);
    else
        snprintf(name, INQUIRY_NAME, "%ld", job->job_id);
}
