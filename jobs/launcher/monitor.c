/* SPDX-License-Identifier: BSD-3-Clause */
#include "monitor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "file.h"

enum { RUN_S = 20, WORDS = 16 };

void monitor_name(const struct site *site, long job_id, struct monitor *monitor)
{
    *monitor = (struct monitor){0};
    if (site->monitor[0])
        snprintf(monitor->command, sizeof monitor->command, "%s %ld",
                 site->monitor, job_id);
}

/* The first address in the text. */
static void find_url(const char *text, char *url, size_t size)
{
    static const char *const begins[] = {"https://", "http://", "file://"};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        const char *at = strstr(text, begins[i]);
        char word[512];
        if (!at)
            continue;
        snprintf(word, sizeof word, "%.*s", (int)strcspn(at, " \t\r\n\"'<>"),
                 at);
        file_visible(word, url, size);
        return;
    }
}

static void keep(char *text, struct monitor *monitor)
{
    char line[300];
    find_url(text, monitor->url, sizeof monitor->url);
    for (char *row; (row = strsep(&text, "\n")) != NULL;) {
        if (!row[0] || strstr(row, "://") || monitor->said[0])
            continue;
        snprintf(line, sizeof line, "%s", row);
        file_visible(line, monitor->said, sizeof monitor->said);
    }
}

void monitor_run(const struct site *site, struct monitor *monitor)
{
    char words[sizeof monitor->command], *rest = words, *argv[WORDS + 1];
    size_t count = 0;
    struct command command;
    struct error err;
    if (!site->monitor_url || !monitor->command[0])
        return;
    snprintf(words, sizeof words, "%s", monitor->command);
    for (char *word; count < WORDS && (word = strsep(&rest, " ")) != NULL;) {
        if (word[0])
            argv[count++] = word;
    }
    argv[count] = NULL;
    if (count == 0 || !command_exists(argv[0]))
        return;
    if (command_run(argv, NULL, NULL, RUN_S, &command, &err) != 0) {
        snprintf(monitor->said, sizeof monitor->said, "%.900s", err.text);
        return;
    }
    keep(command.output, monitor);
    if (command.status != 0 && !monitor->url[0] && command.complaint[0])
        file_visible(command.complaint, monitor->said, sizeof monitor->said);
    free(command.output);
}
