/* SPDX-License-Identifier: BSD-3-Clause */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

/* Not close-on-exec, for what is started from here. Open for writing, too,
 * where possible: network file systems want that for a lock. */
static int lock_open(const char *folder)
{
    char path[PATH_MAX];
    static const char *const names[] = {"run.json", "sweep.json"};
    int fd = -1;
    for (size_t i = 0; fd < 0 && i < 2; i++) {
        if (snprintf(path, sizeof path, "%s/%s", folder, names[i]) >=
            (int)sizeof path)
            return -1;
        fd = open(path, O_RDWR);
        if (fd < 0)
            fd = open(path, O_RDONLY);
    }
    return fd;
}

int lock_take(const char *folder)
{
    int fd = lock_open(folder);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

void lock_give(int lock)
{
    if (lock >= 0)
        close(lock);
}

bool lock_is_taken(const char *folder)
{
    int fd = lock_open(folder);
    if (fd < 0)
        return false;
    bool taken = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(fd);
    return taken;
}
