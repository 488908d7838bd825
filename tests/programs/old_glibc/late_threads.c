/* late_threads PLUGIN [local]: a program without threads that loads a plugin linked with libpthread. Prints the clock, and the wait. */
#include <dlfcn.h>
#include <stdio.h>
#include <time.h>

int main(int argc, char **argv)
{
    void *plugin = argc > 1 ? dlopen(argv[1], RTLD_NOW | (argc == 2 ? RTLD_GLOBAL : RTLD_LOCAL)) : NULL;
    int (*wait_300ms)(void) = plugin ? (int (*)(void))dlsym(plugin, "wait_300ms") : NULL;
    struct timespec start, end;

    if (!wait_300ms) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    clock_gettime(CLOCK_REALTIME, &start);
    printf("error=%d\n", wait_300ms());
    clock_gettime(CLOCK_REALTIME, &end);
    printf("waited_ms=%.1f\n", (end.tv_sec - start.tv_sec) * 1e3 + (end.tv_nsec - start.tv_nsec) / 1e6);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("clock=%lld\n", (long long)end.tv_sec);
    return 0;
}
