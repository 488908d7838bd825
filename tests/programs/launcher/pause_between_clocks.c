/* usage: pause_between_clocks NUMBER MILLISECONDS COMMAND [ARG]...
 * Runs COMMAND without a vDSO, so that it reads clocks by system calls, and pauses it before its first NUMBER reads of CLOCK_BOOTTIME.
 * x86-64 only. Prints how often it paused COMMAND. */
#include <elf.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BOOTTIME = 7 };

/* The stack holds: argc, the arguments, 0, the environment, 0, the auxiliary vector. */
static void hide_vdso(pid_t pid)
{
    struct user_regs_struct registers;
    ptrace(PTRACE_GETREGS, pid, 0, &registers);
    uintptr_t place = registers.rsp + 8;
    for (int zeros = 0; zeros < 2; place += 8)
        zeros += ptrace(PTRACE_PEEKDATA, pid, place, 0) == 0;
    for (long type; (type = ptrace(PTRACE_PEEKDATA, pid, place, 0)) != AT_NULL; place += 16) {
        if (type == AT_SYSINFO_EHDR)
            ptrace(PTRACE_POKEDATA, pid, place, AT_IGNORE);
    }
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    int number = atoi(argv[1]), paused = 0, status;
    struct timespec pause = {atoi(argv[2]) / 1000, atoi(argv[2]) % 1000 * 1000000L};
    pid_t pid = fork();
    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        execv(argv[3], argv + 3);
        _exit(127);
    }
    if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
        return 3;
    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
    hide_vdso(pid);
    for (int is_entry = 1;; is_entry ^= 1) {
        int signal = 0;
        do {
            ptrace(PTRACE_SYSCALL, pid, 0, signal);
            if (waitpid(pid, &status, 0) != pid)
                return 3;
            if (WIFEXITED(status)) {
                printf("paused=%d\n", paused);
                return WEXITSTATUS(status);
            }
            if (!WIFSTOPPED(status))
                return 4;
            signal = WSTOPSIG(status);
        } while (signal != (SIGTRAP | 0x80));
        struct user_regs_struct registers;
        ptrace(PTRACE_GETREGS, pid, 0, &registers);
        if (is_entry && registers.orig_rax == SYS_clock_gettime && registers.rdi == BOOTTIME && paused < number) {
            paused++;
            nanosleep(&pause, NULL);
        }
    }
}
