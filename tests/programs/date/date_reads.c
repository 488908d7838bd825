/*
 * date_reads [ROUNDS PAUSE_MS | watch]: reads the date in all ways of glibc and musl. A line of output is
 *
 *   NAME BEFORE READING AFTER
 *
 * in seconds: the host's clock before, the reading, and the host's clock after. The program reads the host's clock by a system call instruction of
 * its own. It leaves out functions that this libc lacks. watch: reads again for each line of input.
 */
#include "../conformance/vdso.h"
#ifdef __GLIBC__
#include "../no_clock_setting.h"
#endif
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

enum { NANO = 1, MICRO = 1000, MILLI = 1000000, WHOLE = 1000000000 };

static long host_call(long number, long a, long b)
{
    long result;

    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b) : "rcx", "r11", "memory");
    return result;
}

static struct timespec host(clockid_t clock)
{
    struct timespec t = {0, 0};

    host_call(SYS_clock_gettime, clock, (long)&t);
    return t;
}

/* Each reader stores the seconds and a fraction in its own unit, and returns that unit in nanoseconds; 0 if the function is missing. */
struct reading {
    time_t seconds;
    long fraction;
};

struct ntp_time {
    struct timeval time;
    long rest[8];
};

struct old_time {
    time_t time;
    unsigned short millitm;
    short zone, dst;
};

static int unit_of(const struct timex *discipline)
{
    return discipline->status & STA_NANO ? NANO : MICRO;
}

static int keep_time(struct reading *r, long result, struct timespec t)
{
    *r = (struct reading){t.tv_sec, t.tv_nsec};
    return result == 0 ? NANO : -1;
}

static int keep_timeval(struct reading *r, long result, struct timeval t)
{
    *r = (struct reading){t.tv_sec, t.tv_usec};
    return result == 0 ? MICRO : -1;
}

static int keep_discipline(struct reading *r, long result, const struct timex *discipline)
{
    *r = (struct reading){discipline->time.tv_sec, discipline->time.tv_usec};
    return result >= 0 ? unit_of(discipline) : -1;
}

static int libc_clock(struct reading *r, clockid_t clock)
{
    struct timespec t = {0, 0};
    int result = clock_gettime(clock, &t);

    return keep_time(r, result, t);
}

static int raw_clock(struct reading *r, clockid_t clock)
{
    struct timespec t = {0, 0};
    long result = syscall(SYS_clock_gettime, clock, &t);

    return keep_time(r, result, t);
}

static int vdso_clock(struct reading *r, clockid_t clock)
{
    int (*function)(clockid_t, struct timespec *) = find_in_vdso("__vdso_clock_gettime");
    struct timespec t = {0, 0};

    return function ? keep_time(r, function(clock, &t), t) : 0;
}

static int utc(struct reading *r, clockid_t clock)
{
    struct timespec t = {0, 0};
    int base = timespec_get(&t, TIME_UTC);

    (void)clock;
    return keep_time(r, base != TIME_UTC, t);
}

static int time_of_day(struct reading *r, clockid_t clock)
{
    struct timeval t = {0, 0};
    int result = gettimeofday(&t, NULL);

    (void)clock;
    return keep_timeval(r, result, t);
}

static int time_of_day_and_zone(struct reading *r, clockid_t clock)
{
    struct timeval t = {0, 0};
    int zone[2];
    int result = gettimeofday(&t, (void *)zone);

    (void)clock;
    return keep_timeval(r, result, t);
}

static int raw_time_of_day(struct reading *r, clockid_t clock)
{
    struct timeval t = {0, 0};
    long result = syscall(SYS_gettimeofday, &t, NULL);

    (void)clock;
    return keep_timeval(r, result, t);
}

/* From the vDSO's own symbol table, and from the loader. */
static int read_vdso_time_of_day(struct reading *r, void *found)
{
    int (*function)(struct timeval *, void *) = (int (*)(struct timeval *, void *))found;
    struct timeval t = {0, 0};

    return function ? keep_timeval(r, function(&t, NULL), t) : 0;
}

static int vdso_time_of_day(struct reading *r, clockid_t clock)
{
    (void)clock;
    return read_vdso_time_of_day(r, find_in_vdso("__vdso_gettimeofday"));
}

static void *look_up_in_vdso(const char *name)
{
    void *vdso = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD);

    return vdso ? dlsym(vdso, name) : NULL;
}

static int looked_up_time_of_day(struct reading *r, clockid_t clock)
{
    (void)clock;
    return read_vdso_time_of_day(r, look_up_in_vdso("__vdso_gettimeofday"));
}

static int read_vdso_time(struct reading *r, void *found)
{
    time_t (*function)(time_t *) = (time_t (*)(time_t *))found;
    time_t stored = -1;

    if (!function)
        return 0;
    *r = (struct reading){function(&stored), 0};
    return stored == r->seconds ? WHOLE : -1;
}

static int vdso_time(struct reading *r, clockid_t clock)
{
    (void)clock;
    return read_vdso_time(r, find_in_vdso("__vdso_time"));
}

static int looked_up_time(struct reading *r, clockid_t clock)
{
    (void)clock;
    return read_vdso_time(r, look_up_in_vdso("__vdso_time"));
}

static int whole_time(struct reading *r, clockid_t clock)
{
    time_t stored = -1;

    (void)clock;
    *r = (struct reading){time(&stored), 0};
    return stored == r->seconds ? WHOLE : -1;
}

static int returned_time(struct reading *r, clockid_t clock)
{
    (void)clock;
    *r = (struct reading){time(NULL), 0};
    return WHOLE;
}

static int raw_time(struct reading *r, clockid_t clock)
{
    time_t stored = -1;

    (void)clock;
    *r = (struct reading){syscall(SYS_time, &stored), 0};
    return stored == r->seconds ? WHOLE : -1;
}

static int old_time(struct reading *r, clockid_t clock)
{
    int (*function)(struct old_time *) = (int (*)(struct old_time *))dlsym(RTLD_DEFAULT, "ftime");
    struct old_time t = {0, 0, 0, 0};

    (void)clock;
    if (!function)
        return 0;
    int result = function(&t);
    *r = (struct reading){t.time, t.millitm};
    return result == 0 ? MILLI : -1;
}

static int read_ntp_time(struct reading *r, const char *name)
{
    int (*function)(struct ntp_time *) = (int (*)(struct ntp_time *))dlsym(RTLD_DEFAULT, name);
    struct timex discipline = {.modes = 0};
    struct ntp_time t;

    if (!function)
        return 0;
    memset(&t, 0, sizeof t);
    int result = function(&t);
    *r = (struct reading){t.time.tv_sec, t.time.tv_usec};
    adjtimex(&discipline);
    return result >= 0 ? unit_of(&discipline) : -1;
}

static int ntp_time(struct reading *r, clockid_t clock)
{
    (void)clock;
    return read_ntp_time(r, "ntp_gettime");
}

static int ntp_time_and_tai(struct reading *r, clockid_t clock)
{
    (void)clock;
    return read_ntp_time(r, "ntp_gettimex");
}

static int discipline(struct reading *r, clockid_t clock)
{
    struct timex t = {.modes = 0};
    int result = adjtimex(&t);

    (void)clock;
    return keep_discipline(r, result, &t);
}

static int named_discipline(struct reading *r, clockid_t clock)
{
    int (*function)(struct timex *) = (int (*)(struct timex *))dlsym(RTLD_DEFAULT, "ntp_adjtime");
    struct timex t = {.modes = 0};

    (void)clock;
    return function ? keep_discipline(r, function(&t), &t) : 0;
}

static int clock_discipline(struct reading *r, clockid_t clock)
{
    struct timex t = {.modes = 0};
    int result = clock_adjtime(clock, &t);

    return keep_discipline(r, result, &t);
}

static int raw_discipline(struct reading *r, clockid_t clock)
{
    struct timex t = {.modes = 0};
    long result = syscall(SYS_adjtimex, &t);

    (void)clock;
    return keep_discipline(r, result, &t);
}

static int raw_clock_discipline(struct reading *r, clockid_t clock)
{
    struct timex t = {.modes = 0};
    long result = syscall(SYS_clock_adjtime, clock, &t);

    return keep_discipline(r, result, &t);
}

static const struct {
    const char *name;
    int (*read)(struct reading *, clockid_t);
    clockid_t clock;
} readers[] = {
    {"clock_gettime(REALTIME)", libc_clock, CLOCK_REALTIME},
    {"clock_gettime(REALTIME_COARSE)", libc_clock, CLOCK_REALTIME_COARSE},
    {"clock_gettime(REALTIME_ALARM)", libc_clock, CLOCK_REALTIME_ALARM},
    {"clock_gettime(TAI)", libc_clock, CLOCK_TAI},
    {"syscall(clock_gettime,REALTIME)", raw_clock, CLOCK_REALTIME},
    {"syscall(clock_gettime,REALTIME_COARSE)", raw_clock, CLOCK_REALTIME_COARSE},
    {"syscall(clock_gettime,TAI)", raw_clock, CLOCK_TAI},
    {"vdso_clock_gettime(REALTIME)", vdso_clock, CLOCK_REALTIME},
    {"vdso_clock_gettime(REALTIME_COARSE)", vdso_clock, CLOCK_REALTIME_COARSE},
    {"vdso_clock_gettime(TAI)", vdso_clock, CLOCK_TAI},
    {"timespec_get", utc, CLOCK_REALTIME},
    {"gettimeofday", time_of_day, CLOCK_REALTIME},
    {"gettimeofday(zone)", time_of_day_and_zone, CLOCK_REALTIME},
    {"syscall(gettimeofday)", raw_time_of_day, CLOCK_REALTIME},
    {"vdso_gettimeofday", vdso_time_of_day, CLOCK_REALTIME},
    {"vdso_gettimeofday(dlsym)", looked_up_time_of_day, CLOCK_REALTIME},
    {"time", whole_time, CLOCK_REALTIME},
    {"time(NULL)", returned_time, CLOCK_REALTIME},
    {"syscall(time)", raw_time, CLOCK_REALTIME},
    {"vdso_time", vdso_time, CLOCK_REALTIME},
    {"vdso_time(dlsym)", looked_up_time, CLOCK_REALTIME},
    {"ftime", old_time, CLOCK_REALTIME},
    {"ntp_gettime", ntp_time, CLOCK_REALTIME},
    {"ntp_gettimex", ntp_time_and_tai, CLOCK_REALTIME},
    {"adjtimex", discipline, CLOCK_REALTIME},
    {"ntp_adjtime", named_discipline, CLOCK_REALTIME},
    {"clock_adjtime", clock_discipline, CLOCK_REALTIME},
    {"syscall(adjtimex)", raw_discipline, CLOCK_REALTIME},
    {"syscall(clock_adjtime)", raw_clock_discipline, CLOCK_REALTIME},
};

/* An alarm clock exists only on a machine with a clock device that can wake it. */
static int is_missing(clockid_t clock)
{
    struct timespec t;

    return host_call(SYS_clock_gettime, clock, (long)&t) != 0;
}

static void read_all(void)
{
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        struct reading r = {0, 0};

        if (is_missing(readers[i].clock))
            continue;
        struct timespec before = host(readers[i].clock);
        int unit = readers[i].read(&r, readers[i].clock);
        struct timespec after = host(readers[i].clock);
        if (unit == 0)
            continue;
        if (unit < 0)
            printf("%s failed: %s\n", readers[i].name, strerror(errno));
        else
            printf("%s %lld.%09ld %lld.%09ld %lld.%09ld\n", readers[i].name, (long long)before.tv_sec, before.tv_nsec,
                   (long long)r.seconds, r.fraction * unit, (long long)after.tv_sec, after.tv_nsec);
    }
    printf("end\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    int rounds = argc == 3 ? atoi(argv[1]) : 1, pause = argc == 3 ? atoi(argv[2]) : 0;

#ifdef __GLIBC__
    forbid_setting_the_clock();
#endif
    for (int i = 0; i < rounds; i++) {
        read_all();
        usleep(pause * 1000);
    }
    if (argc == 2)
        while (getchar() != EOF)
            read_all();
    return 0;
}
