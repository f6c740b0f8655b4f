/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Linked into integ2d-julia in a build with sanitizers only: they end a program
 * that opens a library with RTLD_DEEPBIND, as Julia does. A jump to the C
 * library's dlopen, past theirs, which still sees Julia as the caller and
 * searches where Julia's libraries are.
 */
#include <dlfcn.h>
#include <stddef.h>

void *dlopen(const char *path, int flags)
{
    static void *(*real)(const char *, int);

    if (real == NULL) {
        void *next = dlsym(RTLD_NEXT, "dlopen");

        *(void **)&real = next;
        *(void **)&real =
            dlsym(real("libc.so.6", RTLD_LAZY | RTLD_NOLOAD), "dlopen");
    }
    return real(path, flags & ~RTLD_DEEPBIND);
}
