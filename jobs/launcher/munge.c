/* SPDX-License-Identifier: BSD-3-Clause */
#include "munge.h"

#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "file.h"

enum { CONF_MAX = 1 << 20 };

static const char standard[] = "/run/munge/munge.socket.2";

/* What follows "AuthInfo=" on this line (keys in any case, blanks around the
 * equals sign); NULL = nothing. */
static const char *auth_info(const char *line, size_t length)
{
    static const char key[] = "AuthInfo";
    const char *end = line + length;
    while (line < end && isspace((unsigned char)*line))
        line++;
    if (end - line < (long)sizeof key ||
        strncasecmp(line, key, sizeof key - 1) != 0)
        return NULL;
    line += sizeof key - 1;
    while (line < end && isspace((unsigned char)*line))
        line++;
    return line < end && *line == '=' ? line + 1 : NULL;
}

void munge_socket(const char *conf, char *path, size_t size)
{
    static const char word[] = "socket=";
    const char *found = standard;
    size_t letters = strlen(standard);
    while (*conf) {
        size_t length = strcspn(conf, "\n");
        const char *value = auth_info(conf, length);
        const char *name = value ? strstr(value, word) : NULL;
        if (name && name < conf + length) {
            found = name + strlen(word);
            letters = strcspn(found, ", \t\r\n\"#");
        }
        conf += length + (conf[length] == '\n');
    }
    snprintf(path, size, "%.*s", (int)letters, found);
    if (letters >= size)
        path[0] = '\0';
}

/* As Slurm's programs look for it. */
static char *read_conf(void)
{
    const char *files[] = {getenv("SLURM_CONF"), "/etc/slurm/slurm.conf",
                           "/run/slurm/conf/slurm.conf"};
    char *text;
    struct error ignored;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (files[i] &&
            file_read(files[i], CONF_MAX, &text, NULL, &ignored) == 0)
            return text;
    }
    return NULL;
}

/* It reads that there is no request, and hangs up. */
static bool hangs_up(int fd, int wait_ms)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    shutdown(fd, SHUT_WR);
    return poll(&poll_fd, 1, wait_ms) != 0;
}

bool munge_answers(int wait_ms)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char *conf = read_conf();
    munge_socket(conf ? conf : "", address.sun_path, sizeof address.sun_path);
    free(conf);
    if (!address.sun_path[0])
        return true;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return true;
    bool answers =
        connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        hangs_up(fd, wait_ms);
    close(fd);
    return answers;
}
