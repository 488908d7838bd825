/* Reads a clock into memory that cannot be written. Only a system call can return an error for that. */
#include "virttime_conf.h"
#include <errno.h>

int main(void)
{
    int clocks[] = {CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME};

    for (int i = 0; i < 4; i++) {
        errno = 0;
        int result = clock_gettime(clocks[i], (struct timespec *)8);
        printf("clock_%d=%d\n", clocks[i], result == -1 ? errno : -1);
    }
    return 0;
}
