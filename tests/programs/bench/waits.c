// usage: waits cond|sem|sleep|free CALLS
// Prints nanoseconds of CPU time per wait for a deadline that has passed; `free`: for a semaphore that can be had at once, which shows
// what lies around the wait, since the kernel is not asked.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    long calls = atol(argv[2]);
    struct timespec past = {0, 1};
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_condattr_t attribute;
    pthread_cond_t condition;
    sem_t semaphore;
    pthread_condattr_init(&attribute);
    pthread_condattr_setclock(&attribute, CLOCK_MONOTONIC);
    pthread_cond_init(&condition, &attribute);
    sem_init(&semaphore, 0, 0);
    pthread_mutex_lock(&mutex);
    double start = now();
    for (long i = 0; i < calls; i++) {
        if (strcmp(argv[1], "cond") == 0)
            pthread_cond_timedwait(&condition, &mutex, &past);
        else if (strcmp(argv[1], "sem") == 0)
            sem_clockwait(&semaphore, CLOCK_MONOTONIC, &past);
        else if (strcmp(argv[1], "free") == 0) {
            sem_post(&semaphore);
            sem_clockwait(&semaphore, CLOCK_MONOTONIC, &past);
        } else
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &past, NULL);
    }
    printf("%.1f\n", (now() - start) / calls);
    return 0;
}
