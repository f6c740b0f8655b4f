/* SPDX-License-Identifier: BSD-3-Clause */
#include "account.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

/* One account a line; the same one comes once for each partition. */
static void add(char *list, size_t size, const char *name, int *count)
{
    size_t used = strlen(list), length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)) != NULL; at += length) {
        if ((at == list || at[-1] == ' ') &&
            (at[length] == ',' || at[length] == '\0'))
            return;
    }
    snprintf(list + used, size - used, "%s%s", used ? ", " : "", name);
    (*count)++;
}

int account_list(const struct site *site, char *list, size_t size, int *count,
                 struct error *err)
{
    char who[300];
    char *text, *rest;
    struct error ignored;
    const struct passwd *user = getpwuid(getuid());
    list[0] = '\0';
    *count = 0;
    if (!user)
        return error_set(err, "this user (number %ld) has no name",
                         (long)getuid());
    snprintf(who, sizeof who, "user=%s", user->pw_name);
    char *const argv[] = {"sacctmgr", "-nP", "list",           "assoc",
                          "where",    who,   "format=account", NULL};
    if (command_output(argv, 10, &text, err) != 0)
        return -1;
    for (char *line = strtok_r(text, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        if (site_check_account(site, line, "sacctmgr", &ignored) == 0)
            add(list, size, line, count);
    }
    free(text);
    return 0;
}
