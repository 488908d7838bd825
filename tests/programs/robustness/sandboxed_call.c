/*
 * sandboxed_call strict|waits|timers CALL: enters a seccomp sandbox before its first wait. A system call that is not made natively ends the program.
 * strict: the kernel's strict mode, for calls that need not wait; it also forbids reading the TSC. waits, timers: allows the calls for waiting, or
 * for setting timers.
 */
#include "../waits.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>

#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static struct timespec deadline;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t condition;
static sem_t semaphore;
static int timer;

static void say(const char *key, long long value)
{
    char line[64];
    int length = snprintf(line, sizeof line, "%s=%lld\n", key, value);

    if (write(STDOUT_FILENO, line, length) != length)
        syscall(SYS_exit, 3);
}

static int shut_in(const char *mode)
{
    struct sock_filter waits[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(futex), ALLOW(clock_nanosleep), ALLOW(write), ALLOW(exit_group), ALLOW(rt_sigreturn), ALLOW(timerfd_settime),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_filter timers[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(write), ALLOW(exit_group), ALLOW(timerfd_settime), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {sizeof waits / sizeof *waits, waits};

    if (!strcmp(mode, "strict"))
        return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    if (!strcmp(mode, "timers"))
        program = (struct sock_fprog){sizeof timers / sizeof *timers, timers};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

__attribute__((noinline)) static int make_call(const char *call)
{
    struct timespec on_stack = deadline;

    if (!strcmp(call, "clock_nanosleep"))
        return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &on_stack, NULL);
    if (!strcmp(call, "sem_clockwait"))
        return sem_clockwait(&semaphore, CLOCK_MONOTONIC, &deadline) ? errno : 0;
    if (!strcmp(call, "pthread_mutex_clocklock"))
        return pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &deadline);
    if (!strcmp(call, "pthread_rwlock_clockrdlock"))
        return pthread_rwlock_clockrdlock(&lock, CLOCK_MONOTONIC, &deadline);
    if (!strcmp(call, "pthread_rwlock_clockwrlock"))
        return pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, &deadline);
    if (!strcmp(call, "pthread_cond_clockwait"))
        return pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, &deadline);
    if (!strcmp(call, "pthread_cond_timedwait"))
        return pthread_cond_timedwait(&condition, &mutex, &deadline);
    if (!strcmp(call, "timerfd_settime"))
        return timerfd_settime(timer, TFD_TIMER_ABSTIME, &(struct itimerspec){.it_value = deadline}, NULL) ? errno : 0;
    return -1;
}

/* Makes the call in the upper part of a page, so that data of its frame lies on the same page as the frames below it. */
static int make_call_high_in_page(const char *call)
{
    enum { PAGE = 4096, HIGH = 3600 };
    volatile char *padding = __builtin_alloca(((uintptr_t)__builtin_frame_address(0) - HIGH) % PAGE + 1);

    padding[0] = 0;
    return make_call(call) + padding[0];
}

/* In strict mode no call has to wait; behind a filter, each call has to. */
static void prepare(int waits)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&condition, &attributes);
    sem_init(&semaphore, 0, !waits);
    timer = timerfd_create(CLOCK_MONOTONIC, 0);
    if (waits)
        pthread_mutex_lock(&mutex), pthread_rwlock_rdlock(&lock);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    int is_strict = !strcmp(argv[1], "strict");
    prepare(!is_strict);
    deadline = vt_timespec(vt_now(CLOCK_MONOTONIC) + 300 * MS);
    int64_t wall = vt_now(CLOCK_REALTIME);
    if (shut_in(argv[1]))
        return 4;
    say("error", make_call_high_in_page(argv[2]));
    if (is_strict)
        syscall(SYS_exit, 0);
    say("took_ms", (vt_now(CLOCK_REALTIME) - wall) / MS);
    say("clock", vt_now(CLOCK_MONOTONIC) / (1000 * MS));
    syscall(SYS_exit_group, 0);
    return 0;
}
