/* SPDX-License-Identifier: BSD-3-Clause */
/* A user's config.ini: every setting has its source, a refused file gives
 * none at all. */
#include "config.h"

#include <string.h>

#include "fuzz.h"

static const char *const known[] = {"hpc2n", "local", "uppmax", NULL};

static void check_setting(const struct setting *setting)
{
    REQUIRE(strlen(setting->value) < CONFIG_TEXT);
    REQUIRE(setting->value[0] == '\0' ||
            strncmp(setting->source, "config.ini:", 11) == 0);
    fuzz_require_visible(setting->source);
}

static void load(const char *site)
{
    static const struct config none;
    struct config config;
    struct error err = {""};

    if (config_load("config.ini", site, known, &config, &err) != 0) {
        REQUIRE(strncmp(err.text, "config.ini:", 11) == 0);
        fuzz_require_visible(err.text);
        REQUIRE(memcmp(&config, &none, sizeof none) == 0);
        return;
    }
    check_setting(&config.site);
    check_setting(&config.account);
    check_setting(&config.partition);
    check_setting(&config.time);
    check_setting(&config.constraint);
    check_setting(&config.reservation);
    check_setting(&config.output_dir);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_parts parts;

    fuzz_split(data, size, &parts);
    fuzz_put("config.ini", parts.text[0], parts.size[0]);
    load("");
    load("hpc2n");
    fuzz_clear();
    fuzz_release(&parts);
    return 0;
}
