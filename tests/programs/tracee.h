/*
 * A process that this one traces, on x86-64: its registers and memory, single steps, and runs to breakpoints. While the process is stopped, there are
 * no breakpoints in its code.
 */
#ifndef TRACEE_H
#define TRACEE_H

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define BREAKPOINTS_AT_MOST 16
#define BREAKPOINT 0xcc

/* The stop at the beginning or the end of a system call, with PTRACE_O_TRACESYSGOOD. */
#define SYSTEM_CALL_STOP (SIGTRAP | 0x80)

typedef struct user_regs_struct regs_t;

static pid_t target;

/* Each stop switches twice between the two processes, which is several times faster on one CPU. The target inherits this. */
static inline void stay_on_this_cpu(void)
{
    cpu_set_t here;

    CPU_ZERO(&here);
    CPU_SET(sched_getcpu(), &here);
    sched_setaffinity(0, sizeof here, &here);
}

static inline void die(const char *what)
{
    perror(what);
    exit(2);
}

static inline unsigned long peek(unsigned long address)
{
    errno = 0;
    unsigned long word = ptrace(PTRACE_PEEKDATA, target, address, 0);

    if (errno)
        die("peek");
    return word;
}

static inline void poke(unsigned long address, unsigned long word)
{
    if (ptrace(PTRACE_POKEDATA, target, address, word))
        die("poke");
}

static inline regs_t registers(void)
{
    regs_t regs;

    if (ptrace(PTRACE_GETREGS, target, 0, &regs))
        die("registers");
    return regs;
}

static inline void set_registers(const regs_t *regs)
{
    if (ptrace(PTRACE_SETREGS, target, 0, regs))
        die("set registers");
}

/* Returns the signal of the next stop: SIGTRAP, or SYSTEM_CALL_STOP. */
static inline int resume(int request)
{
    int status;

    if (ptrace(request, target, 0, 0) || waitpid(target, &status, 0) < 0)
        die("resume");
    if (!WIFSTOPPED(status) || (WSTOPSIG(status) & ~0x80) != SIGTRAP) {
        fprintf(stderr, "the target came to status %#x\n", status);
        exit(2);
    }
    return WSTOPSIG(status);
}

static inline bool is_at_breakpoint(unsigned long address)
{
    return (peek(address) & 0xff) == BREAKPOINT;
}

/* At a system call instruction, the stop is the beginning of the system call. */
static inline int step_instruction(unsigned long address)
{
    return resume((peek(address) & 0xffff) == 0x050f ? PTRACE_SYSCALL : PTRACE_SINGLESTEP);
}

/*
 * Runs to one of the places, to a breakpoint of the target itself, or to the beginning of a system call. A breakpoint's instruction has then not been
 * executed. The target must not be at one of the places or breakpoints.
 */
static inline int run_to(const unsigned long *places, int count)
{
    unsigned long code[BREAKPOINTS_AT_MOST];

    for (int i = 0; i < count; i++) {
        code[i] = peek(places[i]);
        poke(places[i], (code[i] & ~0xffUL) | BREAKPOINT);
    }
    int stop = resume(PTRACE_SYSCALL);
    /* The reverse order matters: two places can be in one word. */
    for (int i = count - 1; i >= 0; i--)
        poke(places[i], code[i]);
    if (stop != SYSTEM_CALL_STOP) {
        regs_t regs = registers();
        regs.rip--;
        set_registers(&regs);
    }
    return stop;
}

#endif
