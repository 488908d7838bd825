/* Prints the clock, once at the start and once for each line of input. */
#include "virttime_conf.h"

int main(void)
{
    char line[64];

    do {
        vt_print("clock", vt_now(CLOCK_MONOTONIC));
    } while (fgets(line, sizeof line, stdin));
    return 0;
}
