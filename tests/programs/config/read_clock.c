/* usage: read_clock
 * Reads a clock, for which the library looks for its config file. Prints the reading and ends. */
#include <stdio.h>
#include <time.h>

int main(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
        return 1;
    printf("clock=%lld.%09ld\n", (long long)time.tv_sec, time.tv_nsec);
    return 0;
}
