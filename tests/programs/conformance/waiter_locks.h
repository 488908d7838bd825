/* Mutexes, reader-writer locks, semaphores, and joining a thread. */
#include "waiter.h"

enum { MUTEX_NORMAL, MUTEX_RECURSIVE, MUTEX_ROBUST, MUTEX_ABANDONED, MUTEX_PI, MUTEX_SHARED };

static pthread_mutex_t *mutex;
static pthread_rwlock_t *rwlock;
static sem_t *semaphore;

static inline void take_mutex(const struct waiter *w)
{
    (void)w;
    pthread_mutex_lock(mutex);
}

static inline void give_mutex(const struct waiter *w)
{
    (void)w;
    pthread_mutex_unlock(mutex);
}

/* The thread ends while it owns the mutex. */
static inline void abandon_mutex(const struct waiter *w)
{
    (void)w;
}

static inline void prepare_mutex(const struct waiter *w)
{
    bool robust = w->kind == MUTEX_ROBUST || w->kind == MUTEX_ABANDONED;
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, w->kind == MUTEX_RECURSIVE ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
    pthread_mutexattr_setrobust(&attributes, robust ? PTHREAD_MUTEX_ROBUST : PTHREAD_MUTEX_STALLED);
    pthread_mutexattr_setprotocol(&attributes, w->kind == MUTEX_PI ? PTHREAD_PRIO_INHERIT : PTHREAD_PRIO_NONE);
    pthread_mutexattr_setpshared(&attributes, w->kind == MUTEX_SHARED ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
    mutex = leak_shared(sizeof *mutex);
    pthread_mutex_init(mutex, &attributes);
    start_holder(w, take_mutex, w->kind == MUTEX_ABANDONED ? abandon_mutex : give_mutex);
}

static inline int wait_mutex(const struct waiter *w, const struct timespec *deadline)
{
    return pthread_mutex_clocklock(mutex, w->clock, deadline);
}

static inline int wait_timed_mutex(const struct waiter *w, const struct timespec *deadline)
{
    (void)w;
    return pthread_mutex_timedlock(mutex, deadline);
}

static inline void take_rwlock(const struct waiter *w)
{
    (void)w;
    pthread_rwlock_wrlock(rwlock);
}

static inline void give_rwlock(const struct waiter *w)
{
    (void)w;
    pthread_rwlock_unlock(rwlock);
}

static inline void prepare_rwlock(const struct waiter *w)
{
    rwlock = leak_shared(sizeof *rwlock);
    pthread_rwlock_init(rwlock, NULL);
    start_holder(w, take_rwlock, give_rwlock);
}

static inline int wait_rdlock(const struct waiter *w, const struct timespec *deadline)
{
    return pthread_rwlock_clockrdlock(rwlock, w->clock, deadline);
}

static inline int wait_wrlock(const struct waiter *w, const struct timespec *deadline)
{
    return pthread_rwlock_clockwrlock(rwlock, w->clock, deadline);
}

static inline int wait_timed_rdlock(const struct waiter *w, const struct timespec *deadline)
{
    (void)w;
    return pthread_rwlock_timedrdlock(rwlock, deadline);
}

static inline int wait_timed_wrlock(const struct waiter *w, const struct timespec *deadline)
{
    (void)w;
    return pthread_rwlock_timedwrlock(rwlock, deadline);
}

static inline void prepare_semaphore(const struct waiter *w)
{
    semaphore = leak_shared(sizeof *semaphore);
    sem_init(semaphore, w->kind, 0);
}

static inline int wait_semaphore(const struct waiter *w, const struct timespec *deadline)
{
    return sem_clockwait(semaphore, w->clock, deadline) ? errno : 0;
}

static inline int wait_timed_semaphore(const struct waiter *w, const struct timespec *deadline)
{
    (void)w;
    return sem_timedwait(semaphore, deadline) ? errno : 0;
}

static inline void release_semaphore(const struct waiter *w)
{
    (void)w;
    sem_post(semaphore);
}

static inline void keep_running(const struct waiter *w)
{
    (void)w;
}

static inline void prepare_thread(const struct waiter *w)
{
    start_holder(w, keep_running, keep_running);
}

static inline int wait_thread(const struct waiter *w, const struct timespec *deadline)
{
    return pthread_clockjoin_np(holder.thread, NULL, w->clock, deadline);
}

static inline int wait_timed_thread(const struct waiter *w, const struct timespec *deadline)
{
    (void)w;
    return pthread_timedjoin_np(holder.thread, NULL, deadline);
}

#define MUTEX(name, clock, kind) {name, clock, prepare_mutex, wait_mutex, release_holder, true, kind}
#define RWLOCKS(clock) \
    {"pthread_rwlock_clockrdlock", clock, prepare_rwlock, wait_rdlock, release_holder, true, 0}, \
    {"pthread_rwlock_clockwrlock", clock, prepare_rwlock, wait_wrlock, release_holder, true, 0}
#define SEMAPHORE(name, clock, shared) {name, clock, prepare_semaphore, wait_semaphore, release_semaphore, true, shared}
#define JOIN(clock) {"pthread_clockjoin_np", clock, prepare_thread, wait_thread, release_holder, true, 0}

/* Functions without an argument for the clock. */
#define TIMED_LOCKS \
    {"pthread_mutex_timedlock", CLOCK_REALTIME, prepare_mutex, wait_timed_mutex, release_holder, true, MUTEX_NORMAL}, \
    {"pthread_mutex_timedlock robust", CLOCK_REALTIME, prepare_mutex, wait_timed_mutex, release_holder, true, MUTEX_ROBUST}, \
    {"pthread_mutex_timedlock PI", CLOCK_REALTIME, prepare_mutex, wait_timed_mutex, release_holder, true, MUTEX_PI}, \
    {"pthread_rwlock_timedrdlock", CLOCK_REALTIME, prepare_rwlock, wait_timed_rdlock, release_holder, true, 0}, \
    {"pthread_rwlock_timedwrlock", CLOCK_REALTIME, prepare_rwlock, wait_timed_wrlock, release_holder, true, 0}, \
    {"sem_timedwait", CLOCK_REALTIME, prepare_semaphore, wait_timed_semaphore, release_semaphore, true, 0}, \
    {"pthread_timedjoin_np", CLOCK_REALTIME, prepare_thread, wait_timed_thread, release_holder, true, 0}
