/*
 * usage: proc_file CASE [DIRECTORY]
 * Uses /proc/uptime and similar files in other ways than reading them once. Prints key=value. `uptime` is the file's content, `clock` the clock right
 * after it was read.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#ifdef __GLIBC__
#include <linux/sched.h>
#else
struct clone_args { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup; };
#endif
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROC_SUPER_MAGIC 0x9fa0
#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

static double clock_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void say_uptime(const char *text)
{
    printf("uptime=%.2f\nclock=%.2f\n", strtod(text, NULL), clock_now());
}

static void read_uptime(int file)
{
    char text[64] = "";
    ssize_t length = read(file, text, sizeof text - 1);

    if (length < 0)
        printf("error=%d\n", errno);
    else
        say_uptime(text);
}

static void pause_a_little(void)
{
    nanosleep(&(struct timespec){1, 500000000}, NULL);
}

#include "proc_rewinds.h"
#include "proc_reach.h"

/* Reads the file in pieces: the text must not change meanwhile. */
static void in_pieces(void)
{
    char text[64] = "";
    int file = open("/proc/uptime", O_RDONLY);

    for (int i = 0; i < 63 && read(file, text + i, 1) == 1; i++)
        ;
    say_uptime(text);
    printf("position=%s\n", lseek(file, 0, SEEK_CUR) == (off_t)strlen(text) ? "end" : "elsewhere");
}

static void descriptor(void)
{
    int lowest = dup(0);

    close(lowest);
    int file = open("/proc/uptime", O_RDONLY | O_CLOEXEC | O_NONBLOCK), flags = fcntl(file, F_GETFL);
    printf("lowest=%d\nclose_on_exec=%d\n", file == lowest, (fcntl(file, F_GETFD) & FD_CLOEXEC) != 0);
    printf("access=%d\nnonblocking=%d\n", flags & O_ACCMODE, (flags & O_NONBLOCK) != 0);
    int written = write(file, "x", 1);
    printf("written=%d\n", written < 0 ? errno : 0);
    int next = open("/proc/stat", O_RDONLY);
    printf("next=%d\nnext_close_on_exec=%d\n", next == lowest + 1, (fcntl(next, F_GETFD) & FD_CLOEXEC) != 0);
    errno = 4711;
    close(open("/proc/self/stat", O_RDONLY));
    printf("errno=%d\n", errno);
}

/* Prints which of these are files of /proc itself. */
static void untouched(void)
{
    static const char *const paths[] = {"/proc/self/maps", "/proc/meminfo", "/proc/self/status", "/proc/self/net/dev", "/proc/uptime", "/proc/stat",
        "/proc/self/stat", "/proc/sys/kernel/random/uuid", "/proc/self/statm"};
    struct statfs fs;

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        fstatfs(open(paths[i], O_RDONLY), &fs);
        printf("%s=%s\n", paths[i], fs.f_type == PROC_SUPER_MAGIC ? "proc" : "other");
    }
    fstatfs(open("/proc/uptime", O_PATH), &fs);
    printf("path only=%s\n", fs.f_type == PROC_SUPER_MAGIC ? "proc" : "other");
    char name[] = "/tmp/proc_file.XXXXXX";
    if (mkdtemp(name) && chdir(name) == 0 && close(open("stat", O_CREAT | O_WRONLY, 0600)) == 0) {
        struct stat before, after;
        stat("stat", &before);
        fstat(open("stat", O_RDONLY), &after);
        printf("of that name=%s\n", before.st_ino == after.st_ino && before.st_dev == after.st_dev ? "itself" : "other");
        unlink("stat");
        rmdir(name);
    }
}

/* The process has ended when its file is read again. */
static void gone(void)
{
    char path[64], text[2048];
    pid_t child = fork();

    if (child < 0)
        return;
    if (child == 0) {
        pause();
        _exit(0);
    }
    snprintf(path, sizeof path, "/proc/%d/stat", child);
    int file = open(path, O_RDONLY);
    printf("read=%d\n", read(file, text, sizeof text) > 0);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    if (lseek(file, 0, SEEK_SET) < 0 || read(file, text, sizeof text) < 0)
        printf("again=%d\n", errno);
    printf("at beginning=%d\n", pread(file, text, sizeof text, 0) < 0 ? errno : 0);
}

static void no_descriptors(void)
{
    int lowest = dup(0);

    close(lowest);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){lowest + 1, lowest + 1});
    int file = open("/proc/uptime", O_RDONLY);
    printf("open=%d\n", file < 0 ? errno : 0);
    FILE *stream = fopen("/proc/uptime", "r");
    printf("fopen=%d\n", !stream ? errno : 0);
    file = open("/proc/self/maps", O_RDONLY);
    printf("other=%s\n", file == lowest ? "yes" : "no");
}

/* A program that must not write files sets this limit. */
static void no_writing(void)
{
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0});
    int file = open("/proc/uptime", O_RDONLY);
    fprintf(stderr, "open=%d\n", file < 0 ? errno : 0);
}

/* Reads in a handler on a stack with little more room than the kernel's own frame needs, and between vfork and exec. */
static char seen[64];

static void handle(int signal)
{
    (void)signal;
    int file = open("/proc/uptime", O_RDONLY);
    if (read(file, seen, sizeof seen - 1) > 0)
        lseek(file, 0, SEEK_SET);
    close(file);
}

static void on_signal_stack(void)
{
    size_t size = getauxval(AT_MINSIGSTKSZ) + 2048;
    char *memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack_t stack = {.ss_sp = memory + 65536 - size, .ss_size = size};

    memset(memory, 0x5A, 65536 - size);
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = handle, .sa_flags = SA_ONSTACK}, NULL);
    raise(SIGUSR1);
    say_uptime(seen);
    printf("below=%s\n", memory[65536 - size - 1] == 0x5A ? "untouched" : "overrun");
}

static void in_vfork_child(void)
{
    if (vfork() == 0) {
        dup2(open("/proc/uptime", O_RDONLY), STDIN_FILENO);
        execl("/proc/self/exe", "proc_file", "inherited", NULL);
        _exit(1);
    }
    wait(NULL);
}

/* Reads the files again for each line of input. */
static void followed(void)
{
    char line[16], text[65536];
    int uptime = open("/proc/uptime", O_RDONLY), stat = open("/proc/stat", O_RDONLY);

    while (fgets(line, sizeof line, stdin)) {
        ssize_t length = pread(stat, text, sizeof text - 1, 0);
        text[length > 0 ? length : 0] = 0;
        lseek(uptime, 0, SEEK_SET);
        read_uptime(uptime);
        char *boot = strstr(text, "\nbtime ");
        printf("btime=%.0f\n", boot ? strtod(boot + 7, NULL) : -1);
        fflush(stdout);
    }
}

/* Reads the whole text, which is one line, for each line of input. */
static void followed_whole(void)
{
    char line[16], text[4096];
    int file = open("/proc/uptime", O_RDONLY);

    while (fgets(line, sizeof line, stdin)) {
        lseek(file, 0, SEEK_SET);
        ssize_t length = read(file, text, sizeof text - 1);
        text[length > 0 ? length : 0] = 0;
        for (char *at = text; (at = strchr(at, '\n')); at++)
            *at = '|';
        printf("text=%s\n", text);
        fflush(stdout);
    }
}

/* Starts a child, with this id if it is not 0: the kernel lets root choose it. Returns 0 on failure, so that the caller kills no other process. */
static pid_t start_child(pid_t id)
{
    struct clone_args arguments = {.exit_signal = SIGCHLD};

    if (id) {
        arguments.set_tid = (uintptr_t)&id;
        arguments.set_tid_size = 1;
    }
    pid_t child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0)
        for (;;)
            pause();
    return child > 0 ? child : 0;
}

static void end_child(pid_t child)
{
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
}

/* The process ends, and another process gets its id. */
static void replaced(void)
{
    char path[64], text[2048];
    pid_t first = start_child(0);

    if (!first) {
        printf("replacement=%d\n", errno);
        return;
    }
    snprintf(path, sizeof path, "/proc/%d/stat", first);
    int file = open(path, O_RDONLY);
    printf("read=%d\n", read(file, text, sizeof text) > 0);
    end_child(first);
    /* The start time is in hundredths of a second. */
    usleep(50000);
    pid_t second = start_child(first);
    printf("replacement=%d\n", second ? 0 : errno);
    printf("again=%d\n", lseek(file, 0, SEEK_SET) < 0 || read(file, text, sizeof text) < 0 ? errno : 0);
    int anew = open(path, O_RDONLY);
    printf("anew=%d\n", read(anew, text, sizeof text) > 0);
    end_child(second);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } cases[] = {{"rewound", rewound}, {"rewound by system call", rewound_by_system_call}, {"read at beginning", read_at_beginning},
        {"rewound stream", rewound_stream}, {"duplicated", duplicated}, {"in children", in_children}, {"inherited", inherited}, {"in pieces", in_pieces},
        {"descriptor", descriptor}, {"untouched", untouched}, {"gone", gone}, {"no descriptors", no_descriptors}, {"no writing", no_writing},
        {"on signal stack", on_signal_stack}, {"in vfork child", in_vfork_child}, {"followed", followed},
        {"followed whole", followed_whole}, {"replaced", replaced},
        {"rewound by distance", rewound_by_distance}, {"reopened stream", reopened_stream}, {"out of reach", out_of_reach}, {"jailed", jailed},
        {"status", status}, {"foreign name", foreign_name},
#ifdef __GLIBC__
        {"without names", without_names},
#endif
    };

    jail = argc > 2 ? argv[2] : "/";
    for (size_t i = 0; argc >= 2 && i < sizeof cases / sizeof *cases; i++) {
        if (!strcmp(argv[1], cases[i].name)) {
            cases[i].run();
            return 0;
        }
    }
    return 2;
}
