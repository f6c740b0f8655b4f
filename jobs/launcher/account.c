/* SPDX-License-Identifier: BSD-3-Clause */
#include "account.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "command.h"
#include "patience.h"

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

/* -A, else INTEG2D_ACCOUNT, else the user's file; "" = none of them. */
static const char *find_account(const struct options *options,
                                const struct config *config,
                                const char **source)
{
    const char *variable = getenv("INTEG2D_ACCOUNT");
    *source = "-A";
    if (options->account)
        return options->account;
    *source = "INTEG2D_ACCOUNT";
    if (variable && variable[0])
        return variable;
    *source = config->account.source;
    return config->account.value;
}

/* Nobody named an account and the site demands one: the accounting database
 * knows this user's, and if there is only one, that is it. */
static int ask_account(struct job *job, const char *lib_dir, struct error *err)
{
    const struct backend *backend;
    char list[1024];
    int count;
    struct error ignored;
    struct patience patience = {.progress = NULL};
    const struct site *site = &job->site;
    /* First, because without Slurm its database gives no answer either. */
    if (backend_choose("", true, lib_dir, &backend, &ignored, err) != 0 ||
        backend->open(NULL, err) != 0)
        return -1;
    patience_begin(&patience);
    int rc = account_list(site, list, sizeof list, &count, &ignored);
    patience_end(&patience);
    if (rc != 0)
        return error_set(err,
                         "%s demands an account: give yours with -A %s, or "
                         "set INTEG2D_ACCOUNT (the accounting database gives "
                         "no answer just now)",
                         site->name, site->account_example);
    if (count == 0)
        return error_set(err,
                         "%s demands an account, and the accounting database "
                         "has none of yours of the form %s: join a project, "
                         "then give its account with -A",
                         site->name, site->account_example);
    if (count > 1)
        return error_set(err,
                         "%s demands an account, and you have several: %s: "
                         "choose one with -A or INTEG2D_ACCOUNT",
                         site->name, list);
    return job_set_account(job, list, "sacctmgr", err);
}

int account_set(const struct options *options, const struct config *config,
                struct job *job, const char *lib_dir, const char **source,
                struct error *err)
{
    const char *account = find_account(options, config, source);
    if (account[0])
        return job_set_account(job, account, *source, err);
    *source = "none";
    if (job->site.account != SITE_REQUIRED)
        return 0;
    *source = "the only one you have here";
    if (options->dry_run)
        return error_set(err, "%s demands an account: give one with -A %s",
                         job->site.name, job->site.account_example);
    return ask_account(job, lib_dir, err);
}
