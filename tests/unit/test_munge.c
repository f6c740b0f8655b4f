/* SPDX-License-Identifier: BSD-3-Clause */
/* Where munge's socket is, and whether somebody is there. */
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "munge.h"
#include "scratch.h"

static const char standard[] = "/run/munge/munge.socket.2";

static void slurm_conf_names_the_socket(void **state)
{
    static const struct {
        const char *conf, *socket;
    } rows[] = {
        {"", standard},
        {"AuthType=auth/munge\n", standard},
        {"AuthInfo=socket=/a/b\n", "/a/b"},
        {"  authinfo = cred_expire=5,socket=/a/b,ttl=3 # why\n", "/a/b"},
        {"x=1\nAuthInfo=\"socket=/a/b\"", "/a/b"},
        {"AuthInfo=socket=/a\r\nAuthInfo=socket=/b\r\n", "/b"},
        {"#AuthInfo=socket=/a\n", standard},
        {"AuthInfo=cred_expire=5\nX=socket=/a\n", standard},
        {"AuthInfoX=socket=/a\nAuthInfo\n", standard},
        {"AuthInfo=socket=\n", ""},
    };
    char socket_path[40], tight[4];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        munge_socket(rows[i].conf, socket_path, sizeof socket_path);
        assert_string_equal(socket_path, rows[i].socket);
    }
    munge_socket("AuthInfo=socket=/a/b", tight, sizeof tight);
    assert_string_equal(tight, "");
}

/* A socket that one can connect to; -1 = none. */
static int listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static void it_answers_or_hangs_or_is_gone(void **state)
{
    char conf[200], name[80];
    int status;

    (void)state;
    snprintf(name, sizeof name, "%s/socket", folder);
    int length = snprintf(conf, sizeof conf, "AuthInfo=socket=%s\n", name);
    put(conf, (size_t)length);
    setenv("SLURM_CONF", path, 1);
    assert_false(munge_answers(100));
    int fd = listen_at(name);
    assert_false(munge_answers(100));
    pid_t pid = fork();
    if (pid == 0) {
        int first = accept(fd, NULL, NULL), second;
        close(first);
        second = accept(fd, NULL, NULL);
        _exit(close(second));
    }
    assert_true(munge_answers(60000));
    close(fd);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    unlink(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slurm_conf_names_the_socket),
        cmocka_unit_test_setup_teardown(it_answers_or_hangs_or_is_gone, enter,
                                        leave),
    };

    return cmocka_run_group_tests_name("munge", tests, NULL, NULL);
}
