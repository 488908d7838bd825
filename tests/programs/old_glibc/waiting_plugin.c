/* Waits on a condition variable with the monotonic clock. */
#include <pthread.h>
#include <time.h>

int wait_300ms(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_condattr_t attributes;
    pthread_cond_t condition;
    struct timespec deadline;
    int error;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&condition, &attributes);
    pthread_mutex_lock(&mutex);
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_nsec += 300000000;
    deadline.tv_sec += deadline.tv_nsec / 1000000000;
    deadline.tv_nsec %= 1000000000;
    do {
        error = pthread_cond_timedwait(&condition, &mutex, &deadline);
    } while (error == 0);
    return error;
}
