/* SPDX-License-Identifier: BSD-3-Clause */
#include "backend.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int backend_load(const char *lib_dir, const struct backend **backend,
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
    if (*backend)
        return 0;
    return error_set(err,
                     "Slurm's library cannot be used: %s\n"
                     "Build integ2d again on this system (make install), or "
                     "run without Slurm: --site=local",
                     dlerror());
}

int backend_find(const char *name, const char *lib_dir,
                 const struct backend **backend, struct error *err)
{
    if (strcmp(name, "local") == 0) {
        *backend = &backend_local;
        return 0;
    }
    if (strcmp(name, "slurm") == 0)
        return backend_load(lib_dir, backend, err);
    return error_set(err, "back end '%s' is neither slurm nor local", name);
}
