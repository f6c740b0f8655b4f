/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include "grant.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_GRID = 10000000, MAX_REPEAT = 1000000 };
enum {
    KEY_GRID = 256,
    KEY_REPEAT,
    KEY_MATH,
    KEY_SUM,
    KEY_MODE,
    KEY_PLACEMENT,
    KEY_HELP,
    KEY_VERSION
};

/* What only some schemes take, and --help shows only there. */
enum { AT_THREADS = 1, AT_MODE = 2 };

static const struct argp_option table[] = {
    {NULL, 'n', "WORKERS", 0, "threads or ranks that share the rows", 0},
    {NULL, 'c', "THREADS", OPTION_HIDDEN, "threads of each rank", 0},
    {"mode", KEY_MODE, "MODE", OPTION_HIDDEN, "which of them (see below)", 0},
    {"grid", KEY_GRID, "N", 0, "N x N points", 0},
    {"repeat", KEY_REPEAT, "R", 0,
     "R timed repeats, after one to warm up if R > 1 (default 1)", 0},
    {"math", KEY_MATH, "plain|simd", 0,
     "plain: the C library's sin (default); simd: the fast row", 0},
    {"sum", KEY_SUM, "rows|running", 0,
     "rows: one sum a row, the same bits for any number of workers (default); "
     "running: one running sum a worker",
     0},
    {"placement", KEY_PLACEMENT, NULL, 0,
     "print a map of the cores the workers ran on", 0},
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
    snprintf(options->message, sizeof options->message, "%s%.50s: expected %s",
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

/* What parse() fills, and what it needs to know of the scheme. */
struct request {
    struct options *options;
    enum workers rule;
    const struct about *about;
    const char *scheme;
};

/* All modes in one text, for messages. */
static void list_modes(const char *const *modes, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (int m = 0; modes[m] != NULL && used < size; m++)
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 m > 0 ? ", " : "", modes[m]);
}

static error_t read_mode(struct request *request, const char *text)
{
    struct options *options = request->options;
    char all[160];

    if (request->about->modes == NULL)
        return bad(options, "--mode=", text, "no mode for this scheme");
    for (int m = 0; request->about->modes[m] != NULL; m++)
        if (strcmp(text, request->about->modes[m]) == 0) {
            options->mode = m;
            return 0;
        }
    list_modes(request->about->modes, all, sizeof all);
    return bad(options, "--mode=", text, all);
}

static error_t read_threads(struct request *request, const char *text)
{
    struct options *options = request->options;
    long threads;

    if (request->rule != WORKERS_HYBRID)
        return bad(options, "-c ", text, "no -c for this scheme");
    if (number(options, "-c ", text, OPTIONS_MAX_WORKERS, &threads) != 0)
        return EINVAL;
    options->threads = (int)threads;
    return 0;
}

/* Of the ranks of a program the first one answers. */
static int is_heard(const struct request *request)
{
    return (request->rule != WORKERS_RANKS &&
            request->rule != WORKERS_HYBRID) ||
           grant_is_first();
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct request *request = state->input;
    struct options *options = request->options;
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
    case 'c':
        return read_threads(request, text);
    case KEY_MODE:
        return read_mode(request, text);
    case KEY_PLACEMENT:
        options->placement = 1;
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
        if (is_heard(request))
            argp_help(state->root_argp, stdout, ARGP_HELP_STD_HELP,
                      state->name);
        exit(fflush(stdout) == 0 ? 0 : 1);
    case KEY_VERSION:
        if (is_heard(request))
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

/* The options together, and against what the scheme can do. */
static int options_agree(struct request *request)
{
    struct options *options = request->options;
    char all[160];

    if (request->rule == WORKERS_ONE && options->workers > 1) {
        snprintf(options->message, sizeof options->message,
                 "-n %d: the %s program is one worker: leave -n out, or run "
                 "integ2d-openmp or integ2d-mpi",
                 options->workers, request->scheme);
        return -1;
    }
    if (request->about->modes != NULL && options->mode < 0) {
        list_modes(request->about->modes, all, sizeof all);
        snprintf(options->message, sizeof options->message,
                 "--mode= is missing: say which of %s", all);
        return -1;
    }
    return 0;
}

/* The table of options with those shown that the scheme takes. */
static void show_options(const struct request *request,
                         struct argp_option *shown)
{
    memcpy(shown, table, sizeof table);
    if (request->rule == WORKERS_HYBRID)
        shown[AT_THREADS].flags = 0;
    if (request->about->modes != NULL)
        shown[AT_MODE].flags = 0;
}

int options_read(struct options *options, const char *scheme, enum workers rule,
                 const struct about *about, int argc, char **argv)
{
    const unsigned int quiet = ARGP_NO_HELP | ARGP_NO_ERRS | ARGP_NO_EXIT;
    struct request request = {options, rule, about, scheme};
    struct argp_option shown[sizeof table / sizeof table[0]];
    static char name[64]; /* argv[0] from now on: the loader prints it, too */
    char all[160] = "", doc[400];
    struct argp argp = {.options = shown, .parser = parse, .doc = doc};

    if (about->modes != NULL)
        list_modes(about->modes, all, sizeof all);
    snprintf(doc, sizeof doc, "%s\vN is %ld when it is not given.%s%s",
             about->doc, about->grid, about->modes != NULL ? " Modes: " : "",
             all);
    snprintf(name, sizeof name, "integ2d-%s", scheme);
    *options = (struct options){
        .grid = about->grid, .repeat = 1, .mode = -1, .next = 1};
    argv[0] = name;
    show_options(&request, shown);
    return argp_parse(&argp, argc, argv, quiet, NULL, &request) != 0
               ? -1
               : options_agree(&request);
}
