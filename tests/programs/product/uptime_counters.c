/* Prints the clock, and then for two and a half seconds each counter, derived from the clock, that overflows. */
#include "../virttime_conf.h"

static void report(const char *counter, int64_t before, int64_t now, int64_t limit)
{
    if (before < limit && now >= limit)
        printf("over=%s\n", counter);
}

int main(void)
{
    int64_t start = vt_now(CLOCK_MONOTONIC), before = start, now;

    vt_print("clock", start);
    do {
        usleep(1000);
        now = vt_now(CLOCK_MONOTONIC);
        report("2^31 ms", before / 1000000, now / 1000000, INT64_C(1) << 31);
        report("2^32 ms", before / 1000000, now / 1000000, INT64_C(1) << 32);
        report("2^53 ns", before, now, INT64_C(1) << 53);
        report("2^31 ticks of 10 ms", before / 10000000, now / 10000000, INT64_C(1) << 31);
        report("2^32 ticks of 10 ms", before / 10000000, now / 10000000, INT64_C(1) << 32);
        before = now;
    } while (now - start < INT64_C(2500000000));
    return 0;
}
