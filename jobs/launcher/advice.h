/* SPDX-License-Identifier: BSD-3-Clause */
/* Why a run went wrong: rules from text files that a site can edit and
 * extend (site/advice/all.ini describes their form), and what of them holds
 * for the facts of one run. */
#ifndef INTEG2D_ADVICE_H
#define INTEG2D_ADVICE_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "condition.h"
#include "error.h"
#include "fact.h"

enum { ADVICE_NAME = 40, ADVICE_LINES = 8 };

/* The worst first: the order in which advice is shown. */
enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_HINT, SEVERITIES };

struct rule {
    char name[ADVICE_NAME];
    bool off; /* a site does not want it */
    enum severity severity;
    struct condition *when[ADVICE_LINES]; /* all must be true */
    size_t whens;
    char *say[ADVICE_LINES]; /* what is wrong, in plain words */
    size_t says;
    char *change[ADVICE_LINES]; /* lines to write or commands to type */
    size_t changes;
    char *read; /* where there is more; NULL = nowhere */
};

struct rules {
    struct rule *rule;
    size_t count;
};

/* Reads <folder>/all.ini and, if there is one, <folder>/<site>.ini (site may
 * be ""), whose rules come after those of the first or, under the same name,
 * in their place. Returns 0, or -1 with file and line and nothing to release.
 */
int rules_load(const char *folder, const char *site, struct rules *rules,
               struct error *err);

void rules_release(struct rules *rules);

/* A rule that holds, with its values put in. */
struct advice {
    char name[ADVICE_NAME];
    enum severity severity;
    char say[2048];
    char change[1024]; /* "" = nothing to change; else lines */
    char read[256];
};

struct advice_list {
    struct advice *advice;
    size_t count;
};

/* The advice for these facts, the worst first. Returns 0, or -1 when there
 * is no memory for it. advice_release when done. */
int advice_find(const struct rules *rules, const struct facts *facts,
                struct advice_list *list, struct error *err);

void advice_release(struct advice_list *list);

/* In full, a paragraph each. */
void advice_print(const struct advice_list *list, FILE *file);

/* "error", "warning", "hint" */
const char *advice_severity(enum severity severity);

/* The worst severity in words, "-" when there is no advice. */
const char *advice_mark(const struct advice_list *list);

/* As an array of objects; NULL when out of memory. */
json_t *advice_json(const struct advice_list *list);

#endif
