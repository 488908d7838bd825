/* clock_nanosleep, through libc and through syscall. */
#include "waiter.h"

static inline void prepare_nothing(const struct waiter *w)
{
    (void)w;
}

static inline int sleep_until(const struct waiter *w, const struct timespec *deadline)
{
    return clock_nanosleep(w->clock, TIMER_ABSTIME, deadline, NULL);
}

static inline int raw_sleep_until(const struct waiter *w, const struct timespec *deadline)
{
    return syscall(SYS_clock_nanosleep, w->clock, TIMER_ABSTIME, deadline, NULL) ? errno : 0;
}

#define SLEEPS(clock) \
    {"clock_nanosleep", clock, prepare_nothing, sleep_until, NULL, false, 0}, \
    {"syscall(clock_nanosleep)", clock, prepare_nothing, raw_sleep_until, NULL, false, 0}
