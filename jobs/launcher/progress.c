/* SPDX-License-Identifier: BSD-3-Clause */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int columns(void)
{
    struct winsize size;
    if (ioctl(2, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

void progress_start(struct progress *progress, bool quiet)
{
    const char *kind = getenv("TERM");
    *progress = (struct progress){
        .quiet = quiet,
        .terminal = isatty(2) && kind && strcmp(kind, "dumb") != 0,
    };
}

void progress_show(struct progress *progress, const char *what,
                   const char *detail)
{
    char line[1024];
    if (progress->quiet)
        return;
    if (progress->terminal) {
        snprintf(line, sizeof line, "%s%s%s", what, detail[0] ? ", " : "",
                 detail);
        fprintf(stderr, "\r\033[K%.*s", columns() - 1, line);
        progress->shown = true;
    } else if (strcmp(what, progress->last) != 0) {
        fprintf(stderr, "%s\n", what);
        snprintf(progress->last, sizeof progress->last, "%s", what);
    }
    fflush(stderr);
}

void progress_bar(struct progress *progress, size_t done, size_t total,
                  const char *text)
{
    char bar[64];
    int width = columns() - 4 - (int)strlen(text);
    width = width > 30 ? 30 : width < 0 ? 0 : width;
    int filled = (int)(total ? (size_t)width * done / total : 0);
    size_t tenths = 1 + (total ? 10 * done / total : 0);
    if (progress->terminal) {
        snprintf(bar, sizeof bar, "[%.*s%.*s] ", filled,
                 "##############################", width - filled,
                 "..............................");
        char line[512];
        snprintf(line, sizeof line, "%s%s", width >= 10 ? bar : "", text);
        progress_show(progress, line, "");
    } else if (tenths != progress->tenths) {
        progress->tenths = tenths;
        progress_show(progress, text, "");
    }
}

void progress_note(struct progress *progress, const char *text)
{
    if (progress->quiet)
        return;
    progress_end(progress);
    fprintf(stderr, "%s\n", text);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
    fflush(stderr);
}
