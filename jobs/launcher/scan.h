/* SPDX-License-Identifier: BSD-3-Clause */
/* Takes the values of known keys out of a JSON text without building a tree
 * of it. Where tens of thousands of records are read, the tree is what takes
 * the time: measured for the three files of a run, 60 us against 7. Text that
 * is not JSON (RFC 8259) is refused as a whole. */
#ifndef INTEG2D_SCAN_H
#define INTEG2D_SCAN_H

#include <stdbool.h>
#include <stddef.h>

enum { SCAN_TEXT = 256, SCAN_KEYS = 32 };

enum scan_kind {
    SCAN_WORDS,  /* char[SCAN_TEXT]; a longer text is cut, null is "" */
    SCAN_STRING, /* the same, but null is wrong */
    SCAN_WHOLE,  /* long */
    SCAN_REAL,   /* double; null is NAN */
    SCAN_REALS,  /* struct scan_reals; null is NAN */
    SCAN_COUNT,  /* size_t: elements of an array */
    SCAN_LIST,   /* struct scan_list: an array of objects, as `inside` */
    SCAN_OBJECT  /* the keys inside, as `inside` has them */
};

/* Grows as needed and is used again for the next text; the caller frees
 * `value`. */
struct scan_reals {
    double *value;
    size_t count, room;
};

/* Likewise, of structs of `size` bytes. */
struct scan_list {
    void *item;
    size_t size, count, room;
};

struct scan_key {
    const char *name;
    enum scan_kind kind;
    size_t offset; /* in the struct to be filled */
    bool optional;
    const struct scan_key *inside; /* ended by one without a name */
};

/* Fills `target` with what `keys` (ended by one without a name, at most
 * SCAN_KEYS) say from an object of `size` characters, behind which there is a
 * NUL. Returns NULL; or, where the text is no JSON or a key is missing, there
 * twice, or of another kind, the key or what else is in the way, and `target`
 * is of no use. An optional key that is not there leaves its value alone. */
const char *scan(const char *text, size_t size, const struct scan_key *keys,
                 void *target);

#endif
