/*
 * requested_waits [disturbed]: prints its thread id. For each line of input, `FUNCTION MILLISECONDS`, it prints the deadline, waits, and prints how
 * long it waited. With `disturbed`, a signal arrives every 20 ms, so that a wait begins again and again.
 */
#include "../waits.h"

#include <signal.h>
#include <sys/time.h>

static void ignore(int signal)
{
    (void)signal;
}

int main(int argc, char **argv)
{
    char function[64];
    int milliseconds;

    (void)argv;
    if (argc > 1) {
        struct itimerval every20ms = {{0, 20000}, {0, 20000}};
        struct sigaction action = {.sa_handler = ignore, .sa_flags = SA_RESTART};

        sigaction(SIGALRM, &action, NULL);
        setitimer(ITIMER_REAL, &every20ms, NULL);
    }
    printf("thread=%d\n", vt_thread());
    fflush(stdout);
    while (scanf("%63s %d", function, &milliseconds) == 2) {
        int64_t wall = vt_now(CLOCK_REALTIME), deadline = vt_now(CLOCK_MONOTONIC) + milliseconds * MS;

        vt_print("deadline", deadline);
        wait_until(function, deadline);
        vt_print("waited_ms", (vt_now(CLOCK_REALTIME) - wall) * 1000);
    }
    return 0;
}
