/* POSIX timers through libc and through raw system calls, with each kind of notification. */
#include "timer_object.h"
#include <semaphore.h>

static timer_t libc_timer;
static int raw_timer;

static int block_signal(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    return sigprocmask(SIG_BLOCK, &set, NULL);
}

static struct sigevent by_signal(void)
{
    block_signal();
    return (struct sigevent){.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 815};
}

static int make_libc_timer(const struct timer_calls *t)
{
    struct sigevent event = by_signal();

    return timer_create(t->clock, &event, &libc_timer);
}

static int make_raw_timer(const struct timer_calls *t)
{
    struct sigevent event = by_signal();

    return syscall(SYS_timer_create, t->clock, &event, &raw_timer);
}

static int set_libc_timer(bool absolute, const struct itimerspec *value, struct itimerspec *old)
{
    return timer_settime(libc_timer, absolute ? TIMER_ABSTIME : 0, value, old);
}

static int set_raw_timer(bool absolute, const struct itimerspec *value, struct itimerspec *old)
{
    return syscall(SYS_timer_settime, raw_timer, absolute ? TIMER_ABSTIME : 0, value, old);
}

static int get_libc_timer(struct itimerspec *value)
{
    return timer_gettime(libc_timer, value);
}

static int get_raw_timer(struct itimerspec *value)
{
    return syscall(SYS_timer_gettime, raw_timer, value);
}

static int64_t await_signal(int64_t milliseconds)
{
    struct timespec limit = {milliseconds / 1000, milliseconds % 1000 * MILLISECOND};
    siginfo_t info;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    if (sigtimedwait(&set, &info, &limit) < 0)
        return 0;
    if (info.si_code != SI_TIMER || info.si_value.sival_int != 815)
        say("signal", "code %d, value %d", info.si_code, info.si_value.sival_int);
    return 1 + info.si_overrun;
}

/* The kinds of notification other than a signal to the process. */

static sem_t notified;

static void notify(union sigval value)
{
    if (value.sival_int == 815)
        sem_post(&notified);
}

static void say_event(const struct timer_calls *t, struct sigevent event, int64_t (*await)(int64_t))
{
    struct timer_calls calls = *t;
    timer_t timer;

    calls.await = await;
    for (int i = 0; i < 2; i++) {
        if (timer_create(t->clock, &event, &timer)) {
            say("make", "%s", error_name(errno));
            return;
        }
        libc_timer = timer;
        say_expiry(&calls, true, deadline_in(t->clock, i ? -10000 : 50), i ? 0 : 50);
        say_result("delete", timer_delete(timer));
    }
}

static int64_t await_notification(int64_t milliseconds)
{
    struct timespec limit = deadline_in(CLOCK_REALTIME, milliseconds);

    return sem_timedwait(&notified, &limit) == 0;
}

static void by_thread(const void *subject)
{
    sem_init(&notified, 0, 0);
    say_event(subject, (struct sigevent){.sigev_notify = SIGEV_THREAD, .sigev_notify_function = notify, .sigev_value.sival_int = 815},
        await_notification);
}

static void by_thread_id(const void *subject)
{
    struct sigevent event = by_signal();

    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_notify_thread_id = syscall(SYS_gettid);
    say_event(subject, event, await_signal);
}

/* Nothing is sent; the remaining time falls to zero. */
static int64_t await_zero(int64_t milliseconds)
{
    struct itimerspec value = {0};

    for (int64_t i = 0; i < milliseconds; i++, pause_ms(1))
        if (timer_gettime(libc_timer, &value) || (value.it_value.tv_sec | value.it_value.tv_nsec) == 0)
            return 1;
    return 0;
}

static void by_nothing(const void *subject)
{
    say_event(subject, (struct sigevent){.sigev_notify = SIGEV_NONE}, await_zero);
}

static volatile sig_atomic_t alarms;

/* The handler sets the timer again, for a total of three expirations. */
static void set_again(int signal)
{
    struct itimerspec value = {{0, 0}, deadline_in(CLOCK_MONOTONIC, 20)};

    (void)signal;
    if (++alarms < 3)
        timer_settime(libc_timer, TIMER_ABSTIME, &value, NULL);
}

static void by_default_and_from_handler(const void *subject)
{
    const struct timer_calls *t = subject;
    struct itimerspec value = {{0, 0}, deadline_in(t->clock, 20)};

    if (t->clock != CLOCK_MONOTONIC)
        return;
    alarm(0);
    signal(SIGALRM, set_again);
    say_result("make", timer_create(t->clock, NULL, &libc_timer));
    say_result("set", timer_settime(libc_timer, TIMER_ABSTIME, &value, NULL));
    for (int i = 0; i < 5000 && alarms < 3; i++)
        pause_ms(2);
    say("alarms", "%d", (int)alarms);
}

#include "probe_timers_many.h"

static const clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_BOOTTIME_ALARM, CLOCK_REALTIME, CLOCK_TAI,
    CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, 10, 99};

int main(void)
{
    static struct timer_calls timers[2 * COUNT(clocks)];

    for (size_t i = 0; i < COUNT(clocks); i++) {
        struct timer_calls *libc = &timers[2 * i], *raw = &timers[2 * i + 1];

        *libc = (struct timer_calls){"timer_settime", clocks[i], make_libc_timer, set_libc_timer, get_libc_timer, await_signal};
        *raw = (struct timer_calls){"syscall(timer_settime)", clocks[i], make_raw_timer, set_raw_timer, get_raw_timer, await_signal};
        probe_timer(libc);
        probe_timer(raw);
        probe(libc->function, clocks[i], "SIGEV_THREAD", by_thread, libc);
        probe(libc->function, clocks[i], "SIGEV_THREAD_ID", by_thread_id, libc);
        probe(libc->function, clocks[i], "SIGEV_NONE", by_nothing, libc);
        probe(libc->function, clocks[i], "set in the handler", by_default_and_from_handler, libc);
        probe(libc->function, clocks[i], "many", many, libc);
        probe(libc->function, clocks[i], "deleted", deleted, libc);
        probe(raw->function, clocks[i], "one id after another", one_id_after_another, raw);
        probe(libc->function, clocks[i], "forked", forked, libc);
    }
    probe("timer_settime", CLOCK_PROCESS_CPUTIME_ID, "absolute", on_cpu_time, NULL);
    return end_probes();
}
