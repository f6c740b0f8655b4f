/* SPDX-License-Identifier: BSD-3-Clause */
#include "figure.h"

#include <math.h>
#include <string.h>

#include "sheet.h"
#include "tally.h"

/* In units of the picture. */
enum {
    WIDTH = 960,
    LEFT = 84,
    RIGHT = 64,
    ROOM = WIDTH - LEFT - RIGHT,
    TOP = 8,
    AXIS = 34,
    CURVE = 170,
    TICKS = 8,
    COLUMNS = 240
};

struct frame {
    double span_s; /* of the axis of time */
    double height; /* of what is drawn */
    double most;   /* of the other axis */
};

static double x_of(const struct frame *frame, double t_s)
{
    return LEFT + ROOM * fmin(fmax(t_s / frame->span_s, 0), 1);
}

static double y_of(const struct frame *frame, double value)
{
    return TOP + frame->height * (1 - fmin(value / frame->most, 1));
}

/* Steps of 1, 2 or 5 times a power of ten. */
static double nice_step(double span, int ticks)
{
    double least = span / ticks, power = pow(10, floor(log10(least)));
    if (!(power > 0) || !isfinite(power))
        return 1;
    if (least <= power)
        return power;
    return least <= 2 * power   ? 2 * power
           : least <= 5 * power ? 5 * power
                                : 10 * power;
}

/* The same of time, from a minute on as a clock has them. */
static double time_step(double span, int ticks)
{
    static const double by_clock[] = {60,   120,  300,   600,   1200, 1800,
                                      3600, 7200, 14400, 21600, 43200};
    double least = span / ticks;
    if (least < 50)
        return nice_step(span, ticks);
    for (size_t i = 0; i < sizeof by_clock / sizeof by_clock[0]; i++) {
        if (by_clock[i] >= least)
            return by_clock[i];
    }
    return ceil(least / 86400) * 86400;
}

static void open_figure(const struct frame *frame, const char *title,
                        FILE *file)
{
    fprintf(file, "<svg viewBox=\"0 0 %d %.0f\" role=\"img\"><title>", WIDTH,
            TOP + frame->height + AXIS);
    sheet_escape(title, file);
    fprintf(file, "</title>\n");
}

/* Where nothing else is drawn, nothing is known. */
static void print_unknown(double y, double height, FILE *file)
{
    fprintf(file,
            "<rect class=\"unknown\" x=\"%d\" y=\"%.1f\" width=\"%d\" "
            "height=\"%.1f\"/>\n",
            LEFT, y, ROOM, height);
}

static void close_figure(const struct frame *frame, FILE *file)
{
    double step = time_step(frame->span_s, TICKS);
    double bottom = TOP + frame->height;
    char text[32];
    fprintf(file, "<path class=\"axis\" d=\"M%d %.1fH%d\"/>\n", LEFT, bottom,
            LEFT + ROOM);
    for (int i = 0; i <= 2 * TICKS && i * step <= frame->span_s * 1.0001; i++) {
        double t_s = i * step;
        fprintf(file,
                "<path class=\"axis\" d=\"M%.1f %.1fv5\"/><text x=\"%.1f\" "
                "y=\"%.1f\" text-anchor=\"middle\">%s</text>\n",
                x_of(frame, t_s), bottom, x_of(frame, t_s), bottom + 20,
                t_s > 0 ? tally_time(t_s, text) : "0");
    }
    fputs("</svg>\n", file);
}

/* Part of a row, from one column to another. */
static void print_cell(const struct frame *frame, int from, int to, double y,
                       double height, double share, FILE *file)
{
    double begin = x_of(frame, frame->span_s * from / COLUMNS);
    double end = x_of(frame, frame->span_s * to / COLUMNS);
    fprintf(file,
            "<rect class=\"idle\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
            "height=\"%.1f\"/>",
            begin, y, end - begin, height);
    if (share > 0)
        fprintf(file,
                "<rect class=\"busy\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                "height=\"%.1f\" fill-opacity=\"%.2f\"/>",
                begin, y, end - begin, height, share);
    fputc('\n', file);
}

/* What a row is at a part of the time: 0 to 1, NAN = not known. */
typedef double share_function(const struct usage *usage, size_t row,
                              double from_s, double to_s);

/* Neighbours that look alike are one cell. */
static void print_row(const struct usage *usage, const struct frame *frame,
                      size_t row, double y, double height,
                      share_function *share_of, FILE *file)
{
    double last = NAN;
    int begun = 0;
    print_unknown(y, height, file);
    for (int i = 0; i <= COLUMNS; i++) {
        double share = i == COLUMNS
                           ? NAN
                           : share_of(usage, row, frame->span_s * i / COLUMNS,
                                      frame->span_s * (i + 1) / COLUMNS);
        share = round(20 * share) / 20;
        bool same = isnan(share) ? isnan(last) : share == last;
        if (same && i < COLUMNS)
            continue;
        if (!isnan(last))
            print_cell(frame, begun, i, y, height, last, file);
        last = share;
        begun = i;
    }
}

static double core_share(const struct usage *usage, size_t row, double from_s,
                         double to_s)
{
    const struct trace *trace = &usage->trace;
    double sum = 0, length_s = 0;
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_point *point = &trace->point[i];
        double begin = fmax(from_s, point->t_s - point->length_s);
        double end = fmin(to_s, point->t_s);
        if (!(end > begin) || row >= point->cores || isnan(point->core[row]))
            continue;
        sum += point->core[row] * (end - begin);
        length_s += end - begin;
    }
    return length_s > 0 ? sum / length_s : NAN;
}

/* Between repeats a worker waits, or does what is not timed. */
static double worker_share(const struct usage *usage, size_t row, double from_s,
                           double to_s)
{
    return lane_busy(&usage->lanes.lane[row], from_s, to_s);
}

static void print_label(double y, const char *label, double share, FILE *file)
{
    char text[32];
    fprintf(file, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 8,
            y);
    sheet_escape(label, file);
    fprintf(file, "</text><text x=\"%d\" y=\"%.1f\">%s</text>\n",
            LEFT + ROOM + 8, y, tally_percent(share, text));
}

static double row_height(size_t rows)
{
    return rows <= 16 ? 24 : rows <= 48 ? 15 : 13;
}

void figure_cores(const struct usage *usage, FILE *file)
{
    const struct trace *trace = &usage->trace;
    size_t rows = trace->cores < FIGURE_ROWS ? trace->cores : FIGURE_ROWS;
    double each = row_height(rows);
    struct frame frame = {.span_s = usage->now_s,
                          .height = each * (double)rows};
    char label[32];
    open_figure(&frame, "CPU use of each core over time", file);
    for (size_t i = 0; i < rows; i++) {
        double y = TOP + each * (double)i;
        print_row(usage, &frame, i, y + 1, each - 2, core_share, file);
        snprintf(label, sizeof label, "core %d", trace->core[i]);
        print_label(y + each / 2 + 4, label, trace_core(trace, i), file);
    }
    close_figure(&frame, file);
}

void figure_workers(const struct usage *usage, FILE *file)
{
    const struct lanes *lanes = &usage->lanes;
    size_t rows = lanes->count < FIGURE_ROWS ? lanes->count : FIGURE_ROWS;
    double each = row_height(rows);
    struct frame frame = {.span_s = lanes->span_s,
                          .height = each * (double)rows};
    char label[64];
    open_figure(&frame, "Each worker busy or waiting over time", file);
    for (size_t i = 0; i < rows; i++) {
        double y = TOP + each * (double)i;
        print_row(usage, &frame, i, y + 1, each - 2, worker_share, file);
        if (lanes->lane[i].core >= 0)
            snprintf(label, sizeof label, "%zu, core %ld", i,
                     lanes->lane[i].core);
        else
            snprintf(label, sizeof label, "%zu", i);
        print_label(y + each / 2 + 4, label, lanes->lane[i].busy, file);
    }
    close_figure(&frame, file);
}

/* Lines across, with their figures. */
static void print_levels(const struct frame *frame, const char *unit,
                         double divide, FILE *file)
{
    double step = nice_step(frame->most / divide, 4);
    for (int i = 0; i <= TICKS && i * step <= frame->most / divide; i++) {
        double value = i * step, y = y_of(frame, value * divide);
        fprintf(file,
                "<path class=\"level\" d=\"M%d %.1fH%d\"/><text x=\"%d\" "
                "y=\"%.1f\" text-anchor=\"end\">%g%s</text>\n",
                LEFT, y, LEFT + ROOM, LEFT - 8, y + 4, value, unit);
    }
}

/* A dashed line, and what it is. */
static void print_limit(const struct frame *frame, double value,
                        const char *text, FILE *file)
{
    double y = y_of(frame, value);
    fprintf(file,
            "<path class=\"limit\" d=\"M%d %.1fH%d\"/><text x=\"%d\" "
            "y=\"%.1f\" class=\"limit\">",
            LEFT, y, LEFT + ROOM, LEFT + ROOM + 8, y + 4);
    sheet_escape(text, file);
    fputs("</text>\n", file);
}

/* What a point is worth. */
typedef double value_function(const struct trace_point *point);

static double busy_of(const struct trace_point *point)
{
    return point->busy;
}

static double memory_of(const struct trace_point *point)
{
    return point->mem_mib;
}

static void print_curve(const struct usage *usage, const struct frame *frame,
                        value_function *value_of, FILE *file)
{
    const struct trace *trace = &usage->trace;
    double bottom = TOP + frame->height;
    print_unknown(TOP, frame->height, file);
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_point *point = &trace->point[i];
        double value = value_of(point);
        if (isnan(value))
            continue;
        double begin = x_of(frame, point->t_s - point->length_s);
        double end = x_of(frame, point->t_s), y = y_of(frame, value);
        fprintf(file,
                "<rect class=\"known\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
                "height=\"%.1f\"/><rect class=\"busy\" fill-opacity=\".55\" "
                "x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>"
                "<path class=\"curve\" d=\"M%.1f %.1fH%.1f\"/>\n",
                begin, TOP, end - begin + 0.3, frame->height, begin, y,
                end - begin + 0.3, bottom - y, begin, y, end);
    }
}

void figure_busy(const struct usage *usage, FILE *file)
{
    double asked = (double)usage->allotment.cpus, most = fmax(asked, 1);
    for (size_t i = 0; i < usage->trace.count; i++)
        most = fmax(most, usage->trace.point[i].busy);
    struct frame frame = {
        .span_s = usage->now_s, .height = CURVE, .most = 1.12 * most};
    open_figure(&frame, "Cores busy over time", file);
    print_curve(usage, &frame, busy_of, file);
    print_levels(&frame, "", 1, file);
    print_limit(&frame, asked, "asked", file);
    if (usage->trace.count == 0 && !isnan(usage->tally.busy))
        print_limit(&frame, usage->tally.busy, "mean", file);
    close_figure(&frame, file);
}

void figure_memory(const struct usage *usage, FILE *file)
{
    double asked = usage->allotment.mem_mib;
    double peak = fmax(trace_mem_mib(&usage->trace), usage->tally.mem_mib);
    bool shown = asked > 0 && !(asked > 4 * peak);
    double most = shown ? fmax(asked, peak) : peak;
    if (!(most > 0))
        most = asked > 0 ? asked : 1;
    struct frame frame = {
        .span_s = usage->now_s, .height = CURVE, .most = 1.12 * most};
    open_figure(&frame, "Memory over time", file);
    print_curve(usage, &frame, memory_of, file);
    print_levels(&frame, most >= 4096 ? " GiB" : " MiB",
                 most >= 4096 ? 1024 : 1, file);
    if (shown)
        print_limit(&frame, asked, "asked", file);
    if (!isnan(usage->tally.mem_mib))
        print_limit(&frame, usage->tally.mem_mib, "peak", file);
    close_figure(&frame, file);
}
