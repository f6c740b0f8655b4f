/* SPDX-License-Identifier: BSD-3-Clause */
#include "memory.h"

#include "driver.h"
#include "grant.h"

#include <stdlib.h>
#include <sys/mman.h>

/* It does not fit, and how much it would take. */
static void no_room(struct run *run, double need_mib)
{
    run_stop(run,
             "--grid=%ld: no room in memory: it takes %.0f MiB in each "
             "process, and %.0f MiB are left; choose a smaller grid or ask "
             "for more memory",
             run->grid, need_mib, grant_memory_mib());
}

int memory_fits(struct run *run, double need_mib)
{
    if (need_mib <= grant_memory_mib())
        return 1;
    no_room(run, need_mib);
    return 0;
}

void *memory_shared(struct run *run, size_t count, size_t size)
{
    void *array = mmap(NULL, count * size, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (array != MAP_FAILED)
        return array;
    no_room(run, (double)count * (double)size / 0x1p20);
    return NULL;
}

void *run_array(struct run *run, size_t count, size_t size)
{
    const double need_mib = (double)count * (double)size / 0x1p20;
    void *array = memory_fits(run, need_mib) ? calloc(count, size) : NULL;

    if (array == NULL)
        no_room(run, need_mib);
    return array;
}

void memory_release(void *shared, size_t size)
{
    if (shared != NULL && munmap(shared, size) != 0)
        abort(); /* never, for what mmap() gave */
}
