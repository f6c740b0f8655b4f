/* SPDX-License-Identifier: BSD-3-Clause */
#include "usage_page.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "figure.h"
#include "file.h"
#include "sheet.h"
#include "tally.h"
#include "usage_view.h"

/* The folder and the name of a file. */
static int split(const char *path, char folder[PATH_MAX], const char **name,
                 struct error *err)
{
    const char *slash = strrchr(path, '/');
    char shown[600];
    *name = slash ? slash + 1 : path;
    size_t length = slash ? (size_t)(slash - path) : 0;
    file_visible(path, shown, sizeof shown);
    if (length >= PATH_MAX || (*name)[0] == '\0')
        return error_set(err, "--html=%s: that is no file's name", shown);
    snprintf(folder, PATH_MAX, "%.*s", (int)length, path);
    if (!slash)
        snprintf(folder, PATH_MAX, ".");
    else if (length == 0)
        snprintf(folder, PATH_MAX, "/");
    return 0;
}

int usage_page_check(const char *path, struct error *err)
{
    char folder[PATH_MAX], shown[600];
    const char *name;
    struct stat about;
    if (split(path, folder, &name, err) != 0)
        return -1;
    file_visible(path, shown, sizeof shown);
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
        return error_set(err, "--html=%s: that is there, and no file", shown);
    if (access(folder, W_OK | X_OK) != 0)
        return error_set(err,
                         "--html=%s: no file can be made there: %s. Choose "
                         "another folder",
                         shown, strerror(errno));
    return 0;
}

int usage_page_write(const struct usage *usage, const char *path,
                     struct error *err)
{
    char folder[PATH_MAX], *text = NULL;
    const char *name;
    size_t size;
    if (split(path, folder, &name, err) != 0)
        return -1;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        return error_set(err, "out of memory for the page");
    usage_page_print(usage, memory);
    int rc = fclose(memory) == 0
                 ? file_write(folder, name, text, FILE_PLAIN, err)
                 : error_set(err, "out of memory for the page");
    free(text);
    return rc;
}

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1b1b1b;--paper:#ffffff;"
    "--line:#c8c8c8;--soft:#eceff2;--busy-ink:#00507d;--limit:#b34700;"
    "--hatch:#b9bec4}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--paper:#16181b;"
    "--line:#4a4f55;--soft:#262b30;--busy-ink:#63b8f0;--limit:#ff9a4d;"
    "--hatch:#4d545b}}\n"
    "body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);"
    "background:var(--paper);max-width:64rem;margin:0 auto;padding:1rem}\n"
    "h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.15rem;"
    "margin:2rem 0 .4rem}\n"
    ".wide{overflow-x:auto}a{color:var(--busy-ink)}\n"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;"
    "font-size:.9rem}\n"
    "th,td{padding:.25rem .6rem;text-align:right;white-space:nowrap;"
    "border-bottom:1px solid var(--line)}\n"
    "th{border-bottom:2px solid var(--ink)}.text{text-align:left}\n"
    ".tiles{display:flex;flex-wrap:wrap;gap:1rem;margin:1rem 0}\n"
    ".tile{background:var(--soft);border-radius:.4rem;padding:.6rem 1rem;"
    "flex:1 1 13rem}\n"
    ".tile b{display:block;font-size:1.7rem;line-height:1.2}\n"
    ".tile span{font-size:.85rem}\n"
    "svg{display:block;width:100%;height:auto}\n"
    "svg text{fill:var(--ink);font-size:13px}\n"
    ".axis{stroke:var(--ink);fill:none}.level{stroke:var(--line);"
    "fill:none;stroke-opacity:.6}\n"
    "path.limit{stroke:var(--limit);stroke-width:2;stroke-dasharray:7 4;"
    "fill:none}svg text.limit{fill:var(--limit)}\n"
    ".idle,.known{fill:var(--soft)}.busy{fill:var(--busy-ink)}\n"
    ".curve{stroke:var(--busy-ink);stroke-width:2;fill:none}\n"
    ".unknown{fill:url(#hatch)}\n"
    ".key{display:inline-block;width:1.4rem;height:.8rem;margin:0 .3rem 0 "
    "1rem;vertical-align:baseline;border:1px solid var(--line)}\n"
    ".hints{border-left:.3rem solid var(--limit);padding:.1rem 0 .1rem 1rem}\n";

static const char hatch[] =
    "<svg style=\"position:absolute;width:0;height:0\" aria-hidden=\"true\">"
    "<defs><pattern id=\"hatch\" width=\"7\" height=\"7\" "
    "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
    "<rect width=\"2\" height=\"7\" style=\"fill:var(--hatch)\"/></pattern>"
    "</defs></svg>\n";

static void print_paragraph(const char *text, FILE *file)
{
    fputs("<p>", file);
    sheet_escape(text, file);
    fputs("</p>\n", file);
}

static void print_tile(const char *figure, const char *text, FILE *file)
{
    fputs("<div class=\"tile\"><b>", file);
    sheet_escape(figure, file);
    fputs("</b><span>", file);
    sheet_escape(text, file);
    fputs("</span></div>\n", file);
}

static void print_tiles(const struct usage *usage, FILE *file)
{
    const struct tally *tally = &usage->tally;
    char figure[32], text[300], asked[32];
    fputs("<div class=\"tiles\">\n", file);
    if (tally->trusted == SOURCES) {
        print_tile("no data", "CPU efficiency", file);
    } else {
        const struct source *source = &tally->source[tally->trusted];
        snprintf(text, sizeof text, "CPU efficiency (%s: %s)", source->name,
                 source->period);
        print_tile(tally_percent(source->efficiency, figure), text, file);
    }
    if (isnan(tally->busy))
        snprintf(figure, sizeof figure, "no data");
    else
        snprintf(figure, sizeof figure, "%.1f of %ld", tally->busy,
                 usage->allotment.cpus);
    print_tile(figure, "cores busy while it worked", file);
    if (isnan(usage->allotment.mem_mib))
        snprintf(text, sizeof text, "memory at the peak; no limit known");
    else
        snprintf(text, sizeof text, "memory at the peak, of %s",
                 tally_mem(usage->allotment.mem_mib, asked));
    print_tile(tally_mem(tally->mem_mib, figure), text, file);
    fputs("</div>\n", file);
}

static void print_hints(const struct usage *usage, FILE *file)
{
    if (usage->hints.count == 0 && usage->result.advice.count == 0)
        return;
    fputs("<div class=\"hints\">\n", file);
    for (size_t i = 0; i < usage->hints.count; i++)
        print_paragraph(usage->hints.text[i], file);
    for (size_t i = 0; i < usage->result.advice.count; i++) {
        const struct advice *advice = &usage->result.advice.advice[i];
        print_paragraph(advice->say, file);
        if (advice->change[0]) {
            fputs("<pre>", file);
            sheet_escape(advice->change, file);
            fputs("</pre>\n", file);
        }
    }
    fputs("</div>\n", file);
}

static void print_legend(const struct usage *usage, FILE *file)
{
    const struct trace *trace = &usage->trace;
    fputs("<p><span class=\"key\" style=\"background:var(--busy-ink)\"></span>"
          "busy<span class=\"key\" style=\"background:var(--soft)\"></span>"
          "idle<span class=\"key\" style=\"background:repeating-linear-"
          "gradient(45deg,var(--hatch) 0 2px,transparent 2px 6px)\"></span>"
          "no data: nobody looked at the job then</p>\n",
          file);
    if (trace->count == 0)
        print_paragraph("Nobody looked at this job while it ran: start "
                        "integ2d-usage earlier to see its use over time.",
                        file);
    else if (trace->cores == 0)
        print_paragraph("The job ran where this program could not look, so "
                        "its cores are not known one by one: Slurm's step "
                        "statistics count them together.",
                        file);
    if (trace->cores > FIGURE_ROWS)
        fprintf(file, "<p>The first %d of %zu cores are shown.</p>\n",
                (int)FIGURE_ROWS, trace->cores);
}

static void print_cpu(const struct usage *usage, FILE *file)
{
    fputs("<h2>CPU over time</h2>\n", file);
    print_legend(usage, file);
    if (usage->trace.cores > 0)
        figure_cores(usage, file);
    figure_busy(usage, file);
}

static void print_memory(const struct usage *usage, FILE *file)
{
    char text[200], peak[32], asked[32];
    fputs("<h2>Memory over time</h2>\n", file);
    if (isnan(usage->tally.mem_mib))
        snprintf(text, sizeof text, "No data.");
    else if (isnan(usage->allotment.mem_mib))
        snprintf(text, sizeof text, "At the peak %s (%s).",
                 tally_mem(usage->tally.mem_mib, peak), usage->tally.mem_from);
    else
        snprintf(text, sizeof text, "At the peak %s (%s), of %s asked for.",
                 tally_mem(usage->tally.mem_mib, peak), usage->tally.mem_from,
                 tally_mem(usage->allotment.mem_mib, asked));
    print_paragraph(text, file);
    figure_memory(usage, file);
}

static void print_workers(const struct usage *usage, FILE *file)
{
    if (usage->lanes.count == 0)
        return;
    fputs("<h2>Workers</h2>\n", file);
    if (usage->lanes.span_s > 0) {
        print_paragraph("From the kernel's record: each worker, where it ran, "
                        "and when it was busy with its rows in the timed "
                        "repeats. Between repeats nothing is timed.",
                        file);
        figure_workers(usage, file);
    }
    if (usage->lanes.count > FIGURE_ROWS)
        fprintf(file, "<p>The first %d of %zu workers are shown.</p>\n",
                (int)FIGURE_ROWS, usage->lanes.count);
}

static void print_counts(const struct usage *usage, FILE *file)
{
    struct sheet sheet;
    fputs("<h2>Who counted what</h2>\n", file);
    usage_view_sources(usage, &sheet);
    if (sheet.cells > 0)
        sheet_print_html(&sheet, file);
    sheet_release(&sheet);
    print_paragraph(usage->tally.text, file);
    if (usage->no_accounting[0])
        print_paragraph(usage->no_accounting, file);
    if (usage->no_steps[0])
        print_paragraph(usage->no_steps, file);
    if (usage->steps.count == 0)
        return;
    fputs("<h2>Steps</h2>\n", file);
    usage_view_steps(usage, &sheet, FIGURE_ROWS);
    sheet_print_html(&sheet, file);
    sheet_release(&sheet);
}

static void print_monitor(const struct usage *usage, FILE *file)
{
    const struct monitor *monitor = &usage->monitor;
    if (!monitor->command[0])
        return;
    fputs("<p>The site's own view: <code>", file);
    sheet_escape(monitor->command, file);
    fputs("</code>", file);
    if (monitor->url[0]) {
        fputs(" (<a href=\"", file);
        sheet_escape(monitor->url, file);
        fputs("\">", file);
        sheet_escape(monitor->url, file);
        fputs("</a>)", file);
    }
    fputs("</p>\n", file);
}

void usage_page_print(const struct usage *usage, FILE *file)
{
    char text[1024];
    fprintf(file,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
            "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
            "content=\"width=device-width, initial-scale=1\">\n"
            "<title>job %ld: usage</title>\n<style>\n%s</style>\n</head>\n"
            "<body>\n%s<h1>Job %ld: ",
            usage->allotment.job_id, style, hatch, usage->allotment.job_id);
    sheet_escape(usage->allotment.name, file);
    fputs("</h1>\n", file);
    usage_view_state(usage, text, sizeof text);
    print_paragraph(text, file);
    usage_view_asked(usage, text, sizeof text);
    fputs("<p>Asked for: ", file);
    sheet_escape(text, file);
    fputs("</p>\n", file);
    print_tiles(usage, file);
    print_hints(usage, file);
    if (usage->now_s > 0) {
        print_cpu(usage, file);
        print_memory(usage, file);
    }
    print_workers(usage, file);
    print_counts(usage, file);
    print_monitor(usage, file);
    fputs("</body>\n</html>\n", file);
}
