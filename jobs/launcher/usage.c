/* SPDX-License-Identifier: BSD-3-Clause */
/* integ2d-usage: what a job used against what it asked for. */
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "follow.h"
#include "parse.h"
#include "prefix.h"
#include "reason.h"
#include "usage_json.h"
#include "usage_page.h"
#include "usage_view.h"
#include "watch.h"

const char *argp_program_version = "integ2d-usage " INTEG2D_VERSION;

enum {
    EXIT_RIGHT = 0,
    EXIT_WRONG = 1,
    EXIT_USAGE = 2,
    EXIT_OPEN = 3,
    EXIT_INTERRUPTED = 130,
    INTERVAL_S = 2,
    LONGEST_S = 3600,
    PAGE_EVERY = 5, /* looks between two pages while the job runs */
    SCREEN = 24
};

struct arguments {
    bool json;
    const char *html;    /* NULL = no page */
    const char *backend; /* "" = not given */
    long interval_s;
    const char *job;
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct error err;
    switch (key) {
    case 'j':
        arguments->json = true;
        return 0;
    case 'w':
        arguments->html = value;
        return 0;
    case 'b':
        arguments->backend = value;
        return 0;
    case 'i':
        if (parse_number(value, "--interval", 1, LONGEST_S,
                         &arguments->interval_s, &err) != 0)
            argp_error(state, "%s", err.text);
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->job)
            argp_error(state, "one job at a time: '%s' is too many", value);
        arguments->job = value;
        return 0;
    case ARGP_KEY_END:
        if (!arguments->job)
            argp_error(state, "which job? Give a job number or a run folder");
        if (arguments->html && arguments->html[0] == '\0')
            argp_error(state, "--html wants a file: --html=FILE");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void parse_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct argp_option table[] = {
        {"html", 'w', "FILE", 0,
         "write the picture, too: use of each core and of memory over time, "
         "in one file that needs nothing else",
         0},
        {"json", 'j', 0, 0,
         "print all that is known now as JSON, and do not wait for the job's "
         "end",
         0},
        {"interval", 'i', "SECONDS", 0,
         "time between two looks at a job that runs: 1 to 3600, default 2", 0},
        {"backend", 'b', "slurm|commands", 0,
         "ask Slurm through its library or its commands", 0},
        {0},
    };
    static const struct argp argp = {
        .options = table,
        .parser = parse_option,
        .args_doc = "JOB|RUN",
        .doc =
            "Show what a job uses, or has used, of what it asked for.\v"
            "JOB is the number of any job of yours, whatever it runs (12, or "
            "12_3 in an array); RUN is a run folder of integ2d-submit. A job "
            "that waits is waited for; one that runs is followed to its end. "
            "What was seen of a run is kept in its folder; of another job "
            "only what accounting knows is left when it is over.\n"
            "Exit status: 0 the job is over and its use was shown, 1 it "
            "could not be shown or the page not written, 2 bad command line "
            "or no such job, 3 the job waits or runs still (--json), 130 "
            "interrupted (the job goes on).",
    };
    *arguments = (struct arguments){.backend = "", .interval_s = INTERVAL_S};
    argp_err_exit_status = EXIT_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, arguments);
}

/* ---- Following ------------------------------------------------------------
 */

struct screen {
    bool terminal;
    int lines; /* shown, to be replaced */
    struct style style;
    char waiting[400]; /* the last reason told */
    bool silence;      /* told that there is no answer */
};

static int screen_height(void)
{
    struct winsize size;
    if (ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
        return size.ws_row;
    return SCREEN;
}

static void screen_clear(struct screen *screen)
{
    if (screen->lines > 0)
        printf("\033[%dF\033[J", screen->lines);
    screen->lines = 0;
}

static void show_now(struct screen *screen, const struct usage *usage)
{
    if (!screen->terminal) {
        usage_view_line(usage, stdout);
    } else {
        style_find(stdout, &screen->style);
        screen_clear(screen);
        screen->lines =
            usage_view_now(usage, &screen->style, screen_height(), stdout);
    }
    fflush(stdout);
}

static void show_waiting(struct screen *screen, const struct usage *usage)
{
    char why[300], text[sizeof screen->waiting];
    const char *advice = reason_advice(usage->allotment.reason);
    reason_words(usage->allotment.reason, why, sizeof why);
    snprintf(text, sizeof text, "job %ld waits (%s)%s%s",
             usage->allotment.job_id, state_name(usage->allotment.state),
             why[0] ? ": " : "", why);
    if (strcmp(text, screen->waiting) == 0)
        return;
    memcpy(screen->waiting, text, sizeof text);
    fprintf(stderr, "%s%s%s\n", text, advice[0] ? ". " : "", advice);
}

/* It is asked again and again, and that is said once. */
static void show_silence(struct screen *screen, const struct error *err)
{
    if (!screen->silence)
        fprintf(stderr, "%s; asking again\n", err->text);
    screen->silence = true;
    screen->lines = 0;
}

/* Why the commands are used in place of the library: once. */
static void say_note(struct refresh *refresh)
{
    if (refresh->note.text[0])
        fprintf(stderr, "%s\n", refresh->note.text);
    refresh->note.text[0] = '\0';
}

static void pause_s(long seconds)
{
    struct timespec left = {.tv_sec = seconds};
    if (!watch_is_ended())
        nanosleep(&left, NULL);
}

static bool is_running(const struct usage *usage)
{
    return usage->allotment.start > 0 &&
           !state_is_waiting(usage->allotment.state);
}

/* One turn of the wait. */
static int turn(struct follow *follow, struct usage *usage,
                struct screen *screen, const char *html, long turns,
                struct error *err)
{
    struct error problem;
    if (!is_running(usage)) {
        show_waiting(screen, usage);
        return 0;
    }
    if (follow_look(follow, usage, err) != 0)
        return -1;
    follow_judge(usage);
    show_now(screen, usage);
    if (html && turns % PAGE_EVERY == 0 &&
        usage_page_write(usage, html, &problem) != 0)
        return error_set(err, "%s", problem.text);
    return 0;
}

/* To the job's end. Returns 0; 1 when it was interrupted; -1. */
static int follow_job(const struct arguments *arguments, struct follow *follow,
                      struct usage *usage, struct error *err)
{
    struct screen screen = {.terminal = isatty(1)};
    const char *kind = getenv("TERM");
    long interval_s = arguments->interval_s;
    if (screen.terminal && (!kind || strcmp(kind, "dumb") == 0))
        screen.terminal = false;
    if (follow->site.poll_s > interval_s)
        interval_s = follow->site.poll_s;
    watch_signals();
    for (long turns = 0; !state_is_final(usage->allotment.state); turns++) {
        if (watch_is_ended())
            return 1;
        if (turn(follow, usage, &screen, arguments->html, turns, err) != 0)
            return -1;
        pause_s(interval_s);
        int rc = watch_is_ended() ? 0 : follow_state(follow, usage, err);
        say_note(&follow->refresh);
        if (rc < 0)
            return -1;
        if (rc > 0)
            show_silence(&screen, err);
    }
    screen_clear(&screen);
    return watch_is_ended() ? 1 : 0;
}

/* ---- Showing --------------------------------------------------------------
 */

static int print(const struct arguments *arguments, struct follow *follow,
                 struct usage *usage)
{
    struct style style;
    if (arguments->json) {
        json_t *json = usage_json(usage);
        int rc = json ? json_dumpf(json, stdout, JSON_INDENT(2)) : -1;
        json_decref(json);
        puts("");
        return rc;
    }
    style_find(stdout, &style);
    monitor_run(&follow->site, &usage->monitor);
    usage_view_end(usage, &style, stdout);
    if (usage->has_run) {
        fflush(stdout);
        advice_print(&usage->result.advice, stderr);
    }
    return 0;
}

static int write_page(const struct arguments *arguments,
                      const struct usage *usage)
{
    struct error err;
    if (!arguments->html)
        return 0;
    if (usage_page_write(usage, arguments->html, &err) == 0)
        return 0;
    fprintf(stderr, "integ2d-usage: %s\n", err.text);
    return -1;
}

/* A look at a job that runs, for --json: what it used between two moments. */
static void look_once(struct follow *follow, struct usage *usage)
{
    const struct timespec moment = {.tv_nsec = 500000000};
    struct error ignored;
    if (!is_running(usage) || follow_look(follow, usage, &ignored) != 0)
        return;
    nanosleep(&moment, NULL);
    follow_look(follow, usage, &ignored);
}

static int show(const struct arguments *arguments, struct follow *follow,
                struct usage *usage)
{
    struct error err;
    int followed = 0;
    bool final = state_is_final(usage->allotment.state);
    if (!final && !arguments->json)
        followed = follow_job(arguments, follow, usage, &err);
    else if (!final)
        look_once(follow, usage);
    if (followed < 0) {
        fprintf(stderr, "integ2d-usage: %s\n", err.text);
        return EXIT_WRONG;
    }
    final = state_is_final(usage->allotment.state);
    if (final)
        follow_end(follow, usage);
    follow_judge(usage);
    if (followed == 1) {
        write_page(arguments, usage);
        fprintf(stderr,
                "interrupted: job %ld goes on; type integ2d-usage %s again to "
                "see it\n",
                usage->allotment.job_id, arguments->job);
        return EXIT_INTERRUPTED;
    }
    int rc = print(arguments, follow, usage);
    if (rc != 0 || fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "integ2d-usage: cannot write to standard output\n");
        return EXIT_WRONG;
    }
    if (write_page(arguments, usage) != 0)
        return EXIT_WRONG;
    return final ? EXIT_RIGHT : EXIT_OPEN;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct prefix prefix;
    struct error err;
    prefix_standard();
    parse_arguments(argc, argv, &arguments);
    struct follow *follow = calloc(1, sizeof *follow);
    struct usage *usage = calloc(1, sizeof *usage);
    int status = EXIT_USAGE;
    if (!follow || !usage)
        error_set(&err, "out of memory");
    if (!follow || !usage ||
        backend_check_slurm(arguments.backend, &err) != 0 ||
        prefix_find(&prefix, &err) != 0 ||
        (arguments.html && usage_page_check(arguments.html, &err) != 0)) {
        fprintf(stderr, "integ2d-usage: %s\n", err.text);
        return EXIT_USAGE;
    }
    follow->prefix = &prefix;
    follow->refresh.backend = arguments.backend;
    follow->refresh.lib_dir = prefix.lib;
    int rc = follow_open(follow, arguments.job, usage, &err);
    say_note(&follow->refresh);
    if (rc != 0)
        fprintf(stderr, "integ2d-usage: %s\n", err.text);
    else
        status = show(&arguments, follow, usage);
    follow_release(follow, usage);
    free(follow);
    free(usage);
    return status;
}
