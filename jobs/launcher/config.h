/* SPDX-License-Identifier: BSD-3-Clause */
/* A user's defaults: $XDG_CONFIG_HOME/integ2d/config.ini or
 * ~/.config/integ2d/config.ini.
 *
 *     [defaults]            ; for every site
 *     site = hpc2n
 *     [hpc2n]               ; for one site, goes before [defaults]
 *     account = hpc2n2026-042
 *
 * Keys: site (in [defaults] only), account, partition, time, constraint,
 * reservation, output-dir. */
#ifndef INTEG2D_CONFIG_H
#define INTEG2D_CONFIG_H

#include <stddef.h>

#include "error.h"

enum { CONFIG_TEXT = 200 };

/* A value and where it came from: "-A", "INTEG2D_ACCOUNT",
 * "/home/me/.config/integ2d/config.ini:4", "site file". value "" = none. */
struct setting {
    char value[CONFIG_TEXT];
    char source[4200];
};

struct config {
    struct setting site, account, partition, time, constraint, reservation,
        output_dir;
};

/* Fills *config with what the file at `path` says for `site` ("" = only
 * [defaults]). A file that does not exist is an empty one. Sections that are
 * neither [defaults] nor the name of a site in `known` (NULL-terminated),
 * unknown keys, and lines that are no key are errors with file and line.
 * Values are checked where they are used. Returns 0 or -1. */
int config_load(const char *path, const char *site, const char *const *known,
                struct config *config, struct error *err);

/* Writes the path of the user's file to `path`; "" when neither
 * XDG_CONFIG_HOME nor HOME is set. Returns 0, or -1 when it is too long. */
int config_path(char *path, size_t size, struct error *err);

#endif
