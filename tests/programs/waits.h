/* Waits that end only at their deadline. The caller names the function, and gives a time on the monotonic clock; functions that wait for a date wait
 * until the date that comes at that time. */
#ifndef WAITS_H
#define WAITS_H

#include "virttime_conf.h"
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>

#define MS INT64_C(1000000)

static inline void wait_unlock(void *mutex)
{
    pthread_mutex_unlock((pthread_mutex_t *)mutex);
}

static inline int wait_on_condition(const char *function, struct timespec *deadline)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_condattr_t attributes;
    pthread_cond_t condition;
    int error;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&condition, &attributes);
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(wait_unlock, &mutex);
    do {
        error = strcmp(function, "pthread_cond_timedwait")
            ? pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, deadline)
            : pthread_cond_timedwait(&condition, &mutex, deadline);
    } while (error == 0);
    pthread_cleanup_pop(1);
    return error;
}

/* Returns the error number: 0 or ETIMEDOUT if the deadline has come, EINTR if a signal handler ran and ended the function. */
static inline int wait_once(const char *function, int64_t until)
{
    struct timespec deadline = vt_timespec(until);

    if (!strcmp(function, "clock_nanosleep"))
        return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    if (!strcmp(function, "sem_clockwait")) {
        sem_t semaphore;

        sem_init(&semaphore, 0, 0);
        return sem_clockwait(&semaphore, CLOCK_MONOTONIC, &deadline) ? errno : 0;
    }
    if (!strcmp(function, "sem_timedwait")) {
        struct timespec date = vt_timespec(vt_now(CLOCK_REALTIME) + until - vt_now(CLOCK_MONOTONIC));
        sem_t semaphore;

        sem_init(&semaphore, 0, 0);
        return sem_timedwait(&semaphore, &date) ? errno : 0;
    }
    return wait_on_condition(function, &deadline);
}

static inline int wait_until(const char *function, int64_t until)
{
    int error;

    while ((error = wait_once(function, until)) == EINTR)
        ;
    return error;
}

#endif
