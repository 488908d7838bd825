/*
 * shut_in [seccomp]: three threads wait for an hour, one of them on a condition variable of this libc. Prints which threads are ready, and how they
 * woke. With seccomp, the kernel then allows only a wait and the end of the program, and not restart_syscall.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static struct timespec deadline;
static pthread_barrier_t shut;

static void *wait_on_condition(void *unused)
{
    pthread_condattr_t attribute;
    pthread_cond_t condition;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    int error = 0;

    pthread_condattr_init(&attribute);
    pthread_condattr_setclock(&attribute, CLOCK_MONOTONIC);
    pthread_cond_init(&condition, &attribute);
    pthread_mutex_lock(&mutex);
    pthread_barrier_wait(&shut);
    while (!error)
        error = pthread_cond_timedwait(&condition, &mutex, &deadline);
    return error == ETIMEDOUT ? "condition" : unused;
}

static void *sleep_until(void *unused)
{
    pthread_barrier_wait(&shut);
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL) == 0 ? "sleep" : unused;
}

static void *wait_on_futex(void *unused)
{
    static int word;
    int error = 0;

    pthread_barrier_wait(&shut);
    while (!error)
        error = syscall(SYS_futex, &word, 9 | 128, 0, &deadline, NULL, ~0u) == -1 && errno != EINTR ? errno : 0;
    return error == ETIMEDOUT ? "futex" : unused;
}

static void shut_in(void)
{
    static const int calls[] = {SYS_futex, SYS_clock_nanosleep, SYS_write, SYS_exit_group, SYS_exit, SYS_munmap, SYS_madvise, SYS_rt_sigprocmask,
        SYS_mprotect, SYS_mmap, SYS_mremap, SYS_fstat, SYS_newfstatat, SYS_gettid, SYS_set_robust_list, SYS_rseq, SYS_ioctl, SYS_writev};
    enum { COUNT = sizeof calls / sizeof *calls };
    struct sock_filter filter[COUNT + 3] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};

    for (int i = 0; i < COUNT; i++)
        filter[i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i], (unsigned char)(COUNT - i), 0);
    filter[COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    filter[COUNT + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {COUNT + 3, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program))
        exit(3);
}

int main(int argc, char **argv)
{
    void *(*waits[])(void *) = {wait_on_condition, sleep_until, wait_on_futex};
    pthread_t threads[3];
    void *woken;

    setvbuf(stdout, NULL, _IONBF, 0);
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += 3600;
    pthread_barrier_init(&shut, NULL, 4);
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, waits[i], "not");
    printf("pid=%d\n", getpid());
    if (argc > 1 && !strcmp(argv[1], "seccomp"))
        shut_in();
    pthread_barrier_wait(&shut);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], &woken);
        printf("woken=%s\n", (char *)woken);
    }
    return 0;
}
