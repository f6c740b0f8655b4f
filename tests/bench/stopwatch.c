/* SPDX-License-Identifier: BSD-3-Clause */
/* stopwatch FILE COMMAND [ARGUMENT...]: runs the command and writes to FILE the
 * seconds from before its fork to after its end, its start-up and all its own
 * children that it waited for included. Ends as the command does (128 + the
 * signal if one ended it). */
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    int status;

    if (argc < 3) {
        fprintf(stderr, "Usage: stopwatch FILE COMMAND [ARGUMENT...]\n");
        return 2;
    }
    FILE *file = fopen(argv[1], "w");
    if (file == NULL) {
        perror(argv[1]);
        return 2;
    }
    const double begin = now_s();
    const pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (child < 0) {
        perror("stopwatch: fork");
        return 2;
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) {
            perror("stopwatch: waitpid");
            return 2;
        }
    const double end = now_s();
    if (fprintf(file, "%.9f\n", end - begin) < 0 || fclose(file) != 0) {
        perror(argv[1]);
        return 2;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
