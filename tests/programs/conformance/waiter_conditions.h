/* Condition variables. */
#include "waiter.h"

enum { CONDITION_MADE, CONDITION_SHARED, CONDITION_STATIC };

static pthread_cond_t *condition;
static pthread_mutex_t *condition_mutex;
static bool condition_met;

static inline void make_condition(const struct waiter *w, clockid_t clock)
{
    static pthread_cond_t static_condition = PTHREAD_COND_INITIALIZER;
    pthread_condattr_t attributes;
    pthread_mutexattr_t mutex_attributes;
    int sharing = w->kind == CONDITION_SHARED ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE;

    pthread_mutexattr_init(&mutex_attributes);
    pthread_mutexattr_setpshared(&mutex_attributes, sharing);
    if (sharing == PTHREAD_PROCESS_PRIVATE)
        pthread_mutexattr_settype(&mutex_attributes, PTHREAD_MUTEX_ERRORCHECK);
    condition_mutex = leak_shared(sizeof *condition_mutex);
    pthread_mutex_init(condition_mutex, &mutex_attributes);

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, clock);
    pthread_condattr_setpshared(&attributes, sharing);
    condition = w->kind == CONDITION_STATIC ? &static_condition : leak_shared(sizeof *condition);
    if (w->kind != CONDITION_STATIC)
        pthread_cond_init(condition, &attributes);
    condition_met = false;
}

/* Waits on the condition variable's own clock. */
static inline void prepare_timed_condition(const struct waiter *w)
{
    make_condition(w, w->clock);
}

/* Waits on another clock than the condition variable's own, which must not matter. */
static inline void prepare_clock_condition(const struct waiter *w)
{
    make_condition(w, w->clock == CLOCK_REALTIME ? CLOCK_MONOTONIC : CLOCK_REALTIME);
}

static inline void unlock_condition(void *unused)
{
    (void)unused;
    int error = pthread_mutex_unlock(condition_mutex);

    if (error)
        say("unlock after the wait", "%s", error_name(error));
}

static inline int wait_condition(const struct waiter *w, const struct timespec *deadline, bool on_clock)
{
    volatile int error = 0;

    pthread_mutex_lock(condition_mutex);
    pthread_cleanup_push(unlock_condition, NULL);
    while (!condition_met && !error)
        error = on_clock
            ? pthread_cond_clockwait(condition, condition_mutex, w->clock, deadline)
            : pthread_cond_timedwait(condition, condition_mutex, deadline);
    pthread_cleanup_pop(1);
    return error;
}

static inline int wait_timed_condition(const struct waiter *w, const struct timespec *deadline)
{
    return wait_condition(w, deadline, false);
}

static inline int wait_clock_condition(const struct waiter *w, const struct timespec *deadline)
{
    return wait_condition(w, deadline, true);
}

static inline void release_condition(const struct waiter *w)
{
    (void)w;
    pthread_mutex_lock(condition_mutex);
    condition_met = true;
    pthread_cond_broadcast(condition);
    pthread_mutex_unlock(condition_mutex);
}

#define TIMED_CONDITION(name, clock, kind) {name, clock, prepare_timed_condition, wait_timed_condition, release_condition, false, kind}
#define CLOCK_CONDITION(name, clock, kind) {name, clock, prepare_clock_condition, wait_clock_condition, release_condition, false, kind}
