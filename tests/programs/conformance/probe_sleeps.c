/* clock_nanosleep beyond the plain wait: relative, interrupted, with the remaining time, and on clocks that it does not accept. */
#include "waiting.h"

struct sleeper {
    const char *function;
    clockid_t clock;
    int (*sleep)(clockid_t, int, const struct timespec *, struct timespec *);
};

static int raw_sleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *remaining)
{
    return syscall(SYS_clock_nanosleep, clock, flags, request, remaining) ? errno : 0;
}

static void count_signal(int signal)
{
    (void)signal;
}

static void *interrupt_sleeper(void *unused)
{
    until_asleep(&waiting_thread, &wait_state);
    syscall(SYS_tgkill, getpid(), waiting_thread, SIGUSR1);
    return unused;
}

static void relative(const void *subject)
{
    const struct sleeper *s = subject;
    int64_t start = now(CLOCK_MONOTONIC);
    int error;

    errno = 4711;
    error = s->sleep(s->clock, 0, &(struct timespec){0, 100 * MILLISECOND}, NULL);
    say("result", "%s", error_name(error));
    if (!error)
        say_timing(start, 100);
    if (s->sleep == clock_nanosleep)
        say("errno", "%d", errno);
}

static void absolute(const void *subject)
{
    const struct sleeper *s = subject;
    struct timespec deadline = deadline_in(s->clock, 100), remaining = {4711, 4712};
    int64_t start = now(CLOCK_MONOTONIC);
    int error;

    errno = 4711;
    error = s->sleep(s->clock, TIMER_ABSTIME, &deadline, &remaining);
    say("result", "%s", error_name(error));
    if (!error)
        say_timing(start, 100);
    if (s->sleep == clock_nanosleep)
        say("errno", "%d", errno);
    say("remaining", "%ld %ld", (long)remaining.tv_sec, remaining.tv_nsec);
}

static void say_interrupted(const struct sleeper *s, int flags, struct timespec request)
{
    struct timespec remaining = {4711, 4712};
    pthread_t thread;
    int error;

    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = count_signal, .sa_flags = SA_RESTART}, NULL);
    pthread_create(&thread, NULL, interrupt_sleeper, NULL);
    waiting_thread = syscall(SYS_gettid);
    wait_state = WAIT_ENTERED;
    error = s->sleep(s->clock, flags, &request, &remaining);
    wait_state = WAIT_OVER;
    say("result", "%s", error_name(error));
    if (remaining.tv_sec == 4711)
        say("remaining", "untouched");
    else
        say_about("remaining", remaining, request.tv_sec);
}

static void relative_interrupted(const void *subject)
{
    say_interrupted(subject, 0, (struct timespec){1000, 0});
}

static void absolute_interrupted(const void *subject)
{
    const struct sleeper *s = subject;

    say_interrupted(s, TIMER_ABSTIME, deadline_in(s->clock, 1000000));
}

static void say_sleep(const struct sleeper *s, int flags, struct timespec request)
{
    say("result", "%s", error_name(s->sleep(s->clock, flags, &request, NULL)));
}

static void relative_edges(const void *subject)
{
    say_sleep(subject, 0, (struct timespec){0, 0});
    say_sleep(subject, 0, (struct timespec){-1, 0});
    say_sleep(subject, 0, (struct timespec){0, -1});
    say_sleep(subject, 0, (struct timespec){0, SECOND});
}

/* The kernel's result for unknown flags. */
static void unknown_flags(const void *subject)
{
    say_sleep(subject, 0x40, (struct timespec){0, 1000});
    say_sleep(subject, 0x40 | TIMER_ABSTIME, (struct timespec){0, 1000});
}

static const struct {
    const char *name;
    void (*run)(const void *);
} situations[] = {
    {"relative", relative},
    {"absolute", absolute},
    {"relative interrupted", relative_interrupted},
    {"absolute interrupted", absolute_interrupted},
    {"relative edges", relative_edges},
    {"unknown flags", unknown_flags},
};

static const clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_BOOTTIME_ALARM, CLOCK_REALTIME, CLOCK_REALTIME_ALARM,
    CLOCK_TAI, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, CLOCK_REALTIME_COARSE, CLOCK_THREAD_CPUTIME_ID, 10, 12, 99, -1};

int main(void)
{
    static struct sleeper sleepers[COUNT(clocks) * 2];

    for (size_t i = 0; i < COUNT(sleepers); i++) {
        bool raw = i >= COUNT(clocks);

        sleepers[i] = (struct sleeper){raw ? "syscall(clock_nanosleep)" : "clock_nanosleep", clocks[i % COUNT(clocks)],
            raw ? raw_sleep : clock_nanosleep};
        for (size_t j = 0; j < COUNT(situations); j++)
            probe(sleepers[i].function, sleepers[i].clock, situations[j].name, situations[j].run, &sleepers[i]);
    }
    return end_probes();
}
