/* SPDX-License-Identifier: BSD-3-Clause */
/* A client of Slurm with this library loaded says that it is of a release so
 * old that no controller talks to it: the first two bytes of a message are its
 * protocol's version. The programs it starts are not. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <slurm/slurm.h>

typedef ssize_t send_fn(int, const void *, size_t, int);
typedef ssize_t writev_fn(int, const struct iovec *, int);

/* 38 for 22.05, then one more every nine months, from 23.11 on every six. */
static int release(void)
{
    int months = 12 * (SLURM_VERSION_MAJOR(SLURM_VERSION_NUMBER) - 22) +
                 SLURM_VERSION_MINOR(SLURM_VERSION_NUMBER) - 5;
    return 38 + (months < 18 ? months / 9 : 2 + (months - 18) / 6);
}

__attribute__((constructor)) static void only_this_one(void)
{
    unsetenv("LD_PRELOAD");
}

static void make_old(const void *text, size_t size)
{
    static const unsigned char old[] = {0x10, 0};
    const unsigned char *bytes = text;
    if (size > 8 && bytes[0] == release() && bytes[1] == 0)
        memcpy((void *)(uintptr_t)text, old, sizeof old);
}

/* As 22.05 sends a message, and as 24.11 does. */
ssize_t send(int fd, const void *text, size_t size, int flags)
{
    void *symbol = dlsym(RTLD_NEXT, "send");
    send_fn *real;
    memcpy(&real, &symbol, sizeof real);
    make_old(text, size);
    return real(fd, text, size, flags);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    void *symbol = dlsym(RTLD_NEXT, "writev");
    writev_fn *real;
    memcpy(&real, &symbol, sizeof real);
    for (int i = 0; i < count; i++)
        make_old(parts[i].iov_base, parts[i].iov_len);
    return real(fd, parts, count);
}
