/*
 * The target of stepper.c: makes one call again and again, between two breakpoints. They point at the timespec of the call, which is the reading of
 * the clock or the deadline.
 */
#include "../virttime_conf.h"
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/time.h>

#define MARK(subject) __asm__ volatile("int3" : : "D"(subject) : "memory")

static pthread_cond_t condition, date_condition = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t semaphore;

static void gettime_monotonic(struct timespec *t) { clock_gettime(CLOCK_MONOTONIC, t); }
static void gettime_coarse(struct timespec *t) { clock_gettime(CLOCK_MONOTONIC_COARSE, t); }
static void gettime_boottime(struct timespec *t) { clock_gettime(CLOCK_BOOTTIME, t); }
static void gettime_realtime(struct timespec *t) { clock_gettime(CLOCK_REALTIME, t); }
static void time_of_day(struct timespec *t) { gettimeofday((struct timeval *)t, NULL); }
static void nanosleep_until(struct timespec *t) { clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, t, NULL); }
static void cond_timedwait(struct timespec *t) { pthread_cond_timedwait(&condition, &mutex, t); }
static void cond_clockwait(struct timespec *t) { pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, t); }
static void semaphore_clockwait(struct timespec *t) { sem_clockwait(&semaphore, CLOCK_MONOTONIC, t); }
static void semaphore_timedwait(struct timespec *t) { sem_timedwait(&semaphore, t); }
static void cond_timedwait_on_date(struct timespec *t) { pthread_cond_timedwait(&date_condition, &mutex, t); }
static void nanosleep_until_date(struct timespec *t) { clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, t, NULL); }

static const struct {
    const char *name;
    void (*call)(struct timespec *);
} calls[] = {
    {"gettime_monotonic", gettime_monotonic},
    {"gettime_coarse", gettime_coarse},
    {"gettime_boottime", gettime_boottime},
    {"clock_nanosleep", nanosleep_until},
    {"pthread_cond_timedwait", cond_timedwait},
    {"pthread_cond_clockwait", cond_clockwait},
    {"sem_clockwait", semaphore_clockwait},
    {"gettime_realtime", gettime_realtime},
    {"gettimeofday", time_of_day},
    {"sem_timedwait realtime", semaphore_timedwait},
    {"pthread_cond_timedwait realtime", cond_timedwait_on_date},
    {"clock_nanosleep realtime", nanosleep_until_date},
};

static void prepare(void)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&condition, &attributes);
    pthread_mutex_lock(&mutex);
    sem_init(&semaphore, 0, 0);
}

int main(int argc, char **argv)
{
    prepare();
    for (size_t i = 0; argc == 2 && i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(calls[i].name, argv[1]))
            continue;
        for (;;) {
            /* A deadline that is far away with any offset. */
            struct timespec subject = {1000000000, 123456789};

            MARK(&subject);
            calls[i].call(&subject);
            MARK(&subject);
        }
    }
    return 2;
}
