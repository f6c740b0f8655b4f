/* SPDX-License-Identifier: BSD-3-Clause */
#include "plot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

#include "file.h"
#include "plot_script.h"

enum { LIMIT_S = 60, SVG_LIMIT = 16 << 20 };

/* White behind all of them: they are for paper and for projectors, too. */
static const struct {
    const char *ending, *terminal;
} forms[] = {
    {".svg", "set terminal svg size 1200,960 dynamic noenhanced font "
             "'sans,17' linewidth 1.5 background '#ffffff' name 'integ2d'"},
    {".png", "set terminal pngcairo size 1600,1280 noenhanced font 'sans,17' "
             "linewidth 2 background '#ffffff'"},
    {".pdf", "set terminal pdfcairo size 29.7cm,23.8cm noenhanced font "
             "'sans,14' linewidth 2"},
};

enum { FORMS = sizeof forms / sizeof forms[0] };

static const char *terminal_of(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < FORMS; i++) {
        size_t ending = strlen(forms[i].ending);
        if (length > ending &&
            strcmp(path + length - ending, forms[i].ending) == 0)
            return forms[i].terminal;
    }
    return NULL;
}

int plot_check(const char *path, struct error *err)
{
    char shown[PATH_MAX];
    if (terminal_of(path))
        return 0;
    file_visible(path, shown, sizeof shown);
    return error_set(err,
                     "--plot=%s: the name must end in .svg, .png or .pdf, "
                     "which says what to draw; --plot alone draws here",
                     shown);
}

/* The script in a file that has no name; -1 = there is none. */
static int script_file(const struct findings *findings, const char *terminal,
                       size_t *left_out)
{
    int fd = memfd_create("script", MFD_CLOEXEC);
    int copy = fd < 0 ? -1 : dup(fd);
    FILE *file = copy < 0 ? NULL : fdopen(copy, "w");
    if (!file) {
        if (copy >= 0)
            close(copy);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *left_out = plot_script(findings, terminal, PLOT_SERIES, file);
    if (fclose(file) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* -d: whatever the user's own ~/.gnuplot says. */
static int start(int in, int out, int complaints, pid_t *pid)
{
    char *const argv[] = {"gnuplot", "-d", "-", NULL};
    posix_spawn_file_actions_t actions;
    int rc = posix_spawn_file_actions_init(&actions);
    if (rc != 0)
        return rc;
    rc = posix_spawn_file_actions_adddup2(&actions, in, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&actions, out, 1);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&actions, complaints, 2);
    if (rc == 0)
        rc = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

/* The exit status, or -1 when it had to be ended. */
static int wait_end(pid_t pid)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    struct timespec now, end;
    int status;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += LIMIT_S;
    for (;;) {
        pid_t ended = waitpid(pid, &status, WNOHANG);
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (ended == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        if ((ended < 0 && errno != EINTR) || now.tv_sec > end.tv_sec) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            return -1;
        }
        nanosleep(&pause, NULL);
    }
}

/* The last line that is not blank. */
static void last_line(int fd, char *line, size_t size)
{
    char text[4096], visible[512];
    ssize_t got = pread(fd, text, sizeof text - 1, 0);
    text[got > 0 ? got : 0] = '\0';
    for (size_t end = strlen(text); end > 0 && strchr(" \n\t", text[end - 1]);)
        text[--end] = '\0';
    const char *from = strrchr(text, '\n');
    file_visible(from ? from + 1 : text, visible, sizeof visible);
    snprintf(line, size, "%.400s", visible);
}

/* Has gnuplot draw into the open file `out`. */
static int draw(const struct findings *findings, const char *terminal, int out,
                size_t *left_out, struct error *err)
{
    char line[512];
    struct stat about;
    pid_t pid;
    int in = script_file(findings, terminal, left_out);
    int complaints = memfd_create("complaints", MFD_CLOEXEC);
    int rc =
        in < 0 || complaints < 0 ? errno : start(in, out, complaints, &pid);
    int status = rc == 0 ? wait_end(pid) : 0;
    if (rc == ENOENT)
        rc = error_set(err, "no plot: gnuplot is not there (Debian's package "
                            "gnuplot-nox; on a cluster often a module of that "
                            "name). --plot alone draws without it");
    else if (rc != 0)
        rc = error_set(err, "no plot: cannot run gnuplot: %s", strerror(rc));
    else if (status != 0 || fstat(out, &about) != 0 ||
             (S_ISREG(about.st_mode) && about.st_size == 0)) {
        last_line(complaints, line, sizeof line);
        rc = error_set(err, "no plot: gnuplot failed (exit status %d): %s",
                       status, line);
    }
    if (in >= 0)
        close(in);
    if (complaints >= 0)
        close(complaints);
    return rc;
}

/* A new file beside `path`, with the rights of any other new file. */
static int open_beside(const char *path, char temporary[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path + 1) : 0;
    if (snprintf(temporary, PATH_MAX, "%.*s.integ2d-plot.XXXXXX", folder,
                 path) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkostemp(temporary, O_CLOEXEC);
    mode_t mask = umask(0);
    umask(mask);
    if (fd >= 0 && fchmod(fd, 0666 & ~mask) != 0) {
        close(fd);
        unlink(temporary);
        return -1;
    }
    return fd;
}

static int cannot_write(const char *path, struct error *err)
{
    char shown[PATH_MAX];
    file_visible(path, shown, sizeof shown);
    return error_set(err, "no plot: %s cannot be written: %s", shown,
                     strerror(errno));
}

int plot_write(const struct findings *findings, const char *path,
               size_t *left_out, struct error *err)
{
    char temporary[PATH_MAX];
    struct stat about;
    *left_out = 0;
    if (plot_check(path, err) != 0)
        return -1;
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode)) {
        errno = S_ISDIR(about.st_mode) ? EISDIR : EINVAL;
        return cannot_write(path, err);
    }
    int fd = open_beside(path, temporary);
    if (fd < 0)
        return cannot_write(path, err);
    int rc = draw(findings, terminal_of(path), fd, left_out, err);
    if (close(fd) != 0 && rc == 0)
        rc = cannot_write(path, err);
    if (rc == 0 && rename(temporary, path) != 0)
        rc = cannot_write(path, err);
    if (rc != 0)
        unlink(temporary);
    return rc;
}

/* Without what comes before the element itself. */
static char *cut_head(char *text)
{
    char *from = strstr(text, "<svg");
    if (from)
        memmove(text, from, strlen(from) + 1);
    return text;
}

int plot_svg(const struct findings *findings, char **svg, size_t *left_out,
             struct error *err)
{
    struct stat about;
    *svg = NULL;
    *left_out = 0;
    int fd = memfd_create("svg", MFD_CLOEXEC);
    if (fd < 0)
        return error_set(err, "no plot: %s", strerror(errno));
    int rc = draw(findings, forms[0].terminal, fd, left_out, err);
    if (rc == 0 && fstat(fd, &about) == 0 && about.st_size < SVG_LIMIT)
        *svg = calloc(1, (size_t)about.st_size + 1);
    if (rc == 0 && (!*svg || pread(fd, *svg, (size_t)about.st_size, 0) !=
                                 (ssize_t)about.st_size)) {
        free(*svg);
        *svg = NULL;
        rc = error_set(err, "no plot: out of memory");
    }
    close(fd);
    if (*svg)
        cut_head(*svg);
    return rc;
}
