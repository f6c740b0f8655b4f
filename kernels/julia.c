/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Julia: one worker takes all rows, and computes them with the Julia function
 * of julia.jl. Julia runs inside this program and compiles it at the start.
 */
#include "driver/clock.h"
#include "driver/driver.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where its library, its programs and its system image are, `julia` knows. */
static const char question[] =
    "command -v julia >/dev/null || exit 127\n"
    "exec julia --startup-file=no -e '\n"
    "    import Libdl\n"
    "    ours(path) = startswith(basename(path), r\"libjulia(-debug)?\\.so\")\n"
    "    println(realpath(first(filter(ours, Libdl.dllist()))))\n"
    "    println(realpath(Sys.BINDIR))\n"
    "    println(realpath(unsafe_string(Base.JLOptions().image_file)))\n"
    "' </dev/null\n";

/* What went wrong in Julia, as a text. */
static const char failure[] =
    "sprint(showerror, ccall(:jl_exception_occurred, Any, ()))";

/* What is used of the library. No header of Julia's is needed to build this
 * program, which runs with whatever version it finds. */
static void (*jl_init)(const char *folder, const char *image);
static void *(*jl_eval_string)(const char *text);
static const char *(*jl_string_ptr)(void *value);
static void *(*jl_unbox_voidpointer)(void *value);
static void (*jl_atexit_hook)(int status);

/* Library, folder of the programs and image, a line each; 0, or -1. */
static int ask(struct run *run, char answer[3][PATH_MAX])
{
    FILE *pipe = popen(question, "r");
    int lines = 0, status = -1;

    if (pipe != NULL) {
        while (lines < 3 && fgets(answer[lines], PATH_MAX, pipe) != NULL) {
            answer[lines][strcspn(answer[lines], "\n")] = '\0';
            lines++;
        }
        status = pclose(pipe);
    }
    if (status == 0 && lines == 3 && access(answer[2], R_OK) == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        run_stop(run, "no julia in PATH: load the module of Julia, or install "
                      "it (on Debian 12: make deps-julia)");
    else
        run_stop(run, "the julia in PATH does not work: it did not tell where "
                      "its library is; try julia -e 'println(1)'");
    return -1;
}

/* 0, or -1. Global, because the system image looks for the library's symbols
 * among all that are loaded; never closed. */
static int open_library(struct run *run, const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    const char *const names[] = {"jl_init_with_image_file", /* from 1.12 on */
                                 "jl_init_with_image__threading",
                                 "jl_init_with_image"};

    if (library == NULL) {
        run_stop(run, "Julia's library cannot be loaded: %s", dlerror());
        return -1;
    }
    for (int i = 0; i < 3 && jl_init == NULL; i++)
        *(void **)&jl_init = dlsym(library, names[i]);
    *(void **)&jl_eval_string = dlsym(library, "jl_eval_string");
    *(void **)&jl_string_ptr = dlsym(library, "jl_string_ptr");
    *(void **)&jl_unbox_voidpointer = dlsym(library, "jl_unbox_voidpointer");
    *(void **)&jl_atexit_hook = dlsym(library, "jl_atexit_hook");
    if (jl_init != NULL && jl_eval_string != NULL && jl_string_ptr != NULL &&
        jl_unbox_voidpointer != NULL && jl_atexit_hook != NULL)
        return 0;
    run_stop(run, "%.150s is no library of Julia, or of a version unknown here",
             path);
    return -1;
}

static void end(void)
{
    jl_atexit_hook(0);
}

/* Start Julia, on one thread. It would keep the signals for itself and make
 * pipes non-blocking, so these are put back, but for SIGSEGV: Julia stops its
 * threads with that one to collect garbage. */
static void start(const char *folder, const char *image)
{
    struct sigaction action[32];
    sigset_t blocked;
    int flags[3];

    for (int s = 1; s < 32; s++)
        sigaction(s, NULL, &action[s]);
    for (int file = 0; file < 3; file++)
        flags[file] = fcntl(file, F_GETFL);
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    setenv("JULIA_NUM_THREADS", "1", 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    jl_init(folder, image);
    pthread_sigmask(SIG_SETMASK, &blocked, NULL);
    for (int file = 0; file < 3; file++)
        if (flags[file] != -1)
            fcntl(file, F_SETFL, flags[file]);
    for (int s = 1; s < 32; s++)
        if (s != SIGSEGV && s != SIGKILL && s != SIGSTOP)
            sigaction(s, &action[s], NULL);
    atexit(end);
}

/* What an expression gives that is a text. */
static const char *text(const char *expression)
{
    void *value = jl_eval_string(expression);

    return value == NULL ? "unknown" : jl_string_ptr(value);
}

static void compile(struct run *run, const char *code)
{
    void *row = jl_eval_string(code);

    if (row == NULL) {
        run_stop(run, "Julia cannot build the row: %s", text(failure));
        return;
    }
    *(void **)&run->row = jl_unbox_voidpointer(row);
    run->row(0.0, 0.0, 1.0, 1); /* the first call compiles the rest */
    run_note(run, "julia", "%s", text("string(VERSION)"));
}

/* All of julia.jl, which lies in ../share/integ2d, seen from this program; NULL
 * after run_stop(). The caller frees it. */
static char *read_code(struct run *run)
{
    char path[PATH_MAX], *code = NULL;
    size_t size = 0;
    FILE *file;

    run_path(path, "../share/integ2d/julia.jl");
    file = fopen(path, "r");
    if (file != NULL && getdelim(&code, &size, '\0', file) > 0) {
        fclose(file);
        return code;
    }
    run_stop(run,
             "install integ2d again, its part in Julia cannot be read: %s: %s",
             path, strerror(errno));
    return NULL;
}

static void load(struct run *run)
{
    static char answer[3][PATH_MAX];
    double begin_s;
    char *code;

    if (run->status != 0 || ask(run, answer) != 0 ||
        open_library(run, answer[0]) != 0 || (code = read_code(run)) == NULL)
        return;
    begin_s = clock_wall_s();
    start(answer[1], answer[2]);
    compile(run, code);
    run->build_s = clock_wall_s() - begin_s;
    free(code);
}

static void compute(struct run *run)
{
    struct worker *me = worker_start(run, 0);

    for (long i = 0; i < run->grid; i++)
        worker_row(me, i);
    worker_stop(me);
}

int main(int argc, char **argv)
{
    struct run run;

    run_init(&run, "julia", WORKERS_ONE, argc, argv);
    load(&run);
    run_start(&run);
    while (run_next(&run)) {
        run_begin(&run);
        compute(&run);
        run_end(&run);
        run_check(&run);
    }
    return run_finish(&run);
}
