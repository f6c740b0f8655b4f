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

/* The one value of a line like "State|MaxRSS|Comment" that is ours. */
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

/* One line for the job, with its comment where the site keeps those (another
 * comment is another job's of that number), and one for each step. */
void evidence_accounting(const struct run *run, struct facts *facts)
{
    struct error ignored;
    char id[32];
    char *text_of, *rest;
    double most = NAN;
    snprintf(id, sizeof id, "--jobs=%ld", run->status.job_id);
    char *const argv[] = {"sacct", "-nP", id, "--format=Comment,State,MaxRSS",
                          NULL};
    if (command_output(argv, ASK_S, &text_of, &ignored) != 0)
        return;
    for (char *line = strtok_r(text_of, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        char *state = strchr(line, '|');
        char *rss = state ? strchr(state + 1, '|') : NULL;
        if (!rss)
            continue;
        *state++ = *rss++ = '\0';
        if (line[0] && !strstr(line, run->token))
            break;
        add_cancelled(state, facts);
        most = fmax(most, mib_of(rss));
    }
    facts_number(facts, FACT_MAX_RSS_MIB, most);
    free(text_of);
}

/* "slurm 23.02.7" or "slurm-wlm 22.05.8". */
void evidence_version(struct facts *facts)
{
    char *const argv[] = {"srun", "--version", NULL};
    struct error ignored;
    char *said;
    double version;
    if (command_output(argv, ASK_S, &said, &ignored) != 0)
        return;
    if (sscanf(said, "%*s %lf", &version) == 1)
        facts_number(facts, FACT_SLURM_VERSION, version);
    free(said);
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
