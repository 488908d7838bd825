/*
 * What /proc tells of the boot: how long ago it was, when it was, and when after it processes were started; by every function that opens a file.
 * PROBE_EXPECTED says by how many nanoseconds CLOCK_REALTIME is ahead of CLOCK_BOOTTIME (probe_reads.c).
 */
#include "probe.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/sysinfo.h>

static int64_t realtime_ahead;

static int by_open(const char *path)
{
    return open(path, O_RDONLY);
}

static int by_open_at(const char *path)
{
    return openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
}

static int by_open64(const char *path)
{
    return open64(path, O_RDONLY | O_NONBLOCK);
}

static int by_openat64(const char *path)
{
    return openat64(AT_FDCWD, path, O_RDONLY);
}

int __open_2(const char *, int), __open64_2(const char *, int), __openat_2(int, const char *, int), __openat64_2(int, const char *, int);

static int by_fortified_open(const char *path)
{
    return __open_2(path, O_RDONLY);
}

static int by_fortified_open64(const char *path)
{
    return __open64_2(path, O_RDONLY);
}

static int by_fortified_openat(const char *path)
{
    return __openat_2(AT_FDCWD, path, O_RDONLY);
}

static int by_fortified_openat64(const char *path)
{
    return __openat64_2(AT_FDCWD, path, O_RDONLY);
}

static int by_raw_open(const char *path)
{
#ifdef SYS_open
    return syscall(SYS_open, path, O_RDONLY, 0);
#else
    return syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
#endif
}

static int by_raw_openat(const char *path)
{
    return syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
}

static int by_raw_openat2(const char *path)
{
    struct open_how how = {.flags = O_RDONLY};

    return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

/* Where libc has it, or libvirttime. */
static int by_openat2(const char *path)
{
    struct open_how how = {.flags = O_RDONLY};
    int (*function)(int, const char *, const struct open_how *, size_t) = dlsym(RTLD_DEFAULT, "openat2");

    return function ? function(AT_FDCWD, path, &how, sizeof how) : by_raw_openat2(path);
}

/* Relative to a descriptor of the directory, as htop does. */
static int by_directory(const char *path)
{
    const char *name = strrchr(path, '/');
    char directory[64];

    snprintf(directory, sizeof directory, "%.*s", (int)(name - path), path);
    return openat(open(directory, O_PATH | O_DIRECTORY), name + 1, O_RDONLY);
}

static int by_working_directory(const char *path)
{
    return chdir("/proc") ? -1 : open(path + strlen("/proc/"), O_RDONLY);
}

static int by_detour(const char *path)
{
    char detour[128];

    snprintf(detour, sizeof detour, "//proc/./self/../%s", path + strlen("/proc/"));
    return open(detour, O_RDONLY);
}

static int by_fopen(const char *path)
{
    FILE *file = fopen(path, "re");

    return file ? fileno(file) : -1;
}

static int by_fopen64(const char *path)
{
    FILE *file = fopen64(path, "r");

    return file ? fileno(file) : -1;
}

static int by_freopen(const char *path)
{
    FILE *file = freopen(path, "r", stdin);

    return file ? fileno(file) : -1;
}

static int by_freopen64(const char *path)
{
    FILE *file = freopen64(path, "r", stdin);

    return file ? fileno(file) : -1;
}

static const struct opener {
    const char *name;
    int (*open)(const char *path);
} openers[] = {
    {"open", by_open}, {"open64", by_open64}, {"openat", by_open_at}, {"openat64", by_openat64}, {"__open_2", by_fortified_open},
    {"__open64_2", by_fortified_open64}, {"__openat_2", by_fortified_openat}, {"__openat64_2", by_fortified_openat64},
    {"syscall(open)", by_raw_open}, {"syscall(openat)", by_raw_openat}, {"syscall(openat2)", by_raw_openat2},
    {"openat2", by_openat2},
    {"openat, of a directory", by_directory}, {"open, in a directory", by_working_directory}, {"open, by a detour", by_detour},
    {"fopen", by_fopen}, {"fopen64", by_fopen64}, {"freopen", by_freopen}, {"freopen64", by_freopen64},
};

static char text[1 << 20];

static void read_all(int file)
{
    ssize_t length, all = 0;

    while ((length = read(file, text + all, sizeof text - 1 - all)) > 0)
        all += length;
    text[all] = 0;
    close(file);
}

/* Whether seconds are about as many as expected; if not, how many more. */
static void say_seconds(const char *what, double seconds, double expected)
{
    double more = seconds - expected;

    if (more > -1.5 && more < 1.5)
        say(what, "as expected");
    else
        say(what, "%+.0f s", more);
}

static double boottime(void)
{
    return (now(CLOCK_REALTIME) - realtime_ahead) / 1e9;
}

static double start_of(const char *stat)
{
    const char *at = strrchr(stat, ')');

    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtod(at, NULL) / sysconf(_SC_CLK_TCK) : -1;
}

static double btime_in(const char *stat)
{
    const char *line = strstr(stat, "\nbtime ");

    return line ? strtod(line + strlen("\nbtime "), NULL) : -1;
}

/* The kernel's own test of time namespaces (timens/procfs.c): the uptime is shifted, and the boot's date by as much the other way. */
static void uptime(const void *subject)
{
    const struct opener *by = subject;
    double up = -1, idle = -1;

    read_all(by->open("/proc/uptime"));
    int count = sscanf(text, "%lf %lf\n", &up, &idle);
    say("fields", "%d", count);
    say("end", "%s", text[0] && text[strlen(text) - 1] == '\n' ? "a line's" : "none");
    say_seconds("uptime", up, boottime());
    say("idle", "%s", idle >= 0 && idle < 1e9 ? "as always" : "shifted");
}

static void boot(const void *subject)
{
    const struct opener *by = subject;

    read_all(by->open("/proc/stat"));
    say_seconds("btime", btime_in(text), realtime_ahead / 1e9);
    say("around it", "%s", !strncmp(text, "cpu ", 4) && strstr(text, "\nctxt ") && strstr(text, "\nprocesses ") && strstr(text, "\nsoftirq ") ? "all" : "lost");
}

static void start(const void *subject)
{
    const struct opener *by = subject;
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/stat", getpid());
    read_all(by->open(path));
    say_seconds("start", start_of(text), boottime());
    snprintf(path, sizeof path, "/proc/%d/task/%ld/stat", getpid(), syscall(SYS_gettid));
    read_all(by->open(path));
    say_seconds("thread's start", start_of(text), boottime());
    read_all(by->open("/proc/self/stat"));
    say_seconds("own start", start_of(text), boottime());
    read_all(by->open("/proc/thread-self/stat"));
    say_seconds("own thread's start", start_of(text), boottime());
    int fields = 0;
    for (char *at = text; *at; at++)
        fields += *at == ' ' || *at == '\n';
    say("fields", "%s", fields >= 52 ? "all" : "lost");
}

/* A name may have anything in it. */
static void name(const void *subject)
{
    static const char *const names[] = {"a) R 1 2 3", ")))", "x\n) (y", "", "1 2 3 4 5 6 7 8"};

    (void)subject;
    for (size_t i = 0; i < COUNT(names); i++) {
        prctl(PR_SET_NAME, names[i]);
        read_all(open("/proc/self/stat", O_RDONLY));
        say_seconds("start", start_of(text), boottime());
        say("name", "%s", strstr(text, names[i]) ? "kept" : "lost");
    }
}

static void agreement(const void *subject)
{
    struct sysinfo info;
    struct timespec t;

    (void)subject;
    read_all(open("/proc/uptime", O_RDONLY));
    double up = strtod(text, NULL);
    clock_gettime(CLOCK_BOOTTIME, &t);
    sysinfo(&info);
    say_seconds("clock", t.tv_sec + t.tv_nsec / 1e9, up);
    say_seconds("sysinfo", info.uptime - 0.5, up);
    read_all(open("/proc/stat", O_RDONLY));
    double booted = btime_in(text);
    read_all(open("/proc/self/stat", O_RDONLY));
    say_seconds("boot and uptime", booted + up, now(CLOCK_REALTIME) / 1e9);
    say_seconds("boot and start", booted + start_of(text), now(CLOCK_REALTIME) / 1e9);
}

static void missing(const void *subject)
{
    const struct opener *by = subject;

    errno = 0;
    int result = by->open("/proc/2147483647/stat");
    say("result", "%s", result < 0 ? error_name(errno) : "opened");
}

static void bad_path(const void *subject)
{
    (void)subject;
    say_result("open", open((const char *)8, O_RDONLY));
    say_result("openat", openat(AT_FDCWD, (const char *)8, O_RDONLY));
    say_result("syscall", syscall(SYS_openat, AT_FDCWD, 8, O_RDONLY));
    say_result("empty", open("", O_RDONLY));
    say_result("closed directory", openat(-1, "stat", O_RDONLY));
}

int main(void)
{
    const char *expected = getenv("PROBE_EXPECTED");

    for (int i = 0; expected && i < CLOCK_BOOTTIME; i++)
        expected = strchr(expected, ',') + 1;
    realtime_ahead = expected ? strtoll(expected, NULL, 10) : 0;
    for (size_t i = 0; i < COUNT(openers); i++) {
        probe(openers[i].name, CLOCK_BOOTTIME, "uptime", uptime, &openers[i]);
        probe(openers[i].name, CLOCK_BOOTTIME, "boot", boot, &openers[i]);
        probe(openers[i].name, CLOCK_BOOTTIME, "start", start, &openers[i]);
        probe(openers[i].name, CLOCK_BOOTTIME, "missing", missing, &openers[i]);
    }
    probe("open", CLOCK_BOOTTIME, "name", name, NULL);
    probe("open", CLOCK_BOOTTIME, "agreement", agreement, NULL);
    probe("open", CLOCK_BOOTTIME, "bad path", bad_path, NULL);
    return end_probes();
}
