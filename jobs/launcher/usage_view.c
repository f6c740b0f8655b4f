/* SPDX-License-Identifier: BSD-3-Clause */
#include "usage_view.h"

#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reason.h"
#include "tally.h"

enum {
    WIDTH = 80,
    LABEL_ROOM = 10,
    BAR_LEAST = 4,
    BAR_MOST = 60,
    ROWS_MOST = 32,
    LINE = 1024,
    OTHER_LINES = 12 /* of usage_view_now, besides the cores' */
};

static bool has_blocks(void)
{
    return setlocale(LC_CTYPE, "") &&
           strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static const char *plural(long count)
{
    return count == 1 ? "" : "s";
}

/* One character for a share of 0 to 1, '?' for one that is not known. */
static const char *mark_of(double share)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄",
                                         "▅", "▆", "▇", "█"};
    static const char *const plain[] = {" ", ".", ":", "-", "=",
                                        "+", "*", "#", "#"};
    if (isnan(share))
        return "?";
    long level = lround(8 * fmin(fmax(share, 0), 1));
    if (level == 0 && share > 0.01)
        level = 1;
    return has_blocks() ? blocks[level] : plain[level];
}

static void print_bar(double share, int room, FILE *file)
{
    long full = isnan(share) ? 0 : lround(fmin(share, 1) * room);
    const char *block = has_blocks() ? "█" : "#";
    const char *empty = isnan(share) ? "?" : has_blocks() ? "░" : ".";
    for (int i = 0; i < room; i++)
        fputs(i < full ? block : empty, file);
}

static int width_of(const struct style *style)
{
    return style->width ? (int)style->width : WIDTH;
}

/* "label    ████░░░░ text" */
static void print_gauge(const char *label, double share, const char *text,
                        const struct style *style, FILE *file)
{
    int room = width_of(style) - LABEL_ROOM - (int)strlen(text) - 2;
    if (room > BAR_MOST)
        room = BAR_MOST;
    if (room < BAR_LEAST)
        room = BAR_LEAST;
    fprintf(file, "%-*s", LABEL_ROOM, label);
    print_bar(share, room, file);
    fprintf(file, " %s\n", text);
}

/* Cores busy at the time at which so much of the span is over; NAN = nobody
 * looked. */
static double busy_at(const struct trace *trace, double from_s, double to_s)
{
    double sum = 0, length_s = 0;
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_point *point = &trace->point[i];
        double begin = fmax(from_s, point->t_s - point->length_s);
        double end = fmin(to_s, point->t_s);
        if (!(end > begin) || isnan(point->busy))
            continue;
        sum += point->busy * (end - begin);
        length_s += end - begin;
    }
    return length_s > 0 ? sum / length_s : NAN;
}

static void print_history(const struct usage *usage, const struct style *style,
                          FILE *file)
{
    int room = width_of(style) - LABEL_ROOM - 1;
    double span_s = usage->now_s, cpus = (double)usage->allotment.cpus;
    char ends[64], begin[32];
    if (usage->trace.count == 0 || !(span_s > 0) || cpus < 1)
        return;
    if (room > 2 * BAR_MOST)
        room = 2 * BAR_MOST;
    fprintf(file, "%-*s", LABEL_ROOM, "over time");
    for (int i = 0; i < room; i++)
        fputs(mark_of(busy_at(&usage->trace, span_s * i / room,
                              span_s * (i + 1) / room) /
                      cpus),
              file);
    snprintf(ends, sizeof ends, "%s", tally_time(span_s, begin));
    fprintf(file, "\n%-*s0%*s\n", LABEL_ROOM, "", room - 1, ends);
    if (trace_length_s(&usage->trace) < 0.9 * span_s)
        fprintf(file, "%-*s(?: nobody looked)\n", LABEL_ROOM, "");
}

void usage_view_asked(const struct usage *usage, char *text, size_t size)
{
    const struct allotment *allotment = &usage->allotment;
    char mem[32];
    int used = snprintf(text, size, "%ld core%s", allotment->cpus,
                        plural(allotment->cpus));
    if (allotment->nodes > 0 && used < (int)size)
        used += snprintf(text + used, size - (size_t)used, " on %ld node%s",
                         allotment->nodes, plural(allotment->nodes));
    if (!isnan(allotment->mem_mib) && used < (int)size)
        used += snprintf(text + used, size - (size_t)used, ", %s",
                         tally_mem(allotment->mem_mib, mem));
    if (allotment->limit_min > 0 && used < (int)size)
        snprintf(text + used, size - (size_t)used, ", %ld minute%s",
                 allotment->limit_min, plural(allotment->limit_min));
}

void usage_view_state(const struct usage *usage, char *text, size_t size)
{
    const struct allotment *allotment = &usage->allotment;
    char ran[32], why[200];
    bool final = state_is_final(allotment->state);
    int used = snprintf(text, size, "%s", state_name(allotment->state));
    if (allotment->node_list[0] && used < (int)size)
        used += snprintf(text + used, size - (size_t)used, " on %s",
                         allotment->node_list);
    if (usage->now_s > 0 && used < (int)size)
        used += snprintf(text + used, size - (size_t)used, ", %s %s",
                         final ? "ran" : "for", tally_time(usage->now_s, ran));
    reason_words(allotment->reason, why, sizeof why);
    if (why[0] && used < (int)size)
        snprintf(text + used, size - (size_t)used, ": %s", why);
}

void usage_view_age(const struct usage *usage, char *text, size_t size)
{
    text[0] = '\0';
    if (usage->no_steps[0])
        snprintf(text, size, "%s", usage->no_steps);
    else if (usage->steps_every_s > 0)
        snprintf(text, size, "Slurm's step statistics, up to %.0f s old",
                 usage->steps_every_s);
    else
        snprintf(text, size, "Slurm's step statistics");
}

/* ---- Now ------------------------------------------------------------------
 */

static double last_busy(const struct trace *trace)
{
    return trace->count > 0 ? trace->point[trace->count - 1].busy : NAN;
}

static double last_mem(const struct trace *trace)
{
    return trace->count > 0 ? trace->point[trace->count - 1].mem_mib : NAN;
}

/* Lines that are no longer than the terminal is wide. */
static void print_words(const char *text, const struct style *style, FILE *file)
{
    sheet_wrap("", text, (size_t)width_of(style) - 1, file);
}

static void print_title(const struct usage *usage, const struct style *style,
                        FILE *file)
{
    char text[LINE], line[2 * LINE];
    usage_view_state(usage, text, sizeof text);
    snprintf(line, sizeof line, "job %ld, %s: %s", usage->allotment.job_id,
             usage->allotment.name, text);
    fputs(style->colour ? "\033[1m" : "", file);
    print_words(line, style, file);
    fputs(style->colour ? "\033[0m" : "", file);
}

static void print_cpu(const struct usage *usage, const struct style *style,
                      FILE *file)
{
    char text[128], now[32], so_far[32];
    double cpus = (double)usage->allotment.cpus;
    double busy = last_busy(&usage->trace);
    enum source_name trusted = usage->tally.trusted;
    double mean =
        trusted == SOURCES ? NAN : usage->tally.source[trusted].efficiency;
    if (isnan(busy))
        snprintf(text, sizeof text, "no data yet");
    else
        snprintf(text, sizeof text, "%.1f of %ld core%s%s, %s", busy,
                 usage->allotment.cpus, plural(usage->allotment.cpus),
                 width_of(style) > 50 ? " busy" : "",
                 tally_percent(busy / cpus, now));
    print_gauge("CPU", busy / cpus, text, style, file);
    snprintf(text, sizeof text, "since the start, %s",
             tally_percent(mean, so_far));
    if (width_of(style) > 50 && !isnan(mean))
        print_gauge("", mean, text, style, file);
}

static void print_mem(const struct usage *usage, const struct style *style,
                      FILE *file)
{
    char text[128], now[32], asked[32], most[32];
    double request = usage->allotment.mem_mib;
    double mib = last_mem(&usage->trace);
    if (isnan(mib))
        mib = steps_mem_mib(&usage->steps);
    if (isnan(request) || width_of(style) < 50)
        snprintf(text, sizeof text, "%s", tally_mem(mib, now));
    else
        snprintf(text, sizeof text, "%s of %s, peak %s", tally_mem(mib, now),
                 tally_mem(request, asked),
                 tally_mem(usage->tally.mem_mib, most));
    print_gauge("memory", isnan(request) ? NAN : mib / request, text, style,
                file);
}

static int print_cores(const struct usage *usage, const struct style *style,
                       int room, FILE *file)
{
    const struct trace *trace = &usage->trace;
    char label[32], text[32];
    int lines = 0;
    if (trace->count == 0)
        return 0;
    const struct trace_point *last = &trace->point[trace->count - 1];
    for (size_t i = 0; i < last->cores; i++) {
        if (lines + 1 >= room && i + 1 < last->cores) {
            fprintf(file, "and %zu more cores\n", last->cores - i);
            return lines + 1;
        }
        snprintf(label, sizeof label, "core %d", trace->core[i]);
        print_gauge(label, last->core[i], tally_percent(last->core[i], text),
                    style, file);
        lines++;
    }
    return lines;
}

/* One line for the steps, and how old their figures are. */
static void print_steps(const struct usage *usage, const struct style *style,
                        FILE *file)
{
    char text[LINE], age[400], cpu[32];
    usage_view_age(usage, age, sizeof age);
    if (usage->no_steps[0])
        snprintf(text, sizeof text, "%s", age);
    else
        snprintf(text, sizeof text, "%zu step%s, %s of CPU time (%s)",
                 usage->steps.count, plural((long)usage->steps.count),
                 tally_time(steps_cpu_s(&usage->steps), cpu), age);
    print_words(text, style, file);
}

static void print_threads(const struct usage *usage, const struct style *style,
                          FILE *file)
{
    char text[LINE];
    const struct look *look = &usage->look;
    if (look->processes == 0)
        snprintf(text, sizeof text,
                 "cores one by one: only on the machine where the job runs");
    else
        snprintf(text, sizeof text,
                 "%ld process%s, %ld thread%s, %ld of them busy",
                 look->processes, look->processes == 1 ? "" : "es",
                 look->threads, plural(look->threads), look->busy_threads);
    print_words(text, style, file);
}

int usage_view_now(const struct usage *usage, const struct style *style,
                   int height, FILE *file)
{
    char asked[256], *text = NULL;
    size_t size;
    int lines = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        return 0;
    usage_view_asked(usage, asked, sizeof asked);
    print_title(usage, style, memory);
    print_words(asked, style, memory);
    print_cpu(usage, style, memory);
    print_mem(usage, style, memory);
    print_cores(usage, style, height - OTHER_LINES, memory);
    print_history(usage, style, memory);
    print_threads(usage, style, memory);
    if (usage->allotment.job_id && usage->steps_wanted)
        print_steps(usage, style, memory);
    if (fclose(memory) == 0) {
        for (const char *at = text; *at; at++)
            lines += *at == '\n';
        fputs(text, file);
    }
    free(text);
    return lines;
}

void usage_view_line(const struct usage *usage, FILE *file)
{
    char at[32], percent[32], mem[32];
    double cpus = (double)usage->allotment.cpus;
    double busy = last_busy(&usage->trace);
    double mib = last_mem(&usage->trace);
    if (isnan(mib))
        mib = steps_mem_mib(&usage->steps);
    fprintf(file, "%8s  ", tally_time(usage->now_s, at));
    if (isnan(busy))
        fprintf(file, "no data of its CPU time yet");
    else
        fprintf(file, "%.2f of %ld core%s busy (%s)", busy,
                usage->allotment.cpus, plural(usage->allotment.cpus),
                tally_percent(busy / cpus, percent));
    if (usage->look.processes > 0 && !isnan(busy))
        fprintf(file, ", %ld thread%s busy", usage->look.busy_threads,
                plural(usage->look.busy_threads));
    fprintf(file, ", memory %s\n", tally_mem(mib, mem));
}

/* ---- When it is over ------------------------------------------------------
 */

void usage_view_sources(const struct usage *usage, struct sheet *sheet)
{
    char text[32];
    *sheet = (struct sheet){0};
    sheet_column(sheet, "counted by", true, 0);
    sheet_column(sheet, "CPU time", false, 0);
    sheet_column(sheet, "of", false, 2);
    sheet_column(sheet, "efficiency", false, 0);
    sheet_column(sheet, "in", true, 1);
    for (int i = 0; i < SOURCES; i++) {
        const struct source *source = &usage->tally.source[i];
        if (!source->known)
            continue;
        sheet_cell(sheet, "%s%s", source->name,
                   (int)usage->tally.trusted == i ? " *" : "");
        sheet_cell(sheet, "%s", tally_time(source->cpu_s, text));
        sheet_cell(sheet, "%s", tally_time(source->available_s, text));
        sheet_cell(sheet, "%s", tally_percent(source->efficiency, text));
        sheet_cell(sheet, "%s", source->period);
    }
}

static void print_sources(const struct usage *usage, const struct style *style,
                          FILE *file)
{
    struct sheet sheet;
    usage_view_sources(usage, &sheet);
    if (sheet.cells > 0) {
        fputc('\n', file);
        sheet_print(&sheet, style, file);
    }
    sheet_release(&sheet);
    sheet_wrap("", usage->tally.text, (size_t)width_of(style), file);
}

static void print_step_table(const struct usage *usage,
                             const struct style *style, FILE *file)
{
    struct sheet sheet = {0};
    if (usage->steps.count == 0)
        return;
    usage_view_steps(usage, &sheet, ROWS_MOST);
    fputc('\n', file);
    sheet_print(&sheet, style, file);
    sheet_release(&sheet);
    if (usage->steps.count > ROWS_MOST)
        fprintf(file, "and %zu more steps\n", usage->steps.count - ROWS_MOST);
}

void usage_view_steps(const struct usage *usage, struct sheet *sheet,
                      size_t most)
{
    char text[32];
    *sheet = (struct sheet){0};
    sheet_column(sheet, "step", true, 0);
    sheet_column(sheet, "program", true, 3);
    sheet_column(sheet, "tasks", false, 1);
    sheet_column(sheet, "ran", false, 4);
    sheet_column(sheet, "CPU time", false, 0);
    sheet_column(sheet, "a task", false, 2);
    sheet_column(sheet, "least", false, 5);
    sheet_column(sheet, "memory", false, 0);
    for (size_t i = 0; i < usage->steps.count && i < most; i++) {
        const struct step *step = &usage->steps.step[i];
        double all = (double)step->tasks * step->elapsed_s;
        sheet_cell(sheet, "%s", step->name);
        sheet_cell(sheet, "%s", step->title[0] ? step->title : "-");
        if (step->tasks > 0)
            sheet_cell(sheet, "%ld", step->tasks);
        else
            sheet_cell(sheet, "-");
        sheet_cell(sheet, "%s", tally_time(step->elapsed_s, text));
        sheet_cell(sheet, "%s", tally_time(step->cpu_s, text));
        sheet_cell(
            sheet, "%s",
            tally_percent(step->tasks > 0 && all > 0 ? step->cpu_s / all : NAN,
                          text));
        sheet_cell(sheet, "%s", tally_time(step->cpu_min_s, text));
        sheet_cell(sheet, "%s", tally_mem(step->mem_mib, text));
    }
}

/* A character for each part of the time. */
static void print_lane(const struct usage *usage, size_t index, int room,
                       FILE *file)
{
    const struct lanes *lanes = &usage->lanes;
    const struct lane *lane = &lanes->lane[index];
    char percent[32], label[32];
    snprintf(label, sizeof label, "%zu", index);
    fprintf(file, "%6s ", label);
    if (lane->core >= 0)
        fprintf(file, "%4ld ", lane->core);
    else
        fprintf(file, "%4s ", "?");
    for (int i = 0; i < room && lanes->span_s > 0; i++)
        fputs(mark_of(lane_busy(lane, lanes->span_s * i / room,
                                lanes->span_s * (i + 1) / room)),
              file);
    fprintf(file, " %5s\n", tally_percent(lane->busy, percent));
}

static void print_lanes(const struct usage *usage, const struct style *style,
                        FILE *file)
{
    enum { OTHERS = 20 };
    const struct lanes *lanes = &usage->lanes;
    int room = width_of(style) - OTHERS;
    char span[32];
    if (lanes->count == 0)
        return;
    if (room > 2 * BAR_MOST)
        room = 2 * BAR_MOST;
    fprintf(file, "\n%6s %4s", "worker", "core");
    if (lanes->span_s > 0)
        fprintf(file, " %-*.*s", room, room, "busy with its rows, over time");
    fprintf(file, " %5s\n", "busy");
    for (size_t i = 0; i < lanes->count && i < ROWS_MOST; i++) {
        if (i > 0 && strcmp(lanes->lane[i].host, lanes->lane[i - 1].host) != 0)
            fprintf(file, "on %s\n", lanes->lane[i].host);
        print_lane(usage, i, room, file);
    }
    if (lanes->count > ROWS_MOST)
        fprintf(file, "and %zu more workers\n", lanes->count - ROWS_MOST);
    if (lanes->span_s > 0)
        fprintf(file, "%-12s0%*s\n", "", room > 1 ? room - 1 : 1,
                tally_time(lanes->span_s, span));
}

/* The mean of each core, as it was seen while the job ran. */
static void print_seen_cores(const struct usage *usage,
                             const struct style *style, FILE *file)
{
    const struct trace *trace = &usage->trace;
    char label[32], text[32];
    if (trace->cores == 0)
        return;
    fprintf(file, "\n");
    for (size_t i = 0; i < trace->cores && i < ROWS_MOST; i++) {
        double share = trace_core(trace, i);
        snprintf(label, sizeof label, "core %d", trace->core[i]);
        print_gauge(label, share, tally_percent(share, text), style, file);
    }
    if (trace->cores > ROWS_MOST)
        fprintf(file, "and %zu more cores\n", trace->cores - ROWS_MOST);
    print_history(usage, style, file);
}

static void print_head(const struct usage *usage, const struct style *style,
                       FILE *file)
{
    char text[LINE], line[2 * LINE], a[32], b[32], c[32];
    size_t width = (size_t)width_of(style);
    const struct tally *tally = &usage->tally;
    double request = usage->allotment.mem_mib;
    usage_view_state(usage, text, sizeof text);
    snprintf(line, sizeof line, "job %ld, %s: %s", usage->allotment.job_id,
             usage->allotment.name, text);
    fputs(style->colour ? "\033[1m" : "", file);
    sheet_wrap("", line, width, file);
    fputs(style->colour ? "\033[0m" : "", file);
    usage_view_asked(usage, text, sizeof text);
    snprintf(line, sizeof line, "%s", text);
    sheet_wrap("asked for:       ", line, width, file);
    if (tally->trusted == SOURCES)
        snprintf(line, sizeof line, "no data");
    else
        snprintf(line, sizeof line, "%s of %ld core%s (%s, %s)",
                 tally_percent(tally->source[tally->trusted].efficiency, a),
                 usage->allotment.cpus, plural(usage->allotment.cpus),
                 tally->source[tally->trusted].name,
                 tally->source[tally->trusted].period);
    sheet_wrap("CPU efficiency:  ", line, width, file);
    if (isnan(tally->mem_mib))
        snprintf(line, sizeof line, "no data");
    else if (isnan(request))
        snprintf(line, sizeof line, "%s at the peak (%s)",
                 tally_mem(tally->mem_mib, a), tally->mem_from);
    else
        snprintf(line, sizeof line, "%s of %s at the peak, %s (%s)",
                 tally_mem(tally->mem_mib, a), tally_mem(request, b),
                 tally_percent(tally->mem_mib / request, c), tally->mem_from);
    sheet_wrap("memory:          ", line, width, file);
}

static void print_hints(const struct usage *usage, const struct style *style,
                        FILE *file)
{
    if (usage->hints.count > 0)
        fputc('\n', file);
    for (size_t i = 0; i < usage->hints.count; i++)
        sheet_wrap("- ", usage->hints.text[i], (size_t)width_of(style), file);
}

static void print_monitor(const struct usage *usage, const struct style *style,
                          FILE *file)
{
    const struct monitor *monitor = &usage->monitor;
    if (!monitor->command[0])
        return;
    fputc('\n', file);
    sheet_wrap("the site's own view: ", monitor->command,
               (size_t)width_of(style), file);
    if (monitor->url[0])
        fprintf(file, "  %s\n", monitor->url);
    if (monitor->said[0])
        sheet_wrap("  ", monitor->said, (size_t)width_of(style), file);
}

static void print_missing(const struct usage *usage, const struct style *style,
                          FILE *file)
{
    if (usage->no_accounting[0])
        sheet_wrap("", usage->no_accounting, (size_t)width_of(style), file);
    if (usage->no_steps[0])
        sheet_wrap("", usage->no_steps, (size_t)width_of(style), file);
}

void usage_view_end(const struct usage *usage, const struct style *style,
                    FILE *file)
{
    print_head(usage, style, file);
    print_sources(usage, style, file);
    print_missing(usage, style, file);
    print_step_table(usage, style, file);
    print_lanes(usage, style, file);
    print_seen_cores(usage, style, file);
    print_hints(usage, style, file);
    print_monitor(usage, style, file);
}
