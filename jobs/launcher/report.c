/* SPDX-License-Identifier: BSD-3-Clause */
/* integ2d-report: what runs taken together mean. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "compare.h"
#include "export.h"
#include "findings.h"
#include "gather.h"
#include "page.h"
#include "parse.h"
#include "plot.h"
#include "prefix.h"
#include "refresh.h"
#include "summary.h"
#include "sweep.h"

const char *argp_program_version = "integ2d-report " INTEG2D_VERSION;

enum {
    EXIT_RIGHT = 0,
    EXIT_WRONG = 1,
    EXIT_USAGE = 2,
    EXIT_OPEN = 3,
    EXPLAINED = 10, /* runs whose failure is told in full */
};

enum format { TABLE, CSV, JSON, MARKDOWN, HTML, FORMATS };

static const char *const formats[FORMATS + 1] = {"table",    "csv",  "json",
                                                 "markdown", "html", NULL};

struct arguments {
    enum format format;
    bool chart;          /* --plot alone */
    const char *plot;    /* file; NULL = none */
    const char *against; /* NULL = nothing */
    char **names;        /* as typed */
    int count;
};

static void take_format(const char *value, struct argp_state *state,
                        struct arguments *arguments)
{
    const char *nearest = parse_nearest(value, formats);
    for (int i = 0; i < FORMATS; i++) {
        if (strcmp(value, formats[i]) == 0) {
            arguments->format = (enum format)i;
            return;
        }
    }
    argp_error(state,
               "--format: there is no '%s'%s%s%s (table, csv, json, markdown, "
               "html)",
               value, nearest ? "; did you mean " : "", nearest ? nearest : "",
               nearest ? "?" : "");
}

static void take_plot(const char *value, struct argp_state *state,
                      struct arguments *arguments)
{
    struct error err;
    if (!value)
        arguments->chart = true;
    else if (plot_check(value, &err) != 0)
        argp_error(state, "%s", err.text);
    else
        arguments->plot = value;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'f':
        take_format(value, state, arguments);
        return 0;
    case 'p':
        take_plot(value, state, arguments);
        return 0;
    case 'a':
        arguments->against = value;
        return 0;
    case ARGP_KEY_ARGS:
        arguments->names = state->argv + state->next;
        arguments->count = state->argc - state->next;
        return 0;
    case ARGP_KEY_END:
        if (arguments->chart && arguments->format != TABLE)
            argp_error(state,
                       "--plot without a file draws below the table; "
                       "with --format=%s name one: --plot=FILE.svg",
                       formats[arguments->format]);
        if (arguments->against && arguments->format == CSV)
            argp_error(state, "--against has no place in CSV: leave one of "
                              "them out, or take --format=json");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void parse_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct argp_option table[] = {
        {"format", 'f', "FORMAT", 0,
         "table (default), csv, json, markdown or html (one file that needs "
         "nothing else)",
         0},
        {"plot", 'p', "FILE", OPTION_ARG_OPTIONAL,
         "draw speedup, efficiency and time into FILE.svg, FILE.png or "
         "FILE.pdf with gnuplot; without a file, speedups as bars below the "
         "table",
         0},
        {"against", 'a', "OTHER", 0,
         "compare with these runs: what changed, and whether that is more "
         "than noise",
         0},
        {0},
    };
    static const struct argp argp = {
        .options = table,
        .parser = parse_option,
        .args_doc = "[RUN|FOLDER...]",
        .doc =
            "Show what runs mean when they are taken together: medians with "
            "their errors, speedups, the laws of scaling.\v"
            "RUN is a run folder or a job number (12, or 12_3 in a sweep's "
            "array), FOLDER one that holds run "
            "folders or sweeps; without any, the runs in ./integ2d-runs are "
            "taken. The jobs of runs that are not known to be over are asked "
            "for, once; of the others nobody is asked.\n"
            "Exit status: 0 all done and right, 1 a job or its check failed, "
            "2 bad command line or no such run, or a plot that could not be "
            "drawn, 3 some not known to be over.\n"
            "Example: integ2d-report --plot=speedup.pdf",
    };
    *arguments = (struct arguments){0};
    argp_err_exit_status = EXIT_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, arguments);
}

static void complain(const char *text)
{
    fprintf(stderr, "integ2d-report: %s\n", text);
}

/* What came of reading runs. */
struct reading {
    struct findings findings;
    bool bad; /* some could not be read */
};

static void count_run(struct reading *reading, const struct sample *sample,
                      const char *text)
{
    struct findings *findings = &reading->findings;
    findings->failed += sample->verdict == RESULT_FAILED;
    findings->open += sample->verdict == RESULT_OPEN;
    if (text[0] && findings->failed + findings->open <= EXPLAINED)
        fprintf(stderr, "%s\n", text);
}

/* Reads a run and takes over its folder; returns whether it can be read. */
static bool read_run(struct reading *reading, char *folder,
                     const struct run *news, struct sample *sample,
                     size_t *unread, const char **text)
{
    struct error err;
    if (sample_read(reading->findings.reader, folder, news, sample, text,
                    &err) == 0)
        return true;
    if (++*unread <= EXPLAINED)
        complain(err.text);
    return false;
}

/* Asks once for the jobs of those `count` runs that could be loaded. Where no
 * answer is to be had, what is known counts. */
static void refresh_open(struct run *runs, size_t count, const char *lib_dir)
{
    struct error err;
    struct refresh refresh = {.backend = "", .lib_dir = lib_dir};
    struct run **list = calloc(count + 1, sizeof(struct run *));
    struct job_status *before = calloc(count + 1, sizeof *before);
    size_t loaded = 0;
    for (size_t i = 0; list && before && i < count; i++) {
        if (!runs[i].folder[0])
            continue;
        before[loaded] = runs[i].status;
        list[loaded++] = &runs[i];
    }
    if (loaded > 0 && refresh_lost(&refresh, list, loaded, false, &err) != 0)
        complain(err.text);
    else if (loaded > 0)
        refresh_save(list, before, loaded);
    if (refresh.note.text[0])
        fprintf(stderr, "%s\n", refresh.note.text);
    free(list);
    free(before);
}

/* Those not known to be over, the last `open` of the samples, are asked for
 * and read again. Returns how many cannot be read. */
static size_t read_again(struct reading *reading, size_t open,
                         const char *lib_dir)
{
    struct findings *findings = &reading->findings;
    struct sample *samples = &findings->samples[findings->count - open];
    struct run *runs = calloc(open + 1, sizeof *runs);
    struct error ignored;
    const char *text;
    size_t unread = 0;
    if (!runs)
        return open;
    for (size_t i = 0; i < open; i++) {
        if (run_load(samples[i].folder, &runs[i], &ignored) != 0)
            runs[i].folder[0] = '\0';
    }
    refresh_open(runs, open, lib_dir);
    findings->count -= open;
    for (size_t i = 0; i < open; i++) {
        struct sample *sample = &findings->samples[findings->count];
        const struct run *news = runs[i].folder[0] ? &runs[i] : NULL;
        char *folder = samples[i].folder;
        if (!read_run(reading, folder, news, sample, &unread, &text))
            continue;
        findings->count++;
        count_run(reading, sample, text);
    }
    free(runs);
    return unread;
}

static int open_last(const void *a, const void *b)
{
    const struct sample *left = a, *right = b;
    return (left->verdict == RESULT_OPEN) - (right->verdict == RESULT_OPEN);
}

/* Reads the runs and releases the gathering. */
static void read_runs(struct gathering *gathering, const char *lib_dir,
                      struct reading *reading)
{
    struct findings *findings = &reading->findings;
    const char *text;
    size_t unread = 0, open = 0;
    for (size_t i = 0; i < gathering->count; i++) {
        struct sample *sample = &findings->samples[findings->count];
        char *folder = gathering->folder[i];
        gathering->folder[i] = NULL;
        if (!read_run(reading, folder, NULL, sample, &unread, &text))
            continue;
        findings->count++;
        if (sample->verdict == RESULT_OPEN)
            open++;
        else
            count_run(reading, sample, text);
    }
    if (open > 0)
        qsort(findings->samples, findings->count, sizeof(struct sample),
              open_last);
    if (open > 0)
        unread += read_again(reading, open, lib_dir);
    reading->bad |= unread > 0;
    if (unread > EXPLAINED)
        fprintf(stderr, "and %zu more that cannot be read\n",
                unread - EXPLAINED);
    size_t wrong = findings->failed + findings->open;
    if (wrong > EXPLAINED)
        fprintf(stderr,
                "failed or not known to be over, and not named here: %zu "
                "more. integ2d-collect shows them all\n",
                wrong - EXPLAINED);
}

static int gather_names(char **names, int count, struct gathering *gathering,
                        bool *bad)
{
    struct error err;
    for (int i = 0; i < count; i++) {
        if (gather_add(gathering, names[i], &err) != 0) {
            complain(err.text);
            *bad = true;
        }
    }
    if (count == 0 && gather_default(gathering, &err) != 0) {
        complain(err.text);
        *bad = true;
    }
    if (count > 1)
        gather_unify(gathering);
    sweep_say_missing(gathering->missing, stderr);
    return gathering->count > 0 ? 0 : -1;
}

/* Returns 0, or -1 when there is nothing to report. */
static int make_reading(char **names, int count, const char *lib_dir,
                        struct reader *reader, struct reading *reading)
{
    struct gathering gathering = {0};
    struct findings *findings = &reading->findings;
    *reading = (struct reading){.findings.reader = reader};
    int rc = gather_names(names, count, &gathering, &reading->bad);
    if (rc == 0) {
        findings->samples = calloc(gathering.count, sizeof(struct sample));
        if (findings->samples)
            read_runs(&gathering, lib_dir, reading);
        if (findings->count == 0)
            rc = -1;
    }
    gather_release(&gathering);
    if (rc != 0)
        return -1;
    rc = study_make(findings->samples, findings->count, &findings->study);
    labels_make(&findings->study, &findings->labels);
    if (rc != 0 || caution_make(&findings->study, &findings->labels,
                                &findings->cautions) != 0) {
        complain("out of memory");
        return -1;
    }
    return 0;
}

static void reading_release(struct reading *reading)
{
    struct findings *findings = &reading->findings;
    caution_release(&findings->cautions);
    study_release(&findings->study);
    for (size_t i = 0; i < findings->count; i++)
        sample_release(&findings->samples[i]);
    free(findings->samples);
}

/* The comparison, in the form of the rest of the report. */
static void print_comparison(const struct comparison *comparison,
                             const struct findings *findings,
                             const char *against, bool markdown,
                             const struct style *style)
{
    struct sheet sheet;
    char text[1000];
    printf("\n%s%sAgainst %s%s\n", markdown ? "## " : "",
           style->colour ? "\033[1m" : "", against,
           style->colour ? "\033[0m" : "");
    compare_sheet(comparison, findings, &sheet);
    if (markdown) {
        putchar('\n');
        sheet_print_markdown(&sheet, stdout);
        putchar('\n');
    } else if (comparison->count > 0) {
        sheet_print(&sheet, style, stdout);
    }
    sheet_release(&sheet);
    compare_text(comparison, text, sizeof text);
    sheet_wrap("", text, style->width, stdout);
}

/* Returns 0, or -1 when a part is missing, which has been said. */
static int print(const struct arguments *arguments,
                 const struct findings *findings,
                 const struct comparison *comparison)
{
    struct style style = {0};
    struct error err = {""};
    int rc = 0;
    if (arguments->format == TABLE)
        style_find(stdout, &style);
    if (arguments->format == CSV) {
        export_csv(findings, stdout);
    } else if (arguments->format == JSON) {
        rc = export_json(findings, comparison, stdout);
        if (rc != 0)
            complain("out of memory, or the output cannot be written");
    } else if (arguments->format == HTML) {
        rc = page_print(findings, comparison, stdout, &err);
        if (rc != 0)
            complain(err.text);
    } else if (arguments->format == MARKDOWN) {
        summary_print_markdown(findings, stdout);
    } else {
        summary_print(findings, &style, stdout);
        if (arguments->chart)
            chart_print(findings, &style, stdout);
    }
    if (comparison &&
        (arguments->format == TABLE || arguments->format == MARKDOWN))
        print_comparison(comparison, findings, arguments->against,
                         arguments->format == MARKDOWN, &style);
    return rc == 0 ? 0 : -1;
}

static int plot(const char *path, const struct findings *findings)
{
    struct error err;
    size_t left_out;
    if (findings->study.points == 0) {
        complain("no plot: there is no run with figures to draw");
        return -1;
    }
    if (plot_write(findings, path, &left_out, &err) != 0) {
        complain(err.text);
        return -1;
    }
    if (left_out > 0)
        fprintf(stderr,
                "integ2d-report: %zu series had no room in the plot: name "
                "fewer runs\n",
                left_out);
    return 0;
}

/* A plot that is missing does not keep the rest from being shown. */
static int report(const struct arguments *arguments,
                  const struct reading *reading,
                  const struct comparison *comparison)
{
    const struct findings *findings = &reading->findings;
    int rc = print(arguments, findings, comparison);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        complain("cannot write to standard output");
        return EXIT_WRONG;
    }
    if (arguments->plot && plot(arguments->plot, findings) != 0)
        rc = -1;
    if (rc != 0 || reading->bad)
        return EXIT_USAGE;
    if (findings->failed > 0)
        return EXIT_WRONG;
    return findings->open > 0 ? EXIT_OPEN : EXIT_RIGHT;
}

static int report_against(const struct arguments *arguments,
                          const struct reading *reading, const char *lib_dir,
                          struct reader *reader)
{
    struct reading other;
    struct comparison comparison;
    char *names[] = {(char *)arguments->against};
    int status = EXIT_USAGE;
    if (make_reading(names, 1, lib_dir, reader, &other) == 0) {
        if (compare_make(&reading->findings, &other.findings, &comparison) == 0)
            status = report(arguments, reading, &comparison);
        else
            complain("out of memory");
        compare_release(&comparison);
        if (status == EXIT_RIGHT && other.bad)
            status = EXIT_USAGE;
    }
    reading_release(&other);
    return status;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct reading reading;
    struct prefix prefix;
    struct error err;
    int status = EXIT_USAGE;
    prefix_standard();
    parse_arguments(argc, argv, &arguments);
    if (prefix_find(&prefix, &err) != 0) {
        complain(err.text);
        return EXIT_USAGE;
    }
    struct reader *reader = reader_make();
    if (!reader) {
        complain("out of memory");
        return EXIT_USAGE;
    }
    if (make_reading(arguments.names, arguments.count, prefix.lib, reader,
                     &reading) == 0)
        status = arguments.against
                     ? report_against(&arguments, &reading, prefix.lib, reader)
                     : report(&arguments, &reading, NULL);
    reading_release(&reading);
    reader_release(reader);
    return status;
}
