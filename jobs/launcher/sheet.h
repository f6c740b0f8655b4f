/* SPDX-License-Identifier: BSD-3-Clause */
/* A table for people: columns as wide as what is in them, the less important
 * ones left out where the line is too short. */
#ifndef INTEG2D_SHEET_H
#define INTEG2D_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { SHEET_COLUMNS = 32 };

struct column {
    const char *head;
    bool left; /* text; numbers stand on the right */
    int rank;  /* 0 = always shown; the highest goes first */
};

struct sheet {
    struct column column[SHEET_COLUMNS];
    size_t columns;
    char **cell; /* row by row */
    size_t cells, room;
    bool failed; /* out of memory: nothing is printed */
};

/* How a line is to look. */
struct style {
    size_t width; /* of a line; 0 = any */
    bool colour;
};

void sheet_column(struct sheet *sheet, const char *head, bool left, int rank);

/* The next cell of the row, or of the next row. */
void sheet_cell(struct sheet *sheet, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void sheet_print(const struct sheet *sheet, const struct style *style,
                 FILE *file);
void sheet_print_markdown(const struct sheet *sheet, FILE *file);
void sheet_print_html(const struct sheet *sheet, FILE *file);

void sheet_release(struct sheet *sheet);

/* The style for a file: the width and colours of a terminal unless NO_COLOR
 * is set; any width and no colours elsewhere. COLUMNS goes before. */
void style_find(FILE *file, struct style *style);

/* Prints `text` in lines of that width, the first behind `bullet`, the others
 * behind as many blanks. */
void sheet_wrap(const char *bullet, const char *text, size_t width, FILE *file);

/* Prints `text` with what HTML would take for its own replaced. */
void sheet_escape(const char *text, FILE *file);

#endif
