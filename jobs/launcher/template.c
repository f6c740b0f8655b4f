/* SPDX-License-Identifier: BSD-3-Clause */
#include "template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "word.h"

enum {
    SHOWN = 512,  /* of a path or value, in a message */
    KEY_MAX = 31, /* characters in a key */
};

static const char key_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

/* A template on its way into a script. */
struct rendering {
    const char *path; /* fit for messages */
    long line;
    const struct template_value *values;
    size_t count;
    bool met[TEMPLATE_VALUES]; /* the value is in the script */
    FILE *out;
    struct error *err;
};

/* A place in a line: @KEY@ or @KEY?@. */
struct place {
    const struct template_value *value;
    bool optional;
    size_t length; /* with both @ */
};

static bool is_set(const struct template_value *value)
{
    return value->value != NULL && value->value[0] != '\0';
}

int template_check(const struct template_value *value, struct error *err)
{
    char shown[SHOWN];
    char rule[SHOWN];

    if (!is_set(value) || word_fits(value->value, value->marks))
        return 0;
    file_visible(value->value, shown, sizeof(shown));
    word_rule(value->marks, rule, sizeof(rule));
    return error_set(err,
                     "%s: '%s' cannot go into a batch script; expected: %s",
                     value->what, shown, rule);
}

static int find_value(const struct rendering *rendering, const char *key,
                      const struct template_value **value)
{
    for (size_t i = 0; i < rendering->count; i++) {
        if (strcmp(rendering->values[i].key, key) == 0) {
            *value = &rendering->values[i];
            return 0;
        }
    }
    return error_set(rendering->err, "%s:%ld: there is no key @%s@",
                     rendering->path, rendering->line, key);
}

/* Reads the place that starts at the '@' that `text` points to. */
static int read_place(const struct rendering *rendering, const char *text,
                      struct place *place)
{
    char key[KEY_MAX + 1];
    size_t length = strspn(text + 1, key_letters);
    const char *end = text + 1 + length;

    place->optional = *end == '?';
    if (place->optional)
        end++;
    if (length == 0 || length > KEY_MAX || *end != '@')
        return error_set(rendering->err,
                         "%s:%ld: an @ that is no part of @KEY@ or @KEY?@ "
                         "(a key has capital letters, digits and _)",
                         rendering->path, rendering->line);
    memcpy(key, text + 1, length);
    key[length] = '\0';
    place->length = (size_t)(end - text) + 1;
    return find_value(rendering, key, &place->value);
}

/* Looks at every place of a line before anything is written. *left_out: an
 * optional key has no value, so the line is not wanted. */
static int check_line(const struct rendering *rendering, const char *line,
                      bool *left_out)
{
    const struct template_value *missing = NULL;
    struct place place;

    *left_out = false;
    while ((line = strchr(line, '@')) != NULL) {
        if (read_place(rendering, line, &place) != 0)
            return -1;
        if (!is_set(place.value) && place.optional)
            *left_out = true;
        else if (!is_set(place.value))
            missing = place.value;
        line += place.length;
    }
    if (missing != NULL && !*left_out)
        return error_set(rendering->err,
                         "%s:%ld: @%s@ must have a value and has none; give "
                         "%s",
                         rendering->path, rendering->line, missing->key,
                         missing->what);
    return 0;
}

/* A #SBATCH line with one more # is a comment, too. */
static bool is_comment(const char *line)
{
    return line[0] == '#' && strncmp(line, "#SBATCH ", 8) != 0;
}

/* Values go out as they are: an @ in one is never looked at. */
static int write_line(struct rendering *rendering, const char *line)
{
    bool comment = is_comment(line);
    struct place place;

    for (;;) {
        size_t plain = strcspn(line, "@");

        fwrite(line, 1, plain, rendering->out);
        line += plain;
        if (*line == '\0')
            break;
        if (read_place(rendering, line, &place) != 0)
            return -1;
        fputs(place.value->value, rendering->out);
        if (!comment)
            rendering->met[place.value - rendering->values] = true;
        line += place.length;
    }
    fputc('\n', rendering->out);
    return 0;
}

/* Cuts the next line of *text off in place, without its end. */
static int cut_line(struct rendering *rendering, char **text, char **line)
{
    char *end = strchr(*text, '\n');

    rendering->line++;
    *line = *text;
    if (end == NULL)
        return error_set(rendering->err,
                         "%s:%ld: the last line does not end, so the file "
                         "may be half written; put the whole file back, or "
                         "end the line",
                         rendering->path, rendering->line);
    *end = '\0';
    *text = end + 1;
    if (strchr(*line, '\r') == NULL)
        return 0;
    return error_set(rendering->err,
                     "%s:%ld: a carriage return (a Windows line end), which "
                     "sbatch does not take; save the file with Unix line "
                     "ends",
                     rendering->path, rendering->line);
}

static int render_lines(struct rendering *rendering, char *text)
{
    char *line = text;
    bool left_out;

    while (*text != '\0') {
        if (cut_line(rendering, &text, &line) != 0 ||
            check_line(rendering, line, &left_out) != 0)
            return -1;
        if (!left_out && write_line(rendering, line) != 0)
            return -1;
    }
    if (strcmp(line, "@COMMAND@") == 0)
        return 0;
    return error_set(rendering->err,
                     "%s:%ld: the last line must be @COMMAND@ alone, so that "
                     "the job ends as the program does; here it is missing, "
                     "and the file may be half written",
                     rendering->path, rendering->line);
}

static int check_values(const struct rendering *rendering)
{
    if (rendering->count > TEMPLATE_VALUES)
        return error_set(rendering->err, "%s: %zu keys are too many",
                         rendering->path, rendering->count);
    for (size_t i = 0; i < rendering->count; i++) {
        if (template_check(&rendering->values[i], rendering->err) != 0)
            return -1;
    }
    return 0;
}

/* To leave an option out helps only where one was typed. */
static int check_needed(const struct rendering *rendering)
{
    for (size_t i = 0; i < rendering->count; i++) {
        const struct template_value *value = &rendering->values[i];
        bool option = value->what[0] == '-';

        if (!value->needed || !is_set(value) || rendering->met[i])
            continue;
        return error_set(
            rendering->err,
            "%s: no line has @%s@, so %s %s would be lost: add such a line to "
            "the template%s%s%s",
            rendering->path, value->key, value->what, value->value,
            option ? ", or leave " : "", option ? value->what : "",
            option ? " out if you gave it" : "");
    }
    return 0;
}

/* Fills *script from the template's text. */
static int render_text(struct rendering *rendering, char *text, char **script)
{
    size_t size = 0;
    int rc;
    int failed;

    /* A line with an @ might be left out. */
    if (strncmp(text, "#!/", 3) != 0 || text[strcspn(text, "@\n")] == '@')
        return error_set(rendering->err,
                         "%s:1: a batch script starts with #!/bin/bash, "
                         "without any @KEY@; this does not",
                         rendering->path);
    rendering->out = open_memstream(script, &size);
    if (rendering->out == NULL)
        return error_set(rendering->err, "%s: not enough memory",
                         rendering->path);
    rc = render_lines(rendering, text);
    if (rc == 0)
        rc = check_needed(rendering);
    failed = ferror(rendering->out);
    if (fclose(rendering->out) != 0 || failed)
        rc =
            error_set(rendering->err, "%s: not enough memory", rendering->path);
    if (rc != 0) {
        free(*script);
        *script = NULL;
    }
    return rc;
}

int template_render(const char *path, const struct template_value *values,
                    size_t count, char **script, struct error *err)
{
    char shown[SHOWN];
    char *text = NULL;
    struct rendering rendering = {
        .path = shown, .values = values, .count = count, .err = err};
    int rc;

    *script = NULL;
    file_visible(path, shown, sizeof(shown));
    if (check_values(&rendering) != 0 ||
        file_read(path, FILE_TEXT_MAX, &text, NULL, err) != 0)
        return -1;
    rc = file_check_text(path, text, err);
    if (rc == 0)
        rc = render_text(&rendering, text, script);
    free(text);
    return rc;
}
