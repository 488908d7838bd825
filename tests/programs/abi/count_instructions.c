/* usage: count_instructions LIBRARY CLOCK
 * Prints how many instructions of LIBRARY, given by its file name, one warm clock_gettime(CLOCK) executes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Finds the executable part of the library in another process. */
static int find_code(pid_t pid, const char *library, unsigned long *start, unsigned long *end)
{
    char path[64], line[4096], access[8];
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    FILE *maps = fopen(path, "r");
    int found = 0;
    while (maps && !found && fgets(line, sizeof line, maps))
        found = strstr(line, library) && sscanf(line, "%lx-%lx %7s", start, end, access) == 3 && access[2] == 'x';
    if (maps)
        fclose(maps);
    return found;
}

static void target(int clock)
{
    struct timespec now;
    for (int i = 0; i < 3; i++)
        clock_gettime(clock, &now);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
        perror("PTRACE_TRACEME");
        _exit(77);
    }
    __asm__ volatile("int3");
    clock_gettime(clock, &now);
    __asm__ volatile("int3");
    _exit(0);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    pid_t pid = fork();
    if (pid == 0)
        target(atoi(argv[2]));

    int status;
    unsigned long start, end;
    waitpid(pid, &status, 0);
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    if (!find_code(pid, argv[1], &start, &end)) {
        fprintf(stderr, "%s is not loaded\n", argv[1]);
        return 1;
    }

    long count = 0;
    struct user_regs_struct registers;
    for (;;) {
        if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) != 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
            return 1;
        ptrace(PTRACE_GETREGS, pid, NULL, &registers);
        errno = 0;
        long code = ptrace(PTRACE_PEEKTEXT, pid, registers.rip, NULL);
        if (errno == 0 && (code & 0xff) == 0xcc)
            break;
        if (registers.rip >= start && registers.rip < end)
            count++;
    }

    ptrace(PTRACE_KILL, pid, NULL, NULL);
    printf("instructions=%ld\n", count);
    return 0;
}
