/* SPDX-License-Identifier: BSD-3-Clause */
#include "program.h"

#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "file.h"

/* The program is there; what it needs to run may not be. A site's modules
 * bring it where the site file has some for the scheme. */
static int check_command(const struct job *job, struct error *err)
{
    const struct scheme *scheme = &job->scheme;
    if (!scheme->command || command_exists(scheme->command) ||
        site_extra_modules(&job->site, scheme->name)[0])
        return 0;
    return error_set(err,
                     "--scheme=%s: there is no %s in PATH: load its module, or "
                     "install it (on Debian: %s)",
                     scheme->name, scheme->command, scheme->debian);
}

int program_check(const struct job *job, const char *bin_dir, struct error *err)
{
    const struct scheme *scheme = &job->scheme;
    const char *modules = site_extra_modules(&job->site, scheme->name);
    char path[4200], shown[512];
    if (snprintf(path, sizeof path, "%s/integ2d-%s", bin_dir, scheme->name) <
            (int)sizeof path &&
        access(path, X_OK) == 0)
        return check_command(job, err);
    file_visible(path, shown, sizeof shown);
    if (!scheme->part)
        return error_set(err,
                         "--scheme=%s: there is no program %s: install "
                         "integ2d again",
                         scheme->name, shown);
    return error_set(err,
                     "--scheme=%s: this integ2d was built without %s, so "
                     "there is no program %s. Load or install it and build "
                     "integ2d again (%s%s%s%son Debian: %s)",
                     scheme->name, scheme->part, shown,
                     modules[0] ? job->site.name : "",
                     modules[0] ? ": ml " : "", modules, modules[0] ? "; " : "",
                     scheme->debian);
}
