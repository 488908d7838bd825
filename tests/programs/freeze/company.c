/*
 * company KIND: a thread waits for an hour and then ends the program. Meanwhile the first thread makes the process hard to stop:
 *
 *   threads, forks, execs   creates threads, or children that end or execute a program, without end
 *   vfork                   a child that shares its memory sleeps for two seconds and then executes a program
 *   leader                  ends, so that only the other thread is left
 *   epoll, sigwait          waits without a timeout, and notes whether it is interrupted
 *   handled, ignored        signals keep arriving; only a handled signal may end the wait
 */
#include "../waits.h"
#include <signal.h>
#include <sys/epoll.h>
#include <sys/wait.h>

static volatile int signals, handled, disturbed;

static void *wait_an_hour(void *deadline)
{
    wait_until("clock_nanosleep", *(int64_t *)deadline);
    printf("woken=%d\nhandled=%d\ndisturbed=%d\n", vt_now(CLOCK_MONOTONIC) >= *(int64_t *)deadline, handled > 0, disturbed);
    fflush(stdout);
    _exit(0);
}

static void *nothing(void *unused)
{
    return unused;
}

static void run_true(int milliseconds)
{
    pid_t child = vfork();

    if (child == 0) {
        struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * MS};
        if (milliseconds)
            nanosleep(&pause, NULL);
        execl("/bin/true", "true", NULL);
        _exit(1);
    }
    waitpid(child, NULL, 0);
}

static void count(int signal)
{
    (void)signal;
    signals++;
}

static void send_signals(int signal)
{
    pid_t parent = getpid();

    if (fork() == 0) {
        struct timespec pause = {0, MS};
        for (int i = 0; i < 1000 && getppid() == parent; i++, nanosleep(&pause, NULL))
            kill(parent, signal);
        _exit(0);
    }
}

/* Only a handled signal makes the wait return. */
static void wait_with_signals(void)
{
    struct sigaction action = {.sa_handler = count};
    sem_t semaphore;

    sigaction(SIGUSR1, &action, NULL);
    sem_init(&semaphore, 0, 0);
    send_signals(SIGUSR1);
    for (;;) {
        struct timespec deadline = vt_timespec(vt_now(CLOCK_MONOTONIC) + INT64_C(30) * 86400 * 1000 * MS);
        int before = signals;
        sem_clockwait(&semaphore, CLOCK_MONOTONIC, &deadline);
        if (errno == EINTR && signals != before)
            handled++;
        else
            disturbed++;
    }
}

static void wait_for_a_signal(void)
{
    sigset_t awaited;

    sigemptyset(&awaited);
    sigaddset(&awaited, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &awaited, NULL);
    if (sigwaitinfo(&awaited, NULL) < 0)
        disturbed++;
}

int main(int argc, char **argv)
{
    const char *kind = argc == 2 ? argv[1] : "";
    int64_t deadline = vt_now(CLOCK_MONOTONIC) + 3600 * 1000 * MS;
    pthread_t waiter, other;
    struct epoll_event event;

    pthread_create(&waiter, NULL, wait_an_hour, &deadline);
    if (!strcmp(kind, "ignored"))
        send_signals(SIGWINCH);
    printf("pid=%d\n", getpid());
    fflush(stdout);
    while (!strcmp(kind, "threads")) {
        pthread_create(&other, NULL, nothing, NULL);
        pthread_join(other, NULL);
    }
    while (!strcmp(kind, "forks")) {
        if (fork() == 0)
            _exit(0);
        wait(NULL);
    }
    while (!strcmp(kind, "execs"))
        run_true(0);
    if (!strcmp(kind, "vfork"))
        run_true(2000);
    if (!strcmp(kind, "leader"))
        pthread_exit(NULL);
    if (!strcmp(kind, "epoll") && epoll_wait(epoll_create1(0), &event, 1, -1) < 0)
        disturbed++;
    if (!strcmp(kind, "sigwait"))
        wait_for_a_signal();
    if (!strcmp(kind, "handled"))
        wait_with_signals();
    pthread_join(waiter, NULL);
    return 0;
}
