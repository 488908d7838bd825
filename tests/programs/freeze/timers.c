/*
 * timers: arms several timers. One timerfd for each clock has an absolute time, an hour later; a child has a duplicate of one. One timerfd is periodic
 * and has expired once. One is relative.
 * For each line of input it prints the state of the timers.
 */
#include "../virttime_conf.h"
#include <poll.h>
#include <sys/timerfd.h>
#include <sys/prctl.h>
#include <signal.h>

#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)

static int arm(int clock, int flags, int64_t value, int64_t interval)
{
    struct itimerspec timer = {vt_timespec(interval), vt_timespec(value)};
    int descriptor = timerfd_create(clock, TFD_NONBLOCK);

    if (timerfd_settime(descriptor, flags, &timer, NULL))
        exit(3);
    return descriptor;
}

static void say(const char *name, int descriptor)
{
    struct itimerspec timer;
    struct pollfd ready = {descriptor, POLLIN, 0};

    timerfd_gettime(descriptor, &timer);
    printf("%s_ready=%d\n", name, poll(&ready, 1, 0));
    vt_print(name, vt_ns(timer.it_value));
}

int main(void)
{
    int monotonic = arm(CLOCK_MONOTONIC, TFD_TIMER_ABSTIME, vt_now(CLOCK_MONOTONIC) + HOUR, 0);
    int boottime = arm(CLOCK_BOOTTIME, TFD_TIMER_ABSTIME, vt_now(CLOCK_BOOTTIME) + HOUR, 0);
    int relative = arm(CLOCK_MONOTONIC, 0, HOUR, 0);
    int periodic = arm(CLOCK_MONOTONIC, TFD_TIMER_ABSTIME, vt_now(CLOCK_MONOTONIC) - SECOND / 2, HOUR);
    struct pollfd expired = {periodic, POLLIN, 0};
    uint64_t ticks = 0;
    char line[8];
    timer_t posix;
    struct sigevent none = {.sigev_notify = SIGEV_NONE};
    struct itimerspec hour = {{0, 0}, vt_timespec(vt_now(CLOCK_MONOTONIC) + HOUR)};

    if (dup(monotonic) < 0 || timer_create(CLOCK_MONOTONIC, &none, &posix) || timer_settime(posix, TIMER_ABSTIME, &hour, NULL))
        return 3;
    poll(&expired, 1, -1);
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            pause();
    }
    printf("pid=%d\n", getpid());
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        say("monotonic", monotonic);
        say("boottime", boottime);
        say("relative", relative);
        timer_gettime(posix, &hour);
        vt_print("posix", vt_ns(hour.it_value));
        if (line[0] == 't') {
            if (read(periodic, &ticks, sizeof ticks) < 0)
                ticks = 0;
            printf("ticks=%llu\n", (unsigned long long)ticks);
        }
        fflush(stdout);
    }
    return 0;
}
