/* A vfork child, which shares its parent's memory but not its descriptors, puts a monotonic timerfd at the number of the parent's realtime one. */
#include "../waits.h"
#include <poll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

int main(void)
{
    int realtime = timerfd_create(CLOCK_REALTIME, 0), monotonic = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec value = {0};

    if (vfork() == 0) {
        dup2(monotonic, realtime);
        execl("/bin/true", "true", NULL);
        _exit(127);
    }
    wait(NULL);

    int64_t start = vt_now(CLOCK_MONOTONIC);
    value.it_value = vt_timespec(vt_now(CLOCK_REALTIME) + 300 * MS);
    if (timerfd_settime(realtime, TFD_TIMER_ABSTIME, &value, NULL) != 0)
        return 1;
    poll(&(struct pollfd){realtime, POLLIN, 0}, 1, 5000);
    printf("fired_ms=%ld\n", (long)((vt_now(CLOCK_MONOTONIC) - start) / MS));
    return 0;
}
