/*
 * set_date SECONDS WAY...: sets the clock in each of the ways, first to SECONDS, and each next time to 10000 s more. Always run it by guarded.
 * Prints
 *
 *   WAY ERRNO REALTIME MONOTONIC
 *
 * where the errno is 0 for success, and libc reads the clocks afterwards.
 */
#include "../virttime_conf.h"
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <sys/timex.h>

static struct timespec time_to_set;
static struct timeval timeval_to_set;

/* The version of stime that a program uses which was linked before glibc 2.31. */
__asm__(".symver bound_stime, stime@GLIBC_2.2.5");
int bound_stime(const time_t *time);

typedef int set_time_t(const time_t *time);

static int by_clock_settime(void) { return clock_settime(CLOCK_REALTIME, &time_to_set); }
static int by_settimeofday(void) { return settimeofday(&timeval_to_set, NULL); }
static int by_bound_stime(void) { return bound_stime(&time_to_set.tv_sec); }
static int by_raw_clock_settime(void) { return syscall(SYS_clock_settime, CLOCK_REALTIME, &time_to_set); }
static int by_raw_settimeofday(void) { return syscall(SYS_settimeofday, &timeval_to_set, NULL); }

static int by_looked_up_stime(void)
{
    set_time_t *function = (set_time_t *)dlvsym(RTLD_DEFAULT, "stime", "GLIBC_2.2.5");

    return function(&time_to_set.tv_sec);
}

static int by_stime_of_libc(void)
{
    set_time_t *function = (set_time_t *)dlvsym(dlopen("libc.so.6", RTLD_LAZY), "stime", "GLIBC_2.2.5");

    return function(&time_to_set.tv_sec);
}

static int by_settimeofday_of_libc(void)
{
    int (*function)(const struct timeval *, void *) =
        (int (*)(const struct timeval *, void *))dlsym(dlopen("libc.so.6", RTLD_LAZY), "settimeofday");

    return function(&timeval_to_set, NULL);
}

/* Changes that the library refuses. */
static struct timex step = {.modes = ADJ_SETOFFSET, .time = {1, 0}};
static struct timex slew = {.modes = ADJ_OFFSET_SINGLESHOT, .offset = 1};
static const struct timeval delta = {1, 0};
static const int zone[2] = {60, 0};

static int zone_only(void) { return settimeofday(NULL, (const void *)zone); }
static int time_and_zone(void) { return settimeofday(&timeval_to_set, (const void *)zone); }
static int raw_zone(void) { return syscall(SYS_settimeofday, NULL, zone); }
static int by_adjtimex(void) { return adjtimex(&step); }
static int by_slewing_adjtimex(void) { return adjtimex(&slew); }
static int by_ntp_adjtime(void) { return ntp_adjtime(&step); }
static int by_internal_adjtimex(void)
{
    int (*function)(struct timex *) = (int (*)(struct timex *))dlsym(RTLD_DEFAULT, "__adjtimex");
    return function(&step);
}
static int by_clock_adjtime(void) { return clock_adjtime(CLOCK_REALTIME, &step); }
static int by_raw_adjtimex(void) { return syscall(SYS_adjtimex, &step); }
static int by_raw_clock_adjtime(void) { return syscall(SYS_clock_adjtime, CLOCK_REALTIME, &step); }
static int by_stepping_under_a_reading_mode(void)
{
    static struct timex both = {.modes = ADJ_OFFSET_SS_READ | ADJ_SETOFFSET, .time = {1, 0}};
    return adjtimex(&both);
}
static int by_adjtime(void) { return adjtime(&delta, NULL); }

/* Calls that only read. */
static struct timex reading, slewing = {.modes = ADJ_OFFSET_SS_READ};
static struct timeval left;

static int read_adjtime(void) { return adjtime(NULL, &left); }
static int read_adjtimex(void) { return adjtimex(&reading); }
static int read_slew(void) { return adjtimex(&slewing); }
static int read_ntp_adjtime(void) { return ntp_adjtime(&reading); }
static int read_clock_adjtime(void) { return clock_adjtime(CLOCK_REALTIME, &reading); }
static int read_raw_adjtimex(void) { return syscall(SYS_adjtimex, &reading); }

/* Arguments that are always an error. */
static const struct timespec bad_times[] = {{1, -1}, {1, 1000000000}, {-1, 0}, {8277292036, 0}};
static const struct timeval bad_timevals[] = {{1, -1}, {1, 1000000}, {-1, 0}, {INT64_MAX, 0}};

static int negative_nanoseconds(void) { return clock_settime(CLOCK_REALTIME, &bad_times[0]); }
static int too_many_nanoseconds(void) { return clock_settime(CLOCK_REALTIME, &bad_times[1]); }
static int before_1970(void) { return clock_settime(CLOCK_REALTIME, &bad_times[2]); }
static int negative_microseconds(void) { return settimeofday(&bad_timevals[0], NULL); }
static int too_many_microseconds(void) { return settimeofday(&bad_timevals[1], NULL); }
static int timeval_before_1970(void) { return settimeofday(&bad_timevals[2], NULL); }
static int in_2232(void) { return clock_settime(CLOCK_REALTIME, &bad_times[3]); }
static int beyond_any_date(void) { return settimeofday(&bad_timevals[3], NULL); }
static int no_time(void) { return syscall(SYS_clock_settime, CLOCK_REALTIME, NULL); }
static int bad_pointer(void) { return clock_settime(CLOCK_REALTIME, (const struct timespec *)8); }
static int raw_bad_pointer(void) { return syscall(SYS_settimeofday, 8, NULL); }
static int bad_timex(void) { return syscall(SYS_adjtimex, 8); }
static int monotonic(void) { return clock_settime(CLOCK_MONOTONIC, &time_to_set); }
static int tai(void) { return clock_settime(CLOCK_TAI, &time_to_set); }
static int unknown_clock(void) { return clock_settime(99, &time_to_set); }

#define WAY(name) {#name, name}
static const struct {
    const char *name;
    int (*set)(void);
} ways[] = {
    WAY(by_clock_settime), WAY(by_settimeofday), WAY(by_bound_stime), WAY(by_raw_clock_settime), WAY(by_raw_settimeofday),
    WAY(by_looked_up_stime), WAY(by_stime_of_libc), WAY(by_settimeofday_of_libc), WAY(zone_only), WAY(time_and_zone), WAY(raw_zone),
    WAY(by_adjtimex), WAY(by_slewing_adjtimex), WAY(by_ntp_adjtime), WAY(by_internal_adjtimex), WAY(by_clock_adjtime), WAY(by_raw_adjtimex), WAY(by_raw_clock_adjtime),
    WAY(by_stepping_under_a_reading_mode), WAY(by_adjtime), WAY(read_adjtime), WAY(read_adjtimex), WAY(read_slew), WAY(read_ntp_adjtime), WAY(read_clock_adjtime),
    WAY(read_raw_adjtimex), WAY(negative_nanoseconds), WAY(too_many_nanoseconds), WAY(before_1970),
    WAY(negative_microseconds), WAY(too_many_microseconds), WAY(timeval_before_1970), WAY(in_2232), WAY(beyond_any_date), WAY(no_time), WAY(bad_pointer), WAY(raw_bad_pointer),
    WAY(bad_timex), WAY(monotonic), WAY(tai), WAY(unknown_clock),
};

static void set(const char *way)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct timespec realtime, now;

        if (strcmp(ways[i].name, way))
            continue;
        int error = ways[i].set() < 0 ? errno : 0;
        clock_gettime(CLOCK_REALTIME, &realtime);
        clock_gettime(CLOCK_MONOTONIC, &now);
        printf("%s %d %lld.%09ld %lld.%09ld\n", way, error, (long long)realtime.tv_sec, realtime.tv_nsec, (long long)now.tv_sec, now.tv_nsec);
        fflush(stdout);
        return;
    }
    fprintf(stderr, "%s: no such way\n", way);
    exit(2);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    for (int i = 2; i < argc; i++) {
        time_to_set.tv_sec = timeval_to_set.tv_sec = atoll(argv[1]) + 10000 * (i - 2);
        set(argv[i]);
    }
    return 0;
}
