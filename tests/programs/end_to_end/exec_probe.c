/* Prints the things that a program inherits through exec, one a line. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

extern char **environ;
static FILE *out;

static void print_bytes(const char *what, const char *bytes)
{
    fprintf(out, "%s ", what);
    for (; *bytes; bytes++)
        fprintf(out, *bytes > ' ' && *bytes < 127 && *bytes != '%' ? "%c" : "%%%02x", (unsigned char)*bytes);
    fprintf(out, "\n");
}

static void print_signals(void)
{
    sigset_t blocked, pending;

    sigprocmask(SIG_SETMASK, NULL, &blocked);
    sigpending(&pending);
    for (int i = 1; i <= 64; i++) {
        struct sigaction action;

        if (!sigaction(i, NULL, &action))
            fprintf(out, "signal %d %s flags %x%s%s\n", i,
                    action.sa_handler == SIG_DFL ? "default" : action.sa_handler == SIG_IGN ? "ignored" : "handled",
                    action.sa_flags, sigismember(&blocked, i) == 1 ? " blocked" : "", sigismember(&pending, i) == 1 ? " pending" : "");
    }
}

static void print_limits(void)
{
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        struct rlimit limit;

        if (!getrlimit(i, &limit))
            fprintf(out, "limit %d %lld %lld\n", i, (long long)limit.rlim_cur, (long long)limit.rlim_max);
    }
}

static void print_descriptors(void)
{
    for (int i = 0; i < 1024; i++) {
        char name[64], target[512] = "";
        int flags = fcntl(i, F_GETFD);

        if (flags < 0 || i == fileno(out))
            continue;
        snprintf(name, sizeof name, "/proc/self/fd/%d", i);
        if (readlink(name, target, sizeof target - 1) > 0 && strchr(target, '['))
            *strchr(target, '[') = 0; /* a pipe's number differs each time */
        fprintf(out, "descriptor %d %s flags %d status %x at %lld\n", i, target, flags, fcntl(i, F_GETFL), (long long)lseek(i, 0, SEEK_CUR));
    }
}

static void print_terminal(void)
{
    struct termios t;

    if (tcgetattr(0, &t)) {
        fprintf(out, "terminal none\n");
        return;
    }
    fprintf(out, "terminal %x %x %x %x foreground %d\n", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag, tcgetpgrp(0) == getpgrp());
    for (int i = 0; i < NCCS; i++)
        fprintf(out, "terminal character %d %d\n", i, t.c_cc[i]);
}

static void print_scheduling(void)
{
    cpu_set_t cpus;
    struct sched_param parameters;
    struct itimerval timer;

    sched_getaffinity(0, sizeof cpus, &cpus);
    sched_getparam(0, &parameters);
    fprintf(out, "nice %d policy %d priority %d cpus %d\n", getpriority(PRIO_PROCESS, 0), sched_getscheduler(0), parameters.sched_priority, CPU_COUNT(&cpus));
    for (int i = ITIMER_REAL; i <= ITIMER_PROF; i++)
        if (!getitimer(i, &timer))
            fprintf(out, "timer %d armed %d every %ld\n", i, timer.it_value.tv_sec || timer.it_value.tv_usec, timer.it_interval.tv_sec);
}

static void print_file(const char *path)
{
    char line[256] = "";
    FILE *file = fopen(path, "re");

    if (file && fgets(line, sizeof line, file))
        line[strcspn(line, "\n")] = 0;
    if (file)
        fclose(file);
    fprintf(out, "%s %s\n", path, line);
}

static void print_process(void)
{
    char directory[4096];
    mode_t mask = umask(0);
    const char *pid = getenv("EXPECT_PID"), *parent = getenv("EXPECT_PARENT");

    umask(mask);
    fprintf(out, "umask %o\n", mask);
    if (!getcwd(directory, sizeof directory))
        snprintf(directory, sizeof directory, "error %d", errno);
    print_bytes("directory", directory);
    fprintf(out, "process same %d parent same %d group leader %d session leader %d\n", pid && getpid() == atoi(pid),
            parent && getppid() == atoi(parent), getpgrp() == getpid(), getsid(0) == getpid());
    fprintf(out, "children %d\n", waitpid(-1, NULL, WNOHANG) < 0 ? 0 : 1);
    fprintf(out, "personality %x dumpable %d subreaper %d no_new_privs %d timerslack %d keepcaps %d\n", personality(0xffffffff),
            prctl(PR_GET_DUMPABLE), 0, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), prctl(PR_GET_TIMERSLACK), prctl(PR_GET_KEEPCAPS));
    fprintf(out, "user %d %d group %d %d\n", getuid(), geteuid(), getgid(), getegid());
    print_file("/proc/self/oom_score_adj");
    print_file("/proc/self/comm");
    print_file("/proc/self/coredump_filter");
}

int main(int argc, char **argv)
{
    const char *report = getenv("EXEC_PROBE_REPORT");

    out = report ? fopen(report, "we") : NULL;
    if (!out)
        return 3;
    for (int i = 0; i < argc; i++)
        print_bytes("argument", argv[i]);
    for (char **variable = environ; *variable; variable++)
        print_bytes("variable", *variable);
    print_signals();
    print_limits();
    print_descriptors();
    print_terminal();
    print_scheduling();
    print_process();
    return fclose(out) != 0;
}
