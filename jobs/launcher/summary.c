/* SPDX-License-Identifier: BSD-3-Clause */
#include "summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "meaning.h"

/* All times of a table in one unit, so that they can be compared. */
struct unit {
    const char *name;
    double per_s;
    int decimals;
};

/* The unit in which the longest time has a part before the point, with the
 * decimals that leave the shortest three digits. */
static struct unit find_unit(const struct study *study)
{
    struct unit unit = {"s", 1, 3};
    double longest = 0, shortest = INFINITY;
    for (size_t i = 0; i < study->points; i++) {
        longest = fmax(longest, study->point[i].time.median);
        shortest = fmin(shortest, study->point[i].time.median);
    }
    if (longest > 0 && longest < 1e-3)
        unit = (struct unit){"us", 1e6, 1};
    else if (longest > 0 && longest < 1)
        unit = (struct unit){"ms", 1e3, 1};
    if (longest > 0) {
        int digits = 2 - (int)floor(log10(shortest * unit.per_s));
        unit.decimals = digits < 0 ? 0 : digits > 6 ? 6 : digits;
    }
    return unit;
}

static void time_cell(struct sheet *sheet, const struct unit *unit, double time)
{
    if (isnan(time))
        sheet_cell(sheet, "-");
    else
        sheet_cell(sheet, "%.*f", unit->decimals, time * unit->per_s);
}

static void percent_cell(struct sheet *sheet, double share, int decimals)
{
    if (isnan(share))
        sheet_cell(sheet, "-");
    else
        sheet_cell(sheet, "%.*f %%", decimals, 100 * share);
}

static void number_cell(struct sheet *sheet, double value, int decimals)
{
    if (isnan(value))
        sheet_cell(sheet, "-");
    else
        sheet_cell(sheet, "%.*f", decimals, value);
}

/* A speedup, half the width of its interval, and its efficiency. */
static void speedup_cells(struct sheet *sheet, const struct ratio *ratio,
                          long workers)
{
    double half = (ratio->high - ratio->low) / 2;
    int decimals = ratio->value < 100 ? 2 : 1;
    number_cell(sheet, ratio->value, decimals);
    number_cell(sheet, half, decimals);
    percent_cell(sheet, ratio->value / (double)workers, 0);
}

struct heads {
    char median[32], min[32], low[32], high[32], mad[32], warmup[32];
};

static void set_heads(const struct unit *unit, struct heads *heads)
{
    snprintf(heads->median, sizeof heads->median, "median/%s", unit->name);
    snprintf(heads->min, sizeof heads->min, "min/%s", unit->name);
    snprintf(heads->low, sizeof heads->low, "from/%s", unit->name);
    snprintf(heads->high, sizeof heads->high, "to/%s", unit->name);
    snprintf(heads->mad, sizeof heads->mad, "MAD/%s", unit->name);
    snprintf(heads->warmup, sizeof heads->warmup, "warm-up/%s", unit->name);
}

static void fill_row(const struct findings *findings, const struct unit *unit,
                     const struct point *point, struct sheet *sheet)
{
    char name[LABEL];
    const struct sample *sample = point->sample;
    const struct spread *time = &point->time;
    double half = (time->high - time->low) / 2 / time->median;
    struct unit finer = *unit; /* for what is a small part of a time */
    finer.decimals++;
    sheet_cell(sheet, "%s", label_scheme(&findings->labels, sample, name));
    sheet_cell(sheet, "%ld", sample->grid);
    sheet_cell(sheet, "%ld", sample->workers);
    time_cell(sheet, unit, time->median);
    percent_cell(sheet, isnan(stats_error(time)) ? NAN : half, 1);
    speedup_cells(sheet, &point->over_serial, sample->workers);
    speedup_cells(sheet, &point->over_one, sample->workers);
    if (findings->study.weaks > 0) {
        number_cell(sheet, point->scaled, 2);
        percent_cell(sheet, point->scaled / (double)sample->workers, 0);
    }
    percent_cell(sheet, point->karp_flatt, 1);
    percent_cell(sheet, point->cpu_efficiency, 0);
    time_cell(sheet, unit, time->min);
    time_cell(sheet, unit, time->low);
    time_cell(sheet, unit, time->high);
    time_cell(sheet, &finer, time->mad);
    time_cell(sheet, unit, point->warmup.median);
    sheet_cell(sheet, "%zu", time->count);
    sheet_cell(sheet, "%zu", point->runs);
}

void summary_sheet(const struct findings *findings, struct sheet *sheet)
{
    static struct heads heads; /* as long as the sheet */
    struct unit unit = find_unit(&findings->study);
    *sheet = (struct sheet){0};
    set_heads(&unit, &heads);
    sheet_column(sheet, "scheme", true, 0);
    sheet_column(sheet, "grid", false, findings->labels.grid ? 0 : 14);
    sheet_column(sheet, "workers", false, 0);
    sheet_column(sheet, heads.median, false, 0);
    sheet_column(sheet, "+-", false, 1);
    sheet_column(sheet, "vs serial", false, 0);
    sheet_column(sheet, "+-", false, 6);
    sheet_column(sheet, "eff.", false, 3);
    sheet_column(sheet, "vs one", false, 0);
    sheet_column(sheet, "+-", false, 5);
    sheet_column(sheet, "eff.", false, 2);
    if (findings->study.weaks > 0) {
        sheet_column(sheet, "scaled", false, 0);
        sheet_column(sheet, "eff.", false, 4);
    }
    sheet_column(sheet, "Karp-Flatt", false, 7);
    sheet_column(sheet, "CPU", false, 10);
    sheet_column(sheet, heads.min, false, 8);
    sheet_column(sheet, heads.low, false, 12);
    sheet_column(sheet, heads.high, false, 12);
    sheet_column(sheet, heads.mad, false, 13);
    sheet_column(sheet, heads.warmup, false, 15);
    sheet_column(sheet, "repeats", false, 9);
    sheet_column(sheet, "runs", false, 11);
    for (size_t i = 0; i < findings->study.points; i++)
        fill_row(findings, &unit, &findings->study.point[i], sheet);
}

void summary_each(const struct findings *findings,
                  void (*print)(const char *text, void *context), void *context)
{
    char text[MEANING];
    const struct study *study = &findings->study;
    for (size_t i = 0; i < study->many; i++) {
        meaning_strong(&study->series[i], &findings->labels, text);
        if (text[0])
            print(text, context);
    }
    for (size_t i = 0; i < study->weaks; i++) {
        meaning_weak(&study->weak[i], &findings->labels, text);
        if (text[0])
            print(text, context);
    }
}

void summary_count(const struct findings *findings, char *text, size_t size)
{
    int used = snprintf(text, size, "%zu run%s", findings->count,
                        findings->count == 1 ? "" : "s");
    if (findings->failed + findings->open > 0)
        snprintf(text + used, size - (size_t)used,
                 ", of which %zu failed and %zu not known to be over are in no "
                 "figure",
                 findings->failed, findings->open);
}

const char summary_legend[] =
    "vs serial: speedup against scheme serial; vs one: against one worker of "
    "the same scheme; scaled: the same for more workers on a larger grid; "
    "eff.: that speedup for each worker; +-: half of the 95 % interval (94 % "
    "with 5 repeats); from, to: that of the median.";

struct output {
    const struct style *style;
    FILE *file;
};

static void print_bullet(const char *text, void *context)
{
    const struct output *output = context;
    sheet_wrap("- ", text, output->style->width, output->file);
}

static void print_head(const char *text, const struct output *output)
{
    fprintf(output->file,
            output->style->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
}

bool summary_has_scaling(const struct findings *findings)
{
    const struct study *study = &findings->study;
    for (size_t i = 0; i < study->many; i++) {
        if (!isnan(study->series[i].amdahl.share))
            return true;
    }
    return study->weaks > 0;
}

/* label_explain in lines of that width. */
static void print_common(const struct findings *findings,
                         const struct output *output)
{
    char *text = NULL, *rest;
    size_t size;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        return;
    label_explain(&findings->labels, &findings->study, findings->reader, "",
                  memory);
    if (fclose(memory) == 0) {
        rest = text;
        for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
            if (*line)
                sheet_wrap("", line, output->style->width, output->file);
        }
    }
    free(text);
}

void summary_print(const struct findings *findings, const struct style *style,
                   FILE *file)
{
    struct output output = {style, file};
    struct sheet sheet;
    char text[200];
    summary_count(findings, text, sizeof text);
    sheet_wrap("", text, style->width, file);
    if (findings->study.points == 0)
        return;
    print_common(findings, &output);
    fputc('\n', file);
    summary_sheet(findings, &sheet);
    sheet_print(&sheet, style, file);
    sheet_release(&sheet);
    sheet_wrap("", summary_legend, style->width, file);
    if (summary_has_scaling(findings)) {
        print_head("Scaling", &output);
        summary_each(findings, print_bullet, &output);
    }
    if (findings->cautions.count > 0)
        print_head("Doubts", &output);
    for (size_t i = 0; i < findings->cautions.count; i++)
        print_bullet(findings->cautions.text[i], &output);
}

void summary_print_markdown(const struct findings *findings, FILE *file)
{
    const struct style style = {0};
    struct output output = {&style, file};
    struct sheet sheet;
    char text[200];
    summary_count(findings, text, sizeof text);
    fprintf(file, "%s\n\n", text);
    if (findings->study.points == 0)
        return;
    label_explain(&findings->labels, &findings->study, findings->reader, "- ",
                  file);
    fputc('\n', file);
    summary_sheet(findings, &sheet);
    sheet_print_markdown(&sheet, file);
    sheet_release(&sheet);
    fprintf(file, "\n%s\n", summary_legend);
    if (summary_has_scaling(findings)) {
        fprintf(file, "\n## Scaling\n\n");
        summary_each(findings, print_bullet, &output);
    }
    if (findings->cautions.count > 0)
        fprintf(file, "\n## Doubts\n\n");
    for (size_t i = 0; i < findings->cautions.count; i++)
        print_bullet(findings->cautions.text[i], &output);
}
