/* usage: read_clock
 * Reads a clock, so that the library looks for its config file, and ends. */
#include <time.h>

int main(void)
{
    struct timespec time;
    return clock_gettime(CLOCK_MONOTONIC, &time);
}
