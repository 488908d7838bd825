/*
 * many_kinds THREADS: this many threads wait in eleven functions, some without a timeout. Eight other threads take signals. When a line of input
 *                     arrives, prints how many waits were interrupted and how many signals arrived.
 * many_kinds send PID: sends the process a queued signal each millisecond until its input ends, and prints how many.
 */
#include "../waits.h"
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/sem.h>

#define RECEIVERS 8

static int64_t deadline;
static int received, disturbed;
static pthread_barrier_t ready;

static void count(int signal)
{
    (void)signal;
    __atomic_fetch_add(&received, 1, __ATOMIC_SEQ_CST);
}

static void *receive(void *unused)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGRTMIN);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
    pthread_barrier_wait(&ready);
    for (;;)
        pause();
    return unused;
}

static void wait_for_ever(int kind)
{
    struct epoll_event event;
    struct sembuf take = {0, -1, 0};
    struct io_event done;
    aio_context_t aio = 0;
    struct io_uring_params ring = {0};
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR2);
    switch (kind) {
    case 3:
        epoll_wait(epoll_create1(EPOLL_CLOEXEC), &event, 1, -1);
        break;
    case 4:
        syscall(SYS_epoll_pwait2, epoll_create1(EPOLL_CLOEXEC), &event, 1, NULL, NULL, 8);
        break;
    case 5:
        sigwaitinfo(&signals, NULL);
        break;
    case 6:
        semop(semget(IPC_PRIVATE, 1, 0600), &take, 1);
        break;
    case 7:
        syscall(SYS_io_setup, 1, &aio);
        syscall(SYS_io_getevents, aio, 1, 1, &done, NULL);
        break;
    case 8:
        poll(NULL, 0, -1);
        break;
    case 9:
        /* Not every system allows it. */
        kind = syscall(SYS_io_uring_setup, 4, &ring);
        if (kind < 0)
            pause();
        syscall(SYS_io_uring_enter, kind, 0, 1, IORING_ENTER_GETEVENTS, NULL, 8);
        break;
    default:
        pause();
    }
}

static void *wait_in_one(void *number)
{
    static const char *const functions[] = {"clock_nanosleep", "sem_clockwait", "pthread_cond_timedwait"};
    /* Semaphores and contexts are limited, so only the first threads use them. */
    int kind = (intptr_t)number < 100 ? (intptr_t)number % 11 : (intptr_t)number % 6;

    pthread_barrier_wait(&ready);
    if (kind < 3)
        wait_once(functions[kind], deadline);
    else
        wait_for_ever(kind);
    __atomic_fetch_add(&disturbed, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static int send_signals(pid_t process)
{
    struct timespec pause = {0, MS};
    struct pollfd input = {0, POLLIN, 0};
    int sent = 0;

    while (poll(&input, 1, 0) == 0) {
        sent += sigqueue(process, SIGRTMIN, (union sigval){0}) == 0;
        nanosleep(&pause, NULL);
    }
    printf("sent=%d\n", sent);
    return 0;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = count};
    struct timespec moment = {0, 200 * MS};
    pthread_attr_t small;
    pthread_t thread;
    sigset_t all;
    char line[8];

    if (argc == 3)
        return send_signals(atoi(argv[2]));
    int threads = argc == 2 ? atoi(argv[1]) : 0;
    deadline = vt_now(CLOCK_MONOTONIC) + INT64_C(300) * 86400 * 1000 * MS;
    sigaction(SIGRTMIN, &action, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    pthread_barrier_init(&ready, NULL, threads + RECEIVERS + 1);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 128 * 1024);
    for (intptr_t i = 0; i < threads + RECEIVERS; i++)
        if (pthread_create(&thread, &small, i < threads ? wait_in_one : receive, (void *)i))
            return 3;
    pthread_barrier_wait(&ready);
    nanosleep(&moment, NULL);
    printf("pid=%d\n", getpid());
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        nanosleep(&moment, NULL);
        printf("disturbed=%d\nreceived=%d\n", disturbed, received);
        fflush(stdout);
    }
    _exit(0);
}
