/* Calls of each interposed function that return at once: for deadlines in the past, invalid deadlines, and clocks that are not virtual. */
#ifndef INTERPOSED_CALLS_H
#define INTERPOSED_CALLS_H

#include "no_clock_setting.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define CALLS_AT_MOST 16

struct call {
    void *function;
    long arguments[7];
};

/* Adds nothing if this libc lacks the function. */
static inline void add_call(struct call **next, void *function, long a, long b, long c, long d, long e, long f, long g)
{
    if (!function)
        return;
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

/* Adds one call with a deadline in the past and one with an invalid deadline, for each clock. */
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
    if (!strcmp(name, "cnd_timedwait")) {
        static cnd_t c11_condition;
        static mtx_t c11_mutex;

        cnd_init(&c11_condition);
        mtx_init(&c11_mutex, mtx_timed);
        mtx_lock(&c11_mutex);
        CALL(next, name, &c11_condition, &c11_mutex, &past);
        CALL(next, name, &c11_condition, &c11_mutex, &invalid);
        return;
    }
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

    /* Without an invalid deadline: glibc would try again and again. */
    if (pthread_create(&thread, NULL, sleep_on, NULL))
        return;
    if (!strcmp(name, "pthread_timedjoin_np")) {
        CALL(next, name, thread, &value, &past);
    } else {
        CALL(next, name, thread, &value, CLOCK_MONOTONIC, &past);
        CALL(next, name, thread, &value, CLOCK_REALTIME, &past);
    }
}

/* For a function without an argument for the clock. */
static inline void add_timed_calls(struct call **next, const char *name, void *object)
{
    CALL(next, name, object, &past);
    CALL(next, name, object, &invalid);
}

static inline void add_timed_lock_calls(struct call **next, const char *name)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    static mtx_t c11_mutex;
    static sem_t semaphore;

    if (!strcmp(name, "sem_timedwait")) {
        sem_init(&semaphore, 0, 0);
        add_timed_calls(next, name, &semaphore);
    } else if (!strcmp(name, "mtx_timedlock")) {
        mtx_init(&c11_mutex, mtx_timed);
        mtx_lock(&c11_mutex);
        add_timed_calls(next, name, &c11_mutex);
    } else if (!strcmp(name, "pthread_mutex_timedlock")) {
        pthread_mutex_lock(&mutex);
        add_timed_calls(next, name, &mutex);
    } else {
        if (!strcmp(name, "pthread_rwlock_timedwrlock"))
            pthread_rwlock_rdlock(&lock);
        add_timed_calls(next, name, &lock);
    }
}

static inline void add_queue_calls(struct call **next, const char *name)
{
    static struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 16};
    static char message[16], path[64];

    snprintf(path, sizeof path, "/virttime-test-%d", getpid());
    mqd_t queue = mq_open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600, &attributes);
    mq_unlink(path);
    if (!strcmp(name, "mq_timedsend"))
        mq_send(queue, message, sizeof message, 0);
    CALL(next, name, queue, message, sizeof message, 0, &past);
    CALL(next, name, queue, message, sizeof message, 0, &invalid);
}

/* Adds reads, and settings that have no effect: they are invalid, or this process lacks the privilege. */
static inline void add_wall_clock_calls(struct call **next, const char *name)
{
    static struct timeval invalid_timeval = {0, -1}, timeval_result;
    static struct timezone zone;
    static struct timex discipline;
    static struct ntptimeval ntp_time;
    static time_t seconds;
    static char timeb[16];

    forbid_setting_the_clock();
    if (!strcmp(name, "gettimeofday")) {
        CALL(next, name, &timeval_result, NULL);
        CALL(next, name, &timeval_result, &zone);
    } else if (!strcmp(name, "time")) {
        CALL(next, name, NULL);
        CALL(next, name, &seconds);
    } else if (!strcmp(name, "ftime")) {
        ADD7(next, dlvsym(RTLD_DEFAULT, name, "GLIBC_2.2.5"), timeb, 0, 0, 0, 0, 0, 0);
    } else if (!strcmp(name, "stime")) {
        ADD7(next, dlvsym(RTLD_DEFAULT, name, "GLIBC_2.2.5"), &seconds, 0, 0, 0, 0, 0, 0);
    } else if (!strncmp(name, "ntp_gettime", 11)) {
        CALL(next, name, &ntp_time);
    } else if (!strcmp(name, "adjtimex") || !strcmp(name, "__adjtimex") || !strcmp(name, "ntp_adjtime")) {
        CALL(next, name, &discipline);
    } else if (!strcmp(name, "clock_adjtime")) {
        CALL(next, name, CLOCK_REALTIME, &discipline);
        CALL(next, name, CLOCK_MONOTONIC, &discipline);
    } else if (!strcmp(name, "adjtime")) {
        CALL(next, name, NULL, &timeval_result);
    } else if (!strcmp(name, "settimeofday")) {
        CALL(next, name, &invalid_timeval, NULL);
    } else {
        CALL(next, name, CLOCK_REALTIME, &invalid);
        CALL(next, name, CLOCK_MONOTONIC, &past);
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
    CALL(next, "syscall", SYS_clock_gettime, CLOCK_REALTIME, &result);
    CALL(next, "syscall", SYS_gettimeofday, &result, NULL);
    CALL(next, "syscall", SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 0, &past, NULL, FUTEX_BITSET_MATCH_ANY);
    CALL(next, "syscall", SYS_execve, "/nonexistent/program", NULL, NULL);
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

/* Adds executions of missing programs, with an environment that already has the library's variables and with one that lacks them. */
static inline void add_executions(struct call **next, const char *name)
{
    static const char *file = "/nonexistent/program", *arguments[] = {"program", NULL}, *cleared[] = {"A=1", NULL};

    if (!strncmp(name, "execv", 5) && strcmp(name, "execveat")) {
        CALL(next, name, file, arguments, environ);
        CALL(next, name, file, arguments, cleared);
        CALL(next, name, "nonexistent program", arguments, cleared);
    } else if (!strcmp(name, "execveat")) {
        CALL(next, name, AT_FDCWD, file, arguments, environ, 0);
        CALL(next, name, -1, "", arguments, cleared, AT_EMPTY_PATH);
    } else if (!strcmp(name, "fexecve")) {
        CALL(next, name, 999, arguments, environ);
        CALL(next, name, 999, arguments, cleared);
    } else if (!strcmp(name, "execle")) {
        CALL(next, name, file, "program", "1", NULL, environ);
        CALL(next, name, file, "program", "1", "2", "3", NULL, cleared);
    } else {
        CALL(next, name, file, "program", NULL);
        CALL(next, name, file, "program", "1", "2", "3", "4", NULL);
    }
}

/* A child would inherit its parent's trap flag. To prevent a child, there is no memory for its stack. */
static inline void add_starts(struct call **next, const char *name)
{
    static const char *arguments[] = {"program", NULL}, *cleared[] = {"A=1", NULL};
    struct rlimit none = {0, RLIM_INFINITY};
    static long child;
    void *heap = malloc(100000);

    if (!strcmp(name, "system"))
        CALL(next, name, "exit 1");
    else if (!strcmp(name, "popen")) {
        CALL(next, name, "exit 1", "r");
        CALL(next, name, "exit 1", "x");
    } else {
        CALL(next, name, &child, "/nonexistent/program", NULL, NULL, arguments, environ);
        CALL(next, name, &child, "/nonexistent/program", NULL, NULL, arguments, cleared);
    }
    free(heap);
    setrlimit(RLIMIT_AS, &none);
}

/* No process here has such a high descriptor. */
enum { FREE_DESCRIPTOR = 900 };

static inline int count_object(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)info, (void)size, (void)unused;
    return 0;
}

static const char null_path[] = "/dev/null", missing_path[] = "/dev/missing", proc_path[] = "/proc/uptime", proc_name[] = "stat";
static char text[64];
static const unsigned long long read_only[3]; /* struct open_how */

/* Since glibc 2.43. A look-up finds it only in libc; a weak reference also finds the interposer's. */
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

/* Without the calls that ask for a status by path. */
static inline void add_status_calls(struct call **next, const char *name)
{
    static char status[256];
    const char *const paths[] = {null_path, proc_path};

    for (int i = 0; i < 2; i++) {
        int file = open(paths[i], O_RDONLY);
        if (!strcmp(name, "statx")) {
            CALL(next, name, file, "", AT_EMPTY_PATH, 0x7ff /* STATX_BASIC_STATS */, status);
            CALL(next, name, AT_FDCWD, paths[i], 0, 0x7ff, status);
        } else if (!strncmp(name, "__fxstat", 8))
            CALL(next, name, 1, file, status);
        else
            CALL(next, name, file, status);
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
    else if (strstr(name, "stat"))
        add_status_calls(next, name);
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

static inline int is_about_the_wall_clock(const char *name)
{
    static const char *const names[] = {"gettimeofday", "time", "ftime", "stime", "ntp_gettime", "ntp_gettimex", "adjtimex", "__adjtimex", "ntp_adjtime",
                                        "clock_adjtime", "adjtime", "settimeofday", "clock_settime"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i]))
            return 1;
    return 0;
}

/* Returns the end of the added calls. */
static inline struct call *add_calls(struct call *next, const char *name)
{
    if (!strcmp(name, "clock_gettime"))
        add_clock_calls(&next, name);
    else if (!strcmp(name, "clock_nanosleep"))
        add_sleeps(&next);
    else if (is_about_the_wall_clock(name))
        add_wall_clock_calls(&next, name);
    else if (!strncmp(name, "mq_", 3))
        add_queue_calls(&next, name);
    else if (!strncmp(name, "pthread_cond_", 13) || !strcmp(name, "cnd_timedwait"))
        add_condition_calls(&next, name);
    else if (!strcmp(name, "pthread_clockjoin_np") || !strcmp(name, "pthread_timedjoin_np"))
        add_join_calls(&next, name);
    else if (!strcmp(name, "mtx_timedlock") || !strcmp(name, "sem_timedwait") || !strcmp(name, "pthread_mutex_timedlock")
             || !strncmp(name, "pthread_rwlock_timed", 20))
        add_timed_lock_calls(&next, name);
    else if (!strncmp(name, "timer", 5))
        add_timer_calls(&next, name);
    else if (!strcmp(name, "syscall"))
        add_system_calls(&next);
    else if (!strncmp(name, "exec", 4) || !strcmp(name, "fexecve"))
        add_executions(&next, name);
    else if (!strncmp(name, "posix_spawn", 11) || !strcmp(name, "system") || !strcmp(name, "popen"))
        add_starts(&next, name);
    else if (!strncmp(name, "pthread_", 8) || !strcmp(name, "sem_clockwait"))
        add_lock_calls(&next, name);
    else
        add_other_calls(&next, name);
    return next;
}

#endif
