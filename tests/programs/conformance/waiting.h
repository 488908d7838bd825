/* A thread that waits, and other threads that act on it. */
#include "waiters.h"

struct situation {
    const char *name;
    void (*run)(const void *);
    /* The function must have a release; the release must last. */
    bool releases, lasts;
};

/* Longer than any test waits. Not the largest value, which overflows in a time namespace whose clock is behind. */
static const struct timespec far_away = {4000000000, 0};
static volatile pid_t waiting_thread;
static volatile enum wait_state wait_state;

static inline int wait_until(const struct waiter *w, const struct timespec *deadline)
{
    int error;

    waiting_thread = syscall(SYS_gettid);
    wait_state = WAIT_ENTERED;
    error = w->wait(w, deadline);
    wait_state = WAIT_OVER;
    return error;
}

static inline int say_wait(const struct waiter *w, const struct timespec *deadline, int64_t expected_ms)
{
    int64_t start = now(CLOCK_MONOTONIC);
    int error = wait_until(w, deadline);

    say("result", "%s", error_name(error));
    if (!error || error == ETIMEDOUT)
        say_timing(start, expected_ms);
    return error;
}

static inline void start(void *(*run)(void *), const void *argument)
{
    pthread_t thread;

    pthread_create(&thread, NULL, run, (void *)argument);
}

static inline int probe_situations(const struct situation *situations, size_t count, const char *function)
{
    for (size_t i = 0; i < COUNT(waiters); i++)
        for (size_t j = 0; j < count; j++) {
            const struct waiter *w = &waiters[i];
            bool fits = (w->release || !situations[j].releases) && (w->lasts || !situations[j].lasts);

            if (fits && (!function || !strcmp(function, w->function)))
                probe(w->function, w->clock, situations[j].name, situations[j].run, w);
        }
    return end_probes();
}
