/* Reads a clock to where nothing can be written. Only a read that is a system call has an answer to that. */
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
