/* SPDX-License-Identifier: BSD-3-Clause */
#include "timeline.h"

#include "driver.h"
#include "record.h"

#include <stdio.h>
#include <stdlib.h>

/* Repeats that are kept: fewer of many workers, so that records stay small. */
static long kept_repeats(const struct run *run)
{
    long most = TIMELINE_SPELLS / run->workers;

    if (most > TIMELINE_REPEATS)
        most = TIMELINE_REPEATS;
    if (most < 1)
        most = 1;
    return run->repeat < most ? run->repeat : most;
}

/* The repeats come first, then each worker's part of them. */
static struct spell *spell_at(const struct run *run, int row, long repeat)
{
    return &run->spell[row * kept_repeats(run) + repeat];
}

void timeline_start(struct run *run)
{
    const size_t rows = (size_t)run->workers + 1;

    if (run->rank == 0 && record_is_wanted())
        run->spell = run_array(run, rows * (size_t)kept_repeats(run),
                               sizeof *run->spell);
}

void timeline_begin(struct run *run)
{
    for (int w = 0; w < run->workers; w++)
        run->worker[w].spell = (struct spell){0.0, -1.0};
}

void timeline_keep(struct run *run)
{
    const long timed = run->pass - 1 - (run->repeat > 1 ? 1 : 0);

    if (run->spell == NULL || timed < 0 || timed >= kept_repeats(run))
        return;
    *spell_at(run, 0, timed) =
        (struct spell){run->begin_s - run->start_s, run->time_s[timed]};
    for (int w = 0; w < run->workers; w++)
        *spell_at(run, w + 1, timed) = run->worker[w].spell;
}

/* "12+1034 8+1041": one that took no part is "-". */
static json_t *row_text(const struct run *run, int row)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    json_t *json = NULL;

    if (out == NULL)
        return NULL;
    for (long r = 0; r < kept_repeats(run); r++) {
        const struct spell *spell = spell_at(run, row, r);

        if (spell->busy_s < 0.0)
            fprintf(out, "%s-", r > 0 ? " " : "");
        else
            fprintf(out, "%s%.0f+%.0f", r > 0 ? " " : "", 1e6 * spell->start_s,
                    1e6 * spell->busy_s);
    }
    if (fclose(out) == 0)
        json = json_string(text);
    free(text);
    return json;
}

json_t *timeline_json(const struct run *run)
{
    json_t *workers = json_array();
    int status = workers == NULL || run->spell == NULL ? -1 : 0;

    for (int w = 0; status == 0 && w < run->workers; w++)
        status = json_array_append_new(workers, row_text(run, w + 1));
    if (status == 0)
        return json_pack("{so so}", "repeat", row_text(run, 0), "worker",
                         workers);
    json_decref(workers);
    return NULL;
}

void timeline_release(struct run *run)
{
    free(run->spell);
}
