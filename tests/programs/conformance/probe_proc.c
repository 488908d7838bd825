/*
 * The information in /proc about the boot: how long ago it was, its date, and how long after it processes were started. Reads it by each function
 * that opens a file. PROBE_EXPECTED says by how many nanoseconds CLOCK_REALTIME is ahead of CLOCK_BOOTTIME (probe_reads.c).
 */
#include "probe.h"
#include "proc_openers.h"
#include <sys/sysinfo.h>

static int64_t realtime_ahead;

static char text[1 << 20];

static void read_all(int file)
{
    ssize_t length, all = 0;

    while ((length = read(file, text + all, sizeof text - 1 - all)) > 0)
        all += length;
    text[all] = 0;
    close(file);
}

/* Prints whether the seconds are about as expected; if not, the difference. */
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

/* Follows the kernel's own test of time namespaces (timens/procfs.c): the uptime is shifted, and the boot's date by the same amount in the other
   direction. */
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

/* A process's name may contain any characters. */
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
