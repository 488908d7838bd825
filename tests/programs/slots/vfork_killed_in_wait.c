/* A vfork child is killed while it waits. Its parent's thread continues. */
#include "left_wait.h"

#include <sys/wait.h>

static volatile pid_t child;

static void *kill_child(void *unused)
{
    while (!child)
        usleep(1000);
    usleep(200000);
    kill(child, SIGKILL);
    return unused;
}

__attribute__((noinline)) static int run_child(void)
{
    pid_t started = vfork();
    int status = 0;

    if (started == 0) {
        child = getpid();
        wait_until("clock_nanosleep", vt_now(CLOCK_MONOTONIC) + 8000 * MS);
        _exit(0);
    }
    waitpid(started, &status, 0);
    return status;
}

static void *wait_in_child(void *unused)
{
    pthread_t killer;

    pthread_create(&killer, NULL, kill_child, NULL);
    printf("killed=%d\n", WTERMSIG(run_child()) == SIGKILL);
    pthread_join(killer, NULL);
    (void)unused;
    return end_thread("clock_nanosleep");
}

int main(void)
{
    return run_thread(wait_in_child, NULL, SIG_IGN);
}
