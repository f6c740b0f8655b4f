/* SPDX-License-Identifier: BSD-3-Clause */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_SHOWN = 1024, /* of a path, in a message */
    NAME_MAX_TMP = 256,
    TRIES = 100,
};

/* Bytes of the UTF-8 character at `text`, or 0 when it is none: too short,
 * an overlong form, a surrogate or beyond U+10FFFF (RFC 3629). */
static size_t utf8_length(const unsigned char *text)
{
    unsigned char c = text[0];
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    size_t length = 0;

    if (c < 0x80)
        return 1;
    if (c >= 0xC2 && c <= 0xDF)
        length = 2;
    else if (c >= 0xE0 && c <= 0xEF)
        length = 3;
    else if (c >= 0xF0 && c <= 0xF4)
        length = 4;
    if (c == 0xE0)
        low = 0xA0;
    else if (c == 0xED)
        high = 0x9F;
    else if (c == 0xF0)
        low = 0x90;
    else if (c == 0xF4)
        high = 0x8F;
    if (length == 0 || text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if (text[i] < 0x80 || text[i] > 0xBF)
            return 0;
    }
    return length;
}

/* As utf8_length, but 0 for control characters too, U+0080 to U+009F
 * included: terminals obey those as well. */
static size_t printable_length(const unsigned char *text)
{
    if (text[0] < 0x20 || text[0] == 0x7F)
        return 0;
    if (text[0] == 0xC2 && text[1] < 0xA0)
        return 0;
    return utf8_length(text);
}

void file_visible(const char *text, char *visible, size_t size)
{
    const unsigned char *from = (const unsigned char *)text;
    size_t used = 0;

    while (*from != '\0') {
        size_t length = printable_length(from);

        if (used + (length == 0 ? 4 : length) >= size)
            break;
        if (length == 0) {
            snprintf(visible + used, size - used, "\\x%02x", *from);
            used += 4;
            from++;
        } else {
            memcpy(visible + used, from, length);
            used += length;
            from += length;
        }
    }
    if (size > 0)
        visible[used] = '\0';
}

const char *file_short_name(const char *path)
{
    static char shown[4 * PATH_MAX]; /* a byte may take four to show */
    char here[PATH_MAX];
    size_t length = getcwd(here, sizeof here) ? strlen(here) : 0;

    if (length > 0 && strncmp(path, here, length) == 0 && path[length] == '/' &&
        path[length + 1] != '\0')
        path += length + 1;
    file_visible(path, shown, sizeof shown);
    return shown;
}

int file_check_text(const char *path, const char *text, struct error *err)
{
    const unsigned char *at = (const unsigned char *)text;
    char shown[PATH_SHOWN];
    long line = 1;

    while (*at != '\0') {
        size_t length = printable_length(at);

        if (*at == '\n' || *at == '\t' || (*at == '\r' && at[1] == '\n'))
            length = 1;
        if (length == 0) {
            file_visible(path, shown, sizeof(shown));
            return error_set(err,
                             "%s:%ld: the byte \\x%02x does not belong in a "
                             "text file (plain text in UTF-8 is expected); "
                             "remove it, or put the original file back",
                             shown, line, *at);
        }
        line += *at == '\n';
        at += length;
    }
    return 0;
}

static const char *kind_name(mode_t mode)
{
    if (S_ISDIR(mode))
        return "a folder";
    if (S_ISFIFO(mode))
        return "a named pipe";
    if (S_ISSOCK(mode))
        return "a socket";
    return "a device";
}

/* Reads until the end of the file, or one byte more than limit. Returns the
 * bytes read, or -1 with errno set. */
static ssize_t read_all(int fd, char *text, size_t limit)
{
    size_t used = 0;

    while (used <= limit) {
        ssize_t got = read(fd, text + used, limit + 1 - used);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        used += (size_t)got;
    }
    return (ssize_t)used;
}

/* file_read with the open file and a path fit for messages. */
static int read_open(int fd, const char *shown, size_t limit, char **text,
                     size_t *size, struct error *err)
{
    struct stat status;
    ssize_t got;

    if (fstat(fd, &status) != 0)
        return error_set(err, "%s: cannot be examined: %s", shown,
                         strerror(errno));
    if (!S_ISREG(status.st_mode))
        return error_set(err, "%s: this is %s; a file was expected", shown,
                         kind_name(status.st_mode));
    if (status.st_size > (off_t)limit)
        return error_set(err,
                         "%s: the file is too long; at most %zu bytes "
                         "are expected",
                         shown, limit);
    /* No more memory than the file needs: a limit may be large. */
    limit = (size_t)status.st_size;
    *text = malloc(limit + 2);
    if (*text == NULL)
        return error_set(err, "%s: not enough memory to read it", shown);
    got = read_all(fd, *text, limit);
    if (got < 0)
        return error_set(err, "%s: cannot be read: %s", shown, strerror(errno));
    if ((size_t)got > limit)
        return error_set(err, "%s: the file grew while it was read", shown);
    (*text)[got] = '\0';
    if (memchr(*text, '\0', (size_t)got) != NULL)
        return error_set(err,
                         "%s: this is no text file (a zero byte at "
                         "position %zu)",
                         shown, strlen(*text));
    if (size != NULL)
        *size = (size_t)got;
    return 0;
}

int file_read(const char *path, size_t limit, char **text, size_t *size,
              struct error *err)
{
    char shown[PATH_SHOWN];
    int fd;
    int rc;

    *text = NULL;
    file_visible(path, shown, sizeof(shown));
    /* O_NONBLOCK: a named pipe must not make us wait for its writer. */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return error_set(err, "%s: cannot be opened: %s", shown,
                         strerror(errno));
    rc = read_open(fd, shown, limit, text, size, err);
    if (rc != 0) {
        free(*text);
        *text = NULL;
    }
    close(fd); /* only read: nothing can be lost */
    return rc;
}

static int write_all(int fd, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        ssize_t put = write(fd, text, left);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        text += put;
        left -= (size_t)put;
    }
    return 0;
}

/* Opens a new file beside `name` and writes its name to `temporary`. A
 * folder shared between machines may hold another's file of the same
 * process id, so a few numbers are tried. */
static int open_temporary(int folder_fd, const char *name, char *temporary,
                          size_t size)
{
    for (int i = 0; i < TRIES; i++) {
        int fd;
        int length =
            snprintf(temporary, size, ".%s.%ld.%d", name, (long)getpid(), i);

        if (length < 0 || (size_t)length >= size) {
            errno = ENAMETOOLONG;
            return -1;
        }
        fd = openat(folder_fd, temporary,
                    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* Returns 0, or -1 with errno set and nothing new in the folder. */
static int write_renamed(int folder_fd, const char *name, const char *text,
                         enum file_safety safety)
{
    char temporary[NAME_MAX_TMP];
    int fd = open_temporary(folder_fd, name, temporary, sizeof(temporary));
    int failed = 0;

    if (fd < 0)
        return -1;
    if (write_all(fd, text) != 0 || (safety == FILE_KEPT && fsync(fd) != 0))
        failed = errno;
    if (close(fd) != 0 && failed == 0)
        failed = errno;
    if (failed == 0 && renameat(folder_fd, temporary, folder_fd, name) != 0)
        failed = errno;
    if (failed == 0)
        return 0;
    unlinkat(folder_fd, temporary, 0);
    errno = failed;
    return -1;
}

int file_write(const char *folder, const char *name, const char *text,
               enum file_safety safety, struct error *err)
{
    char shown[PATH_SHOWN];
    int folder_fd;
    int failed = 0;

    file_visible(folder, shown, sizeof(shown));
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0)
        return error_set(err, "%s: the folder cannot be opened: %s", shown,
                         strerror(errno));
    if (write_renamed(folder_fd, name, text, safety) != 0)
        failed = errno;
    close(folder_fd);
    if (failed != 0)
        return error_set(err, "%s/%s: cannot be written: %s", shown, name,
                         strerror(failed));
    return 0;
}

int file_sync(const char *folder, const char *name, struct error *err)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof(path), "%s/%s", folder, name);
    int fd = -1;
    int rc = -1;

    if (length >= 0 && (size_t)length < sizeof(path))
        fd = open(path, O_RDONLY | O_CLOEXEC);
    /* Some file systems have no fsync for folders and say EINVAL. */
    if (fd >= 0)
        rc = fsync(fd) == 0 || errno == EINVAL ? 0 : -1;
    if (rc != 0)
        error_set(err, "%s: cannot be kept on disk: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return rc;
}
