/* SPDX-License-Identifier: BSD-3-Clause */
#include "local_account.h"

#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "file.h"

int local_account_read(const char *folder, long job_id, struct steps *steps)
{
    char path[PATH_MAX], *text;
    struct error ignored;
    double cpu_s, mem_mib;
    json_int_t start, end;
    if (snprintf(path, sizeof path, "%s/local_%ld.json", folder, job_id) >=
            (int)sizeof path ||
        file_read(path, FILE_TEXT_MAX, &text, NULL, &ignored) != 0)
        return -1;
    json_t *json = json_loads(text, 0, NULL);
    free(text);
    int rc = json_unpack(json, "{sI sI sF sF}", "start", &start, "end", &end,
                         "cpu_s", &cpu_s, "mem_task_mib", &mem_mib);
    json_decref(json);
    struct step *step = rc == 0 && end > 0 ? steps_find(steps, "script") : NULL;
    if (!step)
        return -1;
    step->tasks = 1;
    step->cpu_s = cpu_s;
    step->elapsed_s = end > start ? (double)(end - start) : 0;
    step->mem_task_mib = mem_mib;
    return 0;
}
