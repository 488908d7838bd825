/*
 * Threads that are blocked in calls that a stop may interrupt. Prints asleep=1 when all are blocked, and NAME=ERROR for each call that ends. Only an
 * interruption ends a call: the deadlines are an hour away.
 */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const struct timespec hour = { 3600, 0 };

static struct timespec in_an_hour(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += hour.tv_sec;
    return t;
}

/* Returns -1 and sets errno, for calls that return an error number. */
static int failed(int error)
{
    errno = error;
    return error ? -1 : 0;
}

static int sem_clockwait_(void)
{
    struct timespec end = in_an_hour();
    sem_t semaphore;

    sem_init(&semaphore, 0, 0);
    return sem_clockwait(&semaphore, CLOCK_MONOTONIC, &end);
}

static int cond_clockwait(void)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    struct timespec end = in_an_hour();

    pthread_mutex_lock(&mutex);
    return failed(pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, &end));
}

static int futex_bitset(void)
{
    struct timespec end = in_an_hour();
    int word = 0;

    return syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, &end, NULL, FUTEX_BITSET_MATCH_ANY);
}

static int futex_relative(void)
{
    int word = 0;

    return syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &hour, NULL, 0);
}

static int futex_endless(void)
{
    int word = 0;

    return syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static int clock_nanosleep_(void)
{
    struct timespec end = in_an_hour();

    return failed(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL));
}

static int nanosleep_(void)
{
    return nanosleep(&hour, NULL);
}

static int epoll_endless(void)
{
    struct epoll_event event;

    return epoll_wait(epoll_create1(0), &event, 1, -1);
}

static int epoll_for_an_hour(void)
{
    struct epoll_event event;

    return epoll_wait(epoll_create1(0), &event, 1, 3600 * 1000);
}

static int poll_endless(void)
{
    return poll(NULL, 0, -1);
}

static int sigtimedwait_(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    return sigtimedwait(&set, NULL, NULL);
}

static int semop_(void)
{
    struct sembuf down = { 0, -1, 0 };

    return semop(semget(IPC_PRIVATE, 1, 0600), &down, 1);
}

static int read_(void)
{
    int ends[2];
    char byte;

    return pipe(ends) ? -1 : (int)read(ends[0], &byte, 1);
}

static const struct { const char *name; int (*call)(void); } calls[] = {
    { "sem_clockwait", sem_clockwait_ }, { "cond_clockwait", cond_clockwait }, { "futex_bitset", futex_bitset },
    { "futex_relative", futex_relative }, { "futex_endless", futex_endless }, { "clock_nanosleep", clock_nanosleep_ },
    { "nanosleep", nanosleep_ }, { "epoll_endless", epoll_endless }, { "epoll_for_an_hour", epoll_for_an_hour },
    { "poll_endless", poll_endless }, { "sigtimedwait", sigtimedwait_ }, { "semop", semop_ }, { "read", read_ },
};

static void *run(void *number)
{
    int i = (int)(intptr_t)number, result = calls[i].call();
    const char *error = result == -1 ? strerrorname_np(errno) : "0";

    dprintf(STDOUT_FILENO, "%s=%s\n", calls[i].name, error);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    sigset_t set;
    size_t i;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (i = 0; i < sizeof calls / sizeof *calls; i++)
        pthread_create(&thread, NULL, run, (void *)(intptr_t)i);
    sleep(1);
    dprintf(STDOUT_FILENO, "asleep=1\n");
    pause();
    return 0;
}
