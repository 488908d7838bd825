/*
 * waits_across_rates: for each line of input, "NAME SECONDS", it begins a wait with each function until SECONDS after the present date, and prints
 * "waiting=NAME". Each wait that has ended prints, in seconds:
 *
 *   NAME FUNCTION RESULT LATE ELAPSED
 *
 * LATE is by how much the date is after the deadline, ELAPSED is the time of CLOCK_MONOTONIC since the call began. It ends with its input, when all
 * waits have ended.
 */
#include "../virttime_conf.h"
#include <errno.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/timerfd.h>

#define SECOND INT64_C(1000000000)

struct wait {
    const char *function;
    int (*call)(const struct timespec *deadline);
    char name[32];
    struct timespec deadline;
    int64_t began;
};

static int sleep_until(const struct timespec *deadline) { return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, deadline, NULL); }

static int wait_for_semaphore(const struct timespec *deadline)
{
    sem_t semaphore;

    sem_init(&semaphore, 0, 0);
    return sem_timedwait(&semaphore, deadline) ? errno : 0;
}

static int wait_on_condition(const struct timespec *deadline)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

    pthread_mutex_lock(&mutex);
    return pthread_cond_timedwait(&condition, &mutex, deadline);
}

static int wait_for_message(const struct timespec *deadline)
{
    const struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 64};
    char name[64], message[64];
    mqd_t queue;

    snprintf(name, sizeof name, "/virttime-waits-across-rates-%p", (void *)deadline);
    queue = mq_open(name, O_CREAT | O_RDWR, 0600, &attributes);
    mq_unlink(name);
    return mq_timedreceive(queue, message, sizeof message, NULL, deadline) < 0 ? errno : 0;
}

static int wait_for_timer(const struct timespec *deadline)
{
    struct itimerspec timer = {{0, 0}, *deadline};
    uint64_t ticks = 0;
    int descriptor = timerfd_create(CLOCK_REALTIME, 0);

    if (timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &timer, NULL))
        return errno;
    return read(descriptor, &ticks, sizeof ticks) < 0 ? errno : 0;
}

static const struct wait kinds[] = {
    {.function = "clock_nanosleep", .call = sleep_until},
    {.function = "sem_timedwait", .call = wait_for_semaphore},
    {.function = "pthread_cond_timedwait", .call = wait_on_condition},
    {.function = "mq_timedreceive", .call = wait_for_message},
    {.function = "timerfd", .call = wait_for_timer},
};

static void *run(void *argument)
{
    struct wait *wait = argument;
    int result;
    int64_t late, elapsed;

    wait->began = vt_now(CLOCK_MONOTONIC);
    result = wait->call(&wait->deadline);
    late = vt_now(CLOCK_REALTIME) - vt_ns(wait->deadline);
    elapsed = vt_now(CLOCK_MONOTONIC) - wait->began;
    printf("%s %s %d %.9f %.9f\n", wait->name, wait->function, result, (double)late / SECOND, (double)elapsed / SECOND);
    fflush(stdout);
    return NULL;
}

int main(void)
{
    char name[32];
    double seconds;

    printf("pid=%d\n", getpid());
    fflush(stdout);
    while (scanf("%31s %lf", name, &seconds) == 2) {
        int64_t deadline = vt_now(CLOCK_REALTIME) + (int64_t)(seconds * SECOND);
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            struct wait *wait = malloc(sizeof *wait);
            pthread_t thread;

            *wait = kinds[i];
            strcpy(wait->name, name);
            wait->deadline = vt_timespec(deadline);
            if (pthread_create(&thread, NULL, run, wait))
                return 3;
            pthread_detach(thread);
        }
        printf("waiting=%s\n", name);
        fflush(stdout);
    }
    pthread_exit(NULL);
}
