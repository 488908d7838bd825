/*
 * A program that is executed in any way, with any environment, keeps the same clocks: by libc, by the system call, by the vDSO. This also holds for
 * exec from a vfork child, whose parent's clocks do not change, and from a program with threads. An exec that fails natively fails in the same way.
 * Each case executes this program again, as `probe_execs CASE EXPECTED ARGUMENT...`.
 */
#include "probe.h"
#include "vdso.h"
#include "probe_execs_ways.h"

static const char *expected_text;

/* Returns how far CLOCK_REALTIME is ahead of a clock, from the list of all clocks. */
static int64_t ahead_of(clockid_t clock)
{
    const char *text = expected_text;

    for (int i = 0; i < clock && text; i++)
        text = strchr(text, ',') ? strchr(text, ',') + 1 : NULL;
    return text ? strtoll(text, NULL, 10) : 0;
}

static void say_reading(const char *what, clockid_t clock, int (*read)(clockid_t, struct timespec *))
{
    char label[96];
    struct timespec t = {0, 0};
    int result = read(clock, &t);
    int64_t difference = in_ns(t) - (now(CLOCK_REALTIME) - ahead_of(clock));

    snprintf(label, sizeof label, "%s, %s", what, clock_name(clock));
    if (result)
        say_result(label, result);
    else if (difference > -5 * SECOND && difference < 5 * SECOND)
        say(label, "as expected");
    else
        say(label, "%+lld s", (long long)(difference / SECOND));
}

static int raw_read(clockid_t clock, struct timespec *t)
{
    return syscall(SYS_clock_gettime, clock, t);
}

static void say_clocks(const char *when)
{
    static const clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME};
    int (*in_vdso)(clockid_t, struct timespec *) = (int (*)(clockid_t, struct timespec *))find_in_vdso("__vdso_clock_gettime");
    char label[64];

    for (size_t i = 0; i < COUNT(clocks); i++) {
        snprintf(label, sizeof label, "%s, libc", when);
        say_reading(label, clocks[i], clock_gettime);
        snprintf(label, sizeof label, "%s, system call", when);
        say_reading(label, clocks[i], raw_read);
        snprintf(label, sizeof label, "%s, vDSO", when);
        if (in_vdso)
            say_reading(label, clocks[i], in_vdso);
    }
}

static char *arguments[8];
static char *without[] = {NULL}, *with_one[] = {"A=1", NULL}, *with_preload[] = {"A=1", "LD_PRELOAD=libm.so.6", "B=2", NULL};

static char **anew(const char *name)
{
    static char *all[8];

    memcpy(all, arguments, sizeof all);
    all[1] = (char *)name;
    return all;
}

static void kept(const void *subject)
{
    const struct way *way = subject;

    say_clocks("before");
    way->execute("/proc/self/exe", anew(case_name), environ);
    say_result("result", -1);
}

static void cleared(const void *subject)
{
    const struct way *way = subject;

    way->execute("/proc/self/exe", anew(case_name), without);
    say_result("result", -1);
}

static void replaced(const void *subject)
{
    const struct way *way = subject;

    way->execute("/proc/self/exe", anew(case_name), with_one);
    say_result("result", -1);
}

static void preloading(const void *subject)
{
    const struct way *way = subject;

    way->execute("/proc/self/exe", anew(case_name), with_preload);
    say_result("result", -1);
}

/* Follows the kernel's test vfork_exec: reads the child's clocks before and after exec, and then its parent's. */
static void in_vfork(const void *subject)
{
    const struct way *way = subject;
    char **environment = environ;

    say_clocks("before");
    pid_t child = vfork();
    if (child == 0) {
        say_clocks("in the child");
        way->execute("/proc/self/exe", anew(case_name), without);
        _exit(errno);
    }
    environ = environment;
    wait_for_exit(child);
    say_clocks("in the parent");
}

static void *execute_in_thread(void *subject)
{
    const struct way *way = subject;

    say_clocks("in the thread");
    way->execute("/proc/self/exe", anew(case_name), without);
    say_result("result", -1);
    return NULL;
}

static void in_thread(const void *subject)
{
    pthread_t thread;

    pthread_create(&thread, NULL, execute_in_thread, (void *)subject);
    pthread_join(thread, NULL);
}

static void missing(const void *subject)
{
    const struct way *way = subject;

    way->execute("/nonexistent/program", anew(case_name), without);
    say_result("result", -1);
}

static void directory(const void *subject)
{
    const struct way *way = subject;

    way->execute("/tmp", anew(case_name), without);
    say_result("result", -1);
}

static void no_environment(const void *subject)
{
    const struct way *way = subject;

    way->execute("/proc/self/exe", anew(case_name), NULL);
    say_result("result", -1);
}

static void bad_environment(const void *subject)
{
    const struct way *way = subject;

    way->execute("/proc/self/exe", anew(case_name), (char **)8);
    say_result("result", -1);
}

static void bad_variable(const void *subject)
{
    static char *bad[] = {"A=1", (char *)8, NULL};
    const struct way *way = subject;

    way->execute("/proc/self/exe", anew(case_name), bad);
    say_result("result", -1);
}

static void too_large(const void *subject)
{
    static char *large[] = {NULL, "A=1", NULL};
    const struct way *way = subject;

    large[0] = malloc(1 << 20);
    memset(large[0], 'X', 1 << 20);
    large[0][(1 << 20) - 1] = 0;
    way->execute("/proc/self/exe", anew(case_name), large);
    say_result("result", -1);
}

int main(int argc, char **argv)
{
    if (argc > 2) {
        case_name = argv[1];
        expected_text = argv[2];
        say("arguments", "%d, the last %s", argc, argv[argc - 1]);
        say_clocks("behind");
        return 0;
    }
    expected_text = getenv("PROBE_EXPECTED");
    if (argc > 1 || !expected_text)
        return 2; /* without its arguments, it cannot know that a case has executed it */
    char *all[8] = {argv[0], "", (char *)expected_text, "3", "4", "5", "6", NULL};
    memcpy(arguments, all, sizeof all);
    for (size_t i = 0; i < COUNT(ways); i++) {
        const struct way *way = &ways[i];
        probe(way->function, CLOCK_MONOTONIC, "kept", kept, way);
        probe(way->function, CLOCK_MONOTONIC, "cleared", cleared, way);
        probe(way->function, CLOCK_MONOTONIC, "replaced", replaced, way);
        probe(way->function, CLOCK_MONOTONIC, "preloading", preloading, way);
        probe(way->function, CLOCK_MONOTONIC, "in vfork", in_vfork, way);
        probe(way->function, CLOCK_MONOTONIC, "in a thread", in_thread, way);
        probe(way->function, CLOCK_MONOTONIC, "missing", missing, way);
        probe(way->function, CLOCK_MONOTONIC, "directory", directory, way);
        probe(way->function, CLOCK_MONOTONIC, "no environment", no_environment, way);
        probe(way->function, CLOCK_MONOTONIC, "bad environment", bad_environment, way);
        probe(way->function, CLOCK_MONOTONIC, "bad variable", bad_variable, way);
        probe(way->function, CLOCK_MONOTONIC, "too large", too_large, way);
    }
    return end_probes();
}
