/* Prints the first reading of the clock and how long it took by the host's clock; then how long ten more readings took. */
#include "../virttime_conf.h"

/* Makes the system call by its own instruction, which is not interposed. */
static int64_t host_now(void)
{
    struct timespec now;
    long result;

    __asm__ volatile("syscall" : "=a"(result) : "a"(SYS_clock_gettime), "D"(CLOCK_MONOTONIC), "S"(&now) : "rcx", "r11", "memory");
    return result == 0 ? vt_ns(now) : -1;
}

int main(void)
{
    int64_t start = host_now(), now = vt_now(CLOCK_MONOTONIC);
    int64_t took = host_now() - start;

    vt_print("clock", now);
    vt_print("read_ms", took * 1000);
    start = host_now();
    for (int i = 0; i < 10; i++)
        vt_now(CLOCK_MONOTONIC);
    vt_print("rest_ms", (host_now() - start) * 1000);
    return 0;
}
