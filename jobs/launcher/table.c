/* SPDX-License-Identifier: BSD-3-Clause */
#include "table.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "file.h"

enum { COLUMNS = 13, ADVICE = 11, CELL = 72 };

static const char *const heads[COLUMNS] = {
    "scheme", "site",     "job",   "workers", "nodes",  "grid", "best",
    "median", "integral", "error", "CPU",     "advice", "check"};

struct row {
    char cell[COLUMNS][CELL];
};

/* A time with three digits or more that mean something. */
static void time_text(double seconds, char *text)
{
    if (seconds < 0.01)
        snprintf(text, CELL, "%.3f ms", seconds * 1e3);
    else
        snprintf(text, CELL, "%.3f s", seconds);
}

static const char *check_text(const struct result *result)
{
    switch (result->verdict) {
    case RESULT_RIGHT:
        return "passed";
    case RESULT_FAILED:
        return "failed";
    default:
        return state_name(result->run.status.state);
    }
}

/* Figures are shown only for a result that is right; "-" elsewhere. */
static void row_fill(const struct result *result, struct row *row)
{
    const struct run *run = &result->run;
    const struct record *record = &result->record;
    char(*cell)[CELL] = row->cell;
    for (int i = 0; i < COLUMNS; i++)
        strcpy(cell[i], "-");
    snprintf(cell[0], CELL, "%s%s%s", run->scheme, run->mode[0] ? " " : "",
             run->mode);
    snprintf(cell[1], CELL, "%s", run->site);
    if (run->status.job_id)
        snprintf(cell[2], CELL, "%ld", run->status.job_id);
    snprintf(cell[3], CELL, "%ld", run->workers);
    if (run->status.nodes)
        snprintf(cell[4], CELL, "%ld", run->status.nodes);
    snprintf(cell[5], CELL, "%ld", run->grid);
    snprintf(cell[ADVICE], CELL, "%s", advice_mark(&result->advice));
    snprintf(cell[ADVICE + 1], CELL, "%s", check_text(result));
    if (result->verdict != RESULT_RIGHT)
        return;
    time_text(record->best_s, cell[6]);
    time_text(record->median_s, cell[7]);
    if (!isnan(record->integral))
        snprintf(cell[8], CELL, "%e", record->integral);
    if (!isnan(record->error))
        snprintf(cell[9], CELL, "%e", record->error);
    if (!isnan(result->cpu_efficiency))
        snprintf(cell[10], CELL, "%.0f %%", result->cpu_efficiency * 100);
}

static bool is_text(int column)
{
    return column < 2 || column >= ADVICE;
}

static void row_print(const struct row *row, const int *widths, FILE *file)
{
    for (int i = 0; i < COLUMNS - 1; i++) {
        if (widths[i] == 0)
            continue;
        fprintf(file, is_text(i) ? "%-*s  " : "%*s  ", widths[i], row->cell[i]);
    }
    fprintf(file, "%s\n", row->cell[COLUMNS - 1]);
}

/* One run's advice follows in full. */
static bool has_advice(const struct result *results, size_t count)
{
    size_t marked = 0;
    for (size_t i = 0; i < count; i++)
        marked += results[i].advice.count > 0;
    return count > 1 && marked > 0;
}

/* How wide the terminal is; 0 = it is none. */
static int terminal_columns(FILE *file)
{
    struct winsize size;
    int fd = fileno(file);
    return fd >= 0 && isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0
               ? size.ws_col
               : 0;
}

/* Many rows that do not fit a terminal would be hard to read: what they can do
 * without goes, and that is said. */
static void leave_out(int *widths, FILE *file)
{
    static const int dispensable[] = {9, 1, 8, 4}; /* as in heads */
    int columns = terminal_columns(file), total = 0;
    const char *before = "left out, too wide for this terminal: ";
    for (int i = 0; i < COLUMNS; i++)
        total += widths[i] ? widths[i] + 2 : 0;
    for (size_t i = 0; i < sizeof dispensable / sizeof dispensable[0] &&
                       columns > 0 && total - 2 > columns;
         i++) {
        int column = dispensable[i];
        total -= widths[column] + 2;
        widths[column] = 0;
        fprintf(stderr, "%s%s", before, heads[column]);
        before = ", ";
    }
    if (before[0] == ',')
        fputc('\n', stderr);
}

void table_print(const struct result *results, size_t count, FILE *file)
{
    struct row row, head = {0};
    int widths[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
        widths[i] = (int)strlen(heads[i]);
        strcpy(head.cell[i], heads[i]);
    }
    for (size_t i = 0; i < count; i++) {
        row_fill(&results[i], &row);
        for (int j = 0; j < COLUMNS; j++) {
            int width = (int)strlen(row.cell[j]);
            widths[j] = width > widths[j] ? width : widths[j];
        }
    }
    if (!has_advice(results, count))
        widths[ADVICE] = 0;
    if (count > 1)
        leave_out(widths, file);
    row_print(&head, widths, file);
    for (size_t i = 0; i < count; i++) {
        row_fill(&results[i], &row);
        row_print(&row, widths, file);
    }
}

void table_details(const struct result *result, FILE *file)
{
    const struct record *record = &result->record;
    char name[CELL], text[CELL], shown[1024];
    const char *key, *note;
    if (!record->json)
        return;
    if (!isnan(record->build_s)) {
        time_text(record->build_s, text);
        fprintf(file, "compile time: %s\n", text);
    }
    for (size_t i = 0; (key = record_note(record, i, &note)) != NULL; i++) {
        file_visible(key, name, sizeof name);
        file_visible(note, shown, sizeof shown);
        fprintf(file, "%s: %s\n", name, shown);
    }
}

/* The jobs whose advice is not shown here, and how to see it. */
static void point_to_advice(const struct result *results, size_t count,
                            FILE *file)
{
    const char *before = "\nFor the advice, type one of: integ2d-collect";
    for (size_t i = 0; i < count; i++) {
        if (results[i].advice.count == 0)
            continue;
        fprintf(file, "%s %ld", before, results[i].run.status.job_id);
        before = ",";
    }
    if (before[0] == ',')
        fputc('\n', file);
}

void table_explain(const struct result *results, size_t count, FILE *file)
{
    for (size_t i = 0; i < count; i++) {
        if (results[i].text[0])
            fprintf(file, "%s\n", results[i].text);
    }
    if (count == 1)
        advice_print(&results[0].advice, file);
    else
        point_to_advice(results, count, file);
}

static void csv_advice(const struct advice_list *list, FILE *file)
{
    for (size_t i = 0; i < list->count; i++)
        fprintf(file, "%s%s", i ? " " : "", list->advice[i].name);
    fputc(',', file);
}

/* A number that is not known is an empty field. */
static void csv_number(double value, int digits, FILE *file)
{
    if (!isnan(value))
        fprintf(file, "%.*g", digits, value);
    fputc(',', file);
}

void table_print_csv(const struct result *results, size_t count, FILE *file)
{
    fprintf(file,
            "scheme,site,job_id,workers,nodes,grid,math,mode,repeat,state,"
            "check,best_s,median_s,integral,error,cpu_efficiency,"
            "advice,folder\n");
    for (size_t i = 0; i < count; i++) {
        const struct result *result = &results[i];
        const struct run *run = &result->run;
        const struct record *record = &result->record;
        fprintf(file, "%s,%s,%ld,%ld,%ld,%ld,%s,%s,%ld,%s,%s,", run->scheme,
                run->site, run->status.job_id, run->workers, run->status.nodes,
                run->grid, run->math, run->mode, run->repeat,
                state_name(run->status.state), check_text(result));
        bool right = result->verdict == RESULT_RIGHT;
        csv_number(right ? record->best_s : NAN, 9, file);
        csv_number(right ? record->median_s : NAN, 9, file);
        csv_number(right ? record->integral : NAN, 17, file);
        csv_number(right ? record->error : NAN, 17, file);
        csv_number(right ? result->cpu_efficiency : NAN, 4, file);
        csv_advice(&result->advice, file);
        /* A folder's name may hold commas and quotes. */
        fputc('"', file);
        for (const char *c = run->folder; *c; c++)
            fprintf(file, *c == '"' ? "\"\"" : "%c", *c);
        fprintf(file, "\"\n");
    }
}
