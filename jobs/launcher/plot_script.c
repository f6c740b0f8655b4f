/* SPDX-License-Identifier: BSD-3-Clause */
#include "plot_script.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Colours that people who do not see all of them can tell apart (M. Okabe,
 * K. Ito, Color Universal Design, 2008; without its yellow, which is too
 * light for paper), and marks that are different in black and white. */
static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73",
                                      "#CC79A7", "#E69F00", "#56B4E9",
                                      "#000000"};
static const int marks[] = {7, 5, 9, 13, 11, 4, 6};

enum {
    COLOURS = sizeof colours / sizeof colours[0],
    TICS = 12,
    /* Columns of the data */
    WORKERS = 1,
    SERIAL = 2,
    ONE = 5,
    EFFICIENCY = 8,
    TIME = 11,
    /* and of weak scaling, which has no serial */
    WEAK_SPEEDUP = 2,
    WEAK_EFFICIENCY = 5,
    WEAK_TIME = 8,
};

struct script {
    const struct findings *findings;
    const struct series *series[64];
    size_t count;
    size_t rows;   /* of the legend */
    double legend; /* its height, of the whole */
    FILE *file;
};

/* Single quotes hold anything but single quotes. */
static void quote(const char *text, FILE *file)
{
    fputc('\'', file);
    for (; *text; text++)
        fprintf(file, *text == '\'' ? "''" : "%c", *text);
    fputc('\'', file);
}

static void number(double value, FILE *file)
{
    if (isfinite(value))
        fprintf(file, " %.9g", value);
    else
        fprintf(file, " NaN");
}

/* Where no interval is known the bar has no length. */
static void numbers(double value, double low, double high, FILE *file)
{
    number(value, file);
    number(isfinite(low) ? low : value, file);
    number(isfinite(high) ? high : value, file);
}

static void write_point(const struct point *point, FILE *file)
{
    const struct ratio *serial = &point->over_serial, *one = &point->over_one;
    double workers = (double)point->sample->workers;
    fprintf(file, "%ld", point->sample->workers);
    numbers(serial->value, serial->low, serial->high, file);
    numbers(one->value, one->low, one->high, file);
    numbers(one->value / workers, one->low / workers, one->high / workers,
            file);
    numbers(point->time.median, point->time.low, point->time.high, file);
    fputc('\n', file);
}

/* The scaled speedup, its share for each worker, and the time. */
static void write_weak(const struct weak *weak, size_t i, FILE *file)
{
    const struct point *first = weak->point[0], *point = weak->point[i];
    double workers = (double)point->sample->workers;
    struct ratio ratio = {1, NAN, NAN};
    if (i > 0)
        ratio = stats_ratio(&first->time, &point->time);
    double work = weak->speedup[i] / ratio.value;
    fprintf(file, "%ld", point->sample->workers);
    numbers(weak->speedup[i], ratio.low * work, ratio.high * work, file);
    work /= workers;
    numbers(weak->speedup[i] / workers, ratio.low * work, ratio.high * work,
            file);
    numbers(point->time.median, point->time.low, point->time.high, file);
    fputc('\n', file);
}

static void write_data(const struct script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct series *series = script->series[i];
        fprintf(script->file, "$s%zu << END\n", i);
        for (size_t j = 0; j < series->count; j++)
            write_point(&series->point[j], script->file);
        fprintf(script->file, "END\n");
    }
    for (size_t i = 0; i < script->findings->study.weaks; i++) {
        const struct weak *weak = &script->findings->study.weak[i];
        fprintf(script->file, "$w%zu << END\n", i);
        for (size_t j = 0; j < weak->count; j++)
            write_weak(weak, j, script->file);
        fprintf(script->file, "END\n");
    }
}

/* Series that have something to show beside each other first. */
static size_t choose(struct script *script, size_t most)
{
    const struct study *study = &script->findings->study;
    size_t all = 0;
    for (int single = 0; single < 2; single++) {
        for (size_t i = 0; i < study->many; i++) {
            const struct series *series = &study->series[i];
            if ((series->count < 2) != single ||
                (single && !isnan(series->point[0].scaled)))
                continue;
            all++;
            if (script->count < most)
                script->series[script->count++] = series;
        }
    }
    return all - script->count;
}

static int ascending(const void *a, const void *b)
{
    const long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

/* The numbers of workers there are, if they are few. */
static void write_tics(const struct script *script)
{
    const struct study *study = &script->findings->study;
    long *workers = calloc(study->points + 1, sizeof *workers);
    size_t different = 0;
    for (size_t i = 0; workers && i < study->points; i++)
        workers[i] = study->point[i].sample->workers;
    if (workers)
        qsort(workers, study->points, sizeof *workers, ascending);
    for (size_t i = 0; workers && i < study->points; i++) {
        if (i == 0 || workers[i] != workers[i - 1])
            workers[different++] = workers[i];
    }
    long last = different > 0 ? workers[different - 1] : 1;
    fprintf(script->file, "set xrange [0.8:%.3g]\n", (double)last * 1.25);
    fprintf(script->file, "last = %ld\n", last);
    if (different > 0 && different <= TICS) {
        fprintf(script->file, "set xtics (");
        for (size_t i = 0; i < different; i++)
            fprintf(script->file, "%s%ld", i ? ", " : "", workers[i]);
        fprintf(script->file, ")\n");
    }
    free(workers);
}

static void write_head(const struct script *script, const char *terminal)
{
    fprintf(script->file,
            "%s\n"
            "set encoding utf8\n"
            "set datafile missing 'NaN'\n"
            "set border 3 linewidth 1 linecolor '#444444'\n"
            "set tics nomirror textcolor '#000000'\n"
            "set grid linecolor '#cccccc' linewidth 0.6\n"
            "set logscale x 2\n"
            "set xlabel 'workers'\n"
            "set bars 0.6\n"
            "set lmargin 9\n"
            "unset key\n",
            terminal);
    write_tics(script);
}

static void write_style(const struct script *script, size_t i)
{
    fprintf(script->file,
            " linecolor '%s' pointtype %d dashtype %zu linewidth 1.6 "
            "pointsize 1.1",
            colours[i % COLOURS], marks[i % COLOURS], 1 + i / COLOURS);
}

/* The panel in that corner: x and y are 0 or 1. */
static void write_place(const struct script *script, int x, int y,
                        const char *title)
{
    fprintf(script->file,
            "set origin %g, %g\nset size 0.5, %g\nset title '%s'\n", 0.5 * x,
            script->legend + (1 - script->legend) / 2 * y,
            (1 - script->legend) / 2, title);
}

/* Lines with error bars for one group of columns. */
static void write_curves(const struct script *script, int column)
{
    for (size_t i = 0; i < script->count; i++) {
        fprintf(script->file,
                ", $s%zu using %d:%d with lines linecolor '%s' dashtype %zu "
                "linewidth 1.6, $s%zu using %d:%d:%d:%d with yerrorbars",
                i, WORKERS, column, colours[i % COLOURS], 1 + i / COLOURS, i,
                WORKERS, column, column + 1, column + 2);
        write_style(script, i);
    }
}

/* The colour of its scheme's series, if there is one. */
static const char *weak_colour(const struct script *script,
                               const struct weak *weak)
{
    const struct sample *sample = weak->point[0]->sample;
    for (size_t i = 0; i < script->count; i++) {
        const struct sample *other = script->series[i]->point[0].sample;
        if (other->scheme == sample->scheme && other->site == sample->site &&
            other->mode == sample->mode && other->math == sample->math &&
            other->sum == sample->sum && other->kind == sample->kind)
            return colours[i % COLOURS];
    }
    return colours[COLOURS - 1];
}

/* The same for weak scaling. */
static void write_weaks(const struct script *script, int column)
{
    for (size_t i = 0; i < script->findings->study.weaks; i++) {
        const char *colour =
            weak_colour(script, &script->findings->study.weak[i]);
        fprintf(script->file,
                ", $w%zu using %d:%d with lines linecolor '%s' dashtype 3 "
                "linewidth 1.6, $w%zu using %d:%d:%d:%d with yerrorbars "
                "linecolor '%s' dashtype 1 pointtype 3 linewidth 1.6",
                i, WORKERS, column, colour, i, WORKERS, column, column + 1,
                column + 2, colour);
    }
}

static bool has(const struct script *script, bool serial)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct series *series = script->series[i];
        for (size_t j = 0; j < series->count; j++) {
            const struct point *point = &series->point[j];
            if (!isnan(serial ? point->over_serial.value
                              : point->over_one.value))
                return true;
        }
    }
    return false;
}

static void write_speedup(const struct script *script, bool serial)
{
    write_place(script, serial ? 0 : 1, 1,
                serial ? "Speedup against serial"
                       : "Speedup against one worker of the same scheme");
    fprintf(script->file,
            "set logscale y 2\nset ylabel 'speedup'\nset autoscale y\n");
    if (!has(script, serial))
        fprintf(script->file,
                "set label 1 'no %s to compare with' at graph 0.5, 0.5 "
                "center\n",
                serial ? "serial run" : "run with one worker");
    fprintf(script->file,
            "plot [][] [1:last] x with lines linecolor '#888888' dashtype 2 "
            "linewidth 1.2");
    if (has(script, serial))
        write_curves(script, serial ? SERIAL : ONE);
    if (!serial)
        write_weaks(script, WEAK_SPEEDUP);
    fprintf(script->file, "\nunset label 1\n");
}

/* Some room above the largest. */
static double highest_efficiency(const struct script *script)
{
    double most = 1;
    for (size_t i = 0; i < script->count; i++) {
        const struct series *series = script->series[i];
        for (size_t j = 0; j < series->count; j++) {
            const struct point *point = &series->point[j];
            most = fmax(most,
                        point->over_one.value / (double)point->sample->workers);
        }
    }
    return 1.08 * most;
}

static void write_efficiency(const struct script *script)
{
    write_place(script, 0, 0, "Efficiency (speedup against one, for each)");
    fprintf(script->file,
            "unset logscale y\nset ylabel 'efficiency'\n"
            "set yrange [0:%.3g]\nset ytics format '%%g'\n"
            "plot [][] [1:last] 1 with lines linecolor '#888888' dashtype 2 "
            "linewidth 1.2",
            highest_efficiency(script));
    if (has(script, false))
        write_curves(script, EFFICIENCY);
    write_weaks(script, WEAK_EFFICIENCY);
    fprintf(script->file, "\nset autoscale y\n");
}

/* From the shortest time to the longest, with some room. */
static void write_time_range(const struct script *script)
{
    static const double few[] = {1, 2, 5, 0};
    static const double many[] = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 0};
    const struct study *study = &script->findings->study;
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < script->count; i++) {
        const struct series *series = script->series[i];
        for (size_t j = 0; j < series->count; j++) {
            low = fmin(low, series->point[j].time.low);
            high = fmax(high, series->point[j].time.high);
        }
    }
    for (size_t i = 0; i < study->weaks; i++) {
        for (size_t j = 0; j < study->weak[i].count; j++) {
            low = fmin(low, study->weak[i].point[j]->time.low);
            high = fmax(high, study->weak[i].point[j]->time.high);
        }
    }
    low /= 1.6;
    high *= 1.6;
    fprintf(script->file, "set yrange [%.4g:%.4g]\n", low, high);
    if (high / low > 1000)
        return;
    const double *tics = high / low > 12 ? few : many;
    fprintf(script->file, "set ytics (1e-9");
    for (double decade = pow(10, floor(log10(low))); decade < high;
         decade *= 10) {
        for (int i = 0; tics[i] > 0; i++) {
            double tic = decade * tics[i];
            if (tic > low && tic < high)
                fprintf(script->file, ", %.3g", tic);
        }
    }
    fprintf(script->file, ")\n");
}

/* With the fitted law as a thin line. */
static void write_time(const struct script *script)
{
    write_place(script, 1, 0, "Time, and the fitted law of Amdahl (dotted)");
    fprintf(script->file, "set logscale y 10\nset ylabel 'median time in s'\n"
                          "set ytics format '%%g'\n");
    write_time_range(script);
    fprintf(script->file, "plot [][] NaN");
    write_curves(script, TIME);
    write_weaks(script, WEAK_TIME);
    for (size_t i = 0; i < script->count; i++) {
        const struct fit *fit = &script->series[i]->amdahl;
        if (isnan(fit->share))
            continue;
        fprintf(script->file,
                ", [1:last] %.9g*(%.9g+%.9g/x) with lines linecolor '%s' "
                "dashtype 3 linewidth 1",
                fit->one_s, fit->share, 1 - fit->share, colours[i % COLOURS]);
    }
    fprintf(script->file, "\n");
}

static const char *series_name(const struct script *script,
                               const struct sample *sample, char name[LABEL])
{
    return script->findings->labels.grid
               ? label_series(&script->findings->labels, sample, name)
               : label_scheme(&script->findings->labels, sample, name);
}

/* As many columns as fit with the longest name, and the height they take. */
static void lay_out(struct script *script)
{
    const size_t entries = 1 + script->count + script->findings->study.weaks;
    size_t longest = 10;
    char name[LABEL];
    for (size_t i = 0; i < script->count; i++) {
        size_t length = strlen(
            series_name(script, script->series[i]->point[0].sample, name));
        longest = length > longest ? length : longest;
    }
    size_t columns = 75 / (longest + 10);
    columns = columns < 1 ? 1 : columns > entries ? entries : columns;
    script->rows = (entries + columns - 1) / columns;
    script->legend = fmin(0.04 + 0.026 * (double)script->rows, 0.4);
}

static void write_legend(const struct script *script)
{
    const struct study *study = &script->findings->study;
    char name[LABEL];
    fprintf(script->file,
            "set origin 0, 0\nset size 1, %g\nunset title\nunset border\n"
            "unset tics\nunset xlabel\nunset ylabel\nunset logscale\n"
            "set lmargin 0\nset rmargin 0\nset tmargin 0\nset bmargin 0\n"
            "set key center center vertical maxrows %zu samplen 4 width 1\n"
            "plot [0:1][0:1] 2 with lines linecolor '#888888' dashtype 2 "
            "linewidth 1.2 title 'ideal'",
            script->legend, script->rows);
    for (size_t i = 0; i < script->count; i++) {
        const struct sample *sample = script->series[i]->point[0].sample;
        fprintf(script->file, ", 2 with linespoints");
        write_style(script, i);
        fprintf(script->file, " title ");
        quote(series_name(script, sample, name), script->file);
    }
    for (size_t i = 0; i < study->weaks; i++) {
        char title[LABEL + 32];
        snprintf(title, sizeof title, "%s, weak",
                 label_scheme(&script->findings->labels,
                              study->weak[i].point[0]->sample, name));
        fprintf(script->file,
                ", 2 with linespoints linecolor '%s' dashtype 3 pointtype 3 "
                "linewidth 1.6 title ",
                weak_colour(script, &study->weak[i]));
        quote(title, script->file);
    }
    fprintf(script->file, "\nunset multiplot\n");
}

size_t plot_script(const struct findings *findings, const char *terminal,
                   size_t most, FILE *file)
{
    struct script script = {.findings = findings, .file = file};
    size_t room = sizeof script.series / sizeof script.series[0];
    size_t left_out = choose(&script, most < room ? most : room);
    lay_out(&script);
    write_head(&script, terminal);
    write_data(&script);
    fprintf(file, "set multiplot\n");
    write_speedup(&script, true);
    write_speedup(&script, false);
    write_efficiency(&script);
    write_time(&script);
    write_legend(&script);
    return left_out;
}
