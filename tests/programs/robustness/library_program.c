/* A library that can be executed, like libc. It has no DT_DEBUG, with which a debugger finds the loaded libraries. */
#include "../waits.h"

const char interpreter[] __attribute__((section(".interp"))) = "/lib64/ld-linux-x86-64.so.2";

__attribute__((force_align_arg_pointer)) void start(void)
{
    int64_t before = vt_now(CLOCK_MONOTONIC);

    printf("clock=%ld\n", (long)(before / (1000 * MS)));
    printf("error=%d\n", wait_until("sem_clockwait", before + 50 * MS));
    printf("waited_ms=%ld\n", (long)((vt_now(CLOCK_MONOTONIC) - before) / MS));
    exit(0);
}
