/* SPDX-License-Identifier: BSD-3-Clause */
#include "label.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "file.h"
#include "scan.h"

void labels_make(const struct study *study, struct labels *labels)
{
    *labels = (struct labels){0};
    for (size_t i = 1; i < study->points; i++) {
        const struct sample *a = study->point[0].sample;
        const struct sample *b = study->point[i].sample;
        labels->site |= a->site != b->site;
        labels->mode |= b->mode[0] != '\0';
        labels->math |= a->math != b->math;
        labels->sum |= a->sum != b->sum;
        labels->kind |= a->kind != b->kind;
        labels->grid |= a->grid != b->grid;
    }
    if (study->points > 0)
        labels->mode |= study->point[0].sample->mode[0] != '\0';
}

static void append(char text[LABEL], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void append(char text[LABEL], const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, LABEL - used, format, arguments);
    va_end(arguments);
}

const char *label_scheme(const struct labels *labels,
                         const struct sample *sample, char text[LABEL])
{
    const struct {
        bool shown;
        const char *before, *word;
    } parts[] = {
        {labels->mode && sample->mode[0], "", sample->mode},
        {labels->site, "", sample->site},
        {labels->math, "", sample->math},
        {labels->sum, "sum ", sample->sum},
        {labels->kind, "kind ", sample->kind->label},
    };
    char visible[LABEL];
    const char *between = " (";
    file_visible(sample->scheme, visible, sizeof visible);
    text[0] = '\0';
    append(text, "%s", visible);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!parts[i].shown)
            continue;
        file_visible(parts[i].word, visible, sizeof visible);
        append(text, "%s%s%s", between, parts[i].before, visible);
        between = ", ";
    }
    if (strcmp(between, ", ") == 0)
        append(text, ")");
    return text;
}

const char *label_series(const struct labels *labels,
                         const struct sample *sample, char text[LABEL])
{
    label_scheme(labels, sample, text);
    append(text, ", grid %ld", sample->grid);
    return text;
}

const char *label_time(double time_s, char text[LABEL])
{
    if (isnan(time_s))
        snprintf(text, LABEL, "-");
    else if (time_s < 0.999995e-3)
        snprintf(text, LABEL, "%.2f us", time_s * 1e6);
    else if (time_s < 0.999995)
        snprintf(text, LABEL, "%.2f ms", time_s * 1e3);
    else if (time_s < 100)
        snprintf(text, LABEL, "%.3f s", time_s);
    else
        snprintf(text, LABEL, "%.1f s", time_s);
    return text;
}

static void print_visible(const char *text, FILE *file)
{
    char visible[4 * SCAN_TEXT];
    file_visible(text, visible, sizeof visible);
    fputs(visible, file);
}

static void explain_common(const struct labels *labels,
                           const struct sample *sample, FILE *file)
{
    const char *between = "";
    if (!labels->site) {
        fprintf(file, "site ");
        print_visible(sample->site, file);
        between = ", ";
    }
    if (!labels->grid) {
        fprintf(file, "%sgrid %ld", between, sample->grid);
        between = ", ";
    }
    if (!labels->math) {
        fprintf(file, "%smath %s", between, sample->math);
        between = ", ";
    }
    if (!labels->sum)
        fprintf(file, "%ssum %s", between, sample->sum);
}

static void explain_kind(const struct kind *kind, FILE *file)
{
    fprintf(file, "integ2d ");
    print_visible(kind->version, file);
    fprintf(file, ", ");
    print_visible(kind->compiler, file);
    fprintf(file, " ");
    print_visible(kind->flags, file);
    fprintf(file, ", node type ");
    print_visible(kind->node, file);
}

void label_explain(const struct labels *labels, const struct study *study,
                   const struct reader *reader, const char *bullet, FILE *file)
{
    if (study->points == 0)
        return;
    const struct sample *first = study->point[0].sample;
    fprintf(file, "%s", bullet);
    explain_common(labels, first, file);
    if (!labels->kind) {
        fprintf(file, "\n%s", bullet);
        explain_kind(first->kind, file);
    }
    fprintf(file, "\n");
    for (size_t i = 0; labels->kind && i < reader_kinds(reader); i++) {
        const struct kind *kind = reader_kind(reader, i);
        fprintf(file, "%skind %s: ", bullet, kind->label);
        explain_kind(kind, file);
        fprintf(file, "\n");
    }
}
