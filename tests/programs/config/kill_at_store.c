/* usage: kill_at_store NUMBER FILE COMMAND [ARG]...
 * Runs COMMAND, steps through it one instruction at a time from its flock(2) on, and kills it right after it has changed FILE for the NUMBERth time.
 * It watches the first page and the extension block. Prints the number of changes; exits with 1 if COMMAND came to its end. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, BLOCK_POSITION = 67112960 };

static const char *first, *block;
static char first_before[PAGE], block_before[PAGE];

static int has_changed(void)
{
    if (memcmp(first, first_before, PAGE) == 0 && memcmp(block, block_before, PAGE) == 0)
        return 0;
    memcpy(first_before, first, PAGE);
    memcpy(block_before, block, PAGE);
    return 1;
}

static void run_to_flock(pid_t pid)
{
    int status;
    struct user_regs_struct registers;
    do {
        ptrace(PTRACE_SYSCALL, pid, 0, 0);
        if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
            exit(3);
        ptrace(PTRACE_GETREGS, pid, 0, &registers);
    } while (registers.orig_rax != SYS_flock);
}

int main(int argc, char **argv)
{
    int status, changes = 0, number = argc > 3 ? atoi(argv[1]) : 0;
    int file = number > 0 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;
    first = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, 0);
    block = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, BLOCK_POSITION);
    if (first == MAP_FAILED || block == MAP_FAILED)
        return 2;
    pid_t pid = fork();
    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        execv(argv[3], argv + 3);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_EXITKILL);
    run_to_flock(pid);
    has_changed();
    while (changes < number) {
        ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
        if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
            break;
        changes += has_changed();
    }
    printf("changes=%d\n", changes);
    if (changes < number)
        return 1;
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return 0;
}
