/* The timed waits of <threads.h>, which use CLOCK_REALTIME. */
#include "waiter.h"
#include <threads.h>

static mtx_t *c11_mutex;
static cnd_t *c11_condition;
static bool c11_condition_met;

static inline int error_of(int result)
{
    return result == thrd_success ? 0 : result == thrd_timedout ? ETIMEDOUT : EINVAL;
}

static inline void make_c11_mutex(void)
{
    c11_mutex = leak_shared(sizeof *c11_mutex);
    mtx_init(c11_mutex, mtx_timed);
}

static inline void take_c11_mutex(const struct waiter *w)
{
    (void)w;
    mtx_lock(c11_mutex);
}

static inline void give_c11_mutex(const struct waiter *w)
{
    (void)w;
    mtx_unlock(c11_mutex);
}

static inline void prepare_c11_mutex(const struct waiter *w)
{
    make_c11_mutex();
    start_holder(w, take_c11_mutex, give_c11_mutex);
}

static inline int wait_c11_mutex(const struct waiter *w, const struct timespec *deadline)
{
    (void)w;
    return error_of(mtx_timedlock(c11_mutex, deadline));
}

static inline void prepare_c11_condition(const struct waiter *w)
{
    (void)w;
    make_c11_mutex();
    c11_condition = leak_shared(sizeof *c11_condition);
    cnd_init(c11_condition);
    c11_condition_met = false;
}

static inline int wait_c11_condition(const struct waiter *w, const struct timespec *deadline)
{
    int result = thrd_success;

    (void)w;
    mtx_lock(c11_mutex);
    while (!c11_condition_met && result == thrd_success)
        result = cnd_timedwait(c11_condition, c11_mutex, deadline);
    mtx_unlock(c11_mutex);
    return error_of(result);
}

static inline void release_c11_condition(const struct waiter *w)
{
    (void)w;
    mtx_lock(c11_mutex);
    c11_condition_met = true;
    cnd_broadcast(c11_condition);
    mtx_unlock(c11_mutex);
}

#define C11_WAITS \
    {"mtx_timedlock", CLOCK_REALTIME, prepare_c11_mutex, wait_c11_mutex, release_holder, true, 0}, \
    {"cnd_timedwait", CLOCK_REALTIME, prepare_c11_condition, wait_c11_condition, release_c11_condition, false, 0}
