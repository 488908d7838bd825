/*
 * poll_in_handler: a handler that interrupted a wait polls nine descriptors for three seconds. The other registers still have the values of the wait,
 * so the call looks like a futex with a deadline in a slot.
 */
#include "../waits.h"
#include <poll.h>
#include <signal.h>
#include <ucontext.h>

static struct pollfd descriptors[9];
static volatile long result;

static void poll_nine(int signal, siginfo_t *information, void *context)
{
    ucontext_t *interrupted = context;
    register long r10 __asm__("r10") = interrupted->uc_mcontext.gregs[REG_R10];
    register long r9 __asm__("r9") = interrupted->uc_mcontext.gregs[REG_R9];
    long returned;

    (void)signal, (void)information;
    __asm__ volatile("syscall" : "=a"(returned)
        : "a"((long)SYS_poll), "D"(descriptors), "S"(9L), "d"(3000L), "r"(r10), "r"(r9)
        : "rcx", "r11", "memory");
    result = returned;
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = poll_nine, .sa_flags = SA_SIGINFO};

    for (int i = 0; i < 9; i++)
        descriptors[i].fd = -1;
    sigaction(SIGUSR1, &action, NULL);
    printf("pid=%d\n", getpid());
    fflush(stdout);
    printf("error=%d\n", wait_until("sem_clockwait", vt_now(CLOCK_MONOTONIC) + 3600 * 1000 * MS));
    printf("poll=%ld\n", result);
    return 0;
}
