/* Prints how far the host's wall clock is ahead of CLOCK_MONOTONIC_RAW, which cannot be set or slewed. */
#include "../virttime_conf.h"

int main(void)
{
    int64_t before = vt_now(CLOCK_MONOTONIC_RAW), wall = vt_now(CLOCK_REALTIME), after = vt_now(CLOCK_MONOTONIC_RAW);

    vt_print("ahead", wall - (before + after) / 2);
    return 0;
}
