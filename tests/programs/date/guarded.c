/*
 * guarded filter|unprivileged COMMAND [ARG]...: runs a command that may try to set the clock, and keeps it from setting the host's.
 *
 * filter        keeps the privileges, but a filter answers EPROTO (71) to every system call that sets the clock or could set it
 * unprivileged  drops CAP_SYS_TIME, so that calls that only read still work
 */
#include "../no_clock_setting.h"
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

#define DENY(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTO)

static int install_filter(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        DENY(clock_settime), DENY(settimeofday), DENY(adjtimex), DENY(clock_adjtime),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    if (!strcmp(argv[1], "unprivileged")) {
        forbid_setting_the_clock();
    } else if (strcmp(argv[1], "filter") || install_filter()) {
        perror("seccomp");
        return 4;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
