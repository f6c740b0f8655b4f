/* SPDX-License-Identifier: BSD-3-Clause */
#include "sheet.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { GAP = 2, NARROWEST = 20, WIDEST = 10000 };

void sheet_column(struct sheet *sheet, const char *head, bool left, int rank)
{
    sheet->column[sheet->columns++] = (struct column){head, left, rank};
}

void sheet_cell(struct sheet *sheet, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    if (sheet->cells == sheet->room) {
        size_t room = sheet->room ? 2 * sheet->room : 256;
        char **more = reallocarray(sheet->cell, room, sizeof(char *));
        if (!more) {
            sheet->failed = true;
            return;
        }
        sheet->cell = more;
        sheet->room = room;
    }
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    if (!text)
        sheet->failed = true;
    else
        sheet->cell[sheet->cells++] = text;
}

void sheet_release(struct sheet *sheet)
{
    while (sheet->cells > 0)
        free(sheet->cell[--sheet->cells]);
    free(sheet->cell);
    *sheet = (struct sheet){0};
}

/* Characters, not bytes: names may be in UTF-8. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += (*text & 0xC0) != 0x80;
    return width;
}

static void measure(const struct sheet *sheet, size_t *widths)
{
    for (size_t i = 0; i < sheet->columns; i++)
        widths[i] = width_of(sheet->column[i].head);
    for (size_t i = 0; i < sheet->cells; i++) {
        size_t width = width_of(sheet->cell[i]);
        size_t *column = &widths[i % sheet->columns];
        *column = width > *column ? width : *column;
    }
}

static size_t line_width(const struct sheet *sheet, const size_t *widths,
                         int rank)
{
    size_t sum = 0;
    for (size_t i = 0; i < sheet->columns; i++) {
        if (sheet->column[i].rank <= rank)
            sum += widths[i] + GAP;
    }
    return sum - GAP;
}

/* The highest rank that can be shown. */
static int shown_rank(const struct sheet *sheet, const size_t *widths,
                      size_t width)
{
    int rank = 0;
    for (size_t i = 0; i < sheet->columns; i++)
        rank = sheet->column[i].rank > rank ? sheet->column[i].rank : rank;
    while (rank > 0 && width > 0 && line_width(sheet, widths, rank) > width)
        rank--;
    return rank;
}

static void print_row(const struct sheet *sheet, char *const *cell, int rank,
                      const size_t *widths, FILE *file)
{
    bool begun = false;
    size_t owed = 0; /* blanks before the next cell */
    for (size_t i = 0; i < sheet->columns; i++) {
        const struct column *column = &sheet->column[i];
        const char *text = cell ? cell[i] : column->head;
        if (column->rank > rank)
            continue;
        size_t room = widths[i] - width_of(text);
        owed += begun ? GAP : 0;
        fprintf(file, "%*s%s", (int)(owed + (column->left ? 0 : room)), "",
                text);
        owed = column->left ? room : 0;
        begun = true;
    }
}

void sheet_print(const struct sheet *sheet, const struct style *style,
                 FILE *file)
{
    size_t widths[SHEET_COLUMNS];
    if (sheet->failed)
        return;
    measure(sheet, widths);
    int rank = shown_rank(sheet, widths, style->width);
    fputs(style->colour ? "\033[1m" : "", file);
    print_row(sheet, NULL, rank, widths, file);
    fputs(style->colour ? "\033[0m\n" : "\n", file);
    for (size_t i = 0; i < sheet->cells; i += sheet->columns) {
        print_row(sheet, sheet->cell + i, rank, widths, file);
        fputc('\n', file);
    }
}

static void print_markdown_cell(const char *text, FILE *file)
{
    for (; *text; text++)
        fprintf(file, *text == '|' ? "\\|" : "%c", *text);
}

void sheet_print_markdown(const struct sheet *sheet, FILE *file)
{
    if (sheet->failed)
        return;
    for (size_t i = 0; i < sheet->columns; i++)
        fprintf(file, "| %s ", sheet->column[i].head);
    fputs("|\n", file);
    for (size_t i = 0; i < sheet->columns; i++)
        fputs(sheet->column[i].left ? "|:--" : "|--:", file);
    fputs("|\n", file);
    for (size_t i = 0; i < sheet->cells; i++) {
        fputs("| ", file);
        print_markdown_cell(sheet->cell[i], file);
        fputs((i + 1) % sheet->columns == 0 ? " |\n" : " ", file);
    }
}

void sheet_escape(const char *text, FILE *file)
{
    for (; *text; text++) {
        switch (*text) {
        case '<':
            fputs("&lt;", file);
            break;
        case '>':
            fputs("&gt;", file);
            break;
        case '&':
            fputs("&amp;", file);
            break;
        case '"':
            fputs("&quot;", file);
            break;
        default:
            fputc(*text, file);
        }
    }
}

static void print_html_cell(const struct column *column, const char *tag,
                            const char *text, FILE *file)
{
    fprintf(file, "<%s%s>", tag, column->left ? " class=\"text\"" : "");
    sheet_escape(text, file);
    fprintf(file, "</%s>", tag);
}

void sheet_print_html(const struct sheet *sheet, FILE *file)
{
    if (sheet->failed)
        return;
    fputs("<div class=\"wide\"><table>\n<thead><tr>", file);
    for (size_t i = 0; i < sheet->columns; i++)
        print_html_cell(&sheet->column[i], "th", sheet->column[i].head, file);
    fputs("</tr></thead>\n<tbody>\n", file);
    for (size_t i = 0; i < sheet->cells; i++) {
        size_t column = i % sheet->columns;
        fputs(column == 0 ? "<tr>" : "", file);
        print_html_cell(&sheet->column[column], "td", sheet->cell[i], file);
        fputs(column + 1 == sheet->columns ? "</tr>\n" : "", file);
    }
    fputs("</tbody></table></div>\n", file);
}

void style_find(FILE *file, struct style *style)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS"), *plain = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    bool is_terminal = isatty(fileno(file));
    *style =
        (struct style){.colour = is_terminal && (!plain || !plain[0]) &&
                                 terminal && strcmp(terminal, "dumb") != 0};
    if (is_terminal && ioctl(fileno(file), TIOCGWINSZ, &size) == 0)
        style->width = size.ws_col;
    if (columns) {
        char *end;
        long width = strtol(columns, &end, 10);
        if (*end == '\0' && width > 0 && width <= WIDEST)
            style->width = (size_t)width;
    }
    if (style->width > 0 && style->width < NARROWEST)
        style->width = NARROWEST;
}

void sheet_wrap(const char *bullet, const char *text, size_t width, FILE *file)
{
    size_t indent = strlen(bullet), at = indent;
    bool begun = false;
    fputs(bullet, file);
    while (*text) {
        size_t length = strcspn(text, " ");
        char word[512];
        while (strncmp(text + length, " %", 2) == 0) /* stays with its number */
            length += 1 + strcspn(text + length + 1, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, text);
        size_t long_as = width_of(word);
        if (begun && width > 0 && at + 1 + long_as > width) {
            fprintf(file, "\n%*s", (int)indent, "");
            at = indent;
        } else if (begun) {
            fputc(' ', file);
            at++;
        }
        fwrite(text, 1, length, file);
        at += long_as;
        begun = true;
        text += length;
        text += *text == ' ';
    }
    fputc('\n', file);
}
