/* SPDX-License-Identifier: BSD-3-Clause */
/* How every function here fails: it fills a struct error and returns -1.
 * The text says where, what was found, what was expected and what to do
 * next; only a main prints it and decides the exit status. */
#ifndef INTEG2D_ERROR_H
#define INTEG2D_ERROR_H

struct error {
    char text[2048];
};

/* Fills *err from a printf format and returns -1, so that a failure is one
 * line: return error_set(err, "...", ...). A longer text is cut short. */
int error_set(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " before what *err says already, and returns -1. */
int error_prefix(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
