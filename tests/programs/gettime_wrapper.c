/* A library that wraps clock_gettime and clock_nanosleep, as profilers and other preloaded libraries do. */
#include <dlfcn.h>
#include <time.h>

static int (*next_gettime)(clockid_t, struct timespec *);
static int (*next_nanosleep)(clockid_t, int, const struct timespec *, struct timespec *);

__attribute__((constructor)) static void start(void)
{
    next_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    next_nanosleep = (int (*)(clockid_t, int, const struct timespec *, struct timespec *))dlsym(RTLD_NEXT, "clock_nanosleep");
}

int clock_gettime(clockid_t clock, struct timespec *result)
{
    if (!next_gettime)
        start();
    return next_gettime(clock, result);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *remaining)
{
    if (!next_nanosleep)
        start();
    return next_nanosleep(clock, flags, request, remaining);
}
