/* SPDX-License-Identifier: BSD-3-Clause */
/* How fast every core is just now: the multiply-adds a nanosecond that its
 * vector units do when they have nothing to wait for, first one core after the
 * other ("alone"), then all at once ("together"). A multiply-add of 8 numbers
 * counts as 8. Run between measurements it shows a core that something else
 * uses meanwhile. Takes about 5 ms a core, and 5 ms more. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* More chains than a core has multiply-adds on the way (2 units, 4 cycles
 * each), few enough for the 16 registers of a machine without AVX-512. */
enum { CHAINS = 12, STEPS = 500000, CORES_MAX = 1024 };

static pthread_barrier_t turn_begins;
static int cores;
static int cpu[CORES_MAX];
static double rate[2][CORES_MAX]; /* alone, together */
static _Thread_local volatile double seed = 1.0;

static void fail(const char *what, int code)
{
    fprintf(stderr, "probe: %s: %s\n", what, strerror(code));
    exit(1);
}

static double now_ns(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        perror("probe: clock_gettime");
        exit(1);
    }
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The same function for vectors of several widths: its multiply-adds a step. */
#define CHAINS_OF(name, target, width)                                         \
    target static long name(long steps)                                        \
    {                                                                          \
        typedef double vector                                                  \
            __attribute__((vector_size(width * sizeof(double))));              \
        vector x[CHAINS];                                                      \
        double sum = 0.0;                                                      \
        for (int c = 0; c < CHAINS; c++)                                       \
            x[c] = (vector){0} + seed;                                         \
        for (long s = 0; s < steps; s++)                                       \
            _Pragma("GCC unroll 12") for (int c = 0; c < CHAINS; c++) x[c] =   \
                x[c] * 0.999999 + 1e-6;                                        \
        for (int c = 0; c < CHAINS; c++)                                       \
            sum += x[c][0];                                                    \
        seed = sum > 0.0 ? 1.0 : sum; /* the chains are needed */              \
        return (long)CHAINS * width * steps;                                   \
    }

#ifdef __x86_64__
CHAINS_OF(chains_8, __attribute__((target("avx512f"))), 8)
CHAINS_OF(chains_4, __attribute__((target("avx2,fma"))), 4)
#endif
CHAINS_OF(chains_2, , 2)

static long chains(long steps)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        return chains_8(steps);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return chains_4(steps);
#endif
    return chains_2(steps);
}

/* A core that slept takes a moment to come to its speed: that is not counted.
 * Being interrupted is, so that a core shared with others shows. */
static double measure(void)
{
    chains(STEPS);

    const double begin = now_ns();
    const double done = (double)chains(4L * STEPS);

    return done / (now_ns() - begin);
}

static void *core_run(void *argument)
{
    const int me = (int)((int *)argument - cpu);
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((size_t)cpu[me], &set);
    const int code = pthread_setaffinity_np(pthread_self(), sizeof set, &set);
    if (code != 0)
        fail("cannot bind a thread to its core", code);
    for (int turn = 0; turn <= cores; turn++) {
        pthread_barrier_wait(&turn_begins);
        if (turn == me)
            rate[0][me] = measure();
        if (turn == cores)
            rate[1][me] = measure();
    }
    return NULL;
}

static void print(const char *what, const double *of)
{
    printf("%s", what);
    for (int c = 0; c < cores; c++)
        printf(" %.3f", of[c]);
    printf("\n");
}

int main(void)
{
    pthread_t thread[CORES_MAX];
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        perror("probe: sched_getaffinity");
        return 1;
    }
    for (int c = 0; c < CPU_SETSIZE && cores < CORES_MAX; c++)
        if (CPU_ISSET((size_t)c, &set))
            cpu[cores++] = c;
    pthread_barrier_init(&turn_begins, NULL, (unsigned)cores);
    for (int c = 0; c < cores; c++) {
        const int code = pthread_create(&thread[c], NULL, core_run, &cpu[c]);
        if (code != 0)
            fail("cannot start a thread", code);
    }
    for (int c = 0; c < cores; c++)
        pthread_join(thread[c], NULL);
    printf("cpu");
    for (int c = 0; c < cores; c++)
        printf(" %d", cpu[c]);
    printf("\n");
    print("alone", rate[0]);
    print("together", rate[1]);
    return 0;
}
