/* SPDX-License-Identifier: BSD-3-Clause */
#include "evidence_ask.h"

#include <math.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

enum { ASK_S = 10 }; /* patience with a command of Slurm's */

static void add_cancelled(const char *state, struct facts *facts)
{
    static const char by[] = "CANCELLED by ";
    char *end;
    if (strncmp(state, by, sizeof by - 1) != 0)
        return;
    unsigned long uid = strtoul(state + sizeof by - 1, &end, 10);
    const struct passwd *user = getpwuid((uid_t)uid);
    if (end == state + sizeof by - 1)
        return;
    facts_text(facts, FACT_CANCELLED_BY,
               uid == getuid() ? "you"
               : user          ? user->pw_name
                               : "another user");
}

/* sacct's sizes are in bytes times K, M, G or T. */
static double mib_of(const char *size)
{
    char *end;
    double value = strtod(size, &end);
    const char *unit = *end ? strchr("KMGT", *end) : NULL;
    if (end == size)
        return NAN;
    return unit ? value * pow(1024, (double)(unit - "KMGT") - 1)
                : value / 1048576;
}

/* Whether accounting is asked about it. */
static bool is_asked(const struct result *result)
{
    return result->verdict == RESULT_FAILED && result->run.status.job_id &&
           strcmp(result->run.backend, "local") != 0;
}

/* One line of one of its jobs: the job itself, with its comment where the site
 * keeps those, or a step ("12.batch"). */
static void add_line(long job_id, const char *state, const char *rss,
                     const char *comment, struct result *result)
{
    struct facts *facts = &result->facts;
    double most = mib_of(rss);
    if (!is_asked(result) || result->run.status.job_id != job_id)
        return;
    /* Another job of that number, of long ago or of another cluster. */
    if (comment[0] && !strstr(comment, result->run.token))
        return;
    add_cancelled(state, facts);
    if (facts->known[FACT_MAX_RSS_MIB])
        most = fmax(most, facts->number[FACT_MAX_RSS_MIB]);
    facts_number(facts, FACT_MAX_RSS_MIB, most);
}

/* "--jobs=12,15", NULL = there are none, or no memory. */
static char *list_jobs(const struct result *results, size_t count)
{
    char *list = NULL;
    size_t size, listed = 0;
    FILE *out = open_memstream(&list, &size);
    if (!out)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (is_asked(&results[i]))
            fprintf(out, "%s%ld",
                    listed++ ? "," : "--jobs=", results[i].run.status.job_id);
    }
    if (fclose(out) == 0 && listed > 0)
        return list;
    free(list);
    return NULL;
}

void evidence_accounting(struct result *results, size_t count, long *requests)
{
    struct error ignored;
    char *text_of, *rest, *jobs = list_jobs(results, count);
    char *const argv[] = {"sacct", "-nP", jobs,
                          "--format=JobIDRaw,State,MaxRSS,Comment", NULL};
    if (!jobs)
        return;
    (*requests)++;
    int rc = command_output(argv, ASK_S, &text_of, &ignored);
    free(jobs);
    if (rc != 0)
        return;
    for (char *line = strtok_r(text_of, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        char *field[4] = {line};
        for (int i = 1; i < 4 && field[i - 1]; i++) {
            field[i] = strchr(field[i - 1], '|');
            if (field[i])
                *field[i]++ = '\0';
        }
        for (size_t i = 0; field[3] && i < count; i++)
            add_line(strtol(line, NULL, 10), field[1], field[2], field[3],
                     &results[i]);
    }
    free(text_of);
}

/* "slurm 23.02.7" or "slurm-wlm 22.05.8". */
double evidence_version(void)
{
    char *const argv[] = {"srun", "--version", NULL};
    struct error ignored;
    char *said;
    double version;
    if (command_output(argv, ASK_S, &said, &ignored) != 0)
        return NAN;
    if (sscanf(said, "%*s %lf", &version) != 1)
        version = NAN;
    free(said);
    return version;
}

/* The words a command prints, each once, with ", " between: "" = none. */
static void add_list(char *const argv[], enum fact fact, struct facts *facts)
{
    struct error ignored;
    char *said, *rest;
    char list[1024] = "";
    size_t used = 0;
    if (command_output(argv, ASK_S, &said, &ignored) != 0)
        return;
    for (char *word = strtok_r(said, " ,\n", &rest); word && used < sizeof list;
         word = strtok_r(NULL, " ,\n", &rest)) {
        size_t length = strlen(word);
        const char *at = list;
        while ((at = strstr(at, word)) != NULL &&
               !((at == list || at[-1] == ' ') &&
                 (at[length] == ',' || at[length] == '\0')))
            at += length;
        if (!at)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                     used ? ", " : "", word);
    }
    facts_text(facts, fact, used ? list : "none");
    free(said);
}

void evidence_choices(const char *refusal, struct facts *facts)
{
    char *const partitions[] = {"sinfo", "-ho", "%R", NULL};
    char *const features[] = {"sinfo", "-ho", "%f", NULL};
    /* sinfo -T would say in a sentence that there are none. */
    char *const reservations[] = {
        "sh", "-c",
        "scontrol -o show reservation | sed -n 's/^ReservationName=//p' | "
        "cut -d ' ' -f 1",
        NULL};
    if (strcasestr(refusal, "partition"))
        add_list(partitions, FACT_PARTITIONS, facts);
    if (strcasestr(refusal, "feature") || strcasestr(refusal, "constraint") ||
        strcasestr(refusal, "configuration"))
        add_list(features, FACT_FEATURES, facts);
    if (strcasestr(refusal, "reservation"))
        add_list(reservations, FACT_RESERVATIONS, facts);
}
