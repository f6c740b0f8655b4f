/* SPDX-License-Identifier: BSD-3-Clause */
/* A munged with this library loaded takes whoever asks it for the user number
 * $PEER: another user, for tests that run as one. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/socket.h>

typedef int getsockopt_fn(int, int, int, void *, socklen_t *);

int getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
    void *symbol = dlsym(RTLD_NEXT, "getsockopt");
    getsockopt_fn *real;
    __builtin_memcpy(&real, &symbol, sizeof real);
    int rc = real(fd, level, name, value, size);
    const char *peer = getenv("PEER");
    if (rc == 0 && peer && level == SOL_SOCKET && name == SO_PEERCRED)
        ((struct ucred *)value)->uid = (uid_t)strtoul(peer, NULL, 10);
    return rc;
}
