/* SPDX-License-Identifier: BSD-3-Clause */
/* A daemon with this library loaded listens at $LISTEN, and not at every
 * address, on port $LISTEN_PORT: two controllers of one cluster, which use the
 * same port, on one machine. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef int bind_fn(int, const struct sockaddr *, socklen_t);

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
    const char *listen_at = getenv("LISTEN"), *port = getenv("LISTEN_PORT");
    void *symbol = dlsym(RTLD_NEXT, "bind");
    struct sockaddr_storage copy = {0};
    struct sockaddr_in *here = (struct sockaddr_in *)&copy;
    bind_fn *real;
    memcpy(&real, &symbol, sizeof real);
    if (!listen_at || !port || address->sa_family != AF_INET ||
        size < sizeof *here || size > sizeof copy)
        return real(fd, address, size);
    memcpy(&copy, address, size);
    if (here->sin_port == htons((uint16_t)atoi(port)))
        inet_pton(AF_INET, listen_at, &here->sin_addr);
    return real(fd, (const struct sockaddr *)&copy, size);
}
