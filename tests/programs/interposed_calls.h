/* Calls of each interposed function that take no time: for passed deadlines, invalid ones, and clocks that are not virtual. */
#ifndef INTERPOSED_CALLS_H
#define INTERPOSED_CALLS_H

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#define CALLS_AT_MOST 16

struct call {
    void *function;
    long arguments[7];
};

static inline void add_call(struct call **next, void *function, long a, long b, long c, long d, long e, long f, long g)
{
    *(*next)++ = (struct call){function, {a, b, c, d, e, f, g}};
}

#define ADD7(next, function, a, b, c, d, e, f, g, ...) \
    add_call(next, function, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f), (long)(g))
#define CALL(next, name, ...) ADD7(next, dlsym(RTLD_DEFAULT, name), __VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

static struct timespec result, past = {0, 1}, invalid = {0, -1}, moment = {0, 1000};
static struct itimerspec expired = {.it_value = {0, 1}}, disarmed;

static inline void add_clock_calls(struct call **next, const char *name)
{
    static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE,
                                 CLOCK_BOOTTIME, CLOCK_BOOTTIME_ALARM, CLOCK_THREAD_CPUTIME_ID, 99};

    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++)
        CALL(next, name, clocks[i], &result);
}

/* One call for a deadline that has passed, one for none that is valid, for each clock. */
static inline void add_waits(struct call **next, const char *name, void *object, void *second)
{
    static const int clocks[] = {CLOCK_MONOTONIC, CLOCK_REALTIME};

    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        for (int valid = 0; valid < 2; valid++) {
            struct timespec *deadline = valid ? &past : &invalid;
            if (second)
                CALL(next, name, object, second, clocks[i], deadline);
            else
                CALL(next, name, object, clocks[i], deadline);
        }
    }
}

static inline void add_condition_calls(struct call **next, const char *name)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t condition;
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&condition, &attributes);
    pthread_mutex_lock(&mutex);
    if (strcmp(name, "pthread_cond_timedwait")) {
        add_waits(next, name, &condition, &mutex);
        return;
    }
    CALL(next, name, &condition, &mutex, &past);
    CALL(next, name, &condition, &mutex, &invalid);
}

static inline void *sleep_on(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static inline void add_join_calls(struct call **next, const char *name)
{
    static void *value;
    pthread_t thread;

    /* No invalid deadline: glibc would try again and again. */
    if (pthread_create(&thread, NULL, sleep_on, NULL) == 0) {
        CALL(next, name, thread, &value, CLOCK_MONOTONIC, &past);
        CALL(next, name, thread, &value, CLOCK_REALTIME, &past);
    }
}

static inline void add_lock_calls(struct call **next, const char *name)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    static sem_t semaphore;

    if (!strcmp(name, "sem_clockwait")) {
        sem_init(&semaphore, 0, 0);
        add_waits(next, name, &semaphore, NULL);
    } else if (!strcmp(name, "pthread_mutex_clocklock")) {
        pthread_mutex_lock(&mutex);
        add_waits(next, name, &mutex, NULL);
    } else {
        if (!strcmp(name, "pthread_rwlock_clockwrlock"))
            pthread_rwlock_rdlock(&lock);
        add_waits(next, name, &lock, NULL);
    }
}

static inline void add_timer_calls(struct call **next, const char *name)
{
    static const int clocks[] = {CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_REALTIME};
    static timer_t timers[3], made;
    static struct sigevent silent = {.sigev_notify = SIGEV_NONE};

    for (int i = 0; i < 3; i++) {
        if (!strcmp(name, "timerfd_create")) {
            CALL(next, name, clocks[i], 0);
        } else if (!strcmp(name, "timerfd_settime")) {
            int descriptor = timerfd_create(clocks[i], 0);
            CALL(next, name, descriptor, TFD_TIMER_ABSTIME, &expired, &disarmed);
            CALL(next, name, descriptor, 0, &expired, NULL);
        } else if (!strcmp(name, "timer_create")) {
            CALL(next, name, clocks[i], &silent, &made);
        } else if (timer_create(clocks[i], &silent, &timers[i]) == 0 && !strcmp(name, "timer_settime")) {
            CALL(next, name, timers[i], TIMER_ABSTIME, &expired, &disarmed);
            CALL(next, name, timers[i], 0, &expired, NULL);
        } else {
            CALL(next, name, timers[i]);
        }
    }
}

static inline void add_system_calls(struct call **next)
{
    static int word;

    CALL(next, "syscall", SYS_getpid);
    CALL(next, "syscall", SYS_clock_gettime, CLOCK_MONOTONIC, &result);
    CALL(next, "syscall", SYS_clock_gettime, CLOCK_BOOTTIME, &result);
    CALL(next, "syscall", SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &past, NULL);
    CALL(next, "syscall", SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, &past, NULL, FUTEX_BITSET_MATCH_ANY);
    CALL(next, "syscall", SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, &invalid, NULL, FUTEX_BITSET_MATCH_ANY);
    CALL(next, "syscall", SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    CALL(next, "syscall", SYS_openat, AT_FDCWD, "/proc/uptime", O_RDONLY);
    CALL(next, "syscall", SYS_lseek, open("/proc/uptime", O_RDONLY), 0, SEEK_SET);
    CALL(next, "syscall", SYS_timerfd_settime, timerfd_create(CLOCK_MONOTONIC, 0), TFD_TIMER_ABSTIME, &expired, NULL);
}

static inline void add_sleeps(struct call **next)
{
    static const int clocks[] = {CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_REALTIME};

    for (int i = 0; i < 3; i++) {
        CALL(next, "clock_nanosleep", clocks[i], TIMER_ABSTIME, &past, NULL);
        CALL(next, "clock_nanosleep", clocks[i], TIMER_ABSTIME, &invalid, NULL);
        CALL(next, "clock_nanosleep", clocks[i], 0, &moment, NULL);
    }
}

/* Nobody has one so large. */
enum { FREE_DESCRIPTOR = 900 };

static inline int count_object(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)info, (void)size, (void)unused;
    return 0;
}

static const char null_path[] = "/dev/null", missing_path[] = "/dev/missing", proc_path[] = "/proc/uptime", proc_name[] = "stat";
static char text[64];
static const unsigned long long read_only[3]; /* struct open_how */

/* From glibc 2.43 on. A look-up finds only what libc has, a weak reference the interposer's. */
extern int openat2_of_libc(void) __asm__("openat2") __attribute__((weak));

static inline void add_open_calls(struct call **next, const char *name)
{
    const char *const paths[] = {null_path, missing_path, proc_path, proc_name};
    int proc = open("/proc", O_PATH | O_DIRECTORY);

    for (int i = 0; i < 4; i++) {
        if (!strcmp(name, "openat2"))
            ADD7(next, openat2_of_libc, paths[i] == proc_name ? proc : AT_FDCWD, paths[i], &read_only, sizeof read_only, 0, 0, 0);
        else if (strstr(name, "openat"))
            CALL(next, name, paths[i] == proc_name ? proc : AT_FDCWD, paths[i], O_RDONLY);
        else if (strstr(name, "freopen"))
            CALL(next, name, paths[i], "r", fopen(null_path, "r"));
        else if (strstr(name, "fopen"))
            CALL(next, name, paths[i], "r");
        else
            CALL(next, name, paths[i], O_RDONLY);
    }
}

static inline void add_rewinds(struct call **next, const char *name)
{
    const char *const paths[] = {null_path, proc_path};

    for (int i = 0; i < 2; i++) {
        if (strstr(name, "pread")) {
            CALL(next, name, open(paths[i], O_RDONLY), text, sizeof text, 0, sizeof text);
            CALL(next, name, open(paths[i], O_RDONLY), text, sizeof text, 8, sizeof text);
        } else if (strstr(name, "lseek")) {
            CALL(next, name, open(paths[i], O_RDONLY), 0, SEEK_SET);
            CALL(next, name, open(paths[i], O_RDONLY), 0, SEEK_CUR);
        } else {
            CALL(next, name, fopen(paths[i], "r"), 0, SEEK_SET);
        }
    }
}

static inline void add_other_calls(struct call **next, const char *name)
{
    static struct sysinfo info;
    static struct tms processor_times;

    if (strstr(name, "open"))
        add_open_calls(next, name);
    else if (strstr(name, "seek") || strstr(name, "pread") || !strcmp(name, "rewind"))
        add_rewinds(next, name);
    else if (!strcmp(name, "sysinfo"))
        CALL(next, name, &info);
    else if (!strcmp(name, "times"))
        CALL(next, name, &processor_times);
    else if (!strcmp(name, "timespec_get")) {
        CALL(next, name, &result, TIME_UTC);
        CALL(next, name, &result, 2 /* TIME_MONOTONIC of C23 */);
    } else if (!strcmp(name, "dlsym")) {
        CALL(next, name, RTLD_NEXT, "clock_gettime");
        CALL(next, name, RTLD_DEFAULT, "clock_gettime");
        CALL(next, name, RTLD_DEFAULT, "getpid");
    } else if (!strcmp(name, "dlvsym")) {
        CALL(next, name, RTLD_NEXT, "clock_gettime", "GLIBC_2.17");
        CALL(next, name, RTLD_DEFAULT, "clock_gettime", "GLIBC_2.17");
    } else if (!strcmp(name, "dl_iterate_phdr"))
        CALL(next, name, count_object, NULL);
    else if (!strcmp(name, "close") || !strcmp(name, "closefrom"))
        CALL(next, name, FREE_DESCRIPTOR);
    else if (!strcmp(name, "close_range"))
        CALL(next, name, FREE_DESCRIPTOR, FREE_DESCRIPTOR + 9, 0);
    else if (!strncmp(name, "fcntl", 5)) {
        CALL(next, name, STDOUT_FILENO, F_GETFD);
        CALL(next, name, -1, F_DUPFD, 0);
    } else if (!strcmp(name, "unshare"))
        CALL(next, name, 0);
    else if (!strcmp(name, "dup"))
        CALL(next, name, -1);
    else if (!strncmp(name, "dup", 3)) {
        CALL(next, name, STDOUT_FILENO, FREE_DESCRIPTOR, 0);
        CALL(next, name, -1, FREE_DESCRIPTOR, 0);
    } else {
        fprintf(stderr, "%s: add calls of it to interposed_calls.h\n", name);
        exit(2);
    }
}

/* Returns the end of what was added. */
static inline struct call *add_calls(struct call *next, const char *name)
{
    if (!strcmp(name, "clock_gettime"))
        add_clock_calls(&next, name);
    else if (!strcmp(name, "clock_nanosleep"))
        add_sleeps(&next);
    else if (!strncmp(name, "pthread_cond_", 13))
        add_condition_calls(&next, name);
    else if (!strcmp(name, "pthread_clockjoin_np"))
        add_join_calls(&next, name);
    else if (!strncmp(name, "timer", 5))
        add_timer_calls(&next, name);
    else if (!strcmp(name, "syscall"))
        add_system_calls(&next);
    else if (!strncmp(name, "pthread_", 8) || !strcmp(name, "sem_clockwait"))
        add_lock_calls(&next, name);
    else
        add_other_calls(&next, name);
    return next;
}

#endif
