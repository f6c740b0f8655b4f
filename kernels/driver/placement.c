/* SPDX-License-Identifier: BSD-3-Clause */
#include "placement.h"

#include "driver.h"

#include <hwloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Did the user, or Slurm for the user, already say where threads go? */
static int binding_is_set(void)
{
    const char *const names[] = {"OMP_PROC_BIND", "OMP_PLACES",
                                 "GOMP_CPU_AFFINITY", "KMP_AFFINITY"};
    const char *slurm = getenv("SLURM_CPU_BIND_TYPE");

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (getenv(names[i]) != NULL)
            return 1;
    return slurm != NULL && strcmp(slurm, "none") == 0;
}

/* Cores and NUMA nodes of this machine, nothing else: that loads fastest. Most
 * of the time would go into hwloc's plug-ins, which look for graphics cards,
 * and into asking each core about itself, when the system knows. Returns 0, or
 * -1. */
static int topology_open(hwloc_topology_t *topology)
{
    setenv("HWLOC_PLUGINS_PATH", "", 0);
    if (hwloc_topology_init(topology) != 0)
        return -1;
    if (hwloc_topology_set_components(
            *topology, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86") == 0 &&
        hwloc_topology_set_all_types_filter(*topology,
                                            HWLOC_TYPE_FILTER_KEEP_NONE) == 0 &&
        hwloc_topology_set_type_filter(*topology, HWLOC_OBJ_CORE,
                                       HWLOC_TYPE_FILTER_KEEP_ALL) == 0 &&
        hwloc_topology_load(*topology) == 0)
        return 0;
    hwloc_topology_destroy(*topology);
    return -1;
}

/* The first CPU of each core within mine, as many as fit into cpu[]. Returns
 * how many cores there are, or -1. */
static int cores_within(const cpu_set_t *mine, int *cpu, int room)
{
    hwloc_topology_t topology;
    hwloc_obj_t core = NULL;
    int cores = 0;

    if (topology_open(&topology) != 0)
        return -1;
    while ((core = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_CORE,
                                              core)) != NULL)
        for (int c = hwloc_bitmap_first(core->cpuset); c >= 0;
             c = hwloc_bitmap_next(core->cpuset, c))
            if (c < CPU_SETSIZE && CPU_ISSET((size_t)c, mine)) {
                if (cores < room)
                    cpu[cores] = c;
                cores++;
                break;
            }
    hwloc_topology_destroy(topology);
    return cores;
}

void placement_choose(struct run *run)
{
    cpu_set_t mine;
    int cpus, cores = 0;

    if (run->threads < 2 || binding_is_set() ||
        sched_getaffinity(0, sizeof mine, &mine) != 0)
        return;
    cpus = CPU_COUNT(&mine);
    run->pin = calloc((size_t)run->threads, sizeof *run->pin);
    if (run->pin == NULL)
        return; /* as well as unpinned */
    if (cpus == run->threads) {
        for (int c = 0; c < CPU_SETSIZE; c++)
            if (CPU_ISSET((size_t)c, &mine))
                run->pin[cores++] = c;
    } else if (cpus > run->threads) {
        cores = cores_within(&mine, run->pin, run->threads);
    }
    if (cores != run->threads) {
        free(run->pin);
        run->pin = NULL;
    }
}

void placement_pin(const struct worker *me)
{
    const struct run *run = me->run;
    cpu_set_t cpu;

    if (run->pin == NULL)
        return;
    CPU_ZERO(&cpu);
    CPU_SET((size_t)run->pin[me->number - run->rank * run->threads], &cpu);
    /* A core may have been taken offline; then unpinned is right, too. */
    (void)!sched_setaffinity(0, sizeof cpu, &cpu);
}

void placement_locate(struct run *run)
{
    struct worker *mine = &run->worker[run->rank * run->threads];
    hwloc_topology_t topology;

    for (int t = 0; t < run->threads; t++)
        mine[t].core = mine[t].numa = -1;
    if (topology_open(&topology) != 0)
        return;
    for (int t = 0; t < run->threads; t++) {
        const hwloc_obj_t cpu =
            hwloc_get_pu_obj_by_os_index(topology, (unsigned int)mine[t].cpu);
        const hwloc_obj_t core =
            cpu == NULL
                ? NULL
                : hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, cpu);
        hwloc_obj_t node = NULL;

        if (core != NULL)
            mine[t].core = (int)core->logical_index;
        while (cpu != NULL && (node = hwloc_get_next_obj_by_type(
                                   topology, HWLOC_OBJ_NUMANODE, node)) != NULL)
            if (hwloc_bitmap_isset(node->cpuset, cpu->os_index))
                mine[t].numa = (int)node->os_index;
    }
    hwloc_topology_destroy(topology);
}

/* Workers in the order of the map: by host, NUMA node, core, number. */
static int map_order(const void *a, const void *b)
{
    const struct worker *x = *(const struct worker *const *)a;
    const struct worker *y = *(const struct worker *const *)b;
    const int hosts = strcmp(x->host, y->host);

    if (hosts != 0)
        return hosts;
    if (x->numa != y->numa)
        return x->numa - y->numa;
    if (x->core != y->core)
        return x->core - y->core;
    return x->number - y->number;
}

/* One line for the workers from w on that share a host and a NUMA node:
 * a box for each core. Returns the first worker of the next line. */
static int print_line(const struct run *run, struct worker *const *order, int w)
{
    const struct worker *head = order[w];
    int boxes = 0;

    printf("  %s, NUMA node %d:", head->host, head->numa);
    while (w < run->workers && strcmp(order[w]->host, head->host) == 0 &&
           order[w]->numa == head->numa) {
        const int core = order[w]->core;

        printf("%s core %d [%d", boxes > 0 && boxes % 4 == 0 ? "\n   " : "",
               core, order[w]->number);
        for (w++; w < run->workers && order[w]->core == core &&
                  order[w]->numa == head->numa &&
                  strcmp(order[w]->host, head->host) == 0;
             w++)
            printf(" %d", order[w]->number);
        printf("]");
        boxes++;
    }
    printf("\n");
    return w;
}

void placement_print(const struct run *run)
{
    struct worker **order = calloc((size_t)run->workers, sizeof *order);

    if (order == NULL)
        return;
    for (int w = 0; w < run->workers; w++)
        order[w] = &run->worker[w];
    qsort(order, (size_t)run->workers, sizeof *order, map_order);
    printf("Placement, core [worker]%s:\n", run->pin != NULL ? ", pinned" : "");
    for (int w = 0; w < run->workers;)
        w = print_line(run, order, w);
    free(order);
}
