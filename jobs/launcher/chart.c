/* SPDX-License-Identifier: BSD-3-Clause */
#include "chart.h"

#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <string.h>

enum { WIDTH = 80, MARGIN = 20, EIGHTHS = 8 };

/* How bars are drawn: on a scale of so many eighths of a character for a
 * speedup of 1. */
struct pen {
    bool blocks;
    double scale;
    int room;
};

static bool has_blocks(void)
{
    return setlocale(LC_CTYPE, "") &&
           strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Speedups against one worker where there is one, else against serial. */
static const struct ratio *speedup_of(const struct point *point, bool serial)
{
    return serial ? &point->over_serial : &point->over_one;
}

static bool is_drawn(const struct series *series, bool serial)
{
    return series->count > 1 &&
           !isnan(speedup_of(&series->point[0], serial)->value);
}

/* The longest bar of all, ideal or not. */
static double longest(const struct study *study, bool serial)
{
    double most = 0;
    for (size_t i = 0; i < study->many; i++) {
        const struct series *series = &study->series[i];
        for (size_t j = 0; is_drawn(series, serial) && j < series->count; j++) {
            const struct point *point = &series->point[j];
            most = fmax(most, (double)point->sample->workers);
            most = fmax(most, speedup_of(point, serial)->value);
        }
    }
    return most;
}

static void draw_bar(const struct pen *pen, double speedup, double ideal,
                     FILE *file)
{
    static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int eighths = (int)lround(speedup * pen->scale);
    int mark = (int)(ideal * pen->scale / EIGHTHS);
    if (!pen->blocks)
        eighths = (eighths + EIGHTHS / 2) / EIGHTHS * EIGHTHS;
    for (int i = 0; i < pen->room; i++) {
        int left = eighths - i * EIGHTHS;
        if (i == mark && left < EIGHTHS)
            fputc('|', file);
        else if (left >= EIGHTHS)
            fputs(pen->blocks ? "█" : "#", file);
        else if (left > 0 && pen->blocks)
            fputs(parts[left], file);
        else
            fputc(' ', file);
    }
}

static void draw_series(const struct findings *findings,
                        const struct series *series, bool serial,
                        const struct pen *pen, FILE *file)
{
    char name[LABEL];
    fprintf(file, "%s\n",
            label_series(&findings->labels, series->point[0].sample, name));
    for (size_t i = 0; i < series->count; i++) {
        const struct point *point = &series->point[i];
        double speedup = speedup_of(point, serial)->value;
        double workers = (double)point->sample->workers;
        fprintf(file, "%6ld ", point->sample->workers);
        draw_bar(pen, speedup, workers, file);
        fprintf(file, "%7.2f%4.0f %%\n", speedup, 100 * speedup / workers);
    }
}

static void draw_all(const struct findings *findings, bool serial,
                     const struct style *style, const char *what, FILE *file)
{
    const struct study *study = &findings->study;
    double most = longest(study, serial);
    char title[LABEL];
    int width = style->width ? (int)style->width : WIDTH;
    struct pen pen = {.blocks = has_blocks(),
                      .room = width > 2 * MARGIN ? width - MARGIN : MARGIN};
    if (!(most > 0))
        return;
    pen.scale = (pen.room - 1) * EIGHTHS / most;
    fprintf(file, "\n");
    snprintf(title, sizeof title,
             "Speedup against %s by workers (| = ideal), and for each worker",
             what);
    sheet_wrap("", title, (size_t)width, file);
    for (size_t i = 0; i < study->many; i++) {
        if (is_drawn(&study->series[i], serial))
            draw_series(findings, &study->series[i], serial, &pen, file);
    }
}

void chart_print(const struct findings *findings, const struct style *style,
                 FILE *file)
{
    if (!(longest(&findings->study, false) > 0) &&
        !(longest(&findings->study, true) > 0))
        fprintf(file, "\nNo chart: it takes runs with different numbers of "
                      "workers, one of them 1, or a serial run\n");
    draw_all(findings, false, style, "one worker of the same scheme", file);
    draw_all(findings, true, style, "serial", file);
}
