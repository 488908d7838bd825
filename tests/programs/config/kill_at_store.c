/*
 * usage: kill_at_store NUMBER FILE COMMAND [ARG]...
 *
 * Runs COMMAND, follows its stores to FILE from its flock(2) on, and kills it right after it has changed FILE for the NUMBERth time. It watches the
 * first page and the extension block. Prints the number of changes; exits with 1 if COMMAND came to its end.
 *
 * While COMMAND's own code runs, its mapping of these pages, and of those between them, is read-only, so that each store faults. It becomes writable
 * for this one instruction, and for each system call, because the kernel can write to it. For that, COMMAND makes system calls that are not its own.
 */
#include "../tracee.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { PAGE = 4096, BLOCK_POSITION = 67112960, RANGES_AT_MOST = 16 };

static const long positions[] = {0, BLOCK_POSITION};
static const char *contents[2];
static char before[2][PAGE];
static struct stat file;

/* COMMAND's writable mappings: the watched pages, and the pages between them. */
static struct range {
    unsigned long start, length;
} ranges[RANGES_AT_MOST];
static int range_count;
static bool has_locked;
static unsigned long system_call_instruction;

static int has_changed(void)
{
    int changes = 0;

    for (int i = 0; i < 2; i++) {
        changes |= memcmp(contents[i], before[i], PAGE) != 0;
        memcpy(before[i], contents[i], PAGE);
    }
    return changes;
}

/* Returns the signal of the next stop, or 0 if the process has ended. */
static int go_on(int request, int signal)
{
    int status;

    if (ptrace(request, target, 0, signal) != 0 || waitpid(target, &status, 0) != target)
        exit(3);
    return WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
}

/* Makes the process call mprotect(2). It must not be in a system call. */
static void set_access(int access)
{
    regs_t saved = registers();

    for (int i = 0; i < range_count; i++) {
        regs_t regs = saved;
        regs.rip = system_call_instruction;
        regs.orig_rax = -1;
        regs.rax = SYS_mprotect;
        regs.rdi = ranges[i].start;
        regs.rsi = ranges[i].length;
        regs.rdx = access;
        set_registers(&regs);
        if (go_on(PTRACE_SYSCALL, 0) != SYSTEM_CALL_STOP || go_on(PTRACE_SYSCALL, 0) != SYSTEM_CALL_STOP || registers().rax != 0)
            exit(3);
    }
    set_registers(&saved);
}

/* Adds the part of a mapping from the first watched page in it to the last. */
static void add_range(unsigned long start, unsigned long end, unsigned long offset)
{
    struct range range = {0, 0};

    for (int i = 0; i < 2; i++) {
        unsigned long page = start + positions[i] - offset;
        if (positions[i] < (long)offset || page >= end)
            continue;
        if (!range.start)
            range.start = page;
        range.length = page + PAGE - range.start;
    }
    if (range.start && range_count < RANGES_AT_MOST)
        ranges[range_count++] = range;
}

static void find_ranges(void)
{
    char path[64], line[4096], access[8];
    unsigned long start, end, offset, inode;

    snprintf(path, sizeof path, "/proc/%d/maps", target);
    FILE *maps = fopen(path, "re");
    range_count = 0;
    while (maps && fgets(line, sizeof line, maps))
        if (sscanf(line, "%lx-%lx %7s %lx %*s %lu", &start, &end, access, &offset, &inode) == 5 && inode == file.st_ino && !strcmp(access, "rw-s"))
            add_range(start, end, offset);
    if (maps)
        fclose(maps);
}

/* Replaces the system call that has just begun by one that does not exist, and begins it again after the change of access. */
static void make_writable(regs_t begun)
{
    regs_t none = begun;

    none.orig_rax = -1;
    set_registers(&none);
    go_on(PTRACE_SYSCALL, 0);
    set_access(PROT_READ | PROT_WRITE);
    begun.rip = system_call_instruction;
    begun.rax = begun.orig_rax;
    begun.orig_rax = -1;
    set_registers(&begun);
    go_on(PTRACE_SYSCALL, 0);
}

/* Returns whether the process has not ended. */
static bool make_system_call(void)
{
    regs_t regs = registers();

    has_locked |= regs.orig_rax == SYS_flock;
    system_call_instruction = regs.rip - 2;
    if (range_count > 0)
        make_writable(regs);
    if (go_on(PTRACE_SYSCALL, 0) == 0)
        return false;
    if (has_locked) {
        find_ranges();
        set_access(PROT_READ);
    }
    return true;
}

static bool is_at_store(void)
{
    siginfo_t fault;

    ptrace(PTRACE_GETSIGINFO, target, 0, &fault);
    for (int i = 0; i < range_count; i++)
        if ((unsigned long)fault.si_addr - ranges[i].start < ranges[i].length)
            return true;
    return false;
}

static void store(void)
{
    set_access(PROT_READ | PROT_WRITE);
    while (go_on(PTRACE_SINGLESTEP, 0) != SIGTRAP) {
    }
    set_access(PROT_READ);
}

static void start(char **command)
{
    stay_on_this_cpu();
    target = fork();
    if (target == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        execv(command[0], command);
        _exit(127);
    }
    if (target < 0 || waitpid(target, NULL, 0) != target)
        exit(3);
    ptrace(PTRACE_SETOPTIONS, target, 0, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
}

/* Returns how many changes there were: at most the given number. */
static int follow(int number)
{
    int changes = 0, signal = 0;

    for (;;) {
        int stop = go_on(PTRACE_SYSCALL, signal);
        signal = 0;
        if (stop == 0)
            return changes;
        if (stop == SYSTEM_CALL_STOP) {
            if (!make_system_call())
                return changes;
        } else if (stop == SIGSEGV && is_at_store()) {
            store();
        } else if (stop != SIGTRAP) {
            signal = stop;
        }
        if (has_changed() && has_locked && ++changes == number)
            return changes;
    }
}

int main(int argc, char **argv)
{
    int number = argc > 3 ? atoi(argv[1]) : 0;
    int fd = number > 0 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;

    if (fstat(fd, &file) != 0)
        return 2;
    for (int i = 0; i < 2; i++) {
        contents[i] = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, positions[i]);
        if (contents[i] == MAP_FAILED)
            return 2;
    }
    has_changed();
    start(argv + 3);
    int changes = follow(number);
    printf("changes=%d\n", changes);
    if (changes < number)
        return 1;
    kill(target, SIGKILL);
    waitpid(target, NULL, 0);
    return 0;
}
