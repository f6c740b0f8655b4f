/* SPDX-License-Identifier: BSD-3-Clause */
/* integ2d-cancel: ends the jobs of runs. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "backend.h"
#include "prefix.h"
#include "stop.h"

const char *argp_program_version = "integ2d-cancel " INTEG2D_VERSION;

struct arguments {
    const char *backend;
    char **runs;
    int count;
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'b':
        arguments->backend = value;
        return 0;
    case ARGP_KEY_ARGS:
        arguments->runs = state->argv + state->next;
        arguments->count = state->argc - state->next;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name a run folder or a job number");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void parse_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct argp_option table[] = {
        {"backend", 'b', "slurm|commands", 0,
         "reach Slurm through its library or its commands", 0},
        {0},
    };
    static const struct argp argp = {
        .options = table,
        .parser = parse_option,
        .args_doc = "RUN...",
        .doc = "Cancel the jobs of runs that integ2d-submit has started.\v"
               "RUN is a run folder, a sweep's folder, or a job number (12, or "
               "12_3 in a sweep's array) below ./integ2d-runs.\n"
               "Exit status: 0 cancelled or over already, 1 refused, 2 bad "
               "command line or no such run, 3 no answer.",
    };
    *arguments = (struct arguments){.backend = ""};
    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, arguments);
}

/* Returns the exit status for this one. */
static int cancel(const char *name, struct refresh *refresh)
{
    static const int status[] = {
        [STOP_DONE] = 0, [STOP_FAILED] = 1, [STOP_NO_ANSWER] = 3};
    struct error err;
    enum stopped stopped;
    char text[sizeof err.text];
    if (stop_named(refresh, name, &stopped, text, sizeof text, &err) != 0) {
        fprintf(stderr, "integ2d-cancel: %s\n", err.text);
        return 2;
    }
    if (stopped == STOP_DONE)
        printf("%s\n", text);
    else
        fprintf(stderr, "integ2d-cancel: %s\n", text);
    return status[stopped];
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct prefix prefix;
    struct error err;
    int worst = 0;
    prefix_standard();
    parse_arguments(argc, argv, &arguments);
    if (backend_check_slurm(arguments.backend, &err) != 0 ||
        prefix_find(&prefix, &err) != 0) {
        fprintf(stderr, "integ2d-cancel: %s\n", err.text);
        return 2;
    }
    struct refresh refresh = {.backend = arguments.backend,
                              .lib_dir = prefix.lib};
    for (int i = 0; i < arguments.count; i++) {
        int status = cancel(arguments.runs[i], &refresh);
        /* A bad name goes before a refusal, that before no answer. */
        static const int rank[] = {0, 2, 3, 1};
        if (rank[status] > rank[worst])
            worst = status;
    }
    if (refresh.note.text[0])
        fprintf(stderr, "%s\n", refresh.note.text);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "integ2d-cancel: cannot write to standard output\n");
        return worst ? worst : 1;
    }
    return worst;
}
