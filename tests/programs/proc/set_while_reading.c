/*
 * usage: set_while_reading CONFIG LIBRARY
 * Traces a child that reads /proc/uptime with the library. When the library has read the kernel's text for the first time, it changes the offset in
 * CONFIG to -500000 s. Prints the text that the child read, and the host's uptime. x86-64 only.
 */
#include "../virttime_conf.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

enum { NEW_OFFSET = -500000 };

static void read_uptime(const char *config, const char *library)
{
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    setenv("VIRT_TIME_CONF", config, 1);
    setenv("LD_PRELOAD", library, 1);
    execl("/bin/cat", "cat", "/proc/uptime", NULL);
    _exit(127);
}

static int is_uptime(pid_t process, int descriptor)
{
    char path[64], target[64] = "";

    snprintf(path, sizeof path, "/proc/%d/fd/%d", process, descriptor);
    return readlink(path, target, sizeof target - 1) > 0 && !strcmp(target, "/proc/uptime");
}

static void set_clock(volatile struct vt_conf *conf)
{
    *vt_sequence(conf) += 1;
    conf->offset.tv_sec = NEW_OFFSET;
    conf->offset.tv_nsec = 0;
    *vt_sequence(conf) += 1;
}

int main(int argc, char **argv)
{
    volatile struct vt_conf *conf = vt_map(argv[1]);
    struct user_regs_struct registers;
    int status, output[2], is_set = 0, is_entry = 0;
    char text[64] = "";
    struct timespec host;

    if (argc != 3 || pipe(output))
        return 2;
    pid_t child = fork();
    if (child == 0) {
        dup2(output[1], STDOUT_FILENO);
        read_uptime(argv[1], argv[2]);
    }
    close(output[1]);
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
        puts("traced=0");
        return 0;
    }
    while (ptrace(PTRACE_SYSCALL, child, NULL, NULL) == 0 && waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        if (WSTOPSIG(status) != SIGTRAP || ptrace(PTRACE_GETREGS, child, NULL, &registers))
            continue;
        is_entry = (long)registers.rax == -ENOSYS;
        if (!is_set && !is_entry && registers.orig_rax == SYS_pread64 && is_uptime(child, registers.rdi)) {
            set_clock(conf);
            is_set = 1;
        }
    }
    if (read(output[0], text, sizeof text - 1) < 0)
        return 3;
    clock_gettime(CLOCK_BOOTTIME, &host);
    printf("traced=%d\nuptime=%.2f\n", is_set, strtod(text, NULL));
    printf("host=%.2f\n", host.tv_sec + host.tv_nsec / 1e9);
    return 0;
}
