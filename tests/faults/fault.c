/* SPDX-License-Identifier: BSD-3-Clause */
/* A library to preload: calls of the C library that have to do with files
 * below one folder are counted, and one of them fails.
 *
 *   FAULT_PROGRAM  name of the program this is about; others run as ever
 *   FAULT_FOLDER   the folder; pipes and processes are counted anywhere
 *   FAULT_CALL     the call that is to fail, "DEPTH FUNCTION FILE NUMBER": in
 *                  the program itself (0), a child of it (1), a child's child
 *                  (2) ...; FILE is the last part of its path, a run folder
 *                  being RUN and digits N; counted from 1 for each such
 *                  "2 write .local_N.json.N.N 1"
 *   FAULT_ERROR    errno for it; "short": a write of half the bytes; "late":
 *                  EIO although it was done, as when only the answer is lost
 *   FAULT_LOG      file that gets such a line for each call
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a call is to do. */
enum fate { GO_ON, FAIL, SHORT, LATE };

enum { CALLS = 200, KEY = 256 };

/* Of this process: calls so far. */
static int depth;
static struct {
    char key[KEY];
    int count;
} counts[CALLS];

static const char *setting(const char *name)
{
    const char *value = getenv(name);

    return value != NULL ? value : "";
}

static bool is_program(void)
{
    static int is = -1;

    if (is < 0)
        is = strcmp(program_invocation_short_name, setting("FAULT_PROGRAM")) ==
             0;
    return is != 0;
}

/* This is not for the job, whose environment is that of who submits it. */
__attribute__((constructor)) static void end_here(void)
{
    if (is_program())
        unsetenv("LD_PRELOAD");
}

/* The next definition of a function, the C library's. */
#define REAL(name) (__extension__(__typeof__(&name)) real(#name))

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL)
        abort();
    return found;
}

/* The last part of a path, without what differs from run to run. */
static void name_file(const char *path, char name[KEY])
{
    size_t end = strlen(path), used = 0, start;

    while (end > 1 && path[end - 1] == '/')
        end--;
    for (start = end; start > 0 && path[start - 1] != '/';)
        start--;
    if (end - start > 13 && path[end - 13] == '-' &&
        strspn(path + end - 12, "0123456789abcdef") >= 12) {
        strcpy(name, "RUN");
        return;
    }
    /* Of a temporary file mkstemp has made up the end. */
    if (path[start] == '.' && end - start > 7 && path[end - 7] == '.')
        end -= 7;
    for (; start < end && used + 1 < KEY; start++) {
        if (path[start] < '0' || path[start] > '9')
            name[used++] = path[start];
        else if (used == 0 || name[used - 1] != 'N')
            name[used++] = 'N';
    }
    name[used] = '\0';
}

/* Which call of this kind it is. */
static int next_number(const char *key)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    int number;
    int i = 0;

    pthread_mutex_lock(&lock);
    while (counts[i].count > 0 && strcmp(counts[i].key, key) != 0)
        i++;
    if (i == CALLS - 1)
        abort();
    snprintf(counts[i].key, KEY, "%s", key);
    number = ++counts[i].count;
    pthread_mutex_unlock(&lock);
    return number;
}

static void note(const char *line)
{
    const char *log = setting("FAULT_LOG");
    char text[2 * KEY];
    int length, file;

    if (log[0] == '\0')
        return;
    file = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0)
        abort();
    length = snprintf(text, sizeof text, "%s\n", line);
    if (REAL(write)(file, text, (size_t)length) != length)
        abort();
    REAL(close)(file);
}

/* Counts a call that has to do with `path` and says what becomes of it; errno
 * is set for FAIL. */
static enum fate judge(const char *call, const char *path)
{
    const char *error = setting("FAULT_ERROR");
    char name[KEY], key[KEY], line[2 * KEY];
    int before = errno;

    if (!is_program() || strstr(path, setting("FAULT_FOLDER")) == NULL)
        return GO_ON;
    name_file(path, name);
    snprintf(key, sizeof key, "%d %s %.200s", depth, call, name);
    snprintf(line, sizeof line, "%s %d", key, next_number(key));
    note(line);
    errno = before;
    if (strcmp(line, setting("FAULT_CALL")) != 0)
        return GO_ON;
    if (strcmp(error, "short") == 0)
        return SHORT;
    if (strcmp(error, "late") == 0)
        return LATE;
    errno = atoi(error);
    return FAIL;
}

/* A path as it is from the root: `folder` is a descriptor or AT_FDCWD. */
static const char *whole(int folder, const char *path)
{
    static __thread char text[2 * PATH_MAX];
    char link[64], at[PATH_MAX] = "";
    ssize_t length;

    if (path[0] == '/')
        return path;
    if (folder == AT_FDCWD)
        snprintf(link, sizeof link, "/proc/self/cwd");
    else
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    length = readlink(link, at, sizeof at - 1);
    at[length > 0 ? length : 0] = '\0';
    snprintf(text, sizeof text, "%s%s%s", at, path[0] ? "/" : "", path);
    return text;
}

static enum fate judge_fd(const char *call, int fd)
{
    int before = errno;
    const char *path = is_program() ? whole(fd, "") : "";

    errno = before;
    return judge(call, path);
}

static enum fate judge_at(const char *call, int folder, const char *path)
{
    int before = errno;
    const char *place = is_program() ? whole(folder, path) : "";

    errno = before;
    return judge(call, place);
}

/* What has no path: it counts wherever the folder is. */
static enum fate judge_bare(const char *call)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/-", setting("FAULT_FOLDER"));
    return judge(call, path);
}

/* The result of a call that was made: lost on its way back, or as it is. */
static int answer(enum fate fate, int result)
{
    if (fate != LATE)
        return result;
    errno = EIO;
    return -1;
}

pid_t fork(void)
{
    pid_t child;

    if (judge_bare("fork") == FAIL)
        return -1;
    child = REAL(fork)();
    if (child == 0) {
        depth++;
        memset(counts, 0, sizeof counts);
    }
    return child;
}

int pipe2(int ends[2], int flags)
{
    return judge_bare("pipe2") == FAIL ? -1 : REAL(pipe2)(ends, flags);
}

static mode_t mode_of(int flags, va_list arguments)
{
    return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = mode_of(flags, arguments);
    va_end(arguments);
    if (judge_at("open", AT_FDCWD, path) == FAIL)
        return -1;
    return REAL(open)(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = mode_of(flags, arguments);
    va_end(arguments);
    if (judge_at("openat", folder, path) == FAIL)
        return -1;
    return REAL(openat)(folder, path, flags, mode);
}

int mkdirat(int folder, const char *path, mode_t mode)
{
    if (judge_at("mkdirat", folder, path) == FAIL)
        return -1;
    return REAL(mkdirat)(folder, path, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    if (judge_at("fopen", AT_FDCWD, path) == FAIL)
        return NULL;
    return REAL(fopen)(path, mode);
}

DIR *opendir(const char *path)
{
    if (judge_at("opendir", AT_FDCWD, path) == FAIL)
        return NULL;
    return REAL(opendir)(path);
}

int mkstemp(char *path)
{
    if (judge_at("mkstemp", AT_FDCWD, path) == FAIL)
        return -1;
    return REAL(mkstemp)(path);
}

ssize_t read(int fd, void *data, size_t size)
{
    switch (judge_fd("read", fd)) {
    case FAIL:
        return -1;
    case SHORT:
        size = (size + 1) / 2;
        break;
    default:
        break;
    }
    return REAL(read)(fd, data, size);
}

ssize_t write(int fd, const void *data, size_t size)
{
    switch (judge_fd("write", fd)) {
    case FAIL:
        return -1;
    case SHORT:
        size = (size + 1) / 2;
        break;
    default:
        break;
    }
    return REAL(write)(fd, data, size);
}

int fsync(int fd)
{
    return judge_fd("fsync", fd) == FAIL ? -1 : REAL(fsync)(fd);
}

int fchmod(int fd, mode_t mode)
{
    return judge_fd("fchmod", fd) == FAIL ? -1 : REAL(fchmod)(fd, mode);
}

int fstat(int fd, struct stat *status)
{
    return judge_fd("fstat", fd) == FAIL ? -1 : REAL(fstat)(fd, status);
}

int flock(int fd, int operation)
{
    return judge_fd("flock", fd) == FAIL ? -1 : REAL(flock)(fd, operation);
}

/* As Linux does it: the descriptor is gone in any case. */
int close(int fd)
{
    enum fate fate = judge_fd("close", fd);
    int reason = errno;
    int result = REAL(close)(fd);

    if (fate != FAIL)
        return result;
    errno = reason;
    return -1;
}

int access(const char *path, int mode)
{
    if (judge_at("access", AT_FDCWD, path) == FAIL)
        return -1;
    return REAL(access)(path, mode);
}

char *realpath(const char *path, char *resolved)
{
    if (judge_at("realpath", AT_FDCWD, path) == FAIL)
        return NULL;
    return REAL(realpath)(path, resolved);
}

int mkdir(const char *path, mode_t mode)
{
    enum fate fate = judge_at("mkdir", AT_FDCWD, path);

    return fate == FAIL ? -1 : answer(fate, REAL(mkdir)(path, mode));
}

int chdir(const char *path)
{
    return judge_at("chdir", AT_FDCWD, path) == FAIL ? -1 : REAL(chdir)(path);
}

int rename(const char *from, const char *to)
{
    enum fate fate = judge_at("rename", AT_FDCWD, to);

    return fate == FAIL ? -1 : answer(fate, REAL(rename)(from, to));
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    enum fate fate = judge_at("renameat", to_folder, to);

    if (fate == FAIL)
        return -1;
    return answer(fate, REAL(renameat)(from_folder, from, to_folder, to));
}

int unlink(const char *path)
{
    return judge_at("unlink", AT_FDCWD, path) == FAIL ? -1 : REAL(unlink)(path);
}

int unlinkat(int folder, const char *path, int flags)
{
    if (judge_at("unlinkat", folder, path) == FAIL)
        return -1;
    return REAL(unlinkat)(folder, path, flags);
}

int rmdir(const char *path)
{
    return judge_at("rmdir", AT_FDCWD, path) == FAIL ? -1 : REAL(rmdir)(path);
}
