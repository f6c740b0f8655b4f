/* SPDX-License-Identifier: BSD-3-Clause */
#include "backend.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

/* The part that knows libslurm. */
static int load(const char *lib_dir, const struct backend **backend,
                struct error *err)
{
    char path[4200];
    if (snprintf(path, sizeof path, "%s/backend-slurm.so", lib_dir) >=
        (int)sizeof path)
        return error_set(err, "the path of backend-slurm.so is too long");
    /* Lazy, because only our own part, which is bound at once, is all used.
     * Global, because Slurm's plugins look for libslurm's symbols; never
     * closed, because libslurm does not survive being unloaded. */
    void *part = dlopen(path, RTLD_LAZY | RTLD_GLOBAL);
    *backend = part ? dlsym(part, "backend_slurm") : NULL;
    if (!*backend)
        return error_set(err, "%s", dlerror());
    return (*backend)->fits ? (*backend)->fits(err) : 0;
}

/* The library, or else the commands. */
static int choose_slurm(const char *lib_dir, const struct backend **backend,
                        struct error *note, struct error *err)
{
    struct error why, ignored;
    if (load(lib_dir, backend, &why) == 0)
        return 0;
    *backend = &backend_commands;
    if (backend_commands.fits(&ignored) == 0) {
        error_set(note,
                  "Slurm's library cannot be used (%s): using its commands "
                  "instead",
                  why.text);
        return 0;
    }
    return error_set(err,
                     "Slurm's library cannot be used: %s\n"
                     "and there is no command sbatch, either. Is this a login "
                     "node? Run integ2d on one, build it again on this system "
                     "(make install), or run without Slurm: --site=local",
                     why.text);
}

/* What was typed has to go with the site. */
static int check_kind(const char *name, bool slurm, struct error *err)
{
    char shown[80];
    file_visible(name, shown, sizeof shown);
    bool local = strcmp(name, "local") == 0;
    if (!local && strcmp(name, "slurm") != 0 && strcmp(name, "commands") != 0)
        return error_set(
            err, "--backend: '%s' is none of slurm, commands, local", shown);
    if (local == slurm)
        return error_set(err,
                         "--backend=%s: %s: leave the option out, or choose "
                         "another site with --site",
                         name,
                         slurm ? "this site's jobs go through Slurm"
                               : "this site has no Slurm");
    return 0;
}

int backend_choose(const char *name, bool slurm, const char *lib_dir,
                   const struct backend **backend, struct error *note,
                   struct error *err)
{
    struct error why;
    note->text[0] = '\0';
    if (name[0] && check_kind(name, slurm, err) != 0)
        return -1;
    *backend = &backend_local;
    if (!slurm)
        return 0;
    if (!name[0])
        return choose_slurm(lib_dir, backend, note, err);
    if (strcmp(name, "commands") == 0) {
        *backend = &backend_commands;
        return backend_commands.fits(err);
    }
    if (load(lib_dir, backend, &why) == 0)
        return 0;
    return error_set(err,
                     "--backend=slurm: Slurm's library cannot be used: %s\n"
                     "Leave the option out to use Slurm's commands",
                     why.text);
}

int backend_check_slurm(const char *name, struct error *err)
{
    char shown[80];
    if (!name[0] || strcmp(name, "slurm") == 0 || strcmp(name, "commands") == 0)
        return 0;
    file_visible(name, shown, sizeof shown);
    return error_set(err, "--backend: '%s' is none of slurm, commands", shown);
}

bool backend_is_slurm(const struct backend *backend)
{
    return backend != &backend_local;
}
