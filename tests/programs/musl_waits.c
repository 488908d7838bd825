/* Reads the clock and waits until absolute times on it, with what musl has too. Prints `key=value` lines. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 300 };

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static struct timespec deadline(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_nsec += WAIT_MS * 1000000L;
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return time;
}

static int sleep_until(void)
{
    struct timespec until = deadline();
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static int wait_on_condition(void)
{
    pthread_condattr_t attribute;
    pthread_cond_t condition;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_condattr_init(&attribute);
    pthread_condattr_setclock(&attribute, CLOCK_MONOTONIC);
    pthread_cond_init(&condition, &attribute);
    pthread_mutex_lock(&mutex);
    struct timespec until = deadline();
    return pthread_cond_timedwait(&condition, &mutex, &until);
}

static int wait_on_futex(void)
{
    enum { FUTEX_WAIT_BITSET_PRIVATE = 9 | 128 };
    static int word;
    struct timespec until = deadline();
    return syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, &until, NULL, ~0u) == -1;
}

static void measure(const char *name, int (*wait)(void))
{
    double start = seconds(CLOCK_REALTIME);
    int result = wait();
    printf("%s=%d\n%s_ms=%.1f\n", name, result, name, (seconds(CLOCK_REALTIME) - start) * 1e3);
}

int main(void)
{
    printf("monotonic=%.9f\n", seconds(CLOCK_MONOTONIC));
    measure("sleep", sleep_until);
    measure("condition", wait_on_condition);
    measure("futex", wait_on_futex);
    printf("clockwait_is_there=%d\n", dlsym(RTLD_DEFAULT, "pthread_cond_clockwait") != NULL);
    return 0;
}
