/* SPDX-License-Identifier: BSD-3-Clause */
#include "fact.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "json_out.h"
#include "parse.h"

/* The whole text of a file is no part of the JSON. */
enum kind { NUMBER, TEXT, FILE_TEXT };

static const struct {
    const char *name;
    enum kind kind;
} table[FACT_COUNT] = {
    [FACT_SITE] = {"site", TEXT},
    [FACT_SCHEME] = {"scheme", TEXT},
    [FACT_KIND] = {"kind", TEXT},
    [FACT_ASKED_WORKERS] = {"asked_workers", NUMBER},
    [FACT_REPEATS] = {"repeats", NUMBER},
    [FACT_JOB_ID] = {"job_id", NUMBER},
    [FACT_BY_HAND] = {"by_hand", NUMBER},
    [FACT_SCRIPT] = {"script", FILE_TEXT},
    [FACT_LAUNCH] = {"launch", TEXT},
    [FACT_TASKS] = {"tasks", NUMBER},
    [FACT_CPUS_PER_TASK] = {"cpus_per_task", NUMBER},
    [FACT_NODES] = {"nodes", NUMBER},
    [FACT_TIME_MIN] = {"time_min", NUMBER},
    [FACT_MEM_MIB] = {"mem_mib", NUMBER},
    [FACT_ACCOUNT] = {"account", TEXT},
    [FACT_PARTITION] = {"partition", TEXT},
    [FACT_CONSTRAINT] = {"constraint", TEXT},
    [FACT_RESERVATION] = {"reservation", TEXT},
    [FACT_OMP_NUM_THREADS] = {"omp_num_threads", NUMBER},
    [FACT_REFUSAL] = {"refusal", TEXT},
    [FACT_ACCOUNTS] = {"accounts", TEXT},
    [FACT_FIRST_ACCOUNT] = {"first_account", TEXT},
    [FACT_PARTITIONS] = {"partitions", TEXT},
    [FACT_FEATURES] = {"features", TEXT},
    [FACT_RESERVATIONS] = {"reservations", TEXT},
    [FACT_MODULES] = {"modules", TEXT},
    [FACT_MPI_LAUNCH] = {"mpi_launch", TEXT},
    [FACT_NODE_CORES] = {"node_cores", NUMBER},
    [FACT_SLURM_VERSION] = {"slurm_version", NUMBER},
    [FACT_STATE] = {"state", TEXT},
    [FACT_REASON] = {"reason", TEXT},
    [FACT_EXIT_CODE] = {"exit_code", NUMBER},
    [FACT_SIGNAL] = {"signal", NUMBER},
    [FACT_CANCELLED_BY] = {"cancelled_by", TEXT},
    [FACT_RAN_S] = {"ran_s", NUMBER},
    [FACT_RAN_NODES] = {"ran_nodes", NUMBER},
    [FACT_MAX_RSS_MIB] = {"max_rss_mib", NUMBER},
    [FACT_NEED_MEM_MIB] = {"need_mem_mib", NUMBER},
    [FACT_REPEATS_DONE] = {"repeats_done", NUMBER},
    [FACT_NEED_TIME] = {"need_time", TEXT},
    [FACT_OUTPUT] = {"output", FILE_TEXT},
    [FACT_ERROR] = {"error", FILE_TEXT},
    [FACT_RESULTS] = {"results", NUMBER},
    [FACT_RAN_WORKERS] = {"ran_workers", NUMBER},
    [FACT_CPUS_GRANTED] = {"cpus_granted", NUMBER},
    [FACT_CPUS_ALLOWED] = {"cpus_allowed", NUMBER},
    [FACT_CPUS_REACHABLE] = {"cpus_reachable", NUMBER},
    [FACT_CPUS_USED] = {"cpus_used", NUMBER},
    [FACT_CPUS_BUSY] = {"cpus_busy", NUMBER},
    [FACT_CPU_PERCENT] = {"cpu_percent", NUMBER},
    [FACT_BEST_S] = {"best_s", NUMBER},
    [FACT_FLAGS] = {"flags", TEXT},
    [FACT_CHECK] = {"check", TEXT},
    [FACT_CHECK_TEXT] = {"check_text", TEXT},
};

const char *fact_name(enum fact fact)
{
    return table[fact].name;
}

bool fact_is_text(enum fact fact)
{
    return table[fact].kind != NUMBER;
}

int fact_find(const char *name, enum fact *fact, const char **nearest)
{
    const char *names[FACT_COUNT + 1];
    for (int i = 0; i < FACT_COUNT; i++) {
        names[i] = table[i].name;
        if (strcmp(names[i], name) == 0) {
            *fact = (enum fact)i;
            return 0;
        }
    }
    names[FACT_COUNT] = NULL;
    *nearest = parse_nearest(name, names);
    return -1;
}

void facts_number(struct facts *facts, enum fact fact, double number)
{
    facts->known[fact] = isfinite(number);
    facts->number[fact] = number;
}

void facts_text(struct facts *facts, enum fact fact, const char *text)
{
    free(facts->text[fact]);
    facts->text[fact] = text ? strdup(text) : NULL;
    facts->known[fact] = facts->text[fact] != NULL;
}

void facts_release(struct facts *facts)
{
    for (int i = 0; i < FACT_COUNT; i++)
        free(facts->text[i]);
    *facts = (struct facts){0};
}

void facts_show(const struct facts *facts, enum fact fact, char *shown,
                size_t size)
{
    double number = facts->number[fact];
    if (!facts->known[fact])
        snprintf(shown, size, "no data");
    else if (fact_is_text(fact))
        file_visible(facts->text[fact], shown, size);
    else if (number == rint(number))
        snprintf(shown, size, "%.0f", number);
    else
        snprintf(shown, size, "%.2f", number);
}

static void print_fact(const struct facts *facts, enum fact fact, FILE *file)
{
    char shown[4096];
    if (!facts->known[fact]) {
        json_out_text(NULL, file);
    } else if (!fact_is_text(fact)) {
        json_out_real(facts->number[fact], file);
    } else {
        facts_show(facts, fact, shown, sizeof shown);
        json_out_text(shown, file);
    }
}

void facts_print(const struct facts *facts, int columns, FILE *file)
{
    const char *before = "{";
    for (int i = 0; i < FACT_COUNT; i++) {
        if (table[i].kind == FILE_TEXT)
            continue;
        json_out_key(&before, columns + 2, table[i].name, file);
        print_fact(facts, (enum fact)i, file);
    }
    fprintf(file, "\n%*s}", columns, "");
}
