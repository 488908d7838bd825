/*
 * All functions that return the time or the uptime. PROBE_EXPECTED is a list in the order of the clocks' ids: by how many nanoseconds CLOCK_REALTIME
 * is expected to be ahead of each clock. Without it, the probe prints that list.
 */
#include "probe.h"
#include "vdso.h"
#include <fcntl.h>
#include <sys/sysinfo.h>
#include <sys/times.h>

#define CLOCKS 12
#define TICKS CLOCKS    /* times(2), at the index after the clocks */

static int64_t expected[CLOCKS + 1];

struct reader {
    const char *function;
    clockid_t clock;
    int (*read)(clockid_t, struct timespec *);
};

static int raw_read(clockid_t clock, struct timespec *t)
{
    return syscall(SYS_clock_gettime, clock, t);
}

static int read_vdso(clockid_t clock, struct timespec *t)
{
    static int (*function)(clockid_t, struct timespec *);

    if (!function)
        function = find_in_vdso("__vdso_clock_gettime");
    if (!function)
        return -2;
    int result = function(clock, t);
    errno = result < 0 ? -result : errno;
    return result < 0 ? -1 : result;
}

/* Prints whether a reading is the expected one; if not, by how many seconds it is ahead. */
static void say_reading(const char *what, int64_t reading, int64_t ahead_by)
{
    int64_t difference = reading - (now(CLOCK_REALTIME) - ahead_by);

    if (difference > -SECOND && difference < SECOND)
        say(what, "as expected");
    else
        say(what, "%+lld s", (long long)(difference / SECOND));
}

static void reading(const void *subject)
{
    const struct reader *r = subject;
    struct timespec t = {4711, 4712};
    bool wall = r->clock < 0 || r->clock >= CLOCKS || r->clock == CLOCK_PROCESS_CPUTIME_ID || r->clock == CLOCK_THREAD_CPUTIME_ID;

    errno = 4711;
    int result = r->read(r->clock, &t);
    if (result == 0)
        say("errno", "%d", errno);
    say_result("result", result);
    say("nanoseconds", "%s", t.tv_nsec >= 0 && t.tv_nsec < SECOND ? "in range" : "out of range");
    if (result == 0 && wall)
        say("reading", "%s", in_ns(t) < 60 * SECOND ? "small" : "large");
    else if (result == 0)
        say_reading("reading", in_ns(t), expected[r->clock]);
}

/* The clock never runs back, and all ways to read it show the same clock. */
static void steadiness(const void *subject)
{
    const struct reader *r = subject;
    int64_t last = 0;
    int backwards = 0;

    for (int i = 0; i < 3000; i++) {
        struct timespec t = {0, 0};

        r->read(r->clock, &t);
        backwards += in_ns(t) < last;
        last = in_ns(t);
        if (r->clock != CLOCK_THREAD_CPUTIME_ID)
            (i % 2 ? clock_gettime : raw_read)(r->clock, &t);
        backwards += in_ns(t) < last;
        last = in_ns(t);
    }
    say("backwards", "%d", backwards);
}

static void no_result(const void *subject)
{
    const struct reader *r = subject;

    say_result("null", r->read(r->clock, NULL));
}

static void bad_result(const void *subject)
{
    const struct reader *r = subject;

    say_result("bad", r->read(r->clock, (struct timespec *)8));
}

static void read_only_result(const void *subject)
{
    static const struct timespec constant = {1, 2};
    const struct reader *r = subject;

    say_result("read-only", r->read(r->clock, (struct timespec *)&constant));
}

static void resolution(const void *subject)
{
    const struct reader *r = subject;
    struct timespec t = {4711, 4712};

    say_result("result", clock_getres(r->clock, &t));
    say("resolution", "%ld.%09ld", (long)t.tv_sec, t.tv_nsec);
}

#include "probe_reads_uptime.h"

static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
    CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_REALTIME_ALARM, CLOCK_BOOTTIME_ALARM,
    10, CLOCK_TAI, 12, 16, 31, 32, 33, 39, 64, 263, INT32_MAX, INT32_MIN,
    -1 /* a descriptor's, closed */, -2 /* this thread's CPU time */, -6 /* this process's */, -797 /* that of a missing process */};

static void probe_reader(const struct reader *r)
{
    probe(r->function, r->clock, "reading", reading, r);
    probe(r->function, r->clock, "steadiness", steadiness, r);
    probe(r->function, r->clock, "no result", no_result, r);
    probe(r->function, r->clock, "bad result", bad_result, r);
    probe(r->function, r->clock, "read-only result", read_only_result, r);
}

int main(void)
{
    static struct reader readers[COUNT(clocks) * 4];
    int count = 0;

    if (!getenv("PROBE_EXPECTED"))
        return print_reference();
    read_expectations(getenv("PROBE_EXPECTED"));
    for (size_t i = 0; i < COUNT(clocks); i++) {
        readers[count] = (struct reader){"clock_gettime", clocks[i], clock_gettime};
        probe_reader(&readers[count++]);
        readers[count] = (struct reader){"syscall(clock_gettime)", clocks[i], raw_read};
        probe_reader(&readers[count++]);
        readers[count] = (struct reader){"vDSO", clocks[i], read_vdso};
        probe_reader(&readers[count++]);
        readers[count] = (struct reader){"clock_getres", clocks[i], NULL};
        probe("clock_getres", clocks[i], "resolution", resolution, &readers[count++]);
    }
    probe_uptime();
    return end_probes();
}
