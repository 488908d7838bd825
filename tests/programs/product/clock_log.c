/* Prints the clock ten times a second until it is killed. */
#include "../virttime_conf.h"

int main(void)
{
    for (;;) {
        vt_print("clock", vt_now(CLOCK_MONOTONIC));
        usleep(100000);
    }
}
