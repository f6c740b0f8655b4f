/* SPDX-License-Identifier: BSD-3-Clause */
#include "ini_file.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

enum { PATH_SHOWN = 1024 }; /* of a path, in a message */

/* An INI file on its way through inih. */
struct reading {
    const char *text; /* the whole file */
    const char *next; /* the line inih gets next */
    const char *path; /* fit for messages */
    long line;
    char where[PATH_SHOWN + 32];
    char section[INI_MAX_LINE];
    ini_item_fn *fn;
    void *user;
    bool failed; /* *err is filled; nothing more is read */
    struct error *err;
};

static int give(struct reading *reading, const char *section, const char *key,
                const char *value)
{
    struct ini_item item = {reading->where, section, key, value};

    if (reading->failed)
        return -1;
    if (reading->fn(reading->user, &item, reading->err) != 0)
        reading->failed = true;
    return reading->failed ? -1 : 0;
}

/* Whether a line of `text` before `end` starts the section `name`. */
static bool section_before(const char *text, const char *end, const char *name)
{
    size_t length = strlen(name);

    while (text < end) {
        if (text[0] == '[' && strncmp(text + 1, name, length) == 0 &&
            text[length + 1] == ']')
            return true;
        text = strchr(text, '\n');
        if (text == NULL)
            break;
        text++;
    }
    return false;
}

/* A line that starts with '[': one name in brackets, and then no more than
 * a comment. inih would cut long names and skip what follows. */
static int take_section(struct reading *reading, const char *line)
{
    size_t length = strcspn(line + 1, "] \t\r[;#");
    const char *rest = line + 1 + length;

    if (length > 0 && *rest == ']')
        rest += 1 + strspn(rest + 1, " \t\r");
    else
        rest = "?";
    if (*rest != '\0' && *rest != ';')
        return error_set(reading->err,
                         "%s: a section is one word in brackets, alone on "
                         "its line: [site]",
                         reading->where);
    memcpy(reading->section, line + 1, length);
    reading->section[length] = '\0';
    if (section_before(reading->text, reading->next, reading->section))
        return error_set(reading->err,
                         "%s: the section [%s] is in this file twice; put "
                         "its keys together",
                         reading->where, reading->section);
    return give(reading, reading->section, NULL, "");
}

/* What inih would let through and a reader of the file would not expect. */
static int check_line(struct reading *reading, const char *line)
{
    const char *start = line + strspn(line, " \t\r");

    if (*start == '\0' || *start == ';' || *start == '#')
        return 0;
    if (start > line)
        return error_set(reading->err,
                         "%s: the line starts with a blank; a key or "
                         "section starts in the first column",
                         reading->where);
    if (*line == '[')
        return take_section(reading, line);
    return 0;
}

/* Gives inih its next line, as fgets does; NULL at the end. Reading the
 * lines here is what makes their numbers known to the handler. */
static char *next_line(char *line, int size, void *stream)
{
    struct reading *reading = stream;
    size_t length = strcspn(reading->next, "\n");

    if (reading->failed || *reading->next == '\0')
        return NULL;
    reading->line++;
    snprintf(reading->where, sizeof(reading->where), "%s:%ld", reading->path,
             reading->line);
    /* inih's buffer also holds the newline and the NUL. */
    if (length + 2 > (size_t)size || length + 2 > INI_MAX_LINE) {
        reading->failed = true;
        error_set(reading->err,
                  "%s: the line has %zu bytes; at most %d are read",
                  reading->where, length, INI_MAX_LINE - 2);
        return NULL;
    }
    memcpy(line, reading->next, length);
    line[length] = '\0';
    if (check_line(reading, line) != 0) {
        reading->failed = true;
        return NULL;
    }
    reading->next += length;
    if (*reading->next == '\n')
        reading->next++;
    return line;
}

/* inih's handler: 0 is failure, there. */
static int take_key(void *user, const char *section, const char *name,
                    const char *value)
{
    struct reading *reading = user;

    (void)section; /* may be cut short; ours is not */
    return give(reading, reading->section, name, value) == 0;
}

static int parse_ini(struct reading *reading, bool whole)
{
    size_t size = strlen(reading->text);
    int bad_line;

    snprintf(reading->where, sizeof(reading->where), "%s:1", reading->path);
    bad_line = ini_parse_stream(next_line, reading, take_key, reading);
    if (reading->failed)
        return -1;
    if (bad_line < 0)
        return error_set(reading->err, "%s: not enough memory to read it",
                         reading->path);
    if (bad_line > 0)
        return error_set(reading->err,
                         "%s:%d: this is neither a [section] nor a line "
                         "'key = value'",
                         reading->path, bad_line);
    if (whole && size > 0 && reading->text[size - 1] != '\n')
        return error_set(reading->err,
                         "%s: the last line does not end, so the file may "
                         "be half written; put the whole file back, or end "
                         "the line",
                         reading->where);
    return give(reading, NULL, NULL, "");
}

int ini_file_read(const char *path, bool whole, ini_item_fn *fn, void *user,
                  struct error *err)
{
    char shown[PATH_SHOWN];
    char *text = NULL;
    struct reading reading = {.fn = fn, .user = user, .err = err};
    int rc;

    if (file_read(path, FILE_TEXT_MAX, &text, NULL, err) != 0)
        return -1;
    file_visible(path, shown, sizeof(shown));
    rc = file_check_text(path, text, err);
    if (rc == 0) {
        /* Some editors put a byte order mark before the first line. */
        reading.text = text;
        if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
            reading.text += 3;
        reading.next = reading.text;
        reading.path = shown;
        rc = parse_ini(&reading, whole);
    }
    free(text);
    errno = 0; /* the file is there; what is wrong is in it */
    return rc;
}
