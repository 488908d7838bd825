/*
 * set_back: waits until a date, in one thread for each function, and sets the date back before it has come. Always run it by guarded.
 *
 * Prints the result of each call, with errno if it is -1, and by how many milliseconds the date was before the deadline then:
 *
 *   FUNCTION RESULT EARLY_MS
 *
 * The first line is `set_back_by=`, the most that the date can have been set back by, in milliseconds.
 */
#include "../virttime_conf.h"
#include <errno.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <threads.h>

#define MS INT64_C(1000000)

static struct timespec deadline;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t read_locked = PTHREAD_RWLOCK_INITIALIZER, write_locked = PTHREAD_RWLOCK_INITIALIZER;
static mtx_t c_mutex;
static sem_t semaphore;
static mqd_t queue;
static pthread_t sleeping;

static void *sleep_on(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static int from_errno(long result) { return result == -1 ? errno : (int)result; }
static int sleep_until(void) { return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &deadline, NULL); }
static int raw_sleep(void) { return from_errno(syscall(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &deadline, NULL)); }
static int wait_for_semaphore(void) { return from_errno(sem_timedwait(&semaphore, &deadline)); }
static int wait_for_semaphore_by_clock(void) { return from_errno(sem_clockwait(&semaphore, CLOCK_REALTIME, &deadline)); }
static int wait_for_mutex(void) { return pthread_mutex_timedlock(&mutex, &deadline); }
static int wait_for_mutex_by_clock(void) { return pthread_mutex_clocklock(&mutex, CLOCK_REALTIME, &deadline); }
static int wait_for_c_mutex(void) { return mtx_timedlock(&c_mutex, &deadline); }
static int wait_to_read(void) { return pthread_rwlock_timedrdlock(&write_locked, &deadline); }
static int wait_to_write(void) { return pthread_rwlock_timedwrlock(&read_locked, &deadline); }
static int wait_to_read_by_clock(void) { return pthread_rwlock_clockrdlock(&write_locked, CLOCK_REALTIME, &deadline); }
static int wait_to_write_by_clock(void) { return pthread_rwlock_clockwrlock(&read_locked, CLOCK_REALTIME, &deadline); }
static int wait_for_thread(void) { return pthread_timedjoin_np(sleeping, NULL, &deadline); }
static int wait_for_thread_by_clock(void) { return pthread_clockjoin_np(sleeping, NULL, CLOCK_REALTIME, &deadline); }

static int wait_for_message(void)
{
    char message[64];

    return from_errno(mq_timedreceive(queue, message, sizeof message, NULL, &deadline));
}

static int raw_wait_for_message(void)
{
    char message[64];

    return from_errno(syscall(SYS_mq_timedreceive, queue, message, sizeof message, NULL, &deadline));
}

static int raw_futex(void)
{
    uint32_t word = 0;

    return from_errno(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &deadline, NULL, FUTEX_BITSET_MATCH_ANY));
}

static int wait_on_condition(void)
{
    pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

    pthread_mutex_lock(&own);
    return pthread_cond_timedwait(&condition, &own, &deadline);
}

static int wait_on_condition_by_clock(void)
{
    pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

    pthread_mutex_lock(&own);
    return pthread_cond_clockwait(&condition, &own, CLOCK_REALTIME, &deadline);
}

static int wait_on_c_condition(void)
{
    mtx_t own;
    cnd_t condition;

    mtx_init(&own, mtx_timed);
    cnd_init(&condition);
    mtx_lock(&own);
    return cnd_timedwait(&condition, &own, &deadline);
}

static struct wait {
    const char *name;
    int (*call)(void);
    int result;
    int64_t early;
    pthread_t thread;
} waits[] = {
    {"clock_nanosleep", sleep_until, 0, 0, 0},
    {"raw_clock_nanosleep", raw_sleep, 0, 0, 0},
    {"sem_timedwait", wait_for_semaphore, 0, 0, 0},
    {"sem_clockwait", wait_for_semaphore_by_clock, 0, 0, 0},
    {"pthread_mutex_timedlock", wait_for_mutex, 0, 0, 0},
    {"pthread_mutex_clocklock", wait_for_mutex_by_clock, 0, 0, 0},
    {"mtx_timedlock", wait_for_c_mutex, 0, 0, 0},
    {"pthread_rwlock_timedrdlock", wait_to_read, 0, 0, 0},
    {"pthread_rwlock_timedwrlock", wait_to_write, 0, 0, 0},
    {"pthread_rwlock_clockrdlock", wait_to_read_by_clock, 0, 0, 0},
    {"pthread_rwlock_clockwrlock", wait_to_write_by_clock, 0, 0, 0},
    {"pthread_timedjoin_np", wait_for_thread, 0, 0, 0},
    {"pthread_clockjoin_np", wait_for_thread_by_clock, 0, 0, 0},
    {"mq_timedreceive", wait_for_message, 0, 0, 0},
    {"raw_mq_timedreceive", raw_wait_for_message, 0, 0, 0},
    {"raw_futex", raw_futex, 0, 0, 0},
    {"pthread_cond_timedwait", wait_on_condition, 0, 0, 0},
    {"pthread_cond_clockwait", wait_on_condition_by_clock, 0, 0, 0},
    {"cnd_timedwait", wait_on_c_condition, 0, 0, 0},
};

#define WAITS (sizeof waits / sizeof *waits)

static void *run(void *argument)
{
    struct wait *wait = argument;

    wait->result = wait->call();
    wait->early = vt_ns(deadline) - vt_now(CLOCK_REALTIME);
    return NULL;
}

int main(void)
{
    const struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 64};
    char name[64];

    snprintf(name, sizeof name, "/virttime-set-back-%d", (int)getpid());
    queue = mq_open(name, O_CREAT | O_RDWR, 0600, &attributes);
    mq_unlink(name);
    sem_init(&semaphore, 0, 0);
    pthread_mutex_lock(&mutex);
    mtx_init(&c_mutex, mtx_timed);
    mtx_lock(&c_mutex);
    pthread_rwlock_rdlock(&read_locked);
    pthread_rwlock_wrlock(&write_locked);
    pthread_create(&sleeping, NULL, sleep_on, NULL);

    deadline = vt_timespec(vt_now(CLOCK_REALTIME) + 1500 * MS);
    for (size_t i = 0; i < WAITS; i++)
        pthread_create(&waits[i].thread, NULL, run, &waits[i]);
    nanosleep(&(struct timespec){0, 500 * MS}, NULL);
    int64_t start = vt_now(CLOCK_MONOTONIC);
    struct timespec earlier = vt_timespec(vt_now(CLOCK_REALTIME) - 1000 * MS);
    if (clock_settime(CLOCK_REALTIME, &earlier)) {
        perror("clock_settime");
        return 1;
    }
    printf("set_back_by=%.3f\n", 1000 + (double)(vt_now(CLOCK_MONOTONIC) - start) / MS);
    for (size_t i = 0; i < WAITS; i++) {
        pthread_join(waits[i].thread, NULL);
        printf("%s %d %.3f\n", waits[i].name, waits[i].result, (double)waits[i].early / MS);
    }
    return 0;
}
