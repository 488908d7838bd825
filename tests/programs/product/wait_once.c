/* usage: wait_once
 * Waits until a time that is 3 s away, and prints the clock then. */
#include <stdio.h>
#include <time.h>

int main(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_sec += 3;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0)
        ;
    clock_gettime(CLOCK_MONOTONIC, &time);
    printf("%lld.%09ld\n", (long long)time.tv_sec, time.tv_nsec);
    return 0;
}
