/* Prints what the clock reads first, and how long that read took, by the wall clock. */
#include "virttime_conf.h"

int main(void)
{
    int64_t wall = vt_now(CLOCK_REALTIME), now = vt_now(CLOCK_MONOTONIC);
    int64_t took = vt_now(CLOCK_REALTIME) - wall;

    vt_print("clock", now);
    vt_print("read_ms", took * 1000);
    return 0;
}
