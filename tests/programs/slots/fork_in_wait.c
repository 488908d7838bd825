/*
 * A signal handler that interrupts a wait of 1200 ms forks. The child jumps out of the wait, waits again for 100 ms, and ends. The parent continues
 * its wait, interrupted by more signals. Prints how long the wait took, and how often the slot held another value meanwhile.
 */
#include "../waits.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/wait.h>

static sigjmp_buf before_the_wait;
static volatile pid_t child;
static volatile struct vt_conf *conf;
static int waiter, changes;
static int64_t expected_slot;

static void fork_once(int signal)
{
    (void)signal;
    if (child)
        return;
    child = fork();
    if (!child)
        siglongjmp(before_the_wait, 1);
}

static void *disturb(void *unused)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    for (int i = 0; i < 15; i++) {
        usleep(50000);
        kill(getpid(), SIGUSR1);
        volatile struct timespec *slot = &conf->slot[waiter];
        changes += vt_ns((struct timespec){slot->tv_sec, slot->tv_nsec}) != expected_slot;
    }
    return unused;
}

int main(void)
{
    struct sigaction action = {.sa_handler = fork_once};
    pthread_t disturber;
    int status = 0;

    conf = vt_map(NULL);
    waiter = vt_thread();
    sigaction(SIGUSR1, &action, NULL);
    if (sigsetjmp(before_the_wait, 1)) {
        wait_until("clock_nanosleep", vt_now(CLOCK_MONOTONIC) + 100 * MS);
        _exit(0);
    }
    int64_t start = vt_now(CLOCK_MONOTONIC), deadline = start + 1200 * MS;
    expected_slot = deadline + vt_ns((struct timespec){conf->offset.tv_sec, conf->offset.tv_nsec});
    pthread_create(&disturber, NULL, disturb, NULL);
    wait_until("pthread_cond_clockwait", deadline);
    vt_print("waited_ms", (vt_now(CLOCK_MONOTONIC) - start) * 1000);
    pthread_join(disturber, NULL);
    waitpid(child, &status, 0);
    printf("child_status=%d\nchanges=%d\n", status, changes);
    printf("slot=%lld\nclock=%d\n", (long long)conf->slot[waiter].tv_sec, *vt_clock(conf, waiter));
    return 0;
}
