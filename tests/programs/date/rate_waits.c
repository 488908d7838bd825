/*
 * rate_waits AHEAD_MS: waits in one thread for each function until the date is AHEAD_MS further. Prints
 *
 *   FUNCTION RESULT WAITED_MS LATE_NS
 *
 * the result, with errno if it is -1; how long the wait took by the monotonic clock; and by how much the date was behind the deadline afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static int64_t ahead;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t read_locked = PTHREAD_RWLOCK_INITIALIZER, write_locked = PTHREAD_RWLOCK_INITIALIZER;
static mtx_t c_mutex;
static sem_t semaphore;
static mqd_t queue;
static pthread_t sleeping;

static int64_t now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void *sleep_on(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static int from_errno(long result) { return result == -1 ? errno : (int)result; }
static int sleep_until(const struct timespec *d) { return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, d, NULL); }
static int sleep_until_tai(const struct timespec *d) { return clock_nanosleep(CLOCK_TAI, TIMER_ABSTIME, d, NULL); }
static int raw_sleep(const struct timespec *d) { return from_errno(syscall(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, d, NULL)); }
static int wait_for_semaphore(const struct timespec *d) { return from_errno(sem_timedwait(&semaphore, d)); }
static int lock_mutex(const struct timespec *d) { return pthread_mutex_timedlock(&mutex, d); }
static int lock_for_reading(const struct timespec *d) { return pthread_rwlock_timedrdlock(&write_locked, d); }
static int lock_for_writing(const struct timespec *d) { return pthread_rwlock_timedwrlock(&read_locked, d); }
static int join(const struct timespec *d) { return pthread_timedjoin_np(sleeping, NULL, d); }
static int lock_c_mutex(const struct timespec *d) { return mtx_timedlock(&c_mutex, d); }

static int wait_for_condition(const struct timespec *d)
{
    pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

    pthread_mutex_lock(&own);
    return pthread_cond_timedwait(&condition, &own, d);
}

static int receive(const struct timespec *d)
{
    char message[64];

    return from_errno(mq_timedreceive(queue, message, sizeof message, NULL, d));
}

static int wait_for_futex(const struct timespec *d)
{
    uint32_t word = 0;

    return from_errno(
        syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 0, d, NULL, FUTEX_BITSET_MATCH_ANY));
}

static int read_timer_descriptor(const struct timespec *d)
{
    struct itimerspec value = {.it_value = *d};
    uint64_t expirations = 0;
    int timer = timerfd_create(CLOCK_REALTIME, 0);

    if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &value, NULL) || read(timer, &expirations, sizeof expirations) != sizeof expirations)
        return errno;
    return (int)expirations;
}

static int wait_for_timer(const struct timespec *d)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct itimerspec value = {.it_value = *d};
    sigset_t set;
    timer_t timer;
    int signal = 0;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    if (timer_create(CLOCK_REALTIME, &event, &timer) || timer_settime(timer, TIMER_ABSTIME, &value, NULL))
        return errno;
    sigwait(&set, &signal);
    return signal == SIGUSR1 ? 0 : -2;
}

static const struct wait {
    const char *name;
    int (*until)(const struct timespec *);
    clockid_t clock;
} waits[] = {
    {"clock_nanosleep", sleep_until, CLOCK_REALTIME},
    {"clock_nanosleep/TAI", sleep_until_tai, CLOCK_TAI},
    {"syscall(clock_nanosleep)", raw_sleep, CLOCK_REALTIME},
    {"sem_timedwait", wait_for_semaphore, CLOCK_REALTIME},
    {"pthread_mutex_timedlock", lock_mutex, CLOCK_REALTIME},
    {"pthread_rwlock_timedrdlock", lock_for_reading, CLOCK_REALTIME},
    {"pthread_rwlock_timedwrlock", lock_for_writing, CLOCK_REALTIME},
    {"pthread_timedjoin_np", join, CLOCK_REALTIME},
    {"mtx_timedlock", lock_c_mutex, CLOCK_REALTIME},
    {"pthread_cond_timedwait", wait_for_condition, CLOCK_REALTIME},
    {"mq_timedreceive", receive, CLOCK_REALTIME},
    {"syscall(futex)", wait_for_futex, CLOCK_REALTIME},
    {"timerfd_settime", read_timer_descriptor, CLOCK_REALTIME},
    {"timer_settime", wait_for_timer, CLOCK_REALTIME},
};

static void *run(void *argument)
{
    const struct wait *wait = argument;
    int64_t start = now(CLOCK_MONOTONIC);
    int64_t until = now(wait->clock) + ahead;
    struct timespec deadline = {until / 1000000000, until % 1000000000};
    int result = wait->until(&deadline);
    int64_t late = now(wait->clock) - until;

    printf("%s %d %.3f %lld\n", wait->name, result, (double)(now(CLOCK_MONOTONIC) - start) / 1e6, (long long)late);
    return NULL;
}

int main(int argc, char **argv)
{
    enum { COUNT = sizeof waits / sizeof *waits };
    struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 64};
    pthread_t threads[COUNT];
    char name[64];
    sigset_t set;

    if (argc != 2)
        return 2;
    ahead = atoll(argv[1]) * 1000000;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    snprintf(name, sizeof name, "/virttime-test-%d", (int)getpid());
    queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
    if (queue == (mqd_t)-1 || mq_unlink(name))
        return 2;
    sem_init(&semaphore, 0, 0);
    mtx_init(&c_mutex, mtx_timed);
    mtx_lock(&c_mutex);
    pthread_mutex_lock(&mutex);
    pthread_rwlock_rdlock(&read_locked);
    pthread_rwlock_wrlock(&write_locked);
    pthread_create(&sleeping, NULL, sleep_on, NULL);
    for (int i = 0; i < COUNT; i++)
        pthread_create(&threads[i], NULL, run, (void *)&waits[i]);
    for (int i = 0; i < COUNT; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
