/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "parse.h"
#include "program.h"
#include "range.h"

enum {
    GRID_LARGEST = 10000000, /* as in job.c */
    NUMBER_LARGEST = 65535,
    REFUSALS = 8, /* shown */
};

/* The options that may have several values, each with those it has. */
enum axis { SCHEME, MODE, MATH, GRID, WORKERS, CPUS, AXES };

static const struct {
    const char *what;
    size_t offset; /* in struct options */
    long most;     /* 0 = words, not numbers */
} axes[AXES] = {
    [SCHEME] = {"--scheme", offsetof(struct options, scheme), 0},
    [MODE] = {"--mode", offsetof(struct options, mode), 0},
    [MATH] = {"--math", offsetof(struct options, math), 0},
    [GRID] = {"--grid", offsetof(struct options, grid), GRID_LARGEST},
    [WORKERS] = {"-n", offsetof(struct options, workers), NUMBER_LARGEST},
    [CPUS] = {"-c", offsetof(struct options, cpus_per_task), NUMBER_LARGEST},
};

struct values {
    char **word;
    size_t count;
};

static const char **field(struct options *options, enum axis axis)
{
    return (const char **)((char *)options + axes[axis].offset);
}

bool plan_is_sweep(const struct options *options)
{
    struct options copy = *options;
    if (options->weak)
        return true;
    for (enum axis axis = 0; axis < AXES; axis++) {
        const char *text = *field(&copy, axis);
        if (text && (axes[axis].most ? range_is_several(text)
                                     : strchr(text, ',') != NULL))
            return true;
    }
    return false;
}

long plan_weak_grid(long grid, long workers)
{
    double exact = (double)grid * sqrt((double)workers);
    long even = 2 * (long)floor(exact / 2 + 0.5);
    return even < 2 ? 2 : even;
}

/* ---- Values -------------------------------------------------------------- */

/* Numbers become words again: a job is made from what can be typed. */
static int number_words(const struct range *range, struct values *values)
{
    values->word = calloc(range->count, sizeof *values->word);
    for (size_t i = 0; values->word && i < range->count; i++) {
        if (asprintf(&values->word[i], "%ld", range->number[i]) < 0)
            return -1;
        values->count++;
    }
    return values->word ? 0 : -1;
}

/* An option that was not given has one value, none. */
static int read_values(const char *text, enum axis axis, struct values *values,
                       struct error *err)
{
    struct range range;
    *values = (struct values){0};
    if (text && !axes[axis].most)
        return range_words(text, axes[axis].what, &values->word, &values->count,
                           err);
    if (!text || !range_is_several(text)) {
        values->word = calloc(1, sizeof *values->word);
        values->count = 1;
        if (values->word && (!text || (*values->word = strdup(text)) != NULL))
            return 0;
        return error_set(err, "out of memory");
    }
    if (range_read(text, axes[axis].what, 1, axes[axis].most, &range, err) != 0)
        return -1;
    int rc = number_words(&range, values);
    range_release(&range);
    return rc == 0 ? 0 : error_set(err, "out of memory");
}

/* A word that is wrong in any combination. */
static int check_words(const struct values values[AXES], struct error *err)
{
    const struct scheme *scheme;
    for (size_t i = 0; values[SCHEME].word[0] && i < values[SCHEME].count; i++)
        if (scheme_find(values[SCHEME].word[i], &scheme, err) != 0)
            return -1;
    for (size_t i = 0; values[MATH].word[0] && i < values[MATH].count; i++) {
        const char *math = values[MATH].word[i];
        if (strcmp(math, "plain") != 0 && strcmp(math, "simd") != 0)
            return error_set(err, "--math: '%.80s' is neither plain nor simd",
                             math);
    }
    return 0;
}

static int check_count(const struct values values[AXES], struct error *err)
{
    size_t total = 1;
    for (enum axis axis = 0; axis < AXES; axis++) {
        if (total > RANGE_MAX / values[axis].count) /* before it overflows */
            return error_set(err,
                             "these are more than %d combinations: more than "
                             "any sweep may have. Give fewer values",
                             (int)RANGE_MAX);
        total *= values[axis].count;
    }
    return 0;
}

static int read_all(const struct options *options, struct values values[AXES],
                    struct error *err)
{
    struct options copy = *options;
    for (enum axis axis = 0; axis < AXES; axis++) {
        if (read_values(*field(&copy, axis), axis, &values[axis], err) != 0)
            return -1;
    }
    return check_words(values, err) != 0 ? -1 : check_count(values, err);
}

/* ---- Combinations -------------------------------------------------------- */

/* The group that has the same script but for the command. */
static bool goes_with(const struct job *a, const struct job *b)
{
    return a->tasks == b->tasks && a->cpus_per_task == b->cpus_per_task &&
           a->nodes == b->nodes && a->threads == b->threads &&
           strcmp(a->modules, b->modules) == 0;
}

static int find_group(struct plan *plan, const struct job *job, size_t *group,
                      struct error *err)
{
    for (*group = 0; *group < plan->groups; (*group)++) {
        if (goes_with(&plan->group[*group].job, job))
            return 0;
    }
    struct plan_group *more =
        reallocarray(plan->group, plan->groups + 1, sizeof *plan->group);
    if (!more)
        return error_set(err, "out of memory for the plan");
    plan->group = more;
    plan->group[plan->groups++] = (struct plan_group){.job = *job};
    return 0;
}

/* Puts the job into its place among the runs. */
static int add_run(struct plan *plan, const struct job *job,
                   const struct prefix *prefix, size_t place, struct error *err)
{
    struct plan_run *run = &plan->run[place];
    if (find_group(plan, job, &run->group, err) != 0)
        return -1;
    run_describe(job, "", &run->run);
    run->command = strdup(job->command);
    if (!run->command)
        return error_set(err, "out of memory for the plan");
    plan->group[run->group].count++;
    return job->site.slurm
               ? 0
               : job_script(job, prefix->jobs, prefix->bin, &run->script, err);
}

static int add_refusal(struct plan *plan, const char *text, struct error *err)
{
    plan->impossible++;
    for (size_t i = 0; i < plan->refusals; i++) {
        if (strcmp(plan->refusal[i].text, text) == 0) {
            plan->refusal[i].count++;
            return 0;
        }
    }
    struct plan_refusal *more =
        reallocarray(plan->refusal, plan->refusals + 1, sizeof *plan->refusal);
    if (more)
        plan->refusal = more;
    char *copy = strdup(text);
    if (!more || !copy) {
        free(copy);
        return error_set(err, "out of memory for the plan");
    }
    plan->refusal[plan->refusals++] =
        (struct plan_refusal){.text = copy, .count = 1};
    return 0;
}

/* A job that is made gets another grid; one that grows with its workers keeps
 * the work of each only where the work goes with the points. */
static int set_grid(struct job *job, long grid, bool weak, struct error *err)
{
    if (!weak)
        return job_set_grid(job, grid, err);
    if (job->scheme.no_integral)
        return error_set(err,
                         "--weak: the work of %s does not go with the points "
                         "of the grid",
                         job->scheme.name);
    return job_set_grid(job, plan_weak_grid(grid, job->workers), err);
}

static int make_job(const struct options *options, const struct config *config,
                    const struct site *site, const struct prefix *prefix,
                    struct job *job, struct error *err)
{
    struct options one = *options;
    if (!one.name)
        one.name = "integ2d-sweep"; /* not all are of one scheme */
    if (job_make(&one, config, site, job, err) != 0)
        return -1;
    return program_check(job, prefix->bin, err);
}

/* Combination number `index`: the last option changes first. */
static void choose(const struct options *options,
                   const struct values values[AXES], size_t index,
                   struct options *one)
{
    *one = *options;
    for (int axis = AXES - 1; axis >= 0; axis--) {
        *field(one, (enum axis)axis) =
            values[axis].word[index % values[axis].count];
        index /= values[axis].count;
    }
}

/* The first job finds out who pays for all. */
static int set_account(const struct options *options,
                       const struct config *config, const struct prefix *prefix,
                       struct plan *plan, struct job *job, struct error *err)
{
    if (plan->groups == 0)
        return account_set(options, config, job, prefix->lib,
                           &plan->account_source, err);
    snprintf(job->account, sizeof job->account, "%s",
             plan->group[0].job.account);
    return 0;
}

/* One combination with each grid: they differ in nothing else, so that the
 * job is made once. `first` is the number of the one with the first grid, and
 * the others follow in steps. */
static int add_grids(const struct options *options, const struct config *config,
                     const struct site *site, const struct prefix *prefix,
                     const struct values values[AXES], size_t first,
                     size_t step, struct plan *plan, struct job *job,
                     struct error *err)
{
    struct options one;
    struct error why;
    size_t grids = values[GRID].count;
    choose(options, values, first, &one);
    int made = make_job(&one, config, site, prefix, job, &why);
    if (made == 0 && set_account(options, config, prefix, plan, job, err) != 0)
        return -1;
    for (size_t i = 0; i < grids; i++) {
        const char *typed = values[GRID].word[i];
        long grid = typed && grids > 1 ? strtol(typed, NULL, 10) : job->grid;
        int rc = made;
        if (rc == 0 && (grids > 1 || options->weak))
            rc = set_grid(job, grid, options->weak, &why);
        rc = rc == 0 ? add_run(plan, job, prefix, first + i * step, err)
                     : add_refusal(plan, why.text, err);
        if (rc != 0)
            return -1;
    }
    return 0;
}

/* Leaves no place empty. */
static void close_ranks(struct plan *plan, size_t total)
{
    for (size_t i = 0; i < total; i++) {
        if (!plan->run[i].command)
            continue;
        if (i != plan->count)
            plan->run[plan->count] = plan->run[i];
        plan->count++;
    }
}

static int add_all(const struct options *options, const struct config *config,
                   const struct site *site, const struct prefix *prefix,
                   const struct values values[AXES], struct plan *plan,
                   struct error *err)
{
    struct job *job = malloc(sizeof *job);
    size_t total = 1, step = 1;
    for (enum axis axis = 0; axis < AXES; axis++) {
        total *= values[axis].count;
        step *= axis > GRID ? values[axis].count : 1;
    }
    plan->run = calloc(total, sizeof *plan->run);
    int rc =
        job && plan->run ? 0 : error_set(err, "out of memory for the plan");
    for (size_t i = 0; rc == 0 && i < total; i++) {
        if (i / step % values[GRID].count == 0)
            rc = add_grids(options, config, site, prefix, values, i, step, plan,
                           job, err);
    }
    if (plan->run)
        close_ranks(plan, total);
    free(job);
    return rc;
}

/* ---- The plan ------------------------------------------------------------ */

static int check_plan(const struct options *options, const struct site *site,
                      const struct plan *plan, struct error *err)
{
    long most = site->sweep_jobs;
    if (options->max_jobs && parse_number(options->max_jobs, "--max-jobs", 1,
                                          RANGE_MAX, &most, err) != 0)
        return -1;
    if (plan->count == 0 && plan->refusals == 1)
        return error_set(err, "%s", plan->refusal[0].text);
    if (plan->count == 0)
        return error_set(err,
                         "none of the %zu combinations is possible; the "
                         "first: %s",
                         plan->impossible, plan->refusal[0].text);
    if (plan->count <= (size_t)most)
        return 0;
    return error_set(err,
                     "these are %zu jobs, and a sweep may have %ld (%s): give "
                     "fewer values, or allow it with --max-jobs=%zu",
                     plan->count, most,
                     options->max_jobs ? "--max-jobs"
                                       : "sweep_jobs of the "
                                         "site's file",
                     plan->count);
}

int plan_make(const struct options *options, const struct config *config,
              const struct site *site, const struct prefix *prefix,
              struct plan *plan, struct error *err)
{
    struct values values[AXES] = {0};
    *plan = (struct plan){.weak = options->weak};
    int rc = read_all(options, values, err);
    if (rc == 0 && options->weak && values[WORKERS].count == 1 &&
        values[CPUS].count == 1)
        rc = error_set(err, "--weak: give several numbers of workers, such as "
                            "-n 1,2,4");
    if (rc == 0)
        rc = add_all(options, config, site, prefix, values, plan, err);
    if (rc == 0)
        rc = check_plan(options, site, plan, err);
    for (enum axis axis = 0; axis < AXES; axis++)
        range_words_release(values[axis].word, values[axis].count);
    if (rc != 0)
        plan_release(plan);
    return rc;
}

static long cores(const struct plan_group *group)
{
    return group->job.tasks * group->job.cpus_per_task;
}

/* Minutes from the first start to the last end when each job takes all of its
 * time: an array with a bound on its tasks takes turns, arrays are side by
 * side; without Slurm one job follows the other. */
static long longest_min(const struct plan *plan)
{
    long longest = 0, sum = 0;
    for (size_t i = 0; i < plan->groups; i++) {
        const struct job *job = &plan->group[i].job;
        long count = (long)plan->group[i].count;
        long at_once =
            job->site.tasks_at_once ? job->site.tasks_at_once : count;
        long turns = (count + at_once - 1) / at_once;
        sum += count * job->time_min;
        if (turns * job->time_min > longest)
            longest = turns * job->time_min;
    }
    return plan->group[0].job.site.slurm ? longest : sum;
}

static void print_refusals(const struct plan *plan, const char *before,
                           FILE *file)
{
    if (plan->impossible > 0)
        fprintf(file, "%s%zu combination%s impossible here:\n", before,
                plan->impossible, plan->impossible == 1 ? " is" : "s are");
    size_t shown = plan->refusals < REFUSALS ? plan->refusals : REFUSALS;
    for (size_t i = 0; i < shown; i++)
        fprintf(file, "%s  %zu: %s\n", before, plan->refusal[i].count,
                plan->refusal[i].text);
    if (plan->refusals > shown)
        fprintf(file, "%s  and %zu more reasons\n", before,
                plan->refusals - shown);
}

void plan_print(const struct plan *plan, const char *before, FILE *file)
{
    char limit[32];
    double core_h = 0;
    for (size_t i = 0; i < plan->groups; i++)
        core_h += (double)cores(&plan->group[i]) *
                  (double)plan->group[i].count *
                  (double)plan->group[i].job.time_min / 60;
    parse_time_text(longest_min(plan), limit, sizeof limit);
    fprintf(file,
            "%s%zu job%s in %zu group%s of equal resources, %.1f core hours "
            "asked for\n",
            before, plan->count, plan->count == 1 ? "" : "s", plan->groups,
            plan->groups == 1 ? "" : "s", core_h);
    fprintf(file,
            "%sat the longest %s from the first start to the last end (time "
            "limits)\n",
            before, limit);
    if (plan->weak)
        fprintf(file,
                "%sweak scaling: --grid for one worker, times the root of the "
                "workers, rounded to the nearest even number\n",
                before);
    print_refusals(plan, before, file);
}

void plan_release(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->run[i].command);
        free(plan->run[i].script);
    }
    for (size_t i = 0; i < plan->refusals; i++)
        free(plan->refusal[i].text);
    free(plan->run);
    free(plan->group);
    free(plan->refusal);
    *plan = (struct plan){0};
}
