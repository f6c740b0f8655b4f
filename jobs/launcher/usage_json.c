/* SPDX-License-Identifier: BSD-3-Clause */
#include "usage_json.h"

#include <math.h>

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *count_of(long value)
{
    return value > 0 ? json_integer(value) : json_null();
}

static json_t *text_of(const char *text)
{
    return text[0] ? json_string(text) : json_null();
}

static json_t *sources_json(const struct usage *usage)
{
    json_t *list = json_array();
    for (int i = 0; i < SOURCES; i++) {
        const struct source *source = &usage->tally.source[i];
        if (!source->known)
            continue;
        json_array_append_new(
            list,
            json_pack("{ss so so so ss sb}", "name", source->name, "cpu_s",
                      number(source->cpu_s), "available_s",
                      number(source->available_s), "efficiency",
                      number(source->efficiency), "period", source->period,
                      "trusted", (int)usage->tally.trusted == i));
    }
    return list;
}

static json_t *steps_json(const struct usage *usage)
{
    json_t *list = json_array();
    for (size_t i = 0; i < usage->steps.count; i++) {
        const struct step *step = &usage->steps.step[i];
        json_array_append_new(
            list,
            json_pack(
                "{ss so so so so so so so so}", "name", step->name, "program",
                text_of(step->title), "tasks", count_of(step->tasks),
                "elapsed_s", number(step->elapsed_s), "cpu_s",
                number(step->cpu_s), "cpu_least_s", number(step->cpu_min_s),
                "mem_mib", number(step->mem_mib), "mem_task_mib",
                number(step->mem_task_mib), "nodes", text_of(step->nodes)));
    }
    return list;
}

static json_t *workers_json(const struct usage *usage)
{
    json_t *list = json_array();
    for (size_t i = 0; i < usage->lanes.count; i++) {
        const struct lane *lane = &usage->lanes.lane[i];
        json_t *busy = json_array();
        for (size_t j = 0; j < lane->count; j++)
            json_array_append_new(busy,
                                  json_pack("[f, f]", lane->stretch[j].start_s,
                                            lane->stretch[j].length_s));
        json_array_append_new(
            list,
            json_pack("{ss so so so}", "host", lane->host, "core",
                      lane->core >= 0 ? json_integer(lane->core) : json_null(),
                      "busy", number(lane->busy), "busy_start_length_s", busy));
    }
    return list;
}

static json_t *trace_json(const struct usage *usage)
{
    const struct trace *trace = &usage->trace;
    json_t *cores = json_array(), *points = json_array();
    for (size_t i = 0; i < trace->cores; i++)
        json_array_append_new(cores,
                              json_pack("{si so}", "core", trace->core[i],
                                        "busy", number(trace_core(trace, i))));
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_point *point = &trace->point[i];
        json_t *shares = json_array();
        for (size_t j = 0; j < point->cores; j++)
            json_array_append_new(shares, number(point->core[j]));
        json_array_append_new(
            points,
            json_pack("{so so so so so}", "t_s", number(point->t_s), "length_s",
                      number(point->length_s), "busy", number(point->busy),
                      "mem_mib", number(point->mem_mib), "core_busy", shares));
    }
    return json_pack("{so so}", "core", cores, "point", points);
}

static json_t *hints_json(const struct usage *usage)
{
    json_t *list = json_array();
    for (size_t i = 0; i < usage->hints.count; i++)
        json_array_append_new(list, json_string(usage->hints.text[i]));
    return list;
}

static json_t *tally_json(const struct usage *usage)
{
    static const char *const agreements[] = {"yes", "no", "nothing to compare"};
    const struct tally *tally = &usage->tally;
    return json_pack("{so so so ss ss so so so}", "efficiency",
                     tally->trusted == SOURCES
                         ? json_null()
                         : number(tally->source[tally->trusted].efficiency),
                     "trusted",
                     tally->trusted == SOURCES
                         ? json_null()
                         : json_string(tally->source[tally->trusted].name),
                     "cores_busy", number(tally->busy), "agree",
                     agreements[tally->agreement], "text", tally->text,
                     "mem_peak_mib", number(tally->mem_mib), "mem_from",
                     text_of(tally->mem_from), "counted_by",
                     sources_json(usage));
}

json_t *usage_json(const struct usage *usage)
{
    const struct allotment *allotment = &usage->allotment;
    return json_pack(
        "{sI so so ss so so so so so so so so so so so so so so so}", "job_id",
        (json_int_t)allotment->job_id, "name", text_of(allotment->name), "site",
        text_of(allotment->site), "state", state_name(allotment->state),
        "reason", text_of(allotment->reason), "nodes",
        text_of(allotment->node_list), "asked_cores", count_of(allotment->cpus),
        "asked_nodes", count_of(allotment->nodes), "asked_mem_mib",
        number(allotment->mem_mib), "asked_min", count_of(allotment->limit_min),
        "ran_s", number(usage->now_s), "use", tally_json(usage), "steps",
        steps_json(usage), "workers", workers_json(usage), "seen",
        trace_json(usage), "hints", hints_json(usage), "advice",
        usage->has_run ? advice_json(&usage->result.advice) : json_array(),
        "monitor", text_of(usage->monitor.command), "folder",
        usage->has_run ? json_string(usage->run.folder) : json_null());
}
