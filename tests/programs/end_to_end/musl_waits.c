/* musl_waits [date]: reads the clock, or the date, and waits until absolute times on it, by functions that musl also has. Prints `key=value` lines.
*/
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <threads.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 300 };

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static clockid_t clock_id = CLOCK_MONOTONIC;

static struct timespec deadline(void)
{
    struct timespec time;
    clock_gettime(clock_id, &time);
    time.tv_nsec += WAIT_MS * 1000000L;
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return time;
}

static int sleep_until(void)
{
    struct timespec until = deadline();
    return clock_nanosleep(clock_id, TIMER_ABSTIME, &until, NULL);
}

static int wait_on_condition(void)
{
    pthread_condattr_t attribute;
    pthread_cond_t condition;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_condattr_init(&attribute);
    pthread_condattr_setclock(&attribute, clock_id);
    pthread_cond_init(&condition, &attribute);
    pthread_mutex_lock(&mutex);
    struct timespec until = deadline();
    return pthread_cond_timedwait(&condition, &mutex, &until);
}

static int wait_on_futex(void)
{
    enum { FUTEX_WAIT_BITSET_PRIVATE = 9 | 128, FUTEX_CLOCK_REALTIME = 256 };
    static int word;
    struct timespec until = deadline();
    int operation = FUTEX_WAIT_BITSET_PRIVATE | (clock_id == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0);
    return syscall(SYS_futex, &word, operation, 0, &until, NULL, ~0u) == -1;
}

static int wait_on_semaphore(void)
{
    sem_t semaphore;
    sem_init(&semaphore, 0, 0);
    struct timespec until = deadline();
    return sem_timedwait(&semaphore, &until) ? errno : 0;
}

/* The waiting thread itself holds the mutex, so it deadlocks until the deadline. */
static int wait_on_mutex(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    struct timespec until = deadline();
    return pthread_mutex_timedlock(&mutex, &until);
}

static int wait_to_read(void)
{
    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    pthread_rwlock_wrlock(&lock);
    struct timespec until = deadline();
    return pthread_rwlock_timedrdlock(&lock, &until);
}

static int wait_to_write(void)
{
    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    pthread_rwlock_rdlock(&lock);
    struct timespec until = deadline();
    return pthread_rwlock_timedwrlock(&lock, &until);
}

static int wait_on_c11_mutex(void)
{
    mtx_t mutex;
    mtx_init(&mutex, mtx_timed);
    mtx_lock(&mutex);
    struct timespec until = deadline();
    return mtx_timedlock(&mutex, &until) == thrd_timedout ? ETIMEDOUT : 0;
}

static int wait_on_c11_condition(void)
{
    mtx_t mutex;
    cnd_t condition;
    mtx_init(&mutex, mtx_timed);
    cnd_init(&condition);
    mtx_lock(&mutex);
    struct timespec until = deadline();
    return cnd_timedwait(&condition, &mutex, &until) == thrd_timedout ? ETIMEDOUT : 0;
}

static void measure(const char *name, int (*wait)(void))
{
    clockid_t other = clock_id == CLOCK_REALTIME ? CLOCK_MONOTONIC : CLOCK_REALTIME;
    double start = seconds(other);
    int result = wait();
    printf("%s=%d\n%s_ms=%.1f\n", name, result, name, (seconds(other) - start) * 1e3);
}

static int wait_until_date(void)
{
    clock_id = CLOCK_REALTIME;
    printf("date=%.6f\n", seconds(CLOCK_REALTIME));
    measure("sleep", sleep_until);
    measure("condition", wait_on_condition);
    measure("futex", wait_on_futex);
    measure("sem_timedwait", wait_on_semaphore);
    measure("pthread_mutex_timedlock", wait_on_mutex);
    measure("pthread_rwlock_timedrdlock", wait_to_read);
    measure("pthread_rwlock_timedwrlock", wait_to_write);
    measure("mtx_timedlock", wait_on_c11_mutex);
    measure("cnd_timedwait", wait_on_c11_condition);
    return 0;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return wait_until_date();
    printf("monotonic=%.9f\n", seconds(CLOCK_MONOTONIC));
    measure("sleep", sleep_until);
    measure("condition", wait_on_condition);
    measure("futex", wait_on_futex);
    printf("times_of_bad_address=%ld\n", (long)times((struct tms *)1));
    printf("clockwait_is_there=%d\n", dlsym(RTLD_DEFAULT, "pthread_cond_clockwait") != NULL);
    return 0;
}
