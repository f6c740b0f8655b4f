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
#include <sys/mman.h>
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

/* Its own process group, so that Ctrl-C does not end it half-way. */
static int start(char *const argv[], const char *folder,
                 char *const environment[], int output, int complaints,
                 pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    int rc = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    if (rc == 0 && folder)
        rc = posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (rc == 0)
        rc = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null",
                                              O_RDONLY, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&actions, complaints, 2);
    if (rc == 0)
        rc = posix_spawnp(pid, argv[0], &actions, &attributes, argv,
                          environment ? environment : environ);
    posix_spawnattr_destroy(&attributes);
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

/* The end of what was written to `file`. */
static void read_end(int file, char *text, size_t size)
{
    off_t length = lseek(file, 0, SEEK_END);
    off_t from = length > (off_t)size - 1 ? length - (off_t)size + 1 : 0;
    ssize_t got = length > 0 ? pread(file, text, size - 1, from) : 0;
    text[got > 0 ? got : 0] = '\0';
    while (got > 0 && text[got - 1] == '\n')
        text[--got] = '\0';
}

/* Runs it with the two ends that it writes to, and closes them. */
static int run(char *const argv[], const char *folder,
               char *const environment[], int timeout_s, const int ends[2],
               int complaints, struct command *command)
{
    int status = 0;
    pid_t pid;
    size_t size = 0;
    int rc = start(argv, folder, environment, ends[1], complaints, &pid);
    close(ends[1]);
    if (rc == 0) {
        long deadline_ms = now_ms() + timeout_s * 1000L;
        rc = read_all(ends[0], deadline_ms, command->output, &size);
        rc = wait_end(pid, deadline_ms, rc, &status);
    }
    close(ends[0]);
    command->output[size] = '\0';
    read_end(complaints, command->complaint, sizeof command->complaint);
    close(complaints);
    command->status =
        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return rc;
}

int command_run(char *const argv[], const char *folder,
                char *const environment[], int timeout_s,
                struct command *command, struct error *err)
{
    int ends[2] = {-1, -1};
    *command = (struct command){.output = malloc(OUTPUT_MAX + 1)};
    int complaints = memfd_create("complaints", MFD_CLOEXEC);
    int rc = ENOMEM;
    if (command->output)
        rc = complaints < 0 || pipe2(ends, O_CLOEXEC) != 0 ? errno : 0;
    if (rc == 0)
        rc = run(argv, folder, environment, timeout_s, ends, complaints,
                 command);
    else if (complaints >= 0)
        close(complaints);
    if (rc == 0)
        return 0;
    free(command->output);
    command->output = NULL;
    error_set(err, "cannot run %s: %s", argv[0], strerror(rc));
    errno = rc;
    return -1;
}

int command_output(char *const argv[], int timeout_s, char **text,
                   struct error *err)
{
    struct command command;
    *text = NULL;
    if (command_run(argv, NULL, NULL, timeout_s, &command, err) != 0)
        return -1;
    if (command.status == 0) {
        *text = command.output;
        return 0;
    }
    free(command.output);
    return error_set(err, "%s failed (exit status %d)", argv[0],
                     command.status);
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
