/* SPDX-License-Identifier: BSD-3-Clause */
/* What is known of a job's use, from whoever has said it: a picture can be made
 * of it, and what is shown can be shown. Input: sstat's lines, sacct's,
 * squeue's line, scontrol's configuration, a kernel's record and a kept trace,
 * each ended by a NUL. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "hint.h"
#include "tally.h"
#include "usage_json.h"
#include "usage_page.h"
#include "usage_view.h"

static void read_slurm(const struct fuzz_parts *parts, struct usage *usage)
{
    struct allotment allotment;

    REQUIRE(steps_read_live(parts->text[0], &usage->steps) == 0);
    REQUIRE(steps_read_final(parts->text[1], &usage->allotment,
                             &usage->steps) >= 0);
    if (allotment_read(parts->text[2], &allotment) == 0) {
        REQUIRE(allotment.job_id > 0 && allotment.state < STATE_COUNT);
        REQUIRE(allotment.cpus >= 0 && allotment.limit_min >= 0);
        REQUIRE(!(allotment.mem_mib < 0));
        usage->allotment = allotment;
    }
    steps_read_config(parts->text[3], &usage->steps_every_s);
    REQUIRE(!(usage->steps_every_s < 0));
    REQUIRE(!(steps_cpu_s(&usage->steps) < 0));
    REQUIRE(!(steps_mem_mib(&usage->steps) < 0));
    usage->now_s = allotment_ran_s(&usage->allotment);
    REQUIRE(usage->now_s >= 0);
}

static void read_files(const struct fuzz_parts *parts, struct usage *usage)
{
    struct error err = {""};
    json_t *record = json_loads(parts->text[4], 0, NULL);

    if (json_is_object(record)) {
        usage->record = record;
        REQUIRE(lanes_read(record, &usage->lanes) == 0);
    } else {
        json_decref(record);
    }
    fuzz_put("usage_12.json", parts->text[5], parts->size[5]);
    if (trace_load(&usage->trace, "/", 12, &err) != 0)
        REQUIRE(err.text[0] != '\0' && usage->trace.point == NULL);
    REQUIRE(usage->trace.count <= TRACE_POINTS);
}

typedef void print_fn(const struct usage *usage, FILE *file);

static void print_end(const struct usage *usage, FILE *file)
{
    const struct style style = {.width = 60};
    usage_view_end(usage, &style, file);
    usage_view_line(usage, file);
}

static void print_now(const struct usage *usage, FILE *file)
{
    const struct style style = {.width = 60};
    usage_view_now(usage, &style, 24, file);
}

static void print(const struct usage *usage, print_fn *print_it)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    REQUIRE(out != NULL);
    print_it(usage, out);
    REQUIRE(fclose(out) == 0);
    fuzz_require_visible(text);
    /* In a page such quotes are quoted, unless they are a picture's. */
    REQUIRE(print_it != usage_page_print || (strstr(text, "=\"nan") == NULL &&
                                             strstr(text, "=\"-nan") == NULL &&
                                             strstr(text, "=\"inf") == NULL));
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_parts parts;
    struct usage *usage = calloc(1, sizeof *usage);

    REQUIRE(usage != NULL);
    usage->allotment.mem_mib = usage->steps_every_s = NAN;
    fuzz_split(data, size, &parts);
    read_slurm(&parts, usage);
    read_files(&parts, usage);
    usage->accounted = true;
    tally_make(usage);
    hint_make(usage);
    print(usage, print_end);
    print(usage, print_now);
    print(usage, usage_page_print);
    json_t *json = usage_json(usage);
    REQUIRE(json != NULL);
    json_decref(json);
    json_decref(usage->record);
    steps_release(&usage->steps);
    trace_release(&usage->trace);
    lanes_release(&usage->lanes);
    free(usage);
    fuzz_clear();
    fuzz_release(&parts);
    return 0;
}
