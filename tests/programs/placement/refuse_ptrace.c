/* refuse_ptrace ERRNO[:CALL] COMMAND ARG...: runs COMMAND under a seccomp filter with which ptrace fails with ERRNO, or ends the process if ERRNO is 0.
   CALL names another system call than ptrace. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
    const char *name;
    unsigned number;
} calls[] = {{"ptrace", SYS_ptrace}, {"wait4", SYS_wait4}, {"fcntl", SYS_fcntl}, {"clone", SYS_clone}, {"pipe2", SYS_pipe2}};

static unsigned number_of(const char *name)
{
    for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strcmp(name, calls[i].name) == 0)
            return calls[i].number;
    exit(2);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    const char *name = strchr(argv[1], ':') ? strchr(argv[1], ':') + 1 : "ptrace";
    unsigned error = (unsigned)atoi(argv[1]);
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number_of(name), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, error ? SECCOMP_RET_ERRNO | error : SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        perror("seccomp");
        return 3;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
