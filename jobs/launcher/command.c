/* SPDX-License-Identifier: BSD-3-Clause */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OUTPUT_MAX = 1 << 20 };

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int start(char *const argv[], int output, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    int rc =
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (rc == 0)
        rc = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null",
                                              O_WRONLY, 0);
    if (rc == 0)
        rc = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

/* Reads until the other end closes: 0, or an errno value. */
static int read_all(int input, long deadline_ms, char *text, size_t *size)
{
    for (;;) {
        struct pollfd fd = {.fd = input, .events = POLLIN};
        long left = deadline_ms - now_ms();
        int ready = left > 0 ? poll(&fd, 1, (int)left) : 0;
        if (ready == 0)
            return ETIMEDOUT;
        if (ready < 0 && errno == EINTR)
            continue;
        if (*size == OUTPUT_MAX)
            return EFBIG;
        ssize_t got = read(input, text + *size, OUTPUT_MAX - *size);
        if (got == 0)
            return 0;
        if (got < 0 && errno != EINTR)
            return errno;
        if (got > 0)
            *size += (size_t)got;
    }
}

/* The end of a program, which may go on after it has closed its output; one
 * that is late, or whose output failed (rc), is ended. Returns rc, or
 * ETIMEDOUT. */
static int wait_end(pid_t pid, long deadline_ms, int rc, int *status)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    for (;;) {
        if (rc != 0)
            kill(pid, SIGKILL);
        pid_t ended = waitpid(pid, status, rc != 0 ? 0 : WNOHANG);
        if (ended == pid || (ended < 0 && errno != EINTR))
            return rc;
        if (rc == 0 && now_ms() >= deadline_ms)
            rc = ETIMEDOUT;
        nanosleep(&pause, NULL);
    }
}

int command_output(char *const argv[], int timeout_s, char **text,
                   struct error *err)
{
    int ends[2], status = 0;
    pid_t pid;
    size_t size = 0;
    *text = malloc(OUTPUT_MAX + 1);
    if (!*text || pipe2(ends, O_CLOEXEC) != 0) {
        free(*text);
        *text = NULL;
        return error_set(err, "cannot run %s: %s", argv[0], strerror(errno));
    }
    int rc = start(argv, ends[1], &pid);
    close(ends[1]);
    if (rc == 0) {
        long deadline_ms = now_ms() + timeout_s * 1000L;
        rc = read_all(ends[0], deadline_ms, *text, &size);
        rc = wait_end(pid, deadline_ms, rc, &status);
    }
    close(ends[0]);
    (*text)[size] = '\0';
    if (rc == 0 && status == 0)
        return 0;
    free(*text);
    *text = NULL;
    if (rc != 0)
        return error_set(err, "cannot run %s: %s", argv[0], strerror(rc));
    return error_set(err, "%s failed (exit status %d)", argv[0],
                     WIFEXITED(status) ? WEXITSTATUS(status)
                                       : 128 + WTERMSIG(status));
}

bool command_exists(const char *name)
{
    const char *folders = getenv("PATH");
    char path[PATH_MAX];
    struct stat about;
    while (folders && *folders) {
        size_t length = strcspn(folders, ":");
        if (snprintf(path, sizeof path, "%.*s/%s", (int)length, folders, name) <
                (int)sizeof path &&
            access(path, X_OK) == 0 && stat(path, &about) == 0 &&
            S_ISREG(about.st_mode))
            return true;
        folders += length + (folders[length] == ':');
    }
    return false;
}
