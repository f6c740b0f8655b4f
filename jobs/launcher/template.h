/* SPDX-License-Identifier: BSD-3-Clause */
/* A batch script from a site's template, jobs/<site>.sbatch.in.
 *
 * @KEY@ is replaced by the key's value and must have one. A line with
 * @KEY?@ is left out when that key has none. There is no other logic. A key
 * that is not in the table, an unfinished @ and a key without the value it
 * must have are errors with file and line.
 *
 * The first line starts with #!/ and the last one is @COMMAND@ alone: the
 * job then ends as the program does, and a half-written template is noticed.
 *
 * Every value must be a word of its key's own characters (word.h), so that
 * nothing typed or read can bring a line or a command into the script. A
 * value that is needed must find its key in a line that is no comment, so
 * that the script cannot ask for less than the request to Slurm does. */
#ifndef INTEG2D_TEMPLATE_H
#define INTEG2D_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

enum { TEMPLATE_VALUES = 32 }; /* keys there may be */

struct template_value {
    const char *key;   /* without the @ */
    const char *value; /* NULL or "" = none */
    const char *marks; /* besides letters and digits; NULL = a number */
    const char *what;  /* the option or key it came from, for messages */
    bool needed;       /* must reach the script when there is one */
};

/* Checks one value against its marks: 0, or -1 with an error that names
 * `what`, shows the value with control characters made visible and says
 * which characters may be used. */
int template_check(const struct template_value *value, struct error *err);

/* Reads the template at `path` and fills *script (the caller frees it).
 * values: `count` rows, at most TEMPLATE_VALUES. Returns 0 or -1; *script is
 * NULL on failure. */
int template_render(const char *path, const struct template_value *values,
                    size_t count, char **script, struct error *err);

#endif
