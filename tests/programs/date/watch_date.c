/* Prints the date, and CLOCK_MONOTONIC before and after it was read, once at the start and once for each line of input. */
#include "../virttime_conf.h"

int main(void)
{
    char line[64];

    do {
        int64_t before = vt_now(CLOCK_MONOTONIC), date = vt_now(CLOCK_REALTIME), after = vt_now(CLOCK_MONOTONIC);

        vt_print("before", before);
        vt_print("date", date);
        vt_print("after", after);
    } while (fgets(line, sizeof line, stdin));
    return 0;
}
