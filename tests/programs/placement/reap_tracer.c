/* reap_tracer CASE: begins in placed_start.*.s, with which this program is linked, with SIGCHLD blocked and a child in the place of the tracer. Prints
   "signal=" with the SIGCHLD that is pending afterwards: none, other (of another child) or own (sent by this process); "status=" with the status that it
   reports; and "child=" with the child that is left: none or other. In the case "own" this process has sent itself SIGCHLD before, in "earlier" and
   "later" another child has ended before or after the tracer, in "running" the tracer runs for a while. Link it statically. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t other;

int virttime_place(void);
void virttime_placed_start(void);

int virttime_place(void)
{
    return 0;
}

static void entry(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    const struct timespec none = {0, 0};
    siginfo_t signal;
    memset(&signal, 0, sizeof signal);
    int taken = sigtimedwait(&set, &signal, &none);
    pid_t child = waitpid(-1, NULL, WNOHANG);
    printf("signal=%s\nstatus=%d\nchild=%s\n", taken != SIGCHLD ? "none" : signal.si_pid == getpid() ? "own" : signal.si_pid == other ? "other" : "tracer",
        taken == SIGCHLD ? signal.si_status : 0, child > 0 && child == other ? "other" : child > 0 ? "tracer" : "none");
    fflush(stdout);
    _exit(0);
}

static pid_t start_child(useconds_t time, int status)
{
    pid_t child = fork();
    if (child < 0)
        exit(3);
    if (child == 0) {
        usleep(time);
        _exit(status);
    }
    siginfo_t information;
    if (time == 0)
        waitid(P_PID, (id_t)child, &information, WEXITED | WNOWAIT);
    return child;
}

int main(int argc, char **argv)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (argc < 2 || sigprocmask(SIG_BLOCK, &set, NULL))
        return 2;
    if (strcmp(argv[1], "own") == 0)
        kill(getpid(), SIGCHLD);
    if (strcmp(argv[1], "earlier") == 0)
        other = start_child(0, 7);
    long tracer = start_child(strcmp(argv[1], "running") == 0 ? 200000 : 0, 0);
    if (strcmp(argv[1], "later") == 0)
        other = start_child(0, 7);
    __asm__ volatile("and $-16, %%rsp\n sub $8, %%rsp\n jmp virttime_placed_start" : : "d"(tracer), "c"((long)entry));
    return 1;
}
