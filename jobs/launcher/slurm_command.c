/* SPDX-License-Identifier: BSD-3-Clause */
#include "slurm_command.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_setting(const char *variable)
{
    static const char *const begins[] = {
        "SBATCH_",          "SQUEUE_",         "SACCT_",
        "SCANCEL_",         "SLURM_CLUSTERS=", "SLURM_TIME_FORMAT=",
        "SLURM_BITSTR_LEN="};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        if (strncmp(variable, begins[i], strlen(begins[i])) == 0)
            return true;
    }
    return false;
}

/* Ours without the settings, and room for two more. */
static char **filtered(size_t *count)
{
    size_t own = 0;
    while (environ[own])
        own++;
    char **list = calloc(own + 3, sizeof *list);
    *count = 0;
    for (size_t i = 0; list && i < own; i++) {
        if (!is_setting(environ[i]))
            list[(*count)++] = environ[i];
    }
    return list;
}

char **slurm_command_environment(void)
{
    size_t count;
    return filtered(&count);
}

int slurm_command(char *const argv[], int timeout_s, struct command *command,
                  struct error *err)
{
    size_t count;
    char **list = filtered(&count);
    if (!list)
        return error_set(err, "cannot run %s: out of memory", argv[0]);
    list[count++] = "SLURM_TIME_FORMAT=%s";
    list[count] = "SLURM_BITSTR_LEN=0"; /* lists of tasks in full */
    int rc = command_run(argv, NULL, list, timeout_s, command, err);
    free(list);
    if (rc != 0 || command->status == 0)
        return rc;
    free(command->output);
    command->output = NULL;
    return error_set(err, "%s failed (exit status %d)%s%s", argv[0],
                     command->status, command->complaint[0] ? ": " : "",
                     command->complaint);
}
