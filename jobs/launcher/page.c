/* SPDX-License-Identifier: BSD-3-Clause */
#include "page.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "page_advice.h"
#include "placement_map.h"
#include "plot.h"
#include "script.h"
#include "sheet.h"
#include "summary.h"

struct page {
    const struct findings *findings;
    const struct comparison *comparison;
    FILE *file;
    struct error *err; /* filled when there are no plots */
    bool no_plots;
};

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\">\n"
    "<title>integ2d report</title>\n<style>\n"
    ":root{color-scheme:light dark;--ink:#1b1b1b;--paper:#ffffff;"
    "--line:#c8c8c8;--soft:#f1f3f5;--busy-ink:#0072b2}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--paper:#16181b;"
    "--line:#4a4f55;--soft:#22262b;--busy-ink:#2b8fd0}}\n"
    "body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);"
    "background:var(--paper);max-width:86rem;margin:0 auto;padding:1rem}\n"
    "p,ul{max-width:76rem}\n"
    "h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}\n"
    "h3{font-size:1rem;margin:1rem 0 .3rem}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;"
    "font-size:.82rem}\n"
    "th,td{padding:.25rem .42rem;text-align:right;white-space:nowrap;"
    "border-bottom:1px solid var(--line)}\n"
    "th{border-bottom:2px solid var(--ink)}.text{text-align:left}\n"
    ".plot{background:#fff;border-radius:.4rem;padding:.5rem}\n"
    ".plot svg{display:block;width:100%;height:auto;max-width:75rem;"
    "margin:0 auto}\n"
    ".node{display:flex;flex-wrap:wrap;gap:.3rem;align-items:stretch;"
    "margin:.3rem 0}\n"
    ".node>span{min-width:6rem;line-height:1.2}\n"
    ".core{border:1px solid var(--line);border-radius:.3rem;padding:.2rem "
    ".4rem;min-width:3.6rem;text-align:center;line-height:1.25;"
    "background:linear-gradient(to right,"
    "color-mix(in srgb,var(--busy-ink) 30%,transparent) var(--busy),"
    "transparent var(--busy))}\n"
    ".core small,.core b,.core span{display:block}\n"
    ".crowd{border:2px solid #d55e00}\n"
    "pre{background:var(--soft);padding:.6rem;overflow-x:auto;"
    "font-size:.85rem}\n"
    "summary{cursor:pointer}\n"
    "thead{display:table-header-group}\n"
    "@page{size:A4 landscape;margin:1.2cm}\n"
    "@media print{:root{color-scheme:light;--ink:#000;--paper:#fff;"
    "--line:#bbb;--soft:#f1f3f5;--busy-ink:#0072b2}"
    "body{max-width:none;padding:0;font-size:11pt}"
    "details,.screen{display:none}.wide{overflow:visible}"
    "table{font-size:7.5pt}th,td{padding:.1rem .3rem}"
    "h2,h3{break-after:avoid}tr,li,.node,.plot{break-inside:avoid}"
    ".plot svg{max-height:17cm}"
    ".core{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n"
    "</style>\n</head>\n<body>\n<h1>integ2d report</h1>\n";

static void print_paragraph(const char *text, FILE *file)
{
    fputs("<p>", file);
    sheet_escape(text, file);
    fputs("</p>\n", file);
}

static void print_item(const char *text, void *context)
{
    FILE *file = context;
    fputs("<li>", file);
    sheet_escape(text, file);
    fputs("</li>\n", file);
}

static void print_common(const struct page *page)
{
    const struct findings *findings = page->findings;
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
                print_paragraph(line, page->file);
        }
    }
    free(text);
}

static void print_table(struct page *page)
{
    struct sheet sheet;
    char text[200];
    summary_count(page->findings, text, sizeof text);
    print_paragraph(text, page->file);
    print_common(page);
    summary_sheet(page->findings, &sheet);
    sheet_print_html(&sheet, page->file);
    sheet_release(&sheet);
    print_paragraph(summary_legend, page->file);
}

static void print_comparison(struct page *page)
{
    struct sheet sheet;
    char text[1000];
    compare_sheet(page->comparison, page->findings, &sheet);
    sheet_print_html(&sheet, page->file);
    sheet_release(&sheet);
    compare_text(page->comparison, text, sizeof text);
    print_paragraph(text, page->file);
}

static void print_plots(struct page *page)
{
    char *svg, text[100];
    size_t left_out;
    if (plot_svg(page->findings, &svg, &left_out, page->err) != 0) {
        page->no_plots = true;
        print_paragraph(page->err->text, page->file);
        return;
    }
    fputs("<div class=\"plot\">\n", page->file);
    fputs(svg, page->file);
    fputs("</div>\n", page->file);
    free(svg);
    if (left_out > 0) {
        snprintf(text, sizeof text, "%zu series had no room here.", left_out);
        print_paragraph(text, page->file);
    }
}

static void print_scaling(struct page *page)
{
    fputs("<ul>\n", page->file);
    summary_each(page->findings, print_item, page->file);
    fputs("</ul>\n", page->file);
}

static void print_doubts(struct page *page)
{
    fputs("<ul>\n", page->file);
    for (size_t i = 0; i < page->findings->cautions.count; i++)
        print_item(page->findings->cautions.text[i], page->file);
    fputs("</ul>\n", page->file);
}

static size_t shown(const struct page *page)
{
    size_t points = page->findings->study.points;
    return points < PAGE_POINTS ? points : PAGE_POINTS;
}

static void print_name(const struct page *page, const struct point *point)
{
    char name[LABEL];
    sheet_escape(label_series(&page->findings->labels, point->sample, name),
                 page->file);
    fprintf(page->file, ", %ld worker%s, job %ld", point->sample->workers,
            point->sample->workers == 1 ? "" : "s", point->sample->job_id);
}

static void print_rest(const struct page *page)
{
    char text[100];
    if (shown(page) == page->findings->study.points)
        return;
    snprintf(text, sizeof text, "The first %zu of %zu are shown.", shown(page),
             page->findings->study.points);
    print_paragraph(text, page->file);
}

static void print_placement(struct page *page)
{
    print_paragraph("One run of each. A cell is a core that had a worker: the "
                    "worker's number, and how much of the time it was busy "
                    "with its own rows. Two workers on one core are framed.",
                    page->file);
    for (size_t i = 0; i < shown(page); i++) {
        fputs("<h3>", page->file);
        print_name(page, &page->findings->study.point[i]);
        fputs("</h3>\n", page->file);
        placement_map_print(page->findings->study.point[i].sample, page->file);
    }
    print_rest(page);
}

static void print_script(struct page *page, const struct point *point)
{
    char *text;
    struct error err;
    fputs("<details><summary>", page->file);
    print_name(page, point);
    fputs("</summary>\n<pre>", page->file);
    if (script_text(point->sample->folder, &text, &err) != 0)
        sheet_escape(err.text, page->file);
    else {
        sheet_escape(text, page->file);
        free(text);
    }
    fputs("</pre></details>\n", page->file);
}

static void print_scripts(struct page *page)
{
    for (size_t i = 0; i < shown(page); i++)
        print_script(page, &page->findings->study.point[i]);
    print_rest(page);
}

static void print_advice(struct page *page)
{
    page_advice_print(page->findings, PAGE_POINTS, page->file);
}

static bool if_any(const struct page *page)
{
    return page->findings->count > 0;
}

static bool always(const struct page *page)
{
    return page->findings->study.points > 0;
}

static bool if_compared(const struct page *page)
{
    return page->comparison != NULL;
}

static bool if_scaling(const struct page *page)
{
    return summary_has_scaling(page->findings);
}

static bool if_doubts(const struct page *page)
{
    return page->findings->cautions.count > 0;
}

/* The page from top to bottom: a further part is a further row. */
static const struct {
    const char *title;
    bool (*is_there)(const struct page *page);
    void (*print)(struct page *page);
} parts[] = {
    {"Times and speedups", always, print_table},
    {"What changed", if_compared, print_comparison},
    {"Plots", always, print_plots},
    {"Scaling", if_scaling, print_scaling},
    {"Doubts", if_doubts, print_doubts},
    {"Advice", if_any, print_advice},
    {"Placement", always, print_placement},
    {"Job scripts", always, print_scripts},
};

int page_print(const struct findings *findings,
               const struct comparison *comparison, FILE *file,
               struct error *err)
{
    struct page page = {findings, comparison, file, err, false};
    char text[200];
    fputs(head, file);
    if (findings->study.points == 0) {
        summary_count(findings, text, sizeof text);
        print_paragraph(text, file);
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!parts[i].is_there(&page))
            continue;
        fprintf(file, "<h2%s>%s</h2>\n",
                parts[i].print == print_scripts ? " class=\"screen\"" : "",
                parts[i].title);
        parts[i].print(&page);
    }
    fputs("</body>\n</html>\n", file);
    return page.no_plots;
}
