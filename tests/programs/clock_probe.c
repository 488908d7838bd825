/* Prints the clock, and how long a wait takes by that clock and by the wall clock. */
#include "waits.h"

int main(void)
{
    int64_t start = vt_now(CLOCK_MONOTONIC), wall = vt_now(CLOCK_REALTIME);

    vt_print("clock", start);
    wait_until("clock_nanosleep", start + 300 * MS);
    vt_print("slept_ms", (vt_now(CLOCK_MONOTONIC) - start) * 1000);
    vt_print("wall_ms", (vt_now(CLOCK_REALTIME) - wall) * 1000);
    wall = vt_now(CLOCK_REALTIME);
    wait_until("pthread_cond_timedwait", vt_now(CLOCK_MONOTONIC) + 300 * MS);
    vt_print("waited_ms", (vt_now(CLOCK_REALTIME) - wall) * 1000);
    return 0;
}
