/*
 * usage: kept_register FUNCTION SECONDS
 * Calls clock_gettime or getrandom of the vDSO with a known value in x28, while signals arrive. Prints how many signals came during a call, and how
 * many of them found another value in x28. Go without cgo keeps its goroutine there.
 */
#include "../conformance/vdso.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MARK 0x5eed5eed5eed5eedUL

static volatile int is_inside;
static volatile long interrupted, lost;

static void look(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info;
    if (!is_inside)
        return;
    interrupted++;
    lost += ((ucontext_t *)context)->uc_mcontext.regs[28] != MARK;
}

/* The function keeps x28 when it returns; the question is its value meanwhile. */
static long call(void *function, long a, long b, long c, long d, long e)
{
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    register unsigned long x28 asm("x28") = MARK;
    register void *x9 asm("x9") = function;
    register volatile int *x19 asm("x19") = &is_inside;

    asm volatile("mov w10, #1\n\tstr w10, [%[flag]]\n\tblr %[function]\n\tstr wzr, [%[flag]]"
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), [function] "+r"(x9)
                 : "r"(x28), [flag] "r"(x19)
                 : "x5", "x6", "x7", "x8", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x30", "v0", "v1", "v2", "v3", "v4", "v5", "v6",
                   "v7", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31", "memory", "cc");
    return x0;
}

/* struct vgetrandom_opaque_params of <linux/random.h> */
struct parameters {
    uint32_t size, protection, flags, reserved[13];
};

static void *make_state(void *getrandom, long *size)
{
    struct parameters parameters = {0};

    if (call(getrandom, 0, 0, 0, (long)&parameters, -1))
        exit(3);
    *size = parameters.size;
    return mmap(NULL, 65536, (int)parameters.protection, (int)parameters.flags, -1, 0);
}

/* A thread of its own would need a second processor, which the guests of tests/kernels lack. */
static void start_signals(void)
{
    struct sigaction action = {.sa_sigaction = look, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPROF};
    struct itimerspec every = {{0, 100000}, {0, 100000}};
    timer_t timer;

    sigaction(SIGPROF, &action, NULL);
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &every, NULL))
        exit(3);
}

int main(int argc, char **argv)
{
    int is_clock = argc > 1 && !strcmp(argv[1], "clock_gettime");
    void *function = find_in_vdso(is_clock ? "__kernel_clock_gettime" : "__kernel_getrandom");
    static char bytes[4096];
    struct timespec now;
    long size = 0, calls = 0;
    void *state = function && !is_clock ? make_state(function, &size) : NULL;
    time_t end = time(NULL) + atoi(argv[2]);

    printf("found=%d\n", function != NULL);
    if (!function)
        return 0;
    start_signals();
    for (; time(NULL) < end; calls++)
        if (is_clock)
            call(function, calls % 2, (long)&now, 0, 0, 0);
        else
            call(function, (long)bytes, sizeof bytes, 0, (long)state, size);
    printf("calls=%ld\ninterrupted=%ld\nlost=%ld\n", calls, interrupted, lost);
    return 0;
}
