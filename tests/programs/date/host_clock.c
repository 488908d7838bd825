/* Prints by how much the host's wall clock is ahead of the clock that nobody can set or slew. */
#include "../virttime_conf.h"

int main(void)
{
    int64_t before = vt_now(CLOCK_MONOTONIC_RAW), wall = vt_now(CLOCK_REALTIME), after = vt_now(CLOCK_MONOTONIC_RAW);

    vt_print("ahead", wall - (before + after) / 2);
    return 0;
}
