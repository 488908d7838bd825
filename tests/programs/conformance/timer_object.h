/* A timer with the calls that make, set and read it: POSIX timers through libc and raw, timerfds through libc and raw. */
#ifndef TIMER_OBJECT_H
#define TIMER_OBJECT_H

#include "probe.h"

struct timer_calls {
    const char *function;
    clockid_t clock;
    /* All return 0, or -1 with errno set. There is one timer in a process. */
    int (*make)(const struct timer_calls *);
    int (*set)(bool absolute, const struct itimerspec *, struct itimerspec *);
    int (*get)(struct itimerspec *);
    /* Waits at most this long for an expiration. Returns the number of expirations since the last call, 0 if there was none. */
    int64_t (*await)(int64_t milliseconds);
};

static inline bool make_timer(const struct timer_calls *t)
{
    int result = t->make(t);

    if (result)
        say_result("make", result);
    return result == 0;
}

/* Prints whether there was no expiration, one, or more than one. */
static inline void say_expirations(const struct timer_calls *t, int64_t milliseconds)
{
    int64_t count = t->await(milliseconds);

    say("expirations", "%s", count == 0 ? "none" : count == 1 ? "one" : "several");
}

static inline void say_setting(const struct timer_calls *t, bool absolute, struct timespec value, struct timespec interval)
{
    errno = 4711;
    say_result("set", t->set(absolute, &(struct itimerspec){interval, value}, NULL));
}

static inline void say_expiry(const struct timer_calls *t, bool absolute, struct timespec value, int64_t expected_ms)
{
    int64_t start = now(CLOCK_MONOTONIC);

    say_setting(t, absolute, value, (struct timespec){0, 0});
    say("errno", "%d", errno);
    say_expirations(t, LATE_MS);
    say_timing(start, expected_ms);
}

static inline void timer_absolute(const void *subject)
{
    const struct timer_calls *t = subject;

    if (make_timer(t))
        say_expiry(t, true, deadline_in(t->clock, 100), 100);
}

static inline void timer_relative(const void *subject)
{
    if (make_timer(subject))
        say_expiry(subject, false, (struct timespec){0, 100 * MILLISECOND}, 100);
}

static inline void timer_expired(const void *subject)
{
    const struct timer_calls *t = subject;

    if (make_timer(t))
        say_expiry(t, true, deadline_in(t->clock, -10000), 0);
}

static inline void timer_first_time(const void *subject)
{
    if (make_timer(subject))
        say_expiry(subject, true, (struct timespec){0, 1}, 0);
}

static inline void say_remaining(const struct timer_calls *t, const char *what, int64_t expected_seconds)
{
    struct itimerspec value = {{4711, 0}, {4711, 0}};

    say_result("get", t->get(&value));
    say_about(what, value.it_value, expected_seconds);
    say("interval", "%ld.%09ld", (long)value.it_interval.tv_sec, value.it_interval.tv_nsec);
}

static inline void timer_disarmed(const void *subject)
{
    const struct timer_calls *t = subject;

    if (!make_timer(t))
        return;
    say_setting(t, true, deadline_in(t->clock, 1000000), (struct timespec){7, 8});
    say_remaining(t, "remaining", 1000);
    say_setting(t, true, (struct timespec){0, 0}, (struct timespec){0, 5});
    say_remaining(t, "remaining", 0);
    say_expirations(t, 50);
}

static inline void timer_old_value(const void *subject)
{
    const struct timer_calls *t = subject;
    struct itimerspec next = {{9, 10}, {500, 0}}, old = {{4711, 0}, {4711, 0}};

    if (!make_timer(t))
        return;
    say_result("set", t->set(false, &next, &old));
    say_about("old value", old.it_value, 0);
    next.it_value = deadline_in(t->clock, 1000000);
    say_result("set", t->set(true, &next, &old));
    say_about("old value", old.it_value, 500);
    say("old interval", "%ld.%09ld", (long)old.it_interval.tv_sec, old.it_interval.tv_nsec);
    next.it_value = (struct timespec){300, 0};
    say_result("set", t->set(false, &next, &old));
    say_about("old value", old.it_value, 1000);
    /* One object is both the new and the old value. */
    next.it_value = deadline_in(t->clock, 2000000);
    say_result("set", t->set(true, &next, &next));
    say_about("old value", next.it_value, 300);
    say_remaining(t, "remaining", 2000);
}

static inline void timer_periodic(const void *subject)
{
    const struct timer_calls *t = subject;

    if (!make_timer(t))
        return;
    int64_t start = now(CLOCK_MONOTONIC);
    say_setting(t, true, deadline_in(t->clock, 50), (struct timespec){0, 20 * MILLISECOND});
    say("first", "%s", t->await(LATE_MS) > 0 ? "came" : "did not come");
    say_timing(start, 50);
    pause_ms(100);
    say_expirations(t, LATE_MS);
    say_setting(t, false, (struct timespec){0, 0}, (struct timespec){0, 0});
}

/* The first expiration is in the past, so all periods since then count. */
static inline void timer_periodic_expired(const void *subject)
{
    const struct timer_calls *t = subject;

    if (!make_timer(t))
        return;
    say_setting(t, true, deadline_in(t->clock, -10000), (struct timespec){1000, 0});
    say_expirations(t, LATE_MS);
    say_remaining(t, "remaining", 990);
}

static inline void timer_never(const void *subject)
{
    struct itimerspec value = {{4711, 0}, {4711, 0}};
    const struct timer_calls *t = subject;

    if (!make_timer(t))
        return;
    say_setting(t, true, (struct timespec){INT64_MAX, 999999999}, (struct timespec){0, 0});
    say_result("get", t->get(&value));
    say("remaining", "%s", value.it_value.tv_sec > 100L * 365 * 86400 ? "centuries" : "less");
    say_expirations(t, 50);
}

static inline void timer_invalid(const void *subject)
{
    const struct timer_calls *t = subject;

    if (!make_timer(t))
        return;
    say_setting(t, true, (struct timespec){-1, 0}, (struct timespec){0, 0});
    say_setting(t, true, (struct timespec){INT64_MIN, 0}, (struct timespec){0, 0});
    say_setting(t, true, (struct timespec){1, -1}, (struct timespec){0, 0});
    say_setting(t, true, (struct timespec){1, SECOND}, (struct timespec){0, 0});
    say_setting(t, true, (struct timespec){0, 1}, (struct timespec){0, SECOND});
    say_setting(t, true, (struct timespec){0, 1}, (struct timespec){-1, 0});
    say_result("null", t->set(true, NULL, NULL));
    say_result("bad", t->set(true, (void *)8, NULL));
    say_expirations(t, 20);
}

static inline void probe_timer(const struct timer_calls *t)
{
    probe(t->function, t->clock, "absolute", timer_absolute, t);
    probe(t->function, t->clock, "relative", timer_relative, t);
    probe(t->function, t->clock, "expired", timer_expired, t);
    probe(t->function, t->clock, "first time", timer_first_time, t);
    probe(t->function, t->clock, "disarmed", timer_disarmed, t);
    probe(t->function, t->clock, "old value", timer_old_value, t);
    probe(t->function, t->clock, "periodic", timer_periodic, t);
    probe(t->function, t->clock, "periodic expired", timer_periodic_expired, t);
    probe(t->function, t->clock, "never", timer_never, t);
    probe(t->function, t->clock, "invalid", timer_invalid, t);
}

#endif
