/*
 * set_storm SECONDS MILLISECONDS: sets the clock to slightly later dates after SECONDS, again and again, for this long by the monotonic clock, while
 * a signal handler reads the date. Always run it by guarded. Prints how often the date was set, how often the handler read it, and how many of these
 * readings no call had set.
 */
#include "../virttime_conf.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

enum { SPAN = 100000 };

static volatile int64_t reads, wrong;
static time_t first;

static void judge(time_t seconds)
{
    reads++;
    wrong += seconds < first || seconds > first + SPAN;
}

static void read_clocks(int signal)
{
    struct timespec t;
    struct timeval v;
    int error = errno;

    (void)signal;
    clock_gettime(CLOCK_REALTIME, &t);
    judge(t.tv_sec);
    gettimeofday(&v, NULL);
    judge(v.tv_sec);
    judge(time(NULL));
    errno = error;
}

int main(int argc, char **argv)
{
    struct itimerval often = {{0, 200}, {0, 200}};
    long sets = 0;

    if (argc != 3)
        return 2;
    first = atoll(argv[1]);
    int64_t end = vt_now(CLOCK_MONOTONIC) + atoll(argv[2]) * 1000000;
    clock_settime(CLOCK_REALTIME, &(struct timespec){first, 0});
    signal(SIGALRM, read_clocks);
    setitimer(ITIMER_REAL, &often, NULL);
    while (vt_now(CLOCK_MONOTONIC) < end) {
        struct timespec t = {first + sets % 1000, sets % 1000 * 999999};
        if (clock_settime(CLOCK_REALTIME, &t)) {
            perror("clock_settime");
            return 1;
        }
        sets++;
    }
    printf("sets=%ld\nreads=%lld\nwrong=%lld\n", sets, (long long)reads, (long long)wrong);
    return 0;
}
