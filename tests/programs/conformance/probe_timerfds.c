/* timerfds through libc and through raw system calls, on each clock, and descriptors that another process made. */
#include "timer_object.h"
#include "timerfd_travel.h"
#include <poll.h>
#include <sys/timerfd.h>

static int descriptor;

static int make_timerfd(const struct timer_calls *t)
{
    descriptor = timerfd_create(t->clock, TFD_NONBLOCK);
    return descriptor < 0 ? -1 : 0;
}

/* A copy with a large number, whose original is closed. */
static int make_duplicate(const struct timer_calls *t)
{
    if (make_timerfd(t))
        return -1;
    int copy = fcntl(descriptor, F_DUPFD, 900);
    close(descriptor);
    descriptor = copy;
    return copy < 0 ? -1 : 0;
}

static int make_passed(const struct timer_calls *t)
{
    descriptor = receive_from_child(t->clock);
    return descriptor < 0 ? -1 : 0;
}

/* Before, the number belonged to a timer on another clock. */
static int make_replaced(const struct timer_calls *t)
{
    static const struct itimerspec value = {{0, 0}, {1, 0}};
    int other = timerfd_create(t->clock == CLOCK_REALTIME ? CLOCK_MONOTONIC : CLOCK_REALTIME, TFD_NONBLOCK);

    timerfd_settime(other, TFD_TIMER_ABSTIME, &value, NULL);
    if (make_timerfd(t))
        return -1;
    dup2(descriptor, other);
    close(descriptor);
    descriptor = other;
    return 0;
}

static int set_timerfd(bool absolute, const struct itimerspec *value, struct itimerspec *old)
{
    return timerfd_settime(descriptor, absolute ? TFD_TIMER_ABSTIME : 0, value, old);
}

static int set_raw_timerfd(bool absolute, const struct itimerspec *value, struct itimerspec *old)
{
    return syscall(SYS_timerfd_settime, descriptor, absolute ? TFD_TIMER_ABSTIME : 0, value, old);
}

static int get_timerfd(struct itimerspec *value)
{
    return timerfd_gettime(descriptor, value);
}

static int64_t await_readable(int64_t milliseconds)
{
    struct pollfd readable = {descriptor, POLLIN, 0};
    uint64_t count = 0;

    if (poll(&readable, 1, milliseconds) <= 0)
        return 0;
    return read(descriptor, &count, sizeof count) == sizeof count ? (int64_t)count : 0;
}

static void not_a_timer(const void *subject)
{
    struct itimerspec value = {{0, 0}, {1, 0}};
    int ends[2];

    (void)subject;
    say_result("pipe", pipe(ends) ? -1 : timerfd_settime(ends[0], TFD_TIMER_ABSTIME, &value, NULL));
    say_result("closed", timerfd_settime(987, TFD_TIMER_ABSTIME, &value, NULL));
    say_result("-1", timerfd_settime(-1, TFD_TIMER_ABSTIME, &value, NULL));
    say_result("raw pipe", syscall(SYS_timerfd_settime, ends[0], TFD_TIMER_ABSTIME, &value, NULL));
    say_result("raw closed", syscall(SYS_timerfd_settime, 987, TFD_TIMER_ABSTIME, &value, NULL));
}

static void unknown_flags(const void *subject)
{
    const struct timer_calls *t = subject;
    struct itimerspec value = {{0, 0}, deadline_in(t->clock, 50)};

    if (!make_timer(t))
        return;
    say_result("set", timerfd_settime(descriptor, TFD_TIMER_ABSTIME | 64, &value, NULL));
    say_result("set, or cancel", timerfd_settime(descriptor, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &value, NULL));
    say_expirations(t, LATE_MS);
}

/* The program executes itself. In the new program the library has never seen the descriptor. */
static void over_exec(const void *subject)
{
    const struct timer_calls *t = subject;
    char number[16], clock[16];

    if (!make_timer(t))
        return;
    snprintf(number, sizeof number, "%d", descriptor);
    snprintf(clock, sizeof clock, "%d", t->clock);
    execl("/proc/self/exe", "probe_timerfds", case_name, number, clock, (char *)NULL);
    say("exec", "%s", error_name(errno));
}

static int keep_descriptor(const struct timer_calls *t)
{
    (void)t;
    return 0;
}

static int after_exec(char **argv)
{
    struct timer_calls t = {"", atoi(argv[3]), keep_descriptor, set_timerfd, get_timerfd, await_readable};

    case_name = argv[1];
    descriptor = atoi(argv[2]);
    timer_absolute(&t);
    timer_expired(&t);
    timer_old_value(&t);
    return 0;
}

static const clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_BOOTTIME_ALARM, CLOCK_REALTIME, CLOCK_REALTIME_ALARM,
    CLOCK_TAI, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, 99};

static const struct timer_calls kinds[] = {
    {"timerfd_settime", 0, make_timerfd, set_timerfd, get_timerfd, await_readable},
    {"syscall(timerfd_settime)", 0, make_timerfd, set_raw_timerfd, get_timerfd, await_readable},
    {"timerfd_settime duplicated", 0, make_duplicate, set_timerfd, get_timerfd, await_readable},
    {"timerfd_settime received", 0, make_passed, set_timerfd, get_timerfd, await_readable},
    {"timerfd_settime replaced", 0, make_replaced, set_timerfd, get_timerfd, await_readable},
};

int main(int argc, char **argv)
{
    static struct timer_calls timers[COUNT(kinds) * COUNT(clocks)];

    if (argc == 4)
        return after_exec(argv);
    for (size_t i = 0; i < COUNT(timers); i++) {
        timers[i] = kinds[i % COUNT(kinds)];
        timers[i].clock = clocks[i / COUNT(kinds)];
        probe_timer(&timers[i]);
        if (i % COUNT(kinds) == 0) {
            probe("timerfd_settime", timers[i].clock, "over exec", over_exec, &timers[i]);
            probe("timerfd_settime", timers[i].clock, "flags", unknown_flags, &timers[i]);
        }
    }
    probe("timerfd_settime", CLOCK_MONOTONIC, "not a timer", not_a_timer, NULL);
    return end_probes();
}
