/* SPDX-License-Identifier: BSD-3-Clause */
#include "by_hand.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

enum { ASK_S = 10 };

/* Slurm's comment for a job, "" = not known. */
static void ask_comment(long job_id, char *comment, size_t size)
{
    char id[32], *said;
    struct error ignored;
    comment[0] = '\0';
    snprintf(id, sizeof id, "--jobs=%ld", job_id);
    char *const argv[] = {"squeue",      "-h", "--states=all",
                          "--format=%k", id,   NULL};
    if (command_output(argv, ASK_S, &said, &ignored) != 0)
        return;
    snprintf(comment, size, "%s", said);
    free(said);
}

static bool has_output(const struct run *run)
{
    char path[PATH_MAX];
    run_file(run, "output_", ".out", path);
    return access(path, F_OK) == 0;
}

int by_hand_find(long job_id, char **folders, size_t count, struct run *run)
{
    struct error ignored;
    char comment[256];
    for (size_t i = 0; i < count; i++) {
        if (run_load(folders[i], run, &ignored) != 0)
            continue;
        run_adopt(run, job_id);
        if (has_output(run))
            return 1;
    }
    ask_comment(job_id, comment, sizeof comment);
    for (size_t i = 0; comment[0] && i < count; i++) {
        if (run_load(folders[i], run, &ignored) != 0 ||
            !strstr(comment, run->token))
            continue;
        run_adopt(run, job_id);
        return 1;
    }
    return 0;
}
