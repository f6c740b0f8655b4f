/* SPDX-License-Identifier: BSD-3-Clause */
#include "table.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "file.h"

enum {
    COLUMNS = 13,
    ADVICE = 11,
    CELL = 72,
    POINTED = 10, /* jobs whose advice is pointed to */
};

static const char *const heads[COLUMNS] = {
    "scheme", "site",     "job",   "workers", "nodes",  "grid", "best",
    "median", "integral", "error", "CPU",     "advice", "check"};

struct line {
    char cell[COLUMNS][CELL];
};

/* ---- Rows ---- */

static void set_figures(const struct result *result, struct table_row *row)
{
    const struct record *record = &result->record;
    row->best_s = row->median_s = row->integral = row->error =
        row->cpu_efficiency = NAN;
    if (result->verdict != RESULT_RIGHT)
        return;
    row->unsealed = record->unsealed;
    row->best_s = record->best_s;
    row->median_s = record->median_s;
    row->integral = record->integral;
    row->error = record->error;
    row->cpu_efficiency = result->cpu_efficiency;
}

/* Their names with blanks between; NULL when out of memory. */
static char *advice_names(const struct advice_list *list)
{
    char *names = calloc(list->count, ADVICE_NAME + 1), *end = names;
    for (size_t i = 0; names && i < list->count; i++)
        end += sprintf(end, "%s%s", i ? " " : "", list->advice[i].name);
    return names;
}

int table_row_make(const struct result *result, struct table_row *row)
{
    const struct run *run = &result->run;
    *row = (struct table_row){.verdict = result->verdict,
                              .state = run->status.state,
                              .job_id = run->status.job_id,
                              .task = run_task(run),
                              .workers = run->workers,
                              .nodes = run->status.nodes,
                              .grid = run->grid,
                              .repeat = run->repeat,
                              .mark = advice_mark(&result->advice)};
    snprintf(row->site, sizeof row->site, "%s", run->site);
    snprintf(row->scheme, sizeof row->scheme, "%s", run->scheme);
    snprintf(row->math, sizeof row->math, "%s", run->math);
    snprintf(row->mode, sizeof row->mode, "%s", run->mode);
    set_figures(result, row);
    row->folder = strdup(run->folder);
    if (result->text[0])
        row->text = strdup(result->text);
    if (result->advice.count > 0)
        row->advice = advice_names(&result->advice);
    if (row->folder && (row->text || !result->text[0]) &&
        (row->advice || result->advice.count == 0))
        return 0;
    table_row_release(row);
    return -1;
}

/* proof_holds has seen to it that the texts fit. */
void table_row_prove(const struct proof *proof, char *folder,
                     struct table_row *row)
{
    const struct request *asked = &proof->asked;
    const struct measured *found = &proof->found;
    *row = (struct table_row){.verdict = RESULT_RIGHT,
                              .state = STATE_COMPLETED,
                              .job_id = proof->ending.job_id,
                              .workers = asked->workers,
                              .nodes = proof->ending.nodes,
                              .grid = asked->grid,
                              .repeat = asked->repeat,
                              .best_s = found->best_s,
                              .median_s = found->median_s,
                              .integral = found->integral,
                              .error = found->error,
                              .cpu_efficiency = NAN,
                              .mark = "-",
                              .folder = folder};
    if (found->cpu_available_s > 0)
        row->cpu_efficiency = found->cpu_used_s / found->cpu_available_s;
    memcpy(row->site, asked->site, sizeof row->site);
    memcpy(row->scheme, asked->scheme, sizeof row->scheme);
    memcpy(row->math, asked->math, sizeof row->math);
    memcpy(row->mode, asked->mode, sizeof row->mode);
}

void table_row_release(struct table_row *row)
{
    free(row->advice);
    free(row->text);
    free(row->folder);
    *row = (struct table_row){0};
}

/* ---- The table ---- */

/* A time with three digits or more that mean something. */
static void time_text(double seconds, char *text)
{
    if (seconds < 0.01)
        snprintf(text, CELL, "%.3f ms", seconds * 1e3);
    else
        snprintf(text, CELL, "%.3f s", seconds);
}

static const char *check_text(const struct table_row *row)
{
    switch (row->verdict) {
    case RESULT_RIGHT:
        return "passed";
    case RESULT_FAILED:
        return "failed";
    default:
        return state_name(row->state);
    }
}

/* Figures are shown only for a result that is right; "-" elsewhere. */
static void line_fill(const struct table_row *row, struct line *line)
{
    char(*cell)[CELL] = line->cell;
    for (int i = 0; i < COLUMNS; i++)
        strcpy(cell[i], "-");
    snprintf(cell[0], CELL, "%s%s%s", row->scheme, row->mode[0] ? " " : "",
             row->mode);
    snprintf(cell[1], CELL, "%s", row->site);
    if (row->task)
        snprintf(cell[2], CELL, "%ld_%ld", row->job_id, row->task);
    else if (row->job_id)
        snprintf(cell[2], CELL, "%ld", row->job_id);
    snprintf(cell[3], CELL, "%ld", row->workers);
    if (row->nodes)
        snprintf(cell[4], CELL, "%ld", row->nodes);
    snprintf(cell[5], CELL, "%ld", row->grid);
    snprintf(cell[ADVICE], CELL, "%s", row->mark);
    snprintf(cell[ADVICE + 1], CELL, "%s", check_text(row));
    if (row->verdict != RESULT_RIGHT)
        return;
    time_text(row->best_s, cell[6]);
    time_text(row->median_s, cell[7]);
    if (!isnan(row->integral))
        snprintf(cell[8], CELL, "%e", row->integral);
    if (!isnan(row->error))
        snprintf(cell[9], CELL, "%e", row->error);
    if (!isnan(row->cpu_efficiency))
        snprintf(cell[10], CELL, "%.0f %%", row->cpu_efficiency * 100);
}

static bool is_text(int column)
{
    return column < 2 || column >= ADVICE;
}

static void line_print(const struct line *line, const int *widths, FILE *file)
{
    for (int i = 0; i < COLUMNS - 1; i++) {
        if (widths[i] == 0)
            continue;
        fprintf(file, is_text(i) ? "%-*s  " : "%*s  ", widths[i],
                line->cell[i]);
    }
    fprintf(file, "%s\n", line->cell[COLUMNS - 1]);
}

/* One run's advice follows in full. */
static bool has_advice(const struct table_row *rows, size_t count)
{
    size_t marked = 0;
    for (size_t i = 0; i < count; i++)
        marked += rows[i].advice != NULL;
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

/* Rows become lines twice, so that a line need not be kept. */
void table_print(const struct table_row *rows, size_t count, FILE *file)
{
    struct line line, head = {0};
    int widths[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
        widths[i] = (int)strlen(heads[i]);
        strcpy(head.cell[i], heads[i]);
    }
    for (size_t i = 0; i < count; i++) {
        line_fill(&rows[i], &line);
        for (int j = 0; j < COLUMNS; j++) {
            int width = (int)strlen(line.cell[j]);
            widths[j] = width > widths[j] ? width : widths[j];
        }
    }
    if (!has_advice(rows, count))
        widths[ADVICE] = 0;
    if (count > 1)
        leave_out(widths, file);
    line_print(&head, widths, file);
    for (size_t i = 0; i < count; i++) {
        line_fill(&rows[i], &line);
        line_print(&line, widths, file);
    }
    fflush(file); /* what explains it comes after it, on standard error */
}

static void print_details(const struct result *result, FILE *file)
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

void table_print_one(const struct result *result, FILE *file)
{
    struct table_row row;
    if (table_row_make(result, &row) != 0)
        return;
    table_print(&row, 1, file);
    table_row_release(&row);
    print_details(result, file);
    fflush(file);
}

/* The jobs whose advice is not shown here, and how to see it. */
static void point_to_advice(const struct table_row *rows, size_t count,
                            FILE *file)
{
    const char *before = "\nFor the advice, type one of: integ2d-collect";
    size_t marked = 0;
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].advice || ++marked > POINTED)
            continue;
        fprintf(file, "%s %ld", before, rows[i].job_id);
        if (rows[i].task)
            fprintf(file, "_%ld", rows[i].task);
        before = ",";
    }
    if (marked > POINTED)
        fprintf(file, " (and %zu more)", marked - POINTED);
    if (marked > 0)
        fputc('\n', file);
}

static void count_unsealed(const struct table_row *rows, size_t count,
                           FILE *file)
{
    size_t unsealed = 0;
    for (size_t i = 0; i < count; i++)
        unsealed += rows[i].unsealed;
    if (unsealed > 0)
        fprintf(file,
                "%zu record%s no checksum, being of an older integ2d: whether "
                "%s changed after the run is not known\n",
                unsealed, unsealed == 1 ? " has" : "s have",
                unsealed == 1 ? "it was" : "they were");
}

/* What to do about a sweep whose job was never created; NULL = it was. */
static const char *way_on(const struct table_row *row)
{
    return row->text && row->state == STATE_NEVER_CREATED
               ? strstr(row->text, "Go on with the sweep")
               : NULL;
}

/* Of jobs of one sweep that were never created the first is explained. */
static void print_texts(const struct table_row *rows, size_t count, FILE *file)
{
    for (size_t i = 0, more = 0; i < count; i++, more = 0) {
        const char *way = way_on(&rows[i]), *next;
        if (rows[i].text)
            fprintf(file, "%s\n", rows[i].text);
        while (way && i + 1 < count && (next = way_on(&rows[i + 1])) != NULL &&
               strcmp(way, next) == 0) {
            i++;
            more++;
        }
        if (more > 0)
            fprintf(file, "the same holds for %zu more of its jobs\n", more);
    }
}

void table_explain(const struct table_row *rows, size_t count, FILE *file)
{
    print_texts(rows, count, file);
    count_unsealed(rows, count, file);
    if (count > 1)
        point_to_advice(rows, count, file);
}

void table_explain_one(const struct result *result, FILE *file)
{
    struct table_row row;
    if (table_row_make(result, &row) == 0)
        table_explain(&row, 1, file);
    table_row_release(&row);
    advice_print(&result->advice, file);
}

/* ---- CSV ---- */

/* A number that is not known is an empty field. */
static void csv_number(double value, int digits, FILE *file)
{
    if (!isnan(value))
        fprintf(file, "%.*g", digits, value);
    fputc(',', file);
}

/* From the root, wherever it is read. */
static void csv_folder(const char *folder, FILE *file)
{
    char absolute[PATH_MAX];
    const char *shown =
        folder[0] != '/' && realpath(folder, absolute) ? absolute : folder;
    /* A folder's name may hold commas and quotes. */
    fputc('"', file);
    for (const char *c = shown; *c; c++)
        fprintf(file, *c == '"' ? "\"\"" : "%c", *c);
    fprintf(file, "\"\n");
}

void table_print_csv(const struct table_row *rows, size_t count, FILE *file)
{
    fprintf(file,
            "scheme,site,job_id,workers,nodes,grid,math,mode,repeat,state,"
            "check,best_s,median_s,integral,error,cpu_efficiency,"
            "advice,folder\n");
    for (size_t i = 0; i < count; i++) {
        const struct table_row *row = &rows[i];
        fprintf(file, "%s,%s,%ld,%ld,%ld,%ld,%s,%s,%ld,%s,%s,", row->scheme,
                row->site, row->job_id, row->workers, row->nodes, row->grid,
                row->math, row->mode, row->repeat, state_name(row->state),
                check_text(row));
        csv_number(row->best_s, 9, file);
        csv_number(row->median_s, 9, file);
        csv_number(row->integral, 17, file);
        csv_number(row->error, 17, file);
        csv_number(row->cpu_efficiency, 4, file);
        fprintf(file, "%s,", row->advice ? row->advice : "");
        csv_folder(row->folder, file);
    }
}
