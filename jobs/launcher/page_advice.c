/* SPDX-License-Identifier: BSD-3-Clause */
#include "page_advice.h"

#include <stdlib.h>
#include <string.h>

#include "advise.h"
#include "prefix.h"
#include "sheet.h"

enum { NAMED = 8 }; /* runs that are named with an advice */

/* One advice and the runs it is for. */
struct told {
    struct advice advice;
    const struct sample *sample[NAMED];
    size_t runs;
};

struct list {
    struct told *told;
    size_t count;
};

static int add(struct list *list, const struct advice *advice,
               const struct sample *sample)
{
    size_t i = 0;
    while (i < list->count &&
           (strcmp(list->told[i].advice.say, advice->say) != 0 ||
            strcmp(list->told[i].advice.change, advice->change) != 0))
        i++;
    if (i == list->count) {
        struct told *more =
            reallocarray(list->told, list->count + 1, sizeof *more);
        if (!more)
            return -1;
        list->told = more;
        more[list->count++] = (struct told){.advice = *advice};
    }
    struct told *told = &list->told[i];
    if (told->runs < NAMED)
        told->sample[told->runs] = sample;
    told->runs++;
    return 0;
}

static int add_run(struct adviser *adviser, const struct sample *sample,
                   struct list *list, struct error *err)
{
    struct run run;
    struct result result;
    struct error ignored;
    if (run_load(sample->folder, &run, &ignored) != 0)
        return 0;
    result_collect(&run, 0, &result);
    int rc = advise_results(adviser, &result, 1, NULL, err);
    for (size_t i = 0; rc == 0 && i < result.advice.count; i++)
        rc = add(list, &result.advice.advice[i], sample);
    result_release(&result);
    return rc;
}

/* Those that went wrong stand behind the others. */
static int add_runs(const struct findings *findings, size_t most,
                    struct adviser *adviser, struct list *list,
                    struct error *err)
{
    int rc = 0;
    size_t done = 0;
    for (size_t i = findings->count; rc == 0 && i > 0 && done < most; i--) {
        const struct sample *sample = &findings->samples[i - 1];
        if (sample->verdict == RESULT_RIGHT)
            break;
        rc = add_run(adviser, sample, list, err);
        done++;
    }
    done = 0;
    for (size_t i = 0; rc == 0 && i < findings->study.points && done < most;
         i++, done++)
        rc = add_run(adviser, findings->study.point[i].sample, list, err);
    return rc;
}

static void print_runs(const struct told *told, const struct labels *labels,
                       FILE *file)
{
    char name[LABEL];
    size_t shown = told->runs < NAMED ? told->runs : NAMED;
    fputs("<p>", file);
    for (size_t i = 0; i < shown; i++) {
        const struct sample *sample = told->sample[i];
        fputs(i ? "; " : "", file);
        sheet_escape(sample->kind ? label_scheme(labels, sample, name)
                                  : sample->scheme,
                     file);
        fprintf(file, ", %ld worker%s, job %ld", sample->workers,
                sample->workers == 1 ? "" : "s", sample->job_id);
    }
    if (told->runs > shown)
        fprintf(file, "; and %zu more", told->runs - shown);
    fputs("</p>\n", file);
}

static void print_told(const struct told *told, const struct labels *labels,
                       FILE *file)
{
    const struct advice *advice = &told->advice;
    fputs("<h3>", file);
    sheet_escape(advice->name, file);
    fprintf(file, " (%s)</h3>\n", advice_severity(advice->severity));
    print_runs(told, labels, file);
    fputs("<p>", file);
    sheet_escape(advice->say, file);
    fputs("</p>\n", file);
    if (advice->change[0]) {
        fputs("<pre>", file);
        sheet_escape(advice->change, file);
        fputs("</pre>\n", file);
    }
    if (advice->read[0]) {
        fputs("<p>Read more: ", file);
        sheet_escape(advice->read, file);
        fputs("</p>\n", file);
    }
}

void page_advice_print(const struct findings *findings, size_t most, FILE *file)
{
    struct prefix prefix;
    struct adviser adviser = {.prefix = &prefix};
    struct list list = {0};
    struct error err;
    int rc = prefix_find(&prefix, &err);
    if (rc == 0)
        rc = add_runs(findings, most, &adviser, &list, &err);
    if (rc == 0 && list.count == 0)
        fputs("<p>None: no rule applies to these runs.</p>\n", file);
    for (int severity = 0; severity < SEVERITIES; severity++) {
        for (size_t i = 0; i < list.count; i++) {
            if (list.told[i].advice.severity == (enum severity)severity)
                print_told(&list.told[i], &findings->labels, file);
        }
    }
    if (rc != 0) {
        fputs("<p>", file);
        sheet_escape(err.text, file);
        fputs("</p>\n", file);
    }
    advise_release(&adviser);
    free(list.told);
}
