/* SPDX-License-Identifier: BSD-3-Clause */
/* munge.c: the name of a socket, out of somebody's slurm.conf. */
#include <string.h>

#include "fuzz.h"
#include "munge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_parts parts;
    char path[108], tight[8];

    fuzz_split(data, size, &parts);
    if (parts.count > 0) {
        munge_socket(parts.text[0], path, sizeof path);
        REQUIRE(strlen(path) < sizeof path);
        REQUIRE(path[strcspn(path, ", \t\r\n\"#")] == '\0');
        REQUIRE(strstr(parts.text[0], path) != NULL ||
                strcmp(path, "/run/munge/munge.socket.2") == 0);
        munge_socket(parts.text[0], tight, sizeof tight);
        REQUIRE(tight[0] == '\0' || strcmp(tight, path) == 0);
    }
    fuzz_release(&parts);
    return 0;
}
