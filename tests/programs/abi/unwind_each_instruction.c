/*
 * usage: unwind_each_instruction FUNCTION
 *
 * Calls FUNCTION in several ways and, at each instruction of libvirttime.so, unwinds the stack from a signal handler, as the cancellation of a thread
 * does. The unwinder must find the caller's stack pointer, the return address and the six callee-saved registers.
 *
 * Prints the number of executed instructions, the number of different addresses of the library, and how many times the unwinder was wrong.
 */
#include "../interposed_calls.h"
#include "../traced_calls.h"
#include <errno.h>
#include <setjmp.h>
#include <unwind.h>

#define FRAMES_AT_MOST 64
#define PLACES_AT_MOST (256 * 1024)
#define WRONG_SHOWN 8

struct walk {
    int frames;
    int is_right;
};

static volatile long instructions, places, wrong;
static uintptr_t wrong_at[WRONG_SHOWN];
static char seen[PLACES_AT_MOST];
static sigjmp_buf astray;

/* The registers by their DWARF numbers: rbx, rbp, r12 to r15. */
static int caller_registers_are_right(struct _Unwind_Context *context)
{
    static const int registers[] = {3, 6, 12, 13, 14, 15};

    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++)
        if (_Unwind_GetGR(context, registers[i]) != (uintptr_t)MARK(registers[i]))
            return 0;
    return 1;
}

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *argument)
{
    struct walk *walk = argument;

    if (_Unwind_GetIP(context) == (uintptr_t)traced_return) {
        walk->is_right = _Unwind_GetCFA(context) == traced_stack && caller_registers_are_right(context);
        return _URC_NORMAL_STOP;
    }
    return ++walk->frames < FRAMES_AT_MOST ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info, (void)context;
    siglongjmp(astray, 1);
}

static void on_trap(int number, siginfo_t *info, void *context)
{
    uintptr_t at = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    struct walk walk = {0};
    int error = errno;

    (void)number, (void)info;
    if (!in_library(at))
        return;
    instructions++;
    places += !seen[at - library_start];
    seen[at - library_start] = 1;
    /* With wrong data, the unwinder may read any address. */
    if (!sigsetjmp(astray, 1))
        _Unwind_Backtrace(visit, &walk);
    if (!walk.is_right && wrong++ < WRONG_SHOWN)
        wrong_at[wrong - 1] = at - library_start;
    errno = error;
}

int main(int argc, char **argv)
{
    struct call calls[CALLS_AT_MOST];
    struct walk warm_up = {0};

    if (argc != 2)
        return 2;
    find_library();
    if (library_end - library_start > PLACES_AT_MOST)
        return 2;
    on_signal(SIGTRAP, on_trap);
    on_signal(SIGSEGV, on_fault);
    on_signal(SIGBUS, on_fault);
    _Unwind_Backtrace(visit, &warm_up);

    struct call *end = add_calls(calls, argv[1]);
    for (struct call *call = calls; call < end; call++)
        traced_call(call->function, call->arguments);
    printf("instructions=%ld\nplaces=%ld\nwrong=%ld\n", instructions, places, wrong);
    for (int i = 0; i < wrong && i < WRONG_SHOWN; i++)
        printf("wrong at libvirttime.so+%#lx\n", (unsigned long)wrong_at[i]);
    return 0;
}
