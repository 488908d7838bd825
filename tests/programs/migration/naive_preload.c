/*
 * An interposer with the race that the library must not have: it reads the offset once, separately from the clock, and publishes no deadline. The
 * migration tests run it to show that they detect the race.
 */
#include "../virttime_conf.h"
#include <dlfcn.h>

static volatile struct vt_conf *conf;
static int (*real_gettime)(clockid_t, struct timespec *);
static int (*real_nanosleep)(clockid_t, int, const struct timespec *, struct timespec *);

__attribute__((constructor)) static void start(void)
{
    conf = vt_map(NULL);
    real_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    real_nanosleep = (int (*)(clockid_t, int, const struct timespec *, struct timespec *))dlsym(RTLD_NEXT, "clock_nanosleep");
}

static struct timespec offset(void)
{
    return (struct timespec){conf->offset.tv_sec, conf->offset.tv_nsec};
}

int clock_gettime(clockid_t clock, struct timespec *result)
{
    int error = real_gettime(clock, result);

    if (!error)
        *result = vt_timespec(vt_ns(*result) - vt_ns(offset()));
    return error;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *remaining)
{
    struct timespec deadline = *request;

    if (flags & TIMER_ABSTIME)
        deadline = vt_timespec(vt_ns(deadline) + vt_ns(offset()));
    return real_nanosleep(clock, flags, &deadline, remaining);
}
