/* A signal handler leaves a wait by setcontext. */
#include "left_wait.h"

#include <ucontext.h>

static ucontext_t before_the_wait;
static volatile int left;

static void leave(int signal)
{
    (void)signal;
    left = 1;
    setcontext(&before_the_wait);
}

static void *wait_and_leave(void *unused)
{
    getcontext(&before_the_wait);
    if (!left) {
        ualarm(200000, 0);
        wait_until("clock_nanosleep", vt_now(CLOCK_MONOTONIC) + 3000 * MS);
    }
    printf("left=%d\n", left);
    (void)unused;
    return end_thread("clock_nanosleep");
}

int main(void)
{
    return run_thread(wait_and_leave, NULL, leave);
}
