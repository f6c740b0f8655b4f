/* SPDX-License-Identifier: BSD-3-Clause */
#include "exit_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "file.h"

enum { LIMIT = 64 };

int exit_file_read(const struct run *run, struct job_status *status)
{
    char path[PATH_MAX], *text;
    struct stat about;
    struct error ignored;
    int code, attempt, length = 0;
    run_file(run, "exit_", "", path);
    if (stat(path, &about) != 0 ||
        file_read(path, LIMIT, &text, NULL, &ignored) != 0)
        return -1;
    int fields = sscanf(text, "%3d %5d\n%n", &code, &attempt, &length);
    bool whole = fields == 2 && length > 0 && text[length] == '\0' &&
                 text[length - 1] == '\n';
    free(text);
    if (!whole || code < 0 || code > 255 || attempt < status->attempt)
        return -1;
    status->state = code == 0 ? STATE_COMPLETED : STATE_FAILED;
    status->exit_code = code;
    status->signal = 0;
    status->attempt = attempt;
    status->reason[0] = '\0';
    status->end = about.st_mtime;
    return 0;
}
