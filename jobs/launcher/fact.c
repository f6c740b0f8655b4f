/* SPDX-License-Identifier: BSD-3-Clause */
#include "fact.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "parse.h"

enum kind { NUMBER, TEXT, FILE_TEXT };

static const struct {
    const char *name;
    enum kind kind;
    const char *meaning;
} table[FACT_COUNT] = {
    [FACT_SITE] = {"site", TEXT, "the site's name"},
    [FACT_SCHEME] = {"scheme", TEXT, "openmp, mpi ..."},
    [FACT_KIND] = {"kind", TEXT, "of the scheme: serial, threads, mpi, hybrid"},
    [FACT_ASKED_WORKERS] = {"asked_workers", NUMBER, "workers asked for"},
    [FACT_REPEATS] = {"repeats", NUMBER, "repeats asked for"},
    [FACT_JOB_ID] = {"job_id", NUMBER, "the job's number"},
    [FACT_BY_HAND] = {"by_hand", NUMBER,
                      "1: somebody typed sbatch job.sbatch, else 0"},
    [FACT_SCRIPT] = {"script", FILE_TEXT, "the whole of job.sbatch"},
    [FACT_LAUNCH] = {"launch", TEXT, "its last command"},
    [FACT_TASKS] = {"tasks", NUMBER, "-n of job.sbatch"},
    [FACT_CPUS_PER_TASK] = {"cpus_per_task", NUMBER, "-c of job.sbatch"},
    [FACT_NODES] = {"nodes", NUMBER, "-N of job.sbatch"},
    [FACT_TIME_MIN] = {"time_min", NUMBER, "-t of job.sbatch, in minutes"},
    [FACT_MEM_MIB] = {"mem_mib", NUMBER, "--mem of job.sbatch, in MiB"},
    [FACT_ACCOUNT] = {"account", TEXT, "-A of job.sbatch"},
    [FACT_PARTITION] = {"partition", TEXT, "-p of job.sbatch"},
    [FACT_CONSTRAINT] = {"constraint", TEXT, "-C of job.sbatch"},
    [FACT_RESERVATION] = {"reservation", TEXT, "--reservation of job.sbatch"},
    [FACT_OMP_NUM_THREADS] = {"omp_num_threads", NUMBER,
                              "that job.sbatch exports; a variable counts as "
                              "its value"},
    [FACT_REFUSAL] = {"refusal", TEXT, "why Slurm refused the job"},
    [FACT_ACCOUNTS] = {"accounts", TEXT, "yours at this site (refusals only)"},
    [FACT_FIRST_ACCOUNT] = {"first_account", TEXT, "the first of them"},
    [FACT_PARTITIONS] = {"partitions", TEXT, "there are (refusals only)"},
    [FACT_FEATURES] = {"features", TEXT,
                       "that -C may name (refusals, pending jobs)"},
    [FACT_RESERVATIONS] = {"reservations", TEXT, "there are (refusals only)"},
    [FACT_MODULES] = {"modules", TEXT, "the site's modules below integ2d"},
    [FACT_MPI_LAUNCH] = {"mpi_launch", TEXT, "the site's launch command"},
    [FACT_NODE_CORES] = {"node_cores", NUMBER, "most cores of a node"},
    [FACT_SLURM_VERSION] = {"slurm_version", NUMBER, "22.05, 23.11 ..."},
    [FACT_STATE] = {"state", TEXT, "of the job, as Slurm names it"},
    [FACT_REASON] = {"reason", TEXT, "why it waits or ended, Slurm's word"},
    [FACT_EXIT_CODE] = {"exit_code", NUMBER, "of job.sbatch"},
    [FACT_SIGNAL] = {"signal", NUMBER, "that ended job.sbatch, 0: none"},
    [FACT_CANCELLED_BY] = {"cancelled_by", TEXT, "you, or a user's name"},
    [FACT_RAN_S] = {"ran_s", NUMBER, "seconds from its start to its end"},
    [FACT_RAN_NODES] = {"ran_nodes", NUMBER, "nodes it got"},
    [FACT_MAX_RSS_MIB] = {"max_rss_mib", NUMBER,
                          "most memory of a task, from accounting, in MiB"},
    [FACT_NEED_MEM_MIB] = {"need_mem_mib", NUMBER, "memory to ask for, in MiB"},
    [FACT_REPEATS_DONE] = {"repeats_done", NUMBER,
                           "of the repeats, when it was ended"},
    [FACT_NEED_TIME] = {"need_time", TEXT, "time limit to ask for"},
    [FACT_OUTPUT] = {"output", FILE_TEXT, "what the job printed"},
    [FACT_ERROR] = {"error", FILE_TEXT, "its error file"},
    [FACT_RESULTS] = {"results", NUMBER, "integrals printed"},
    [FACT_RAN_WORKERS] = {"ran_workers", NUMBER, "workers in the record"},
    [FACT_CPUS_GRANTED] = {"cpus_granted", NUMBER, "of the job"},
    [FACT_CPUS_ALLOWED] = {"cpus_allowed", NUMBER,
                           "that the first process could use"},
    [FACT_CPUS_ONLINE] = {"cpus_online", NUMBER, "of its node"},
    [FACT_CPUS_USED] = {"cpus_used", NUMBER, "on which workers were seen"},
    [FACT_CPUS_BUSY] = {"cpus_busy", NUMBER, "CPU time over wall time"},
    [FACT_CPU_PERCENT] = {"cpu_percent", NUMBER, "CPU time used of granted"},
    [FACT_BEST_S] = {"best_s", NUMBER, "best repeat, in seconds"},
    [FACT_FLAGS] = {"flags", TEXT, "the program's compiler flags"},
    [FACT_CHECK] = {"check", TEXT, "passed or failed"},
    [FACT_CHECK_TEXT] = {"check_text", TEXT, "the check in words"},
};

const char *fact_name(enum fact fact)
{
    return table[fact].name;
}

const char *fact_meaning(enum fact fact)
{
    return table[fact].meaning;
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

static json_t *fact_json(const struct facts *facts, enum fact fact)
{
    char shown[4096];
    if (!facts->known[fact])
        return json_null();
    if (!fact_is_text(fact))
        return json_real(facts->number[fact]);
    facts_show(facts, fact, shown, sizeof shown);
    return json_string(shown);
}

json_t *facts_json(const struct facts *facts)
{
    json_t *json = json_object();
    for (int i = 0; json && i < FACT_COUNT; i++) {
        enum fact fact = (enum fact)i;
        if (table[i].kind == FILE_TEXT)
            continue;
        if (json_object_set_new(json, table[i].name, fact_json(facts, fact)) !=
            0) {
            json_decref(json);
            json = NULL;
        }
    }
    return json;
}
