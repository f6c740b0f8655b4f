/* SPDX-License-Identifier: BSD-3-Clause */
/* Templates: no value brings a line or a command into a script. Input: the
 * template, then the values of its first keys, each ended by a NUL. */
#include "template.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "word.h"

enum { KEYS = 17 };

/* `value` is what a key has when the input gives it none. */
static const struct template_value table[KEYS] = {
    {"ACCOUNT", "hpc2n2026-042", "._-", "-A", true},
    {"NAME", "integ2d-mpi", "._-", "--name", true},
    {"TIME", "00:05:00", ":-", "-t", true},
    {"COMMAND", "srun integ2d-mpi --grid=100", " ._/:=,+-", "[launch]", false},
    {"MODULES", "GCC/13.2.0 OpenMPI/4.1.6", "._/ +-", "[modules] load", false},
    {"TASKS", "4", NULL, "-n", false},
    {"CPUS_PER_TASK", "1", NULL, "-c", false},
    {"COMMENT", "integ2d:0123456789ab", ":", "the comment", false},
    {"VERSION", "0.1.0", "._-", "the version", false},
    {"BIN_DIR", "/opt/my bin", "._/ +,=@~-", "the programs", false},
    {"PARTITION", "", "._-", "-p", true},
    {"NODES", "", NULL, "-N", true},
    {"THREADS", "", NULL, "-n", false},
    {"THREADS_PER_CORE", "", NULL, "cpu_unit", false},
    {"MEM", "", "", "--mem", false},
    {"CONSTRAINT", "", "._&|-", "-C", false},
    {"RESERVATION", "", "._-", "--reservation", false},
};

static size_t fill(const struct fuzz_parts *parts,
                   struct template_value values[KEYS])
{
    memcpy(values, table, sizeof table);
    for (size_t i = 0; i + 1 < parts->count && i < KEYS; i++) {
        if (parts->size[i + 1] > 0)
            values[i].value = parts->text[i + 1];
    }
    return KEYS;
}

/* All values are words of their kind, or the script would not be there. */
static void check_script(const char *script, const char *template,
                         const struct template_value *values, size_t count)
{
    fuzz_require_script(script, template);
    REQUIRE(strncmp(script, "#!/", 3) == 0);
    REQUIRE(script[strlen(script) - 1] == '\n');
    for (size_t i = 0; i < count; i++) {
        const char *value = values[i].value;

        if (value[0] == '\0')
            continue;
        REQUIRE(word_fits(value, values[i].marks));
        if (values[i].needed)
            REQUIRE(strstr(script, value) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct template_value values[KEYS];
    struct error err = {""};
    struct fuzz_parts parts;
    size_t count;
    char *script;

    fuzz_split(data, size, &parts);
    count = fill(&parts, values);
    fuzz_put("f.sbatch.in", parts.text[0], parts.size[0]);
    if (template_render("f.sbatch.in", values, count, &script, &err) == 0) {
        check_script(script, parts.text[0], values, count);
    } else {
        REQUIRE(script == NULL);
        fuzz_require_visible(err.text);
    }
    free(script);
    fuzz_clear();
    fuzz_release(&parts);
    return 0;
}
