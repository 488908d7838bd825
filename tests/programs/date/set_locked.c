/*
 * set_locked SECONDS: sets the clock, with a signal every 100 ms. Prints the errno, how long the call took by the monotonic clock, and how many
 * signals arrived meanwhile. Always run it by guarded.
 */
#include "../virttime_conf.h"
#include <errno.h>
#include <signal.h>
#include <sys/time.h>

static volatile int signals;

static void count(int signal)
{
    (void)signal;
    signals++;
}

int main(int argc, char **argv)
{
    struct timespec time = {argc > 1 ? atoll(argv[1]) : 0, 0};
    struct itimerval every100ms = {{0, 100000}, {0, 100000}}, none = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = count};
    int64_t start = vt_now(CLOCK_MONOTONIC);
    int error;

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every100ms, NULL);
    error = clock_settime(CLOCK_REALTIME, &time) ? errno : 0;
    setitimer(ITIMER_REAL, &none, NULL);
    printf("error=%d\n", error);
    vt_print("took_ms", (vt_now(CLOCK_MONOTONIC) - start) * 1000);
    printf("signals=%d\n", signals);
    return 0;
}
