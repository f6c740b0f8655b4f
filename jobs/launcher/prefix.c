/* SPDX-License-Identifier: BSD-3-Clause */
#include "prefix.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void prefix_standard(void)
{
    signal(SIGCHLD, SIG_DFL);
    for (int fd = 0; fd <= 2; fd++) {
        /* The wrong way round, but for stderr, which nobody checks. */
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == 1 ? O_RDONLY : O_WRONLY) != fd)
            _exit(2);
    }
}

int prefix_find(struct prefix *prefix, struct error *err)
{
    char root[3900];
    ssize_t length = readlink("/proc/self/exe", root, sizeof root - 1);
    if (length < 0 || length == (ssize_t)sizeof root - 1)
        return error_set(err, "cannot find out where integ2d is installed: %s",
                         length < 0 ? strerror(errno) : "path too long");
    root[length] = '\0';
    for (int level = 0; level < 2; level++) { /* bin/ and the program */
        char *slash = strrchr(root, '/');
        if (slash)
            *slash = '\0';
    }
    snprintf(prefix->bin, sizeof prefix->bin, "%s/bin", root);
    snprintf(prefix->lib, sizeof prefix->lib, "%s/lib/integ2d", root);
    snprintf(prefix->site, sizeof prefix->site, "%s/share/integ2d/site", root);
    snprintf(prefix->jobs, sizeof prefix->jobs, "%s/share/integ2d/jobs", root);
    return 0;
}
