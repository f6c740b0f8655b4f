/* SPDX-License-Identifier: BSD-3-Clause */
/* What a node would tell the controller about a job of ours, where the node
 * itself cannot be brought to it: node_says oom|boot JOB
 *   oom   the kernel ended the job for its memory: slurmstepd sees that only
 *         where Slurm uses cgroups
 *   boot  the node did not start for the job: wants nodes that Slurm switches
 *         on (a job that may be requeued goes back to the queue)
 * The controller, its accounting and its clients are real. */
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIG_OOM = 253 }; /* Slurm's own, in place of a signal's number */

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    uint32_t job_id = (uint32_t)strtoul(argv[2], NULL, 10);
    slurm_init(NULL);
    int rc = strcmp(argv[1], "oom") == 0
                 ? slurm_complete_job(job_id, SIG_OOM)
                 : slurm_requeue(job_id, JOB_RECONFIG_FAIL);
    if (rc != SLURM_SUCCESS)
        fprintf(stderr, "job %u: %s\n", job_id, slurm_strerror(errno));
    /* That a job without requeue is not requeued is what is wanted. */
    return rc == SLURM_SUCCESS || errno == ESLURM_DISABLED ? 0 : 1;
}
