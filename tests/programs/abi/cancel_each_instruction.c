/*
 * usage: cancel_each_instruction FUNCTION
 *
 * Cancels a thread asynchronously at each instruction of libvirttime.so that calls of FUNCTION execute, each time in a new process. The cancellation
 * must end the thread and have no other effect.
 *
 * A first process finds the instructions by a trap after each. Each of the others has a breakpoint at one. A cancelled call can leave the config file
 * in a state in which later calls take another path. So the search is repeated until it finds no new instruction.
 *
 * Prints the number of instructions, at how many of them the process died, hung or did not cancel the thread, and how many were not executed again.
 */
#include "../interposed_calls.h"
#include "../traced_calls.h"
#include <sys/mman.h>
#include <sys/wait.h>

#define PLACES_AT_MOST (256 * 1024)
#define WRONG_SHOWN 8
#define LIMIT_SECONDS 10

enum outcome { RETURNED, CANCELED, NOT_CANCELED };

static const char *function;

/* The instructions, in memory that the processes share. */
static struct {
    long count;
    uintptr_t at[PLACES_AT_MOST];
    char seen[PLACES_AT_MOST];
} *places;

/* The breakpoint of this process, and the byte that it replaces. */
static uint8_t *breakpoint, replaced;
static int is_reached;

static void note(uintptr_t at)
{
    if (!in_library(at) || places->seen[at - library_start])
        return;
    places->seen[at - library_start] = 1;
    places->at[places->count++] = at;
}

static void on_trap(int number, siginfo_t *info, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;

    (void)number, (void)info;
    if (!breakpoint) {
        note(registers[REG_RIP]);
        return;
    }
    *breakpoint = replaced;
    registers[REG_RIP] = (uintptr_t)breakpoint;
    is_reached = 1;
    pthread_cancel(pthread_self());
}

static void set_breakpoint(uintptr_t at)
{
    static const uintptr_t page = 4096;

    if (mprotect((void *)(at & -page), page, PROT_READ | PROT_WRITE | PROT_EXEC))
        _exit(NOT_CANCELED);
    breakpoint = (uint8_t *)at;
    replaced = *breakpoint;
    *breakpoint = 0xcc;
    trap_flag = 0;
}

static void *caller(void *unused)
{
    struct call calls[CALLS_AT_MOST], *end = add_calls(calls, function);

    (void)unused;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    for (struct call *call = calls; call < end; call++)
        traced_call(call->function, call->arguments);
    return NULL;
}

static enum outcome run_caller(void)
{
    pthread_t thread;
    void *value;

    alarm(LIMIT_SECONDS);
    if (pthread_create(&thread, NULL, caller, NULL) || pthread_join(thread, &value))
        return NOT_CANCELED;
    if (value == PTHREAD_CANCELED)
        return CANCELED;
    return is_reached ? NOT_CANCELED : RETURNED;
}

/* The first cancellation loads the unwinder, which must not happen between two traps. */
static void cancel_once(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, sleep_on, NULL) == 0) {
        pthread_cancel(thread);
        pthread_join(thread, NULL);
    }
}

/* Makes the calls in a new process, with a breakpoint unless it is 0. */
static int run(uintptr_t at)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        if (at)
            set_breakpoint(at);
        _exit(run_caller());
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        exit(2);
    return status;
}

int main(int argc, char **argv)
{
    long wrong = 0, missed = 0;

    if (argc != 2)
        return 2;
    function = argv[1];
    find_library();
    if (library_end - library_start > PLACES_AT_MOST)
        return 2;
    places = mmap(NULL, sizeof *places, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    on_signal(SIGTRAP, on_trap);
    cancel_once();

    for (long i = 0, found = -1; found < places->count;) {
        found = places->count;
        if (run(0) != RETURNED)
            return 2;
        for (; i < places->count; i++) {
            int status = run(places->at[i]);
            missed += WIFEXITED(status) && WEXITSTATUS(status) == RETURNED;
            if ((!WIFEXITED(status) || WEXITSTATUS(status) == NOT_CANCELED) && wrong++ < WRONG_SHOWN)
                printf("status %#x after a cancellation at libvirttime.so+%#lx\n", status, (unsigned long)(places->at[i] - library_start));
        }
    }
    printf("instructions=%ld\nwrong=%ld\nmissed=%ld\n", places->count, wrong, missed);
    return 0;
}
