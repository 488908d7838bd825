/* Prints the monotonic clock and the boottime clock. */
#include "../virttime_conf.h"

int main(void)
{
    vt_print("monotonic", vt_now(CLOCK_MONOTONIC));
    vt_print("boottime", vt_now(CLOCK_BOOTTIME));
    return 0;
}
