/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include <argp.h>
#include <stddef.h>
#include <stdio.h>

#include "scheme.h"

#define TEXT(field) offsetof(struct options, field)

/* One row an option: argp parses by it and prints --help from it. Keys of
 * options without a letter start above the letters. */
enum {
    KEY_SITE = 256,
    KEY_SCHEME,
    KEY_GRID,
    KEY_REPEAT,
    KEY_MATH,
    KEY_MODE,
    KEY_PLACEMENT,
    KEY_MEM,
    KEY_RESERVATION,
    KEY_OUTPUT_DIR,
    KEY_BACKEND,
    KEY_CANCEL,
    KEY_MAX_JOBS,
    KEY_RESUME,
    KEY_WEAK,
    KEY_DRY_RUN,
    KEY_NO_WAIT,
    KEY_JSON,
};

static const struct argp_option table[] = {
    {0, 0, 0, 0, "What to run:", 1},
    {"site", KEY_SITE, "SITE", 0,
     "hpc2n, uppmax, local (no Slurm), ... or auto, the default: the site "
     "whose login node this is",
     1},
    {"scheme", KEY_SCHEME, "SCHEME", 0,
     "which program: see the schemes below; several: see sweeps below", 1},
    {"workers", 'n', "WORKERS", 0,
     "ranks, threads or processes, as the scheme has them; hybrid: ranks, each "
     "of which has the threads of -c (default 1)",
     1},
    {"ntasks", 0, 0, OPTION_ALIAS | OPTION_HIDDEN, 0, 1},
    {"grid", KEY_GRID, "N", 0, "(its text has the defaults of the schemes)", 1},
    {"repeat", KEY_REPEAT, "R", 0,
     "timed repeats, after one that is not counted (default 6, the fewest "
     "with a 95 % interval of the median)",
     1},
    {"math", KEY_MATH, "plain|simd", 0,
     "the C library's sin, or the fast row (default plain)", 1},
    {"mode", KEY_MODE, "MODE", 0, "(its text is the modes of the schemes)", 1},
    {"weak", KEY_WEAK, 0, 0,
     "a sweep whose grid grows with the workers: N is for one worker", 1},
    {"placement", KEY_PLACEMENT, 0, 0,
     "let the program show where each worker ran", 1},
    {0, 0, 0, 0, "What to ask of Slurm, spelled as sbatch spells it:", 2},
    {"account", 'A', "ACCOUNT", 0, "the project that pays", 2},
    {"time", 't', "TIME", 0, "time limit: M, M:S, H:M:S, D-H, D-H:M:S", 2},
    {"partition", 'p', "PARTITION", 0, "where the site wants one", 2},
    {"nodes", 'N', "NODES", 0, "number of nodes", 2},
    {"cpus-per-task", 'c', "CORES", 0,
     "cores for each task; hybrid: the threads of each rank (default 1)", 2},
    {"mem", KEY_MEM, "SIZE[K|M|G|T]", 0, "memory on each node (MiB)", 2},
    {"constraint", 'C', "FEATURES", 0, "node type, such as skylake", 2},
    {"reservation", KEY_RESERVATION, "NAME", 0, "the course's reservation", 2},
    {"name", 'J', "NAME", 0, "the job's name (default integ2d-SCHEME)", 2},
    {"job-name", 0, 0, OPTION_ALIAS | OPTION_HIDDEN, 0, 2},
    {0, 0, 0, 0, "How to go about it:", 3},
    {"output-dir", KEY_OUTPUT_DIR, "DIR", 0,
     "where run folders go (default ./integ2d-runs)", 3},
    {"dry-run", KEY_DRY_RUN, 0, 0,
     "print the batch script, submit nothing, write nothing", 3},
    {"max-jobs", KEY_MAX_JOBS, "JOBS", 0,
     "the most jobs that a sweep may have (default: the site's)", 3},
    {"resume", KEY_RESUME, "SWEEP", 0,
     "go on with the sweep of this folder: what is done stays, what is "
     "missing is submitted",
     3},
    {"no-wait", KEY_NO_WAIT, 0, 0, "submit and return", 3},
    {"backend", KEY_BACKEND, "slurm|commands|local", 0,
     "reach Slurm through its library or its commands (default: the library, "
     "where it can be used)",
     3},
    {"cancel", KEY_CANCEL, "RUN", 0,
     "cancel what this run folder, sweep or job number stands for, and do "
     "nothing else",
     3},
    {"json", KEY_JSON, 0, 0, "print the result as JSON", 3},
    {"quiet", 'q', 0, 0, "no progress", 3},
    {0, 'Q', 0, OPTION_ALIAS | OPTION_HIDDEN, 0, 3},
    {"verbose", 'v', 0, 0,
     "show where each setting came from, and count the requests to Slurm", 3},
    {0},
};

/* The text options by key; an option given twice counts the last time, as
 * in sbatch. */
static const struct {
    int key;
    size_t offset;
} texts[] = {
    {KEY_SITE, TEXT(site)},
    {KEY_SCHEME, TEXT(scheme)},
    {'n', TEXT(workers)},
    {KEY_GRID, TEXT(grid)},
    {KEY_REPEAT, TEXT(repeat)},
    {KEY_MATH, TEXT(math)},
    {KEY_MODE, TEXT(mode)},
    {'A', TEXT(account)},
    {'t', TEXT(time)},
    {'p', TEXT(partition)},
    {'N', TEXT(nodes)},
    {'c', TEXT(cpus_per_task)},
    {KEY_MEM, TEXT(mem)},
    {'C', TEXT(constraint)},
    {KEY_RESERVATION, TEXT(reservation)},
    {'J', TEXT(name)},
    {KEY_OUTPUT_DIR, TEXT(output_dir)},
    {KEY_BACKEND, TEXT(backend)},
    {KEY_CANCEL, TEXT(cancel)},
    {KEY_MAX_JOBS, TEXT(max_jobs)},
    {KEY_RESUME, TEXT(resume)},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    if (key == KEY_CANCEL && options->cancel)
        argp_error(state, "--cancel takes one run: integ2d-cancel takes any "
                          "number of them");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].key == key) {
            *(const char **)((char *)options + texts[i].offset) = value;
            return 0;
        }
    }
    switch (key) {
    case KEY_PLACEMENT:
        options->placement = true;
        return 0;
    case KEY_WEAK:
        options->weak = true;
        return 0;
    case KEY_DRY_RUN:
        options->dry_run = true;
        return 0;
    case KEY_NO_WAIT:
        options->no_wait = true;
        return 0;
    case KEY_JSON:
        options->json = true;
        return 0;
    case 'q':
    case 'Q':
        options->quiet = true;
        return 0;
    case 'v':
        options->verbose = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(
            state,
            "'%s' is not an option; what to run goes behind --scheme=", value);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Below the options: the table of schemes, then the rest. */
static void print_below(FILE *out, const char *rest)
{
    fprintf(out, "Schemes:\n");
    for (const struct scheme *row = scheme_table; row->name; row++)
        fprintf(out, "  %-16s%s\n", row->name, row->summary);
    fprintf(out, "\n%s", rest);
}

static void print_grids(FILE *out, const char *rest)
{
    (void)rest;
    fprintf(out, "N x N points (default %d", SCHEME_GRID);
    for (const struct scheme *row = scheme_table; row->name; row++) {
        if (row->grid)
            fprintf(out, "; %s %ld", row->name, row->grid);
    }
    fprintf(out, ")");
}

static void print_modes(FILE *out, const char *rest)
{
    (void)rest;
    for (const struct scheme *row = scheme_table; row->name; row++) {
        for (int i = 0; row->modes && row->modes[i]; i++)
            fprintf(out, "%s%s%s", i ? ", " : row->name, i ? "" : ": ",
                    row->modes[i]);
    }
}

/* Texts that have what is in the table of schemes; argp frees them. */
static char *help_text(int key, const char *text, void *input)
{
    static const struct {
        int key;
        void (*print)(FILE *out, const char *text);
    } made[] = {{ARGP_KEY_HELP_POST_DOC, print_below},
                {KEY_GRID, print_grids},
                {KEY_MODE, print_modes}};
    (void)input;
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        char *list = NULL;
        size_t size;
        FILE *out = made[i].key == key ? open_memstream(&list, &size) : NULL;
        if (!out)
            continue;
        made[i].print(out, text);
        fclose(out);
        return list ? list : (char *)text;
    }
    return (char *)text;
}

void options_parse(int argc, char **argv, struct options *options)
{
    static const struct argp argp = {
        .options = table,
        .parser = parse_option,
        .help_filter = help_text,
        .doc = "Write a batch script for this site, submit it, wait for the "
               "job and show what came out."
               "\v"
               "Several values are a sweep, one job for each combination: "
               "lists (1,2,4) and ranges (1-8, 1-9:2, 1-16:x2) of -n, -c and "
               "--grid, lists of --scheme, --math and --mode.\n"
               "Defaults come from $INTEG2D_ACCOUNT and "
               "~/.config/integ2d/config.ini.\n"
               "Exit status: 0 done and right, 1 the job or its check failed, "
               "2 bad command line, site file or environment, 3 still running "
               "or unknown, 130 interrupted (the job goes on).\n"
               "Examples: integ2d-submit --site=hpc2n --scheme=mpi -n 4\n"
               "          integ2d-submit --scheme=openmp,mpi -n 1-8:x2",
    };
    *options = (struct options){0};
    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, options);
}

const char *options_first(const struct options *options)
{
    const struct {
        const char *name, *value;
    } of_a_job[] = {
        {"--site", options->site},
        {"--scheme", options->scheme},
        {"-n", options->workers},
        {"--grid", options->grid},
        {"--repeat", options->repeat},
        {"--math", options->math},
        {"--mode", options->mode},
        {"--account", options->account},
        {"--time", options->time},
        {"--partition", options->partition},
        {"--nodes", options->nodes},
        {"-c", options->cpus_per_task},
        {"--mem", options->mem},
        {"--constraint", options->constraint},
        {"--reservation", options->reservation},
        {"--name", options->name},
        {"--output-dir", options->output_dir},
        {"--max-jobs", options->max_jobs},
        {"--weak", options->weak ? "" : NULL},
        {"--placement", options->placement ? "" : NULL},
        {"--dry-run", options->dry_run ? "" : NULL},
    };
    for (size_t i = 0; i < sizeof of_a_job / sizeof of_a_job[0]; i++) {
        if (of_a_job[i].value)
            return of_a_job[i].name;
    }
    return NULL;
}
