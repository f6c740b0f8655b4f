/* SPDX-License-Identifier: BSD-3-Clause */
#include "scan.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

enum { DEPTH = 32 };

struct scan {
    const char *at; /* a NUL is never passed by */
    int depth;
    bool high; /* there was a byte that is not ASCII */
};

static void blanks(struct scan *scan)
{
    /* A few at a time: a call of strspn would take longer than that. */
    while (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\t' ||
           *scan->at == '\r')
        scan->at++;
}

/* Passes one character, with blanks around it. */
static bool take(struct scan *scan, char c)
{
    blanks(scan);
    if (*scan->at != c)
        return false;
    scan->at++;
    blanks(scan);
    return true;
}

static bool literal(struct scan *scan, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(scan->at, word, length) != 0)
        return false;
    scan->at += length;
    return true;
}

/* Four hexadecimal digits. */
static bool code_unit(struct scan *scan, unsigned *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const char *digit = *scan->at ? strchr(digits, *scan->at) : NULL;
        if (!digit)
            return false;
        *unit = *unit * 16 + (unsigned)((digit - digits) % 16);
        scan->at++;
    }
    return true;
}

/* Behind the backslash: one character of the text in `out`, '?' for one that
 * is not ASCII; what is kept here never has one. */
static bool escaped(struct scan *scan, char *out)
{
    static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    const char *name = *scan->at ? strchr(names, *scan->at) : NULL;
    unsigned unit;
    if (name) {
        *out = means[name - names];
        scan->at++;
        return true;
    }
    if (*scan->at != 'u')
        return false;
    scan->at++;
    if (!code_unit(scan, &unit))
        return false;
    *out = unit > 0 && unit < 0x80 ? (char)unit : '?';
    return true;
}

/* A string, cut to SCAN_TEXT - 1 characters; `text` may be NULL. */
static bool string(struct scan *scan, char *text)
{
    size_t used = 0;
    if (*scan->at != '"')
        return false;
    scan->at++;
    while (*scan->at != '"') {
        char c = *scan->at;
        if ((unsigned char)c < 0x20)
            return false;
        scan->at++;
        if (c == '\\' && !escaped(scan, &c))
            return false;
        scan->high |= (c & 0x80) != 0;
        if (text && used < SCAN_TEXT - 1)
            text[used++] = c;
    }
    scan->at++;
    if (text)
        text[used] = '\0';
    return true;
}

static size_t digits(const char *at)
{
    size_t length = 0;
    while (at[length] >= '0' && at[length] <= '9')
        length++;
    return length;
}

/* Length of the number at `at`, 0 = none; *whole: without point and power. */
static size_t number(const char *at, bool *whole)
{
    const char *from = at;
    at += *at == '-';
    size_t length = digits(at);
    if (length == 0 || (*at == '0' && length > 1))
        return 0;
    at += length;
    *whole = *at != '.' && *at != 'e' && *at != 'E';
    if (*at == '.') {
        if ((length = digits(at + 1)) == 0)
            return 0;
        at += 1 + length;
    }
    if (*at == 'e' || *at == 'E') {
        at += 1 + (at[1] == '+' || at[1] == '-');
        if ((length = digits(at)) == 0)
            return 0;
        at += length;
    }
    return (size_t)(at - from);
}

static bool real(struct scan *scan, double *value)
{
    bool whole;
    size_t length = number(scan->at, &whole);
    *value = NAN;
    if (length == 0)
        return literal(scan, "null");
    *value = strtod(scan->at, NULL);
    scan->at += length;
    return true;
}

static bool whole_number(struct scan *scan, long *value)
{
    bool whole;
    size_t length = number(scan->at, &whole);
    if (length == 0 || !whole)
        return false;
    errno = 0;
    *value = strtol(scan->at, NULL, 10);
    scan->at += length;
    return errno == 0;
}

typedef bool element_fn(struct scan *scan, void *target);

/* An array or object: `element` for each of what stands between commas. */
static bool elements(struct scan *scan, char open, char close,
                     element_fn *element, void *target)
{
    if (++scan->depth > DEPTH || !take(scan, open))
        return false;
    if (!take(scan, close)) {
        do {
            if (!element(scan, target))
                return false;
        } while (take(scan, ','));
        blanks(scan);
        if (*scan->at != close)
            return false;
        scan->at++;
    }
    scan->depth--;
    return true;
}

static bool skip(struct scan *scan);

static bool skip_element(struct scan *scan, void *target)
{
    if (target)
        ++*(size_t *)target;
    return skip(scan);
}

static bool skip_member(struct scan *scan, void *target)
{
    (void)target;
    return string(scan, NULL) && take(scan, ':') && skip(scan);
}

/* Any value. */
static bool skip(struct scan *scan)
{
    bool whole;
    size_t length = number(scan->at, &whole);
    scan->at += length;
    if (length > 0)
        return true;
    switch (*scan->at) {
    case '"':
        return string(scan, NULL);
    case '[':
        return elements(scan, '[', ']', skip_element, NULL);
    case '{':
        return elements(scan, '{', '}', skip_member, NULL);
    default:
        return literal(scan, "null") || literal(scan, "true") ||
               literal(scan, "false");
    }
}

static bool add_real(struct scan *scan, void *target)
{
    struct scan_reals *reals = target;
    if (reals->count == reals->room) {
        size_t room = reals->room ? 2 * reals->room : 16;
        double *more = reallocarray(reals->value, room, sizeof *more);
        if (!more)
            return false;
        reals->value = more;
        reals->room = room;
    }
    return real(scan, &reals->value[reals->count++]);
}

/* An object and what is wanted of it. */
struct wanted {
    const struct scan_key *keys;
    char *target;
    const struct scan_key *next; /* than the last one found */
    uint32_t seen;               /* bits of those found */
    const char *wrong;           /* key whose value is of another kind */
};

static const char *fill(struct scan *scan, const struct scan_key *keys,
                        void *target);

/* A list that is being filled. */
struct filling {
    struct scan_list *list;
    const struct scan_key *keys;
};

static bool add_item(struct scan *scan, void *target)
{
    const struct filling *filling = target;
    struct scan_list *list = filling->list;
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 16;
        void *more = reallocarray(list->item, room, list->size);
        if (!more)
            return false;
        list->item = more;
        list->room = room;
    }
    void *item = (char *)list->item + list->count++ * list->size;
    memset(item, 0, list->size);
    return fill(scan, filling->keys, item) == NULL;
}

static bool fill_list(struct scan *scan, const struct scan_key *keys,
                      struct scan_list *list)
{
    struct filling filling = {list, keys};
    list->count = 0;
    return elements(scan, '[', ']', add_item, &filling);
}

static bool value_of(struct scan *scan, const struct scan_key *key, char *to)
{
    switch (key->kind) {
    case SCAN_WORDS:
        *to = '\0';
        return literal(scan, "null") || string(scan, to);
    case SCAN_STRING:
        *to = '\0';
        return string(scan, to);
    case SCAN_WHOLE:
        return whole_number(scan, (long *)(void *)to);
    case SCAN_REAL:
        return real(scan, (double *)(void *)to);
    case SCAN_REALS:
        ((struct scan_reals *)(void *)to)->count = 0;
        return elements(scan, '[', ']', add_real, to);
    case SCAN_COUNT:
        *(size_t *)(void *)to = 0;
        return elements(scan, '[', ']', skip_element, to);
    case SCAN_LIST:
        return fill_list(scan, key->inside, (struct scan_list *)(void *)to);
    default:
        return fill(scan, key->inside, to) == NULL;
    }
}

/* Keys mostly come in one order, and mostly in that of the table. */
static const struct scan_key *find(const struct wanted *wanted,
                                   const char *name)
{
    for (const struct scan_key *key = wanted->next; key->name; key++) {
        if (strcmp(key->name, name) == 0)
            return key;
    }
    for (const struct scan_key *key = wanted->keys; key < wanted->next; key++) {
        if (strcmp(key->name, name) == 0)
            return key;
    }
    return NULL;
}

static bool member(struct scan *scan, void *target)
{
    struct wanted *wanted = target;
    char name[SCAN_TEXT];
    if (!string(scan, name) || !take(scan, ':'))
        return false;
    const struct scan_key *key = find(wanted, name);
    if (!key)
        return skip(scan);
    uint32_t bit = UINT32_C(1) << (key - wanted->keys);
    if ((wanted->seen & bit) ||
        !value_of(scan, key, wanted->target + key->offset)) {
        wanted->wrong = key->name;
        return false;
    }
    wanted->seen |= bit;
    wanted->next = key + 1;
    return true;
}

static const char *fill(struct scan *scan, const struct scan_key *keys,
                        void *target)
{
    struct wanted wanted = {.keys = keys, .target = target, .next = keys};
    if (!elements(scan, '{', '}', member, &wanted))
        return wanted.wrong ? wanted.wrong : "something that is no JSON";
    for (const struct scan_key *key = keys; key->name; key++) {
        if (!key->optional &&
            !(wanted.seen & UINT32_C(1) << (unsigned)(key - keys)))
            return key->name;
    }
    return NULL;
}

const char *scan(const char *text, size_t size, const struct scan_key *keys,
                 void *target)
{
    struct scan scan = {.at = text};
    struct error ignored;
    const char *wrong = fill(&scan, keys, target);
    blanks(&scan);
    if (!wrong && scan.at != text + size)
        wrong = "something behind the end";
    if (!wrong && scan.high && file_check_text("", text, &ignored) != 0)
        wrong = "a byte that is no UTF-8";
    return wrong;
}
