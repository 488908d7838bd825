/* kill_tracer N COMMAND ARG...: runs COMMAND, a launcher, and kills the tracer (the process by which the launcher is traced) before it makes its Nth
   system call of the kinds below. With N:SIGNAL[,N:SIGNAL...] instead of N it sends these signals to COMMAND; if no call is made for half a second, it
   sends those that are left. Prints "calls=" with the number of such calls that the process began, and "status=" with COMMAND's exit status, or
   128 + the signal that ended COMMAND. With N = 0 it kills nothing. A seccomp filter reports the calls (SECCOMP_RET_USER_NOTIF). */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const int calls[] = {SYS_read, SYS_write, SYS_close, SYS_ptrace, SYS_wait4, SYS_exit, SYS_exit_group, SYS_kill};
#define COUNT (sizeof calls / sizeof *calls)

static int install(void)
{
    struct sock_filter filter[COUNT + 3];
    int n = 0;
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < COUNT; i++)
        filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i], (unsigned char)(COUNT - i), 0);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    struct sock_fprog program = {(unsigned short)n, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* Sends the process the signals of the plan for this call, and forgets them; all signals if the call is 0. */
static void send_signals(char *plan, int call, pid_t process)
{
    for (char *at = plan; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        char *colon = strchr(at, ':');
        int number = atoi(at);
        if (!colon || number == 0 || (call != 0 && number != call))
            continue;
        memset(at, '0', (size_t)(colon - at));
        kill(process, atoi(colon + 1));
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    char *plan = strchr(argv[1], ':') ? argv[1] : NULL;
    int wanted = plan ? 0 : atoi(argv[1]);
    volatile int *listener = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *listener = -1;

    /* The child shares the descriptors until its exec, so that the listener is open here too. */
    pid_t child = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (child < 0)
        return 3;
    if (child == 0) {
        int descriptor = install();
        *listener = descriptor < 0 ? -2 : descriptor;
        if (descriptor >= 0)
            execvp(argv[2], argv + 2);
        _exit(127);
    }

    while (*listener == -1)
        usleep(100);
    if (*listener < 0) {
        puts("no listener");
        return 4;
    }

    pid_t tracer = 0;
    int begun = 0, status = 0, silent = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        struct pollfd ready = {*listener, POLLIN, 0};
        if (poll(&ready, 1, 20) <= 0 || !(ready.revents & POLLIN)) {
            if (++silent == 25)
                send_signals(plan, 0, child);
            continue;
        }
        silent = 0;
        struct seccomp_notif call;
        memset(&call, 0, sizeof call);
        if (ioctl(*listener, SECCOMP_IOCTL_NOTIF_RECV, &call))
            continue;
        pid_t caller = (pid_t)call.pid;
        if (tracer == 0 && caller != child)
            tracer = caller;
        if (caller == tracer && ++begun == wanted)
            kill(tracer, SIGKILL);
        if (caller == tracer)
            send_signals(plan, begun, child);
        struct seccomp_notif_resp answer = {call.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        ioctl(*listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }

    printf("calls=%d\nstatus=%d\n", begun, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
