/* The part of probe_reads.c for uptime, clock ticks, C's own clocks, and the reference list. */

static int64_t ticks_in_ns(void)
{
    return times(&(struct tms){0}) * (SECOND / sysconf(_SC_CLK_TCK));
}

static int print_reference(void)
{
    for (clockid_t clock = 0; clock < CLOCKS; clock++)
        printf("%lld,", (long long)(now(CLOCK_REALTIME) - now(clock)));
    printf("%lld\n", (long long)(now(CLOCK_REALTIME) - ticks_in_ns()));
    return 0;
}

static void read_expectations(const char *list)
{
    for (int i = 0; i <= CLOCKS && *list; i++) {
        char *end;

        expected[i] = strtoll(list, &end, 10);
        list = *end ? end + 1 : end;
    }
}

static void say_uptime(int result, const struct sysinfo *info)
{
    say_result("result", result);
    if (result == 0)
        say_reading("uptime", info->uptime * SECOND - SECOND / 2, expected[CLOCK_BOOTTIME]);
    say("memory", "%s", result == 0 && info->totalram > 0 ? "told" : "not told");
}

static void uptime(const void *subject)
{
    struct sysinfo info = {0};

    (void)subject;
    say_uptime(sysinfo(&info), &info);
}

static void raw_uptime(const void *subject)
{
    struct sysinfo info = {0};

    (void)subject;
    say_uptime(syscall(SYS_sysinfo, &info), &info);
}

static void bad_uptime(const void *subject)
{
    (void)subject;
    say_result("null", syscall(SYS_sysinfo, NULL));
    say_result("bad", sysinfo((struct sysinfo *)8));
}

/* A time namespace does not shift the ticks. */
static void ticks(const void *subject)
{
    struct tms used = {-1, -1, -1, -1};

    (void)subject;
    errno = 4711;
    say_reading("ticks", ticks_in_ns(), expected[TICKS]);
    say_reading("raw ticks", syscall(SYS_times, NULL) * (SECOND / sysconf(_SC_CLK_TCK)), expected[TICKS]);
    times(&used);
    say("used", "%s", used.tms_utime >= 0 && used.tms_cstime >= 0 ? "told" : "not told");
    say("errno", "%d", errno);
}

static void bad_ticks(const void *subject)
{
    (void)subject;
    say_result("raw bad", syscall(SYS_times, 8));
}

/* Base 1 is UTC. Base 2 is monotonic; glibc supports it since 2.43 and returned 0 before. */
static void c_time(const void *subject)
{
    struct timespec t = {0, 0};

    (void)subject;
    say("utc", "%d", timespec_get(&t, TIME_UTC));
    say_reading("utc reading", in_ns(t), expected[CLOCK_REALTIME]);
    int base = timespec_get(&t, 2);
    say("monotonic", "%d", base);
    if (base == 2)
        say_reading("monotonic reading", in_ns(t), expected[CLOCK_MONOTONIC]);
    say("unknown", "%d", timespec_get(&t, 4711));
}

static void vdso_functions(const void *subject)
{
    static const char *const names[] = {"__vdso_clock_gettime", "__vdso_gettimeofday", "__vdso_time", "__vdso_getcpu", "__vdso_clock_getres"};
    time_t (*vdso_time)(time_t *) = find_in_vdso("__vdso_time");

    (void)subject;
    for (size_t i = 0; i < COUNT(names); i++)
        say(names[i], "%s", find_in_vdso(names[i]) ? "found" : "not found");
    if (vdso_time)
        say_reading("time", vdso_time(NULL) * SECOND + SECOND / 2, expected[CLOCK_REALTIME]);
}

static void probe_uptime(void)
{
    probe("sysinfo", CLOCK_BOOTTIME, "uptime", uptime, NULL);
    probe("syscall(sysinfo)", CLOCK_BOOTTIME, "uptime", raw_uptime, NULL);
    probe("sysinfo", CLOCK_BOOTTIME, "bad result", bad_uptime, NULL);
    probe("times", CLOCK_MONOTONIC, "ticks", ticks, NULL);
    probe("times", CLOCK_MONOTONIC, "bad result", bad_ticks, NULL);
    probe("timespec_get", CLOCK_MONOTONIC, "bases", c_time, NULL);
    probe("vDSO", CLOCK_MONOTONIC, "functions", vdso_functions, NULL);
}
