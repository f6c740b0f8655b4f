/* SPDX-License-Identifier: BSD-3-Clause */
/* The sites that are installed, and a site's facts. */
#ifndef INTEG2D_SITE_H
#define INTEG2D_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "scheme.h"

enum {
    SITE_TEXT = 200, /* inih's longest line */
    SITE_TYPES = 16, /* node types a site file may list */
    SITE_LIST = 64,  /* sites that may be installed */
    SITE_EXTRAS = 32 /* schemes that may load modules of their own */
};

enum site_use { SITE_FORBIDDEN, SITE_OPTIONAL, SITE_REQUIRED };

/* Cores of one node of a type; a type is named by a constraint (-C) or by a
 * partition (-p). */
struct site_node_type {
    char name[32];
    long cores;
};

/* What one scheme's jobs load besides. */
struct site_extra {
    char scheme[32];
    char modules[SITE_TEXT];
};

struct site {
    char name[32];               /* the file's name without .ini */
    char title[SITE_TEXT];       /* "HPC2N, Kebnekaise" */
    bool retired;                /* status */
    char successor[32];          /* a site's name; retired sites only */
    char as_of[16];              /* when the facts were read, YYYY-MM */
    char source[SITE_TEXT];      /* where they were read */
    bool slurm;                  /* scheduler = slurm, or none: run directly */
    char login_hosts[SITE_TEXT]; /* ERE over the host name; "" = no host */
    char monitor[SITE_TEXT];     /* the site's own command for a job's use */
    bool monitor_url;            /* it prints the address of a page */

    enum site_use account;           /* whether a job names one */
    char account_pattern[SITE_TEXT]; /* ERE */
    char account_example[64];        /* its shape in words: hpc2nXXXX-YYY */

    enum site_use partition;
    char partition_default[64]; /* "" = left to Slurm */

    long default_min; /* time limit asked when none is given */
    long longest_min; /* the site's own limit */
    struct site_node_type types[SITE_TYPES];
    int type_count;
    bool cpu_is_thread; /* a Slurm CPU is a hardware thread */
    long poll_s;        /* shortest time between two requests, 0 = any */
    bool no_comments;   /* jobs lose their comment: the name has the token */
    bool one_node;      /* ask for -N 1 when the job fits one node */

    char modules[SITE_TEXT]; /* what `ml` loads before integ2d */
    struct site_extra extras[SITE_EXTRAS];
    int extra_count;
    char launch[SCHEME_KINDS][SITE_TEXT]; /* command before the program */
    char mpi_one_node[SITE_TEXT]; /* the same for MPI on one node, "" = mpi */
};

/* Reads <folder>/<name>.ini into *site. A name with anything but lower case
 * letters, digits and dashes is never looked up as a path. An unknown name:
 * the error gives the nearest one, or all. A retired site is loaded too;
 * refusing it is site_check_active's part. Returns 0 or -1. */
int site_load(const char *folder, const char *name, struct site *site,
              struct error *err);

/* 0 for an active site, -1 for a retired one, naming its successor. */
int site_check_active(const struct site *site, struct error *err);

/* The names of all sites installed in `folder`, retired ones too, sorted;
 * *count of them. example.ini and files that have no site's name are not
 * sites. Returns 0 or -1. */
int site_list(const char *folder, char names[SITE_LIST][32], int *count,
              struct error *err);

/* --site=auto: the site whose login_hosts matches this machine's full host
 * name, else the one in $INTEG2D_LAB_SITE. Fills *site and `source` (which
 * of the two it was). Returns 0, or -1 with the names to choose from. */
int site_find(const char *folder, struct site *site, char *source,
              size_t source_size, struct error *err);

/* site_find for a machine called `host` where $INTEG2D_LAB_SITE is `lab`
 * (NULL or "" = not set). */
int site_find_host(const char *folder, const char *host, const char *lab,
                   struct site *site, char *source, size_t source_size,
                   struct error *err);

/* The most cores one node has: among the types that the constraint or the
 * partition name (either may be ""), or among all. 0 = the site file does
 * not say. */
long site_cores(const struct site *site, const char *constraint,
                const char *partition);

/* The modules that this scheme's jobs load besides site->modules; "" = none. */
const char *site_extra_modules(const struct site *site, const char *scheme);

/* 0 if the account has the site's shape, else -1; `source` says where the
 * account came from ("-A", "INTEG2D_ACCOUNT", "config.ini:3"). "" = none
 * given. Where accounts are forbidden any will do: it is never sent. */
int site_check_account(const struct site *site, const char *account,
                       const char *source, struct error *err);

#endif
