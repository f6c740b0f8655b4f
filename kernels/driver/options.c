/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_GRID = 10000000, MAX_REPEAT = 1000000 };
enum { KEY_GRID = 256, KEY_REPEAT, KEY_MATH, KEY_SUM, KEY_HELP, KEY_VERSION };

static const struct argp_option table[] = {
    {NULL, 'n', "WORKERS", 0, "threads or ranks that share the rows", 0},
    {"grid", KEY_GRID, "N", 0, "N x N points (default 10000)", 0},
    {"repeat", KEY_REPEAT, "R", 0,
     "R timed repeats, after one to warm up if R > 1 (default 1)", 0},
    {"math", KEY_MATH, "plain|simd", 0,
     "plain: the C library's sin (default); simd: the fast row", 0},
    {"sum", KEY_SUM, "rows|running", 0,
     "rows: one sum a row, the same bits for any number of workers (default); "
     "running: one running sum a worker",
     0},
    {"help", KEY_HELP, NULL, 0, "print this and stop", 1},
    {"version", KEY_VERSION, NULL, 0, "print the version and stop", 1},
    {NULL, 0, NULL, 0, NULL, 0},
};

static int read_number(const char *text, long max, long *number)
{
    char *end;

    if (text[0] < '0' || text[0] > '9')
        return -1;
    errno = 0;
    *number = strtol(text, &end, 10);
    return errno == 0 && *end == '\0' && *number >= 1 && *number <= max ? 0
                                                                        : -1;
}

static int read_word(const char *text, const char *const words[2], int *choice)
{
    for (*choice = 0; *choice < 2; ++*choice)
        if (strcmp(text, words[*choice]) == 0)
            return 0;
    return -1;
}

static error_t bad(struct options *options, const char *option,
                   const char *text, const char *expected)
{
    snprintf(options->message, sizeof options->message, "%s%.60s: expected %s",
             option, text, expected);
    return EINVAL;
}

static error_t number(struct options *options, const char *option,
                      const char *text, long max, long *value)
{
    char expected[60];

    if (read_number(text, max, value) == 0)
        return 0;
    snprintf(expected, sizeof expected, "a whole number from 1 to %ld", max);
    return bad(options, option, text, expected);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    long workers;
    int choice;

    if (key != ARGP_KEY_ERROR && state->next > options->next)
        options->next = state->next;
    switch (key) {
    case 'n':
        if (number(options, "-n ", text, OPTIONS_MAX_WORKERS, &workers) != 0)
            return EINVAL;
        options->workers = (int)workers;
        return 0;
    case KEY_GRID:
        return number(options, "--grid=", text, MAX_GRID, &options->grid);
    case KEY_REPEAT:
        return number(options, "--repeat=", text, MAX_REPEAT, &options->repeat);
    case KEY_MATH:
        if (read_word(text, (const char *[]){"plain", "simd"}, &choice) != 0)
            return bad(options, "--math=", text, "plain or simd");
        options->math = choice == 0 ? MATH_PLAIN : MATH_SIMD;
        return 0;
    case KEY_SUM:
        if (read_word(text, (const char *[]){"rows", "running"}, &choice) != 0)
            return bad(options, "--sum=", text, "rows or running");
        options->sum = choice == 0 ? SUM_ROWS : SUM_RUNNING;
        return 0;
    case KEY_HELP:
        argp_help(state->root_argp, stdout, ARGP_HELP_STD_HELP, state->name);
        exit(fflush(stdout) == 0 ? 0 : 1);
    case KEY_VERSION:
        printf("%s %s\n", state->name, INTEG2D_VERSION);
        exit(fflush(stdout) == 0 ? 0 : 1);
    case ARGP_KEY_ARG:
        return bad(options, "", text, "options only (see --help)");
    case ARGP_KEY_ERROR:
        if (options->message[0] == '\0')
            snprintf(options->message, sizeof options->message,
                     "%.60s: unknown option, or its value is missing or not "
                     "wanted (see --help)",
                     state->argv[state->next > options->next ? state->next - 1
                                                             : state->next]);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* -n against what the scheme can do. */
static int workers_agree(struct options *options, enum workers rule)
{
    if (rule != WORKERS_ONE || options->workers <= 1)
        return 0;
    snprintf(options->message, sizeof options->message,
             "-n %d: the serial program is one worker: leave -n out, or run "
             "integ2d-openmp or integ2d-mpi",
             options->workers);
    return -1;
}

int options_read(struct options *options, const char *scheme, enum workers rule,
                 int argc, char **argv)
{
    static const struct argp argp = {
        .options = table,
        .parser = parse,
        .doc = "Integrate sin(x+y) over [0,pi]x[0,pi] with N x N midpoints.",
    };
    const int quiet = ARGP_NO_HELP | ARGP_NO_ERRS | ARGP_NO_EXIT;
    char name[64];

    snprintf(name, sizeof name, "integ2d-%s", scheme);
    *options = (struct options){.grid = 10000, .repeat = 1, .next = 1};
    argv[0] = name;
    return argp_parse(&argp, argc, argv, quiet, NULL, options) != 0
               ? -1
               : workers_agree(options, rule);
}
