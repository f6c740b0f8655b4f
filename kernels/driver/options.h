/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The command line of every kernel.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

enum { OPTIONS_MAX_WORKERS = 4096 };

enum math { MATH_PLAIN, MATH_SIMD };
enum sum { SUM_ROWS, SUM_RUNNING };

/* Where the number of workers comes from. */
enum workers {
    WORKERS_ONE,    /* always one */
    WORKERS_CHOSEN, /* -n, else what was granted */
    WORKERS_RANKS,  /* as many as the launch command started */
    WORKERS_HYBRID  /* ranks, each with the threads of -c */
};

/* What a scheme takes and says that is not as in most. */
struct about {
    const char *doc;          /* the first line of --help */
    long grid;                /* when no --grid is given */
    const char *const *modes; /* what --mode= may be, ended by NULL, or NULL */
};

struct options {
    int workers; /* 0: no -n given */
    int threads; /* 0: no -c given */
    long grid;
    long repeat;
    int mode;      /* which of the modes, -1: no --mode given */
    int placement; /* --placement given */
    enum math math;
    enum sum sum;
    int next;          /* argv up to here is understood */
    char message[256]; /* what is wrong with the command line, or "" */
};

/* Read the command line into options, defaults where nothing is given. Returns
 * 0, or -1 with a message. --help and --version end the program. */
int options_read(struct options *options, const char *scheme, enum workers rule,
                 const struct about *about, int argc, char **argv);

#endif
