/* A library whose constructor reads the clock and waits, possibly before the interposer's own constructor runs. */
#include "../waits.h"

__attribute__((constructor)) static void start(void)
{
    int64_t start = vt_now(CLOCK_MONOTONIC);

    vt_print("constructor", start);
    wait_until("clock_nanosleep", start + 300 * MS);
    vt_print("constructor_ms", (vt_now(CLOCK_MONOTONIC) - start) * 1000);
}

/* A symbol to link with. */
int early_constructor(void)
{
    return 0;
}
