/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules of advice, and the job scripts they speak of. Input: the rules for
 * every site, a site's own, a job script, what the job printed and its error
 * file, each ended by a NUL. */
#include "advice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "fuzz.h"
#include "script.h"

/* A script is read as far as it can be: numbers that sbatch would take, and
 * 0 for those that it would not. */
static void read_script(const char *text, struct script *script)
{
    char *taken = strdup(text);

    REQUIRE(taken != NULL);
    *script = (struct script){0};
    script_parse(taken, script);
    REQUIRE(script->tasks >= 0 && script->cpus_per_task >= 0);
    REQUIRE(script->nodes >= 0 && script->time_min >= 0);
    REQUIRE(script->mem_mib >= 0 && script->omp_num_threads >= 0);
    REQUIRE(script->grid >= 0 && script->repeat >= 0);
    REQUIRE(strlen(script->launch) < sizeof script->launch);
}

/* Some are known, some are not. */
static void fill_facts(const struct fuzz_parts *parts,
                       const struct script *script, struct facts *facts)
{
    facts_text(facts, FACT_SITE, "hpc2n");
    facts_text(facts, FACT_SCHEME, "mpi");
    facts_text(facts, FACT_STATE, "FAILED");
    facts_text(facts, FACT_SCRIPT, script->text);
    facts_text(facts, FACT_LAUNCH, script->launch);
    facts_text(facts, FACT_ACCOUNT, script->account);
    facts_text(facts, FACT_OUTPUT, parts->text[3]);
    facts_text(facts, FACT_ERROR, parts->text[4]);
    facts_number(facts, FACT_TASKS, (double)script->tasks);
    facts_number(facts, FACT_CPUS_PER_TASK, (double)script->cpus_per_task);
    facts_number(facts, FACT_EXIT_CODE, 1);
    facts_number(facts, FACT_CPUS_BUSY, 0.98);
    facts_number(facts, FACT_BEST_S, NAN);
    REQUIRE(!facts->known[FACT_BEST_S]);
}

static void check_list(const struct advice_list *list)
{
    struct error err;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    json_t *json = advice_json(list);

    REQUIRE(out != NULL && json != NULL);
    REQUIRE(json_array_size(json) == list->count);
    advice_print(list, out);
    REQUIRE(fclose(out) == 0);
    REQUIRE(file_check_text("", text, &err) == 0);
    for (size_t i = 0; i < list->count; i++) {
        REQUIRE(list->advice[i].name[0] != '\0');
        REQUIRE(list->advice[i].say[0] != '\0');
        REQUIRE(i == 0 ||
                list->advice[i - 1].severity <= list->advice[i].severity);
    }
    REQUIRE((strcmp(advice_mark(list), "-") == 0) == (list->count == 0));
    json_decref(json);
    free(text);
}

/* A rule that is on has a condition and something to say. */
static void check_rules(const struct rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->rule[i];

        REQUIRE(rule->off || (rule->whens > 0 && rule->says > 0));
        for (size_t j = 0; j < i; j++)
            REQUIRE(strcmp(rule->name, rules->rule[j].name) != 0);
    }
}

static void advise(const struct facts *facts)
{
    struct rules rules;
    struct advice_list list;
    struct error err = {""};

    if (rules_load("advice", "hpc2n", &rules, &err) != 0) {
        struct error ignored;

        REQUIRE(strncmp(err.text, "advice/", 7) == 0);
        REQUIRE(file_check_text("", err.text, &ignored) == 0);
        return;
    }
    check_rules(&rules);
    REQUIRE(advice_find(&rules, facts, &list, &err) == 0);
    check_list(&list);
    advice_release(&list);
    rules_release(&rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct facts facts = {0};
    struct script script;
    struct fuzz_parts parts;

    fuzz_split(data, size, &parts);
    fuzz_put("all.ini", parts.text[0], parts.size[0]);
    if (parts.size[1] > 0)
        fuzz_put("hpc2n.ini", parts.text[1], parts.size[1]);
    read_script(parts.text[2], &script);
    fill_facts(&parts, &script, &facts);
    advise(&facts);
    facts_release(&facts);
    script_release(&script);
    fuzz_clear();
    fuzz_release(&parts);
    return 0;
}
