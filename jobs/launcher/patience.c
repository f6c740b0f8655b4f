/* SPDX-License-Identifier: BSD-3-Clause */
#include "patience.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "munge.h"

enum {
    LOOK_MS = 2000, /* between looks, and before the first */
    MUNGE_MS = 1000 /* munge itself answers within a few */
};

static void say(const struct patience *patience)
{
    bool terminal = patience->progress && patience->progress->terminal;
    dprintf(patience->out,
            "%smunge, which vouches for you to Slurm, does not answer on this "
            "machine: trying on\n",
            terminal ? "\r\033[K" : "");
}

static void *look(void *argument)
{
    struct patience *patience = argument;
    struct pollfd over = {.fd = patience->over, .events = POLLIN};
    while (!patience->said && poll(&over, 1, LOOK_MS) == 0) {
        if (munge_answers(MUNGE_MS) || poll(&over, 1, 0) != 0)
            continue;
        say(patience);
        patience->said = true;
    }
    return NULL;
}

/* Signals are for the thread that waits. */
static bool start(struct patience *patience)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(&patience->thread, NULL, look, patience);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc == 0;
}

void patience_begin(struct patience *patience)
{
    patience->started = false;
    if (patience->said || (patience->progress && patience->progress->quiet))
        return;
    /* The library's part puts a file of its own in place of stderr. */
    patience->out = fcntl(2, F_DUPFD_CLOEXEC, 3);
    patience->over = eventfd(0, EFD_CLOEXEC);
    if (patience->out >= 0 && patience->over >= 0)
        patience->started = start(patience);
    if (patience->started)
        return;
    close(patience->out);
    close(patience->over);
}

void patience_end(struct patience *patience)
{
    static const uint64_t one = 1;
    if (!patience->started)
        return;
    /* Eight bytes to an eventfd that holds none cannot fail. */
    ssize_t ignored = write(patience->over, &one, sizeof one);
    (void)ignored;
    pthread_join(patience->thread, NULL);
    close(patience->out);
    close(patience->over);
    patience->started = false;
}
