/* SPDX-License-Identifier: BSD-3-Clause */
#include "library.h"

#include "../driver/grant.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

union symbol {
    void *address;
    void (*set)(int);
    int (*number)(void);
    char *(*text)(void);
    int (*copy)(char *, size_t);
};

/* A function of any library in this process, even of one that another library
 * loaded for itself alone, as FlexiBLAS does. Its address is NULL if there is
 * none of this name. */
static union symbol find(const char *name)
{
    union symbol symbol = {NULL};
    void *program = dlopen(NULL, RTLD_LAZY);
    struct link_map *library;

    if (program == NULL || dlinfo(program, RTLD_DI_LINKMAP, &library) != 0)
        return symbol;
    for (; library != NULL && symbol.address == NULL;
         library = library->l_next) {
        void *part = dlopen(library->l_name, RTLD_LAZY | RTLD_NOLOAD);

        if (part == NULL)
            continue;
        symbol.address = dlsym(part, name);
        dlclose(part);
    }
    dlclose(program);
    return symbol;
}

/* For libraries without the call: they read the variable at their first use. */
static void set_threads(int threads)
{
    const char *const names[] = {"openblas_set_num_threads",
                                 "omp_set_num_threads"};
    char text[16];

    snprintf(text, sizeof text, "%d", threads);
    setenv("OMP_NUM_THREADS", text, 1);
    for (int i = 0; i < 2; i++) {
        const union symbol function = find(names[i]);

        if (function.address != NULL)
            function.set(threads);
    }
}

/* How many threads it runs of as many as were set, as far as is known.
 * OpenBLAS built with OpenMP would wait forever for those beyond OpenMP's
 * limit. */
static int count_threads(int threads)
{
    const char *const names[] = {"openblas_get_num_threads",
                                 "omp_get_thread_limit"};

    for (int i = 0; i < 2; i++) {
        const union symbol function = find(names[i]);

        if (function.address != NULL && function.number() < threads)
            threads = function.number();
    }
    return threads;
}

void library_set_threads(struct run *run)
{
    const int asked = run->workers > 0 ? run->workers : grant_workers();
    int most;

    if (run->status != 0)
        return;
    set_threads(asked);
    most = count_threads(asked);
    if (most < run->workers)
        run_stop(run,
                 "-n %d: this BLAS library runs %d thread%s at most: ask for "
                 "no more, or use another library (make BLAS_LIBS=...)",
                 asked, most, most == 1 ? "" : "s");
    set_threads(most);
    run->workers = most;
}

/* Where it lies, with all links followed: with Debian's alternatives, that is
 * what tells the builds apart. */
static void library_file(char path[PATH_MAX])
{
    Dl_info file;

    if (dladdr(find("cblas_dgemm").address, &file) == 0 ||
        realpath(file.dli_fname, path) == NULL)
        snprintf(path, PATH_MAX, "in this program itself");
}

static void describe_library(struct run *run)
{
    const union symbol config = find("openblas_get_config");
    const union symbol backend = find("flexiblas_current_backend");
    char path[PATH_MAX], name[40];

    library_file(path);
    if (config.address != NULL)
        run_note(run, "library", "%s, %s", config.text(), path);
    else
        run_note(run, "library", "%s", path);
    if (backend.address != NULL && backend.copy(name, sizeof name) > 0)
        run_note(run, "backend", "%s, called through FlexiBLAS", name);
}

/* The CPU time used against the clock: how many CPUs the library kept busy. */
static double count_busy(const struct run *run)
{
    double time_s = 0.0;

    for (long r = 0; r < run->repeat; r++)
        time_s += run->time_s[r];
    return run->worker[0].cpu_s / time_s;
}

static void describe_threads(struct run *run)
{
    const union symbol parallel = find("openblas_get_parallel");
    const int kind = parallel.address != NULL ? parallel.number() : -1;

    run_note(run, "threads", "%d%s, %.1f CPUs busy", run->workers,
             kind == 2   ? " (OpenMP)"
             : kind == 1 ? " (POSIX threads)"
             : kind == 0 ? " (built without threads)"
                         : " asked for",
             count_busy(run));
}

/* Does the first processor have this feature, by its name in /proc/cpuinfo? */
static int has_feature(const char *feature)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[8192];
    int has = 0;

    while (file != NULL && !has && fgets(line, sizeof line, file) != NULL)
        has = strncmp(line, "flags", 5) == 0 && strstr(line, feature) != NULL;
    if (file != NULL)
        fclose(file);
    return has;
}

/* OpenBLAS chooses by the model of the processor, and takes an old kernel for a
 * model that is newer than itself. Its kernels that stop short of AVX2, and of
 * AVX-512, are all of the past: these lists will not grow. */
static const char *better_kernel(const char *kernel, const char **feature)
{
    const char *const old =
        " Katmai Coppermine Northwood Prescott Banias Atom Core2 Penryn "
        "Dunnington Nehalem Sandybridge Athlon Opteron Opteron_SSE3 Barcelona "
        "Nano Bobcat Bulldozer Piledriver Steamroller ";
    const char *const avx2 = " Haswell Excavator Zen ";
    char word[64];

    snprintf(word, sizeof word, " %s ", kernel);
    *feature = "AVX-512";
    if (has_feature(" avx512vl ") &&
        (strcasestr(old, word) != NULL || strcasestr(avx2, word) != NULL))
        return "SkylakeX";
    *feature = "AVX2";
    if (has_feature(" avx2 ") && strcasestr(old, word) != NULL)
        return "Haswell";
    return NULL;
}

static void describe_kernel(struct run *run)
{
    const union symbol core = find("openblas_get_corename");
    const union symbol config = find("openblas_get_config");
    const char *better, *feature;

    if (core.address == NULL) {
        run_note(run, "kernel", "not known: this library does not tell");
        return;
    }
    run_note(run, "kernel", "%s", core.text());
    better = better_kernel(core.text(), &feature);
    if (better == NULL)
        return;
    if (config.address != NULL && strstr(config.text(), "DYNAMIC_ARCH") != NULL)
        run_note(run, "advice",
                 "the kernel %s makes no use of this machine's %s; try: "
                 "export OPENBLAS_CORETYPE=%s",
                 core.text(), feature, better);
    else
        run_note(run, "advice",
                 "the kernel %s makes no use of this machine's %s, and the "
                 "library has no other: load or link one built for %s",
                 core.text(), feature, better);
}

void library_describe(struct run *run)
{
    if (run->status != 0)
        return;
    describe_library(run);
    describe_threads(run);
    describe_kernel(run);
}
