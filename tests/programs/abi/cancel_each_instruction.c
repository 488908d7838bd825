/*
 * usage: cancel_each_instruction FUNCTION
 *
 * Cancels a thread asynchronously at each instruction of libvirttime.so that calls of FUNCTION execute, each time in a new process. The cancellation
 * must end the thread and have no other effect.
 *
 * Prints the number of instructions, and at how many of them the process died, hung or did not cancel the thread.
 */
#include "../interposed_calls.h"
#include "../traced_calls.h"
#include <sys/mman.h>
#include <sys/wait.h>

#define PLACES_AT_MOST (256 * 1024)
#define WRONG_SHOWN 8
#define LIMIT_SECONDS 10

enum outcome { CANCELED, NOT_REACHED, NOT_CANCELED };

static const char *function;
static long cancel_at, places;
static uintptr_t *canceled_at;
static char seen[PLACES_AT_MOST];

static void on_trap(int number, siginfo_t *info, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    uintptr_t at = registers[REG_RIP];

    (void)number, (void)info;
    if (!in_library(at) || seen[at - library_start])
        return;
    seen[at - library_start] = 1;
    if (places++ != cancel_at)
        return;
    registers[REG_EFL] &= ~TRAP_FLAG;
    *canceled_at = at - library_start;
    pthread_cancel(pthread_self());
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
    return places <= cancel_at ? NOT_REACHED : NOT_CANCELED;
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

static int status_of_next(void)
{
    int status;
    pid_t child = fork();

    if (child == 0)
        _exit(run_caller());
    if (child < 0 || waitpid(child, &status, 0) != child)
        exit(2);
    return status;
}

int main(int argc, char **argv)
{
    long wrong = 0;

    if (argc != 2)
        return 2;
    function = argv[1];
    find_library();
    if (library_end - library_start > PLACES_AT_MOST)
        return 2;
    canceled_at = mmap(NULL, sizeof *canceled_at, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    on_signal(SIGTRAP, on_trap);
    cancel_once();

    for (;; cancel_at++) {
        int status = status_of_next();
        if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_REACHED)
            break;
        if ((!WIFEXITED(status) || WEXITSTATUS(status) != CANCELED) && wrong++ < WRONG_SHOWN)
            printf("status %#x after a cancellation at libvirttime.so+%#lx\n", status, (unsigned long)*canceled_at);
    }
    printf("instructions=%ld\nwrong=%ld\n", cancel_at, wrong);
    return 0;
}
