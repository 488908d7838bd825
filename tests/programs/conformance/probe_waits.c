/* Each wait until an absolute deadline, in each situation that a caller can cause. */
#include "waiting.h"

/* Waits for an object that is not available. */
static void say_contended(const struct waiter *w, struct timespec deadline)
{
    w->prepare(w);
    say_wait(w, &deadline, 0);
}

static void reached(const void *subject)
{
    const struct waiter *w = subject;

    w->prepare(w);
    struct timespec deadline = deadline_in(w->clock, 100);
    struct timespec before = deadline;
    say_wait(w, &deadline, 100);
    say("deadline", "%s", memcmp(&deadline, &before, sizeof before) ? "overwritten" : "kept");
}

static void expired(const void *subject)
{
    const struct waiter *w = subject;

    say_contended(w, deadline_in(w->clock, -10000));
}

static void first_time(const void *subject)
{
    say_contended(subject, (struct timespec){0, 1});
}

static void zero(const void *subject)
{
    say_contended(subject, (struct timespec){0, 0});
}

static void negative(const void *subject)
{
    say_contended(subject, (struct timespec){-1, 0});
}

static void most_negative(const void *subject)
{
    say_contended(subject, (struct timespec){INT64_MIN, 999999999});
}

/* glibc's join ignores invalid nanoseconds and asks the kernel again and again, so it is left out. */
static void say_contended_with(const struct waiter *w, long nanoseconds)
{
    if (w->wait != wait_thread && w->wait != wait_timed_thread)
        say_contended(w, (struct timespec){deadline_in(w->clock, 3600000).tv_sec, nanoseconds});
}

static void nanoseconds_negative(const void *subject)
{
    say_contended_with(subject, -1);
}

static void nanoseconds_too_many(const void *subject)
{
    say_contended_with(subject, SECOND);
}

static void available(const void *subject)
{
    const struct waiter *w = subject;
    struct timespec deadline = deadline_in(w->clock, -10000);

    w->prepare(w);
    w->release(w);
    if (w->release == release_holder)
        until_holder_ended();
    say_wait(w, &deadline, 0);
}

static void *release_sleeper(void *waiter)
{
    const struct waiter *w = waiter;

    until_asleep(&waiting_thread, &wait_state);
    w->release(w);
    return NULL;
}

static void say_released(const struct waiter *w, const struct timespec *deadline)
{
    w->prepare(w);
    start(release_sleeper, w);
    say_wait(w, deadline, 0);
}

static void released(const void *subject)
{
    const struct waiter *w = subject;
    struct timespec deadline = deadline_in(w->clock, 3600000);

    say_released(w, &deadline);
}

static void released_from_never(const void *subject)
{
    static const struct timespec never = {INT64_MAX, 0};

    say_released(subject, &never);
}

/* Waits without end, fails, or dies, depending on the function. */
static void no_deadline(const void *subject)
{
    const struct waiter *w = subject;

    /* If the kernel refuses the clock, glibc's reader-writer locks ask it again and again. */
    if (w->prepare == prepare_rwlock && w->clock == CLOCK_BOOTTIME)
        return;
    if (w->release)
        say_released(w, NULL);
    else
        say_wait(w, NULL, 0);
}

static void bad_pointer(const void *subject)
{
    const struct waiter *w = subject;

    w->prepare(w);
    say_wait(w, (const struct timespec *)8, 0);
}

static const struct situation situations[] = {
    {"reached", reached, false, false},
    {"expired", expired, false, false},
    {"first time", first_time, false, false},
    {"zero", zero, false, false},
    {"negative", negative, false, false},
    {"most negative", most_negative, false, false},
    {"nanoseconds -1", nanoseconds_negative, false, false},
    {"nanoseconds 1e9", nanoseconds_too_many, false, false},
    {"available", available, true, true},
    {"released", released, true, false},
    {"released from never", released_from_never, true, false},
    {"no deadline", no_deadline, false, false},
    {"bad pointer", bad_pointer, false, false},
};

/* probe_waits [FUNCTION]: only this function. */
int main(int argc, char **argv)
{
    return probe_situations(situations, COUNT(situations), argc > 1 ? argv[1] : NULL);
}
