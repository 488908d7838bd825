/* odd_start ODDITY... -- COMMAND [ARGUMENT]...: makes its own process unusual in the given ways, and executes COMMAND. */
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
#include <termios.h>
#include <unistd.h>

static void open_at(const char *path, int flags, int descriptor)
{
    int opened = open(path, flags);

    dup2(opened, descriptor);
    close(opened);
}

static void block(int signal)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static void limit_descriptors(int soft, int hard)
{
    struct rlimit limit = {soft, hard};

    setrlimit(RLIMIT_NOFILE, &limit);
}

static void change_terminal(void)
{
    struct termios t;

    tcgetattr(0, &t);
    t.c_lflag &= ~(ECHO | ICANON);
    t.c_iflag |= IXANY;
    t.c_cc[VINTR] = 7;
    tcsetattr(0, TCSANOW, &t);
}

static void delete_directory(void)
{
    char name[] = "/tmp/virttime-odd-XXXXXX";

    if (mkdtemp(name) && !chdir(name))
        rmdir(name);
}

static void alarm_later(void)
{
    struct itimerval timer = {{7, 0}, {1000, 0}};

    setitimer(ITIMER_REAL, &timer, NULL);
    setitimer(ITIMER_VIRTUAL, &timer, NULL);
}

static void change_scheduling(void)
{
    cpu_set_t here;

    CPU_ZERO(&here);
    CPU_SET(sched_getcpu(), &here);
    sched_setaffinity(0, sizeof here, &here);
    setpriority(PRIO_PROCESS, 0, 5);
    struct sched_param parameters = {0};
    sched_setscheduler(0, SCHED_BATCH, &parameters);
    prctl(PR_SET_TIMERSLACK, 123456);
}

static int apply(const char *oddity)
{
    int a = 0, b = 0;

    if (sscanf(oddity, "ignore:%d", &a) == 1)
        signal(a, SIG_IGN);
    else if (sscanf(oddity, "block:%d", &a) == 1)
        block(a);
    else if (sscanf(oddity, "pending:%d", &a) == 1)
        block(a), raise(a);
    else if (sscanf(oddity, "nofile:%d:%d", &a, &b) == 2)
        limit_descriptors(a, b);
    else if (sscanf(oddity, "close:%d", &a) == 1)
        close(a);
    else if (sscanf(oddity, "open:%d", &a) == 1)
        open_at("/dev/null", O_RDWR | O_APPEND, a);
    else if (sscanf(oddity, "umask:%o", &a) == 1)
        umask(a);
    else if (sscanf(oddity, "nonblocking:%d", &a) == 1)
        fcntl(a, F_SETFL, fcntl(a, F_GETFL) | O_NONBLOCK);
    else if (!strcmp(oddity, "core"))
        setrlimit(RLIMIT_CORE, &(struct rlimit){4096, 8192});
    else if (!strcmp(oddity, "stack"))
        setrlimit(RLIMIT_STACK, &(struct rlimit){1 << 20, RLIM_INFINITY});
    else if (!strcmp(oddity, "terminal"))
        change_terminal();
    else if (!strcmp(oddity, "deleted-directory"))
        delete_directory();
    else if (!strcmp(oddity, "alarm"))
        alarm_later();
    else if (!strcmp(oddity, "scheduling"))
        change_scheduling();
    else if (!strcmp(oddity, "personality"))
        personality(ADDR_NO_RANDOMIZE);
    else if (!strcmp(oddity, "bytes"))
        putenv("B\xff\xfeYTES=caf\xe9\n\x80");
    else if (!strcmp(oddity, "not-a-variable"))
        putenv("NO\x80" "EQUALS");
    else if (strcmp(oddity, "plain"))
        return -1;
    return 0;
}

int main(int argc, char **argv)
{
    char process[32], parent[32];
    int at = 1;

    snprintf(process, sizeof process, "%d", getpid());
    snprintf(parent, sizeof parent, "%d", getppid());
    setenv("EXPECT_PID", process, 1);
    setenv("EXPECT_PARENT", parent, 1);
    for (; at < argc && strcmp(argv[at], "--"); at++)
        if (apply(argv[at]))
            return 2;
    if (at >= argc - 1)
        return 2;
    /* The test harness cannot pass arguments that are not UTF-8. */
    for (int i = at; i < argc; i++)
        if (!strcmp(argv[i], "@bytes@"))
            argv[i] = "\xff" "caf\xe9\x80 \n";
    execvp(argv[at + 1], argv + at + 1);
    return 126;
}
