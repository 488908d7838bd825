/* Prints the clock as libc reads it, and as the vDSO in the auxiliary vector reads it; -1 if there is no vDSO. */
#include "conformance/vdso.h"

#include <stdio.h>
#include <time.h>

int main(void)
{
    int (*read_clock)(clockid_t, struct timespec *) = (int (*)(clockid_t, struct timespec *))find_in_vdso("__vdso_clock_gettime");
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("libc=%lld\n", (long long)now.tv_sec);
    now.tv_sec = -1;
    if (read_clock)
        read_clock(CLOCK_MONOTONIC, &now);
    printf("vdso=%lld\n", (long long)now.tv_sec);
    return 0;
}
